"""Odoo's ``fields_get``: what a model's fields are, as its JSON tells them."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.files.schema_import.nodes import ANYTHING, DATE, NUMBER, TEXT, WHOLE, YES_NO, choice, field, listing, record
from hub.files.schema_import.source import Source
from hub.files.schema_import.tables import described, pairs

PAIR: Doc = {"type": "array", "prefixItems": [WHOLE, TEXT], "minItems": 2, "maxItems": 2}
"""A many2one is told as ``[7, "name"]``; the codec pair(0) takes its id."""
SILENT = frozenset({"id", "create_date", "create_uid", "write_date", "write_uid", "__last_update", "display_name"})
"""Fields that Odoo writes by itself."""


def _text(_: Mapping[str, Any]) -> Doc:
    return TEXT


def _many2one(told: Mapping[str, Any]) -> Doc:
    return field(PAIR, refers_to=told.get("relation"))


def _rows(told: Mapping[str, Any]) -> Doc:
    return listing(WHOLE, refers_to=told.get("relation"))


def _selection(told: Mapping[str, Any]) -> Doc:
    options = pairs(told.get("selection"))
    return choice(options) if options else TEXT


def _number(told: Mapping[str, Any]) -> Doc:
    digits = told.get("digits")
    has_places = isinstance(digits, list) and len(digits) == 2 and isinstance(digits[1], int)  # noqa: PLR2004 - digits, places
    return {**NUMBER, "x-digits": digits[0], "x-places": digits[1]} if has_places and digits else NUMBER


SHAPES: Mapping[str, Callable[[Mapping[str, Any]], Doc]] = {
    "boolean": lambda _: YES_NO,
    "integer": lambda _: WHOLE,
    "float": _number,
    "monetary": _number,
    "date": lambda _: DATE,
    "datetime": lambda _: {"type": "string", "format": "local-date-time", "x-zone": "UTC"},
    "selection": _selection,
    "many2one": _many2one,
    "one2many": _rows,
    "many2many": _rows,
    "many2one_reference": lambda _: WHOLE,
    "json": lambda _: ANYTHING,
    "properties": lambda _: ANYTHING,
}
"""Anything else is text."""


def read_odoo(source: Source) -> dict[str, Doc]:
    """The objects that a ``fields_get`` answer describes."""
    return {name: _object(fields) for name, fields in described(source, "type").items()}


def _object(fields: Mapping[str, Mapping[str, Any]]) -> Doc:
    made = {name: _field(name, told) for name, told in fields.items()}
    required = [name for name, told in fields.items() if told.get("required") and not made[name].get("readOnly")]
    return record(made, required)


def _field(name: str, told: Mapping[str, Any]) -> Doc:
    shape = SHAPES.get(told["type"], _text)(told)
    size = told.get("size")
    return field(
        _or_false(shape, told),
        label=told.get("string"),
        most=size if isinstance(size, int) and size > 0 and shape is TEXT else None,
        read_only=bool(told.get("readonly")) or name in SILENT,
    )


def _or_false(shape: Doc, told: Mapping[str, Any]) -> Doc:
    """Odoo tells an empty field as false, whatever its type; connectors tell that as null."""
    if told.get("required") or told["type"] in ("boolean", "integer", "float", "monetary", "one2many", "many2many"):
        return shape
    return field(shape, nullable=True) | ({"enum": [*shape["enum"], None]} if "enum" in shape else {})
