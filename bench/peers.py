"""The push of the benchmark's mappings in other mapping languages: one way, from the hub's document alone.

None of them carries unmapped fields over, keeps what means the same, aligns lines with an old document, or runs back;
their numbers are binary floats. They are the nearest that each language has.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Doc = dict[str, Any]
Push = Callable[[Doc], Any]

_PLAIN = {
    "hub_id": "id", "order_no": "number", "subject": "title", "description": "text", "order_type": "type",
    "source": "channel", "lang": "language", "urgency": "priority", "status": "state", "team": "queue",
    "remarks": "note", "assignee": "worker",
}  # fmt: skip
_NESTED = {
    "dates": {"created": "opened_at", "deadline": "due_at", "closed": "closed_at"},
    "party": {
        "code": "customer.id", "name": "customer.name", "phone": "customer.phone", "mail": "customer.email",
        "vat": "customer.tax_id",
    },
    "location": {"code": "site.id", "name": "site.name"},
    "equipment": {
        "code": "asset.id", "serial_no": "asset.serial", "model": "asset.model", "manufacturer": "asset.maker",
    },
}  # fmt: skip
_ADDRESS = {"line1": "site.street", "city": "site.city", "postal_code": "site.zip", "country": "site.country"}
_LINE = {"hub_line": "id", "item_code": "sku", "description": "text", "uom": "unit", "store": "warehouse"}

_TABLES: Mapping[str, Mapping[str, Any]] = {
    "state": {"draft": 0, "issued": 1, "void": 2},
    "payment.status": {"unpaid": "Unpaid", "partial": "Partly Paid", "paid": "Paid"},
    "language": {"zh": "zh_CN", "en": "en_US"},
    "terms": {"now": "Immediate", "d15": "Net 15", "d30": "Net 30"},
    "kind": {"service": "Service", "repair": "Repair", "warranty": "Warranty"},
}
_UNITS = {"hour": "Hour", "each": "Nos", "km": "Km"}
_TAXES = {"standard": "S", "reduced": "R", "none": "Z"}
_TARGETS = {
    "state": "docstatus", "payment.status": "status", "language": "lang", "terms": "payment_terms", "kind": "category",
}  # fmt: skip
_COPIED = {
    "hub_id": "id", "invoice_no": "number", "posting_date": "issued_on", "currency_code": "currency",
    "net_total": "totals.net", "tax_total": "totals.tax", "grand_total": "totals.gross", "is_urgent": "urgent",
    "remarks": "note",
}  # fmt: skip
_NUMBERS = {
    "exchange_rate": "rate", "rounding": "totals.rounding", "total_hours": "hours", "total_km": "distance",
}  # fmt: skip


def _members(fields: Mapping[str, str], mark: str = '"') -> str:
    return ", ".join(f"{mark}{name}{mark}: {path}" for name, path in fields.items())


def _jq_paths(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: f".{path}" for name, path in fields.items()}


def _object(members: Mapping[str, str]) -> str:
    return f"{{{_members(members)}}}"


# --- JSONata


def _jsonata_structure() -> str:
    nested = {name: _object(fields) for name, fields in _NESTED.items()}
    nested["location"] = _object({**_NESTED["location"], "address": _object(_ADDRESS)})
    return _object({**_PLAIN, **nested, "items": f"[lines.{_object(_LINE)}]"})


def _chosen(path: str, table: Mapping[str, Any], *, cases: str, last: str) -> str:
    """A value table as conditions; the last row stands for the rest."""
    rows = list(table.items())
    text = "".join(cases.format(path=path, mine=mine, theirs=_literal(theirs)) for mine, theirs in rows[:-1])
    return text + last.format(theirs=_literal(rows[-1][1]), ends="end " * (len(rows) - 1))


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _jsonata_values() -> str:
    cases = '{path} = "{mine}" ? {theirs} : '

    def table(path: str, rows: Mapping[str, Any]) -> str:
        return f"({_chosen(path, rows, cases=cases, last='{theirs}')})"

    line = {
        "hub_line": "id", "item_code": "sku", "qty": "$number(quantity)", "uom": table("unit", _UNITS), "rate": "price",
        "vat_percent": "$round($number(tax_rate) * 100, 2)", "tax_category": table("tax", _TAXES),
    }  # fmt: skip
    party = {
        "code": "customer.id", "name": "customer.name", "vat": "customer.tax_id",
        "is_company": "(customer.business ? 1 : 0)", "key_account": '(customer.vip ? "Y" : "N")',
        "mail": "(customer.business ? customer.email)",
    }  # fmt: skip
    return _object(
        {
            **_COPIED,
            **{_TARGETS[path]: table(path, rows) for path, rows in _TABLES.items()},
            **{name: f"$number({path})" for name, path in _NUMBERS.items()},
            "discount_percent": "$round($number(discount) * 100, 2)",
            "due_date": '(state != "draft" ? due_on)',
            "paid_amount": '(payment.status in ["partial", "paid"] ? paid.amount)',
            "paid_date": '(payment.status = "paid" ? paid.on)',
            "urgency": '(priority = "p1" ? "High" : priority = "p2" ? "Medium" : "Low")',
            "doctype": '"Sales Invoice"',
            "party": _object(party),
            "items": f"[lines.{_object(line)}]",
        }
    )


# --- JMESPath


def _jmespath_structure() -> str:
    nested = {name: _object(fields) for name, fields in _NESTED.items()}
    nested["location"] = _object({**_NESTED["location"], "address": _object(_ADDRESS)})
    return _object({**_PLAIN, **nested, "items": f"lines[*].{_object(_LINE)}"})


def _jmespath_values() -> str:
    def table(path: str, rows: Mapping[str, Any]) -> str:
        cases = (f"({path} == '{mine}' && `{_literal(theirs)}`)" for mine, theirs in rows.items())
        return " || ".join(cases)

    line = {
        "hub_line": "id", "item_code": "sku", "qty": "to_number(quantity)", "uom": table("unit", _UNITS),
        "rate": "price", "vat_percent": "to_number(tax_rate)", "tax_category": table("tax", _TAXES),
    }  # fmt: skip
    party = {
        "code": "customer.id", "name": "customer.name", "vat": "customer.tax_id",
        "is_company": "customer.business && `1` || `0`", "key_account": "customer.vip && 'Y' || 'N'",
        "mail": "customer.business && customer.email || `null`",
    }  # fmt: skip
    return _object(
        {
            **_COPIED,
            **{_TARGETS[path]: table(path, rows) for path, rows in _TABLES.items()},
            **{name: f"to_number({path})" for name, path in _NUMBERS.items()},
            "discount_percent": "to_number(discount)",
            "due_date": "state != 'draft' && due_on || `null`",
            "paid_amount": "(payment.status == 'partial' || payment.status == 'paid') && paid.amount || `null`",
            "paid_date": "payment.status == 'paid' && paid.on || `null`",
            "urgency": "priority == 'p1' && 'High' || priority == 'p2' && 'Medium' || 'Low'",
            "doctype": "'Sales Invoice'",
            "party": _object(party),
            "items": f"lines[*].{_object(line)}",
        }
    )


# --- jq


def _jq_structure() -> str:
    nested = {name: _object(_jq_paths(fields)) for name, fields in _NESTED.items()}
    nested["location"] = _object({**_jq_paths(_NESTED["location"]), "address": _object(_jq_paths(_ADDRESS))})
    return _object({**_jq_paths(_PLAIN), **nested, "items": f"[.lines[] | {_object(_jq_paths(_LINE))}]"})


def _jq_values() -> str:
    def table(path: str, rows: Mapping[str, Any]) -> str:
        cases, last = 'if .{path} == "{mine}" then {theirs} else ', "{theirs} {ends}"
        return f"({_chosen(path, rows, cases=cases, last=last)})"

    percent = "((.{} | tonumber) * 10000 | round / 100)"
    line = {
        "hub_line": ".id", "item_code": ".sku", "qty": "(.quantity | tonumber)", "uom": table("unit", _UNITS),
        "rate": ".price", "vat_percent": percent.format("tax_rate"), "tax_category": table("tax", _TAXES),
    }  # fmt: skip
    party = {
        "code": ".customer.id", "name": ".customer.name", "vat": ".customer.tax_id",
        "is_company": "(if .customer.business then 1 else 0 end)",
        "key_account": '(if .customer.vip then "Y" else "N" end)',
        "mail": "(if .customer.business then .customer.email else null end)",
    }  # fmt: skip
    return _object(
        {
            **_jq_paths(_COPIED),
            **{_TARGETS[path]: table(path, rows) for path, rows in _TABLES.items()},
            **{name: f"(.{path} | tonumber)" for name, path in _NUMBERS.items()},
            "discount_percent": percent.format("discount"),
            "due_date": '(if .state != "draft" then .due_on else null end)',
            "paid_amount": '(if .payment.status == "unpaid" then null else .paid.amount end)',
            "paid_date": '(if .payment.status == "paid" then .paid.on else null end)',
            "urgency": '(if .priority == "p1" then "High" elif .priority == "p2" then "Medium" else "Low" end)',
            "doctype": '"Sales Invoice"',
            "party": _object(party),
            "items": f"[.lines[] | {_object(line)}]",
        }
    )


def _jsonata(text: str) -> Push:
    program = import_module("jsonata").Jsonata(text)
    push: Push = program.evaluate
    return push


def _jmespath(text: str) -> Push:
    program = import_module("jmespath").compile(text)
    push: Push = program.search
    return push


def _jq(text: str) -> Push:
    program = import_module("jq").compile(text)
    return lambda doc: program.input_value(doc).first()


PEERS: Mapping[str, tuple[Callable[[str], Push], Mapping[str, str]]] = {
    "jsonata-python": (_jsonata, {"structure": _jsonata_structure(), "values": _jsonata_values()}),
    "jmespath": (_jmespath, {"structure": _jmespath_structure(), "values": _jmespath_values()}),
    "jq": (_jq, {"structure": _jq_structure(), "values": _jq_values()}),
}


def peers(case: str) -> dict[str, Push]:
    """The peers with the push of a case, compiled."""
    return {name: make(texts[case]) for name, (make, texts) in PEERS.items()}
