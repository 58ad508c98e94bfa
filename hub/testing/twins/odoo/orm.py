"""Odoo's records as its methods tell and take them, whatever the wire: pairs for many2one, false for nothing."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hub.testing.twin.rows import Row, Rows
from hub.testing.twins.odoo.exceptions import USER, refused
from hub.testing.twins.odoo.models import MODELS, OURS, Column
from hub.testing.twins.odoo.stock import Stock

TAX = Decimal("0.13")  # of every product
CENT = Decimal("0.01")
STAMP = "%Y-%m-%d %H:%M:%S"
MISSING, ACCESS, VALUE, TAKEN = (
    (404, "odoo.exceptions.MissingError"),
    (403, "odoo.exceptions.AccessError"),
    (500, "builtins.ValueError"),
    (422, "odoo.exceptions.ValidationError"),
)
FORMS: Mapping[str, Callable[[Any], bool]] = {
    "char": lambda value: isinstance(value, str),
    "text": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "monetary": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "date": lambda value: isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None,
    "datetime": lambda value: (
        isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", value) is not None
    ),
    "selection": lambda value: isinstance(value, str),
    "many2one": lambda value: isinstance(value, int) and not isinstance(value, bool),
}
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda here, told: here == told,
    "!=": lambda here, told: here != told,
    ">": lambda here, told: here > told,
    ">=": lambda here, told: here >= told,
    "<": lambda here, told: here < told,
    "<=": lambda here, told: here <= told,
    "in": lambda here, told: here in told,
}


class Orm:
    """The methods that Odoo lets be called from outside, as far as our connector calls them."""

    def __init__(
        self, rows: Rows, models: Mapping[str, Mapping[str, Column]] = MODELS, *, none_from_post: bool = False
    ) -> None:
        self.rows = rows
        self.models = models
        self.none_from_post = none_from_post
        self.stock = Stock(rows)

    def call(self, model: str, method: str, ids: list[int], named: dict[str, Any]) -> Any:
        """The result of a method; raises RefusedError. Everything that it did is kept, or nothing."""
        if model not in self.models:
            raise refused((404, "werkzeug.exceptions.NotFound"), f"the model {model!r} does not exist")
        named = dict(named)
        context = named.pop("context", {})
        if model == "stock.picking" and method in self.stock.buttons:
            with self.rows.lock:
                return self.stock.buttons[method](self._existing(model, ids), context)
        made = getattr(self, f"_{method}", None) if not method.startswith("_") else None
        if made is None:
            raise refused((404, "werkzeug.exceptions.NotFound"), f"The method '{model}.{method}' does not exist")
        with self.rows.lock:
            try:
                return made(model, ids, context, **named)
            except TypeError as wrong:
                raise refused((422, "werkzeug.exceptions.UnprocessableEntity"), "wrong arguments") from wrong

    # --- what the outside may call

    def _search_read(
        self,
        model: str,
        _ids: list[int],
        context: dict[str, Any],
        domain: list[Any] | None = None,
        fields: list[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
    ) -> list[dict[str, Any]]:
        found = self._found(model, domain or [], context, order)[offset:]
        return [self._told(model, row, fields or []) for row in (found[:limit] if limit else found)]

    def _search(
        self,
        model: str,
        _ids: list[int],
        context: dict[str, Any],
        domain: list[Any],
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
    ) -> list[int]:
        found = self._found(model, domain, context, order)[offset:]
        return [int(row.id) for row in (found[:limit] if limit else found)]

    def _create(
        self, model: str, ids: list[int], _context: dict[str, Any], vals_list: list[dict[str, Any]]
    ) -> list[int]:
        if ids:
            raise refused((422, "werkzeug.exceptions.UnprocessableEntity"), f"cannot call {model}.create with ids")
        for values in vals_list:
            self._check(model, values, making=True)
            if model == "stock.picking" and self.stock.has(values.get("name")):
                raise refused(TAKEN, "The operation cannot be completed: Reference must be unique per company!")
        return [self._made(model, values) for values in vals_list]

    def _write(self, model: str, ids: list[int], _context: dict[str, Any], vals: dict[str, Any]) -> bool:
        records = self._existing(model, ids)
        self._check(model, vals, making=False)
        posted = [row for row in records if model == "account.move" and row.doc["state"] == "posted"]
        if posted and vals.keys() - {OURS, "ref"}:
            raise refused(USER, "You cannot modify a posted entry of this journal.")
        for row in records:
            if model == "stock.move" and "quantity" in vals:
                self.stock.set_quantity(row, vals["quantity"])
            self.rows.change(model, row.id, {k: v for k, v in vals.items() if self.models[model][k].kind != "one2many"})
        return True

    def _fields_get(
        self, model: str, _ids: list[int], _context: dict[str, Any], allfields: list[str] | None = None
    ) -> dict[str, Any]:
        return {
            name: {
                "type": column.kind,
                "string": name,
                "required": column.required,
                "readonly": column.computed,
                **({"relation": column.of} if column.of else {}),
                **({"selection": [[value, value] for value in column.values]} if column.values else {}),
            }
            for name, column in self.models[model].items()
            if not allfields or name in allfields
        }

    def _action_post(self, model: str, ids: list[int], _context: dict[str, Any]) -> bool | None:
        for row in self._existing("account.move", ids if model == "account.move" else []):
            if row.doc["state"] != "draft":
                raise refused(USER, "The entry is not in draft.")
            if not row.doc["partner_id"]:
                raise refused(USER, "The field 'Customer' is required, please complete it.")
            if not self._lines(row):
                raise refused(USER, "You need to add a line before posting.")
            if row.doc["amount_total"] < 0:
                raise refused(USER, "You cannot validate a document with a negative total amount.")
            day = row.doc["invoice_date"] or self.rows.clock().date().isoformat()
            kind = {"out_invoice": "INV", "out_refund": "RINV"}[row.doc["move_type"]]
            name = f"{kind}/{day[:4]}/{int(row.id):05}"
            self.rows.change(model, row.id, {"state": "posted", "invoice_date": day, "name": name})
        return None if self.none_from_post else False

    def _button_cancel(self, model: str, ids: list[int], _context: dict[str, Any]) -> bool:
        for row in self._existing("account.move", ids if model == "account.move" else []):
            if row.doc["state"] != "draft":
                raise refused(USER, "Only draft journal entries can be cancelled.")
            self.rows.change(model, row.id, {"state": "cancel"})
        return True

    # --- people

    def pay(self, invoice: int, amount: str) -> int:
        """A person registers a payment, of a credit note one that goes out; gives its id."""
        with self.rows.lock:
            row = self.rows.by_kind["account.move"][str(invoice)]
            left = Decimal(str(row.doc["amount_residual"])) - Decimal(amount)
            state = "paid" if left <= 0 else "partial"
            self.rows.change("account.move", row.id, {"amount_residual": float(left), "payment_state": state})
            day = self.rows.clock().date().isoformat()
            return self._made(
                "account.payment",
                {
                    "name": f"PBNK1/{day[:4]}/{row.id}",
                    "partner_id": row.doc["partner_id"],
                    "payment_type": "inbound" if row.doc["move_type"] == "out_invoice" else "outbound",
                    "amount": float(amount),
                    "currency_id": row.doc["currency_id"],
                    "date": day,
                    "state": "paid",
                    "reconciled_invoice_ids": [invoice],
                },
            )

    def set_off(self, invoice: int) -> None:
        """A person takes an invoice back by a credit note, and sets the one off against the other."""
        row = self.rows.by_kind["account.move"][str(invoice)]
        copied = {name: row.doc[name] for name in ("partner_id", "currency_id")}
        lines = [
            [0, 0, {name: line.doc[name] for name in ("name", "quantity", "price_unit", "product_id")}]
            for line in self._lines(row)
        ]
        values = {**copied, "move_type": "out_refund", "invoice_line_ids": lines}
        (note,) = self.call("account.move", "create", [], {"vals_list": [values]})
        self.call("account.move", "action_post", [note], {})
        for one, state in ((str(invoice), "reversed"), (str(note), "paid")):
            self.rows.change("account.move", one, {"payment_state": state, "amount_residual": 0.0})

    # --- records

    def _made(self, model: str, values: dict[str, Any]) -> int:
        plain = {name: value for name, value in values.items() if self.models[model][name].kind != "one2many"}
        nothing = dict.fromkeys(self.models[model], False)
        row = self.rows.add(model, {**nothing, "active": True, **plain})
        for name, value in values.items():
            column = self.models[model][name]
            if column.kind == "one2many":
                for command in value:
                    self._made(str(column.of), {**command[2], column.inverse: int(row.id)})
        if model == "account.move":
            row.doc |= {"state": "draft", "payment_state": "not_paid", "name": "/", **self._amounts(row)}
            row.doc["currency_id"] = row.doc["currency_id"] or int(self.rows.of("res.currency")[0].id)
        if model == "res.partner":
            row.doc["type"] = row.doc["type"] or "contact"
        if model == "stock.move":
            row.doc |= {"state": "draft", "quantity": 0.0, "picked": False}
        if model == "stock.picking":
            row.doc |= {
                "name": row.doc["name"] or self.stock.numbered(row),
                "move_type": row.doc["move_type"] or "direct",
            }
        return int(row.id)

    def _lines(self, move: Row) -> list[Row]:
        return [line for line in self.rows.of("account.move.line") if line.doc["move_id"] == int(move.id)]

    def _amounts(self, move: Row) -> dict[str, Any]:
        net = tax = Decimal(0)
        for line in self._lines(move):
            amount = (Decimal(str(line.doc["quantity"])) * Decimal(str(line.doc["price_unit"]))).quantize(CENT)
            line.doc["price_subtotal"] = float(amount)
            net, tax = net + amount, tax + (amount * TAX).quantize(CENT)
        told = {"amount_untaxed": net, "amount_tax": tax, "amount_total": net + tax, "amount_residual": net + tax}
        return {name: float(value) for name, value in told.items()}

    def _existing(self, model: str, ids: list[int]) -> list[Row]:
        found = [self.rows.get(model, str(one)) for one in ids]
        if not ids or any(row is None for row in found):
            raise refused(MISSING, "Record does not exist or has been deleted.\n(Record: x, User: 7)")
        return [row for row in found if row is not None]

    def _check(self, model: str, values: dict[str, Any], *, making: bool) -> None:
        for name, value in values.items():
            column = self.models[model].get(name)
            if column is None:
                raise refused(VALUE, f"Invalid field {name!r} on model {model!r}")
            if column.computed:
                continue  # Odoo takes what is computed, and computes it again
            self._check_value(model, name, column, value)
        missing = [
            name for name, column in self.models[model].items() if column.required and values.get(name, False) is False
        ]
        if making and model == "res.partner" and missing:
            raise refused((422, "odoo.exceptions.ValidationError"), "Contacts require a name")
        if making and missing and model != "account.move.line":
            raise refused(
                (422, "odoo.exceptions.ValidationError"), f"Missing required value for the field {missing[0]}"
            )

    def _check_value(self, model: str, name: str, column: Column, value: Any) -> None:
        if value is False or value is None:
            if column.required:
                raise refused((422, "odoo.exceptions.ValidationError"), f"Missing required value for the field {name}")
            return
        if column.kind == "one2many":
            for command in value:
                if not (isinstance(command, list) and len(command) == 3 and command[0] == 0):  # noqa: PLR2004 - (0, 0, values)
                    raise refused(VALUE, f"Wrong value for {model}.{name}: {command!r}")
                self._check(str(column.of), command[2], making=True)
            return
        if not FORMS[column.kind](value):
            raise refused(VALUE, f"Wrong value for {model}.{name}")
        if column.values and value not in column.values:
            raise refused(VALUE, f"Wrong value for {model}.{name}: {value!r}")
        if column.kind == "many2one" and self.rows.get(str(column.of), str(value)) is None:
            raise refused(MISSING, "Record does not exist or has been deleted.")

    # --- reading

    def _found(self, model: str, domain: list[Any], context: dict[str, Any], order: str | None) -> list[Row]:
        found = [row for row in self.rows.of(model) if all(self._meets(model, row, term) for term in domain)]
        if context.get("active_test", True) and not any(term[0] == "active" for term in domain):
            found = [row for row in found if row.doc.get("active", True)]
        for part in reversed((order or "id asc").split(",")):
            name, _, way = part.strip().partition(" ")
            if name not in self.models[model]:
                raise refused(VALUE, f"Invalid field {name!r} on model {model!r}")
            found.sort(key=lambda row, name=name: self._value(model, row, name), reverse=way.lower() == "desc")  # type: ignore[misc] # bound now
        return found

    def _meets(self, model: str, row: Row, term: Any) -> bool:
        if not (isinstance(term, list) and len(term) == 3 and term[1] in COMPARE):  # noqa: PLR2004 - field, operator, value
            raise refused(VALUE, f"Invalid leaf {term!r}")
        name, operator, told = term
        here = self._value(model, row, name)
        if isinstance(here, datetime):
            told = datetime.strptime(told, STAMP).replace(tzinfo=UTC)
        return (here is not False or operator in {"=", "!=", "in"}) and COMPARE[operator](here, told)

    def _value(self, model: str, row: Row, path: str) -> Any:
        """A value as the database has it: times to the microsecond."""
        first, _, rest = path.partition(".")
        column = self.models[model].get(first)
        if column is None:
            raise refused(VALUE, f"Invalid field {model}.{first} in leaf")
        value = self._plain(model, row, first)
        if not rest:
            return value
        there = self.rows.get(str(column.of), str(value))
        return False if there is None else self._value(str(column.of), there, rest)

    def _plain(self, model: str, row: Row, name: str) -> Any:
        special: Mapping[str, Any] = {"id": int(row.id), "write_date": row.changed_at, "create_date": row.created_at}
        if name in special:
            return special[name]
        if model == "product.product" and name in {"name", "type", "lst_price"}:
            template = self.rows.by_kind["product.template"][str(row.doc["product_tmpl_id"])]
            return template.doc["list_price" if name == "lst_price" else name]
        if model == "product.template" and name == "product_variant_id":
            variants = [one for one in self.rows.of("product.product") if one.doc["product_tmpl_id"] == int(row.id)]
            return int(variants[0].id) if variants else False
        if model == "stock.picking" and name == "state":
            return self.stock.state(row)
        column = self.models[model][name]
        if column.kind == "one2many":
            there = self.rows.of(str(column.of))
            return [int(one.id) for one in there if one.doc[column.inverse] == int(row.id)]
        return row.doc.get(name, False)

    def _told(self, model: str, row: Row, fields: list[str]) -> dict[str, Any]:
        """A record as ``read`` tells it: pairs for many2one, times to the second."""
        told: dict[str, Any] = {"id": int(row.id)}
        for name in fields or self.models[model]:
            if name not in self.models[model]:
                raise refused(VALUE, f"Invalid field {name!r} on model {model!r}")
            told[name] = self._shown(self.models[model][name], self._plain(model, row, name))
        return told

    def _shown(self, column: Column, value: Any) -> Any:
        if isinstance(value, (datetime, date)):
            return value.strftime(STAMP)
        if column.kind == "many2one" and value is not False:
            there = self.rows.by_kind[str(column.of)][str(value)]
            return [value, there.doc.get("name") or there.doc.get("complete_name") or f"{column.of},{value}"]
        if column.kind in {"float", "monetary"}:
            return float(value or 0)
        return value if value is not None else False
