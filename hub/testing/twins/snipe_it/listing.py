"""Listings: filters, search, order and pages, as the query string asks for them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import request

from hub.domain.documents import Doc
from hub.testing.twin.rows import Row, Rows
from hub.testing.twins.snipe_it.maintenances import mentions
from hub.testing.twins.snipe_it.telling import status_type, told

CAP = 500  # rows of a page, whatever is asked for
FILTERS: Mapping[str, tuple[str, ...]] = {
    "hardware": ("asset_tag", "serial", "status_id", "model_id", "location_id", "company_id"),
    "models": ("name", "model_number"),
    "locations": ("name", "city", "zip", "country"),
    "companies": ("name", "email"),
    "statuslabels": ("name",),
    "maintenances": ("asset_id", "supplier_id", "asset_maintenance_type"),
}
SORTED: Mapping[str, tuple[str, ...]] = {
    "hardware": ("id", "asset_tag", "serial", "name", "created_at", "updated_at"),
    "models": ("id", "name", "model_number", "created_at", "updated_at"),
    "locations": ("id", "name", "created_at", "updated_at"),
    "companies": ("id", "name", "created_at", "updated_at"),
    "statuslabels": ("id", "name", "created_at"),
    "maintenances": ("id", "name", "start_date", "completion_date", "notes", "is_warranty"),
}


def listed(rows: Rows, kind: str) -> Doc:
    """The page of a kind that is asked for."""
    asked = request.args
    found = [row for row in rows.of(kind) if is_listed(rows, kind, row)]
    for name in FILTERS[kind]:
        if asked.get(name):
            found = [row for row in found if str(row.doc.get(name, "")).lower() == asked[name].lower()]
    if kind == "maintenances" and asked.get("search"):
        found = [row for row in found if mentions(rows, row, asked["search"])]
    sort = asked.get("sort", "")
    found.sort(key=order(sort if sort in SORTED[kind] else "created_at"), reverse=asked.get("order") != "asc")
    offset = min(whole("offset", 0), len(found))
    page = found[offset : offset + min(CAP, whole("limit", 50) or CAP)]
    return {"total": len(found), "rows": [told(rows, kind, row) for row in page]}


def is_listed(rows: Rows, kind: str, row: Row) -> bool:
    """Whether a record is among those that are asked for: deleted and archived ones only where somebody says so."""
    status = request.args.get("status", "")
    if kind not in {"hardware", "models"} or status.lower() == "deleted":
        is_wanted = status.lower() == "deleted" if kind in {"hardware", "models"} else False
        return (row.doc.get("deleted_at") is not None) == is_wanted
    if row.doc.get("deleted_at") is not None:
        return False
    if kind == "hardware" and not request.args.get("status_id"):
        return (status_type(rows, row) == "archived") == (status == "Archived")
    return True


def order(name: str) -> Callable[[Row], Any]:
    """By what a listing is sorted."""
    if name in {"created_at", "updated_at"}:
        return lambda row: (row.created_at if name == "created_at" else row.changed_at, int(row.id))
    return lambda row: int(row.id) if name == "id" else str(row.doc.get(name) or "")


def whole(name: str, default: int) -> int:
    """A number of the query string."""
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() else default
