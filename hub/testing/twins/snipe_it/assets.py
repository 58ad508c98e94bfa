"""Assets: what may be sent of one, and what is checked."""

from collections.abc import Mapping

from hub.domain.documents import Doc
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row, Rows
from hub.testing.twins.snipe_it.checks import check_date, is_there
from hub.testing.twins.snipe_it.telling import PRESSURE, has_pressure

FILLABLE: Mapping[str, int | None] = {  # of an asset, with the most characters that each takes
    "asset_tag": 255, "serial": 255, "name": 255, "notes": 65535, "order_number": 191, "model_id": None,
    "status_id": None, "company_id": None, "location_id": None, "rtd_location_id": None, "purchase_date": None,
    "warranty_months": None, PRESSURE: 65535,
}  # fmt: skip
REFERENCES: Mapping[str, str] = {
    "model_id": "models",
    "status_id": "statuslabels",
    "company_id": "companies",
    "location_id": "locations",
    "rtd_location_id": "locations",
}
REQUIRED = ("asset_tag", "model_id", "status_id")


def checked(rows: Rows, sent: Doc, row: Row | None) -> Doc:
    """An asset as it is to be kept."""
    doc = {**(row.doc if row else {}), **sent}
    for name in REQUIRED:
        if doc.get(name) is None:
            raise RefusedError(200, "missing", f"The {name} field is required.", field=name)
    for name, kind in REFERENCES.items():
        if doc.get(name) is not None and not is_there(rows, kind, doc[name]):
            raise RefusedError(200, "value", f"The selected {name} is invalid.", field=name)
    for name, most in FILLABLE.items():
        value = doc.get(name)
        if most is not None and value is not None and (not isinstance(value, str) or len(value) > most):
            raise RefusedError(200, "form", f"The {name} must be a string of {most} characters.", field=name)
    if not has_pressure(rows, doc):
        doc.pop(PRESSURE, None)
    check_date(doc.get("purchase_date"), "purchase_date")
    check_unique(rows, doc, row)
    return doc


def check_unique(rows: Rows, doc: Doc, row: Row | None) -> None:
    """Refuse a tag or a serial number that another asset has."""
    others = [one for one in rows.of("hardware") if one.doc.get("deleted_at") is None and (not row or one.id != row.id)]
    for name in ("asset_tag", "serial"):
        value = doc.get(name)
        if value and any(str(one.doc.get(name) or "").lower() == value.lower() for one in others):
            raise RefusedError(200, "unique", f"The {name} must be unique.", field=name)
