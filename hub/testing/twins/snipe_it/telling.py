"""How records are told: texts with the escapes of HTML, times without a zone, references with their names."""

from datetime import date, datetime
from html import escape

from hub.domain.documents import Doc
from hub.testing.twin.rows import Row, Rows

DAYS = ("start_date", "completion_date")  # of a maintenance
PRESSURE = "_snipeit_pressure_1"  # the column of a custom field, which only chillers have


def told(rows: Rows, kind: str, row: Row) -> Doc:
    """One record of a kind."""
    doc: Doc = {"id": int(row.id), "created_at": when(row.created_at), "updated_at": when(row.changed_at)}
    if kind in {"hardware", "models"}:
        doc["deleted_at"] = when(row.doc.get("deleted_at"))
    return doc | TELL[kind](rows, row)


def hardware(rows: Rows, row: Row) -> Doc:
    """An asset."""
    doc = row.doc
    label = rows.by_kind["statuslabels"][str(doc["status_id"])]
    months = doc.get("warranty_months")
    bought = doc.get("purchase_date")
    ends = later(date.fromisoformat(bought), months) if bought and months else None
    return {
        "name": e(doc.get("name")),
        "asset_tag": e(doc["asset_tag"]),
        "serial": e(doc.get("serial")),
        "model": named(rows, "models", doc["model_id"]),
        "status_label": {
            "id": int(label.id), "name": e(label.doc["name"]), "status_type": label.doc["type"],
            "status_meta": label.doc["type"],
        },
        "notes": e(doc.get("notes")) or None,
        "company": named(rows, "companies", doc.get("company_id")),
        "location": named(rows, "locations", doc.get("location_id")),
        "rtd_location": named(rows, "locations", doc.get("rtd_location_id")),
        "assigned_to": None,
        "warranty_months": f"{months} months" if months else None,
        "warranty_expires": day(ends),
        "purchase_date": day(date.fromisoformat(bought)) if bought else None,
        "custom_fields": custom_fields(rows, row),
    }  # fmt: skip


def maintenance(rows: Rows, row: Row) -> Doc:
    """A maintenance; its notes are told marked up."""
    doc = row.doc
    asset = rows.by_kind["hardware"][str(doc["asset_id"])]
    known = {name: e(asset.doc.get(name)) or None for name in ("name", "asset_tag", "serial")}
    days = {name: day(date.fromisoformat(doc[name])) if doc.get(name) else None for name in DAYS}
    return {
        "asset": {"id": int(asset.id), **known},
        "name": e(doc["name"]),
        "title": e(doc["name"]),
        "notes": e(doc.get("notes")).replace("\n", "<br />\n") or None,  # it is told marked up
        "asset_maintenance_type": e(doc["asset_maintenance_type"]),
        **days,
        "is_warranty": doc["is_warranty"] in (True, 1, "1"),
    }


def model(_: Rows, row: Row) -> Doc:
    """A model."""
    doc = row.doc
    told = {name: {"id": 1, "name": e(doc[name])} if doc.get(name) else None for name in ("category", "manufacturer")}
    return {"name": e(doc["name"]), "model_number": e(doc.get("model_number")) or None, **told}


def location(rows: Rows, row: Row) -> Doc:
    """A location."""
    names = ("address", "address2", "city", "state", "zip", "country")
    told = {name: e(row.doc.get(name)) or None for name in names}
    return {"name": e(row.doc["name"]), **told, "company": named(rows, "companies", row.doc.get("company_id"))}


def company(_: Rows, row: Row) -> Doc:
    """A company."""
    return {"name": e(row.doc["name"]), **{name: e(row.doc.get(name)) or None for name in ("phone", "email")}}


def status_label(_: Rows, row: Row) -> Doc:
    """A status."""
    return {"name": e(row.doc["name"]), "type": row.doc["type"]}


def has_pressure(rows: Rows, doc: Doc) -> bool:
    """Whether the model of an asset has the custom field."""
    return bool(rows.by_kind["models"][str(doc["model_id"])].doc.get("category") == "Cooling")


def custom_fields(rows: Rows, row: Row) -> Doc:
    """By their labels, where the model has a set of them."""
    if not has_pressure(rows, row.doc):
        return {}
    told = {"field": PRESSURE, "value": e(row.doc.get(PRESSURE)), "field_format": "ANY", "element": "text"}
    return {"Pressure": told}


def status_type(rows: Rows, row: Row) -> str:
    """Of what kind the status of an asset is."""
    return str(rows.by_kind["statuslabels"][str(row.doc["status_id"])].doc["type"])


def named(rows: Rows, kind: str, row_id: int | None) -> Doc | None:
    """A reference with its name."""
    row = None if row_id is None else rows.get(kind, str(row_id))
    return None if row is None else {"id": int(row.id), "name": e(row.doc["name"])}


def e(text: str | None) -> str:
    """A text as it is told."""
    return escape(text or "").replace("&#x27;", "&#039;")


def when(at: datetime | None) -> Doc | None:
    """A time of the server, which is in UTC here."""
    if at is None:
        return None
    return {"datetime": at.strftime("%Y-%m-%d %H:%M:%S"), "formatted": at.strftime("%a %b %d, %Y %I:%M%p")}


def day(on: date | None) -> Doc | None:
    """A date."""
    return None if on is None else {"date": on.isoformat(), "formatted": on.strftime("%a %b %d, %Y")}


def later(on: date, months: int) -> date:
    """So many months later; the last day of a shorter month."""
    years, month = divmod(on.month - 1 + int(months), 12)
    for back in range(4):
        try:
            return date(on.year + years, month + 1, on.day - back)
        except ValueError:
            continue
    raise ValueError(on)


TELL = {
    "hardware": hardware,
    "models": model,
    "locations": location,
    "companies": company,
    "statuslabels": status_label,
    "maintenances": maintenance,
}
