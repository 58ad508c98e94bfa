"""Maintenances of assets: what may be sent of one, what is checked, and what a search looks at."""

from hub.domain.documents import Doc
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row, Rows
from hub.testing.twins.snipe_it.checks import check_date, is_there
from hub.testing.twins.snipe_it.telling import DAYS

MAINTENANCE = (
    "name", "asset_id", "asset_maintenance_type", "start_date", "completion_date", "is_warranty", "notes",
)  # fmt: skip
SEARCHED = ("name", "notes", "asset_maintenance_type", "start_date", "completion_date")
NAME_LENGTH = 100


def maintained(rows: Rows, doc: Doc) -> Doc:
    """A maintenance as it is to be kept. Nothing about it has to be unique."""
    for name in ("asset_id", "asset_maintenance_type", "name", "start_date"):
        if doc.get(name) is None:
            raise RefusedError(200, "missing", f"The {name} field is required.", field=name)
    if not is_there(rows, "hardware", doc["asset_id"]):
        raise RefusedError(200, "value", "The selected asset_id is invalid.", field="asset_id")
    if not isinstance(doc["name"], str) or len(doc["name"]) > NAME_LENGTH:
        raise RefusedError(200, "form", "The name may not be greater than 100 characters.", field="name")
    if doc["is_warranty"] not in (True, False, 0, 1, "0", "1"):
        raise RefusedError(200, "form", "The is warranty field must be true or false.", field="is_warranty")
    for name in DAYS:
        check_date(doc.get(name), name)
    if doc.get("completion_date") is not None and doc["completion_date"] < doc["start_date"]:
        words = "The completion date must be a date after or equal to start date."
        raise RefusedError(200, "order", words, field="completion_date")
    return doc


def mentions(rows: Rows, row: Row, sought: str) -> bool:
    """Whether a maintenance or its asset holds the text somewhere; " OR " stands between two texts."""
    asset = rows.by_kind["hardware"][str(row.doc["asset_id"])].doc
    texts = [row.doc.get(name) for name in SEARCHED] + [asset.get(name) for name in ("name", "asset_tag", "serial")]
    return any(part.lower() in str(text or "").lower() for part in sought.split(" OR ") for text in texts)
