"""Tryton's ``fields_get``, as the server tells it, or as the connector tells the objects that it makes of models."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.files.schema_import.nodes import (
    CLOCK,
    DATE,
    DECIMAL,
    INSTANT,
    TEXT,
    WHOLE,
    YES_NO,
    choice,
    field,
    listing,
    record,
)
from hub.files.schema_import.source import Source
from hub.files.schema_import.tables import described, pairs

SILENT = frozenset({"id", "create_date", "create_uid", "write_date", "write_uid", "rec_name"})
"""Fields that Tryton writes by itself."""
LEFT_OUT = frozenset({"binary", "dict", "multiselection", "one2one"})
"""What no mapping carries."""


def _text(_: Mapping[str, Any]) -> Doc:
    return TEXT


def _selection(told: Mapping[str, Any]) -> Doc:
    options = pairs(told.get("selection"))
    return choice(options) if options else TEXT


def _number(told: Mapping[str, Any]) -> Doc:
    digits = told.get("digits")
    places = digits[1] if isinstance(digits, list) and len(digits) == 2 else None  # noqa: PLR2004 - digits and places
    return {**DECIMAL, "x-places": places} if isinstance(places, int) else DECIMAL


def _rows(told: Mapping[str, Any]) -> Doc:
    """Rows with their fields, where the connector tells them; else the ids of the rows."""
    fields = told.get("fields")
    if not isinstance(fields, dict):
        return listing(TEXT, refers_to=told.get("relation"))
    row = _object(fields)
    own = {"id": {"type": "string", "readOnly": True}}
    return listing({**row, "properties": {**own, **row["properties"]}})


SHAPES: Mapping[str, Callable[[Mapping[str, Any]], Doc]] = {
    "boolean": lambda _: YES_NO,
    "integer": lambda _: WHOLE,
    "biginteger": lambda _: WHOLE,
    "float": _number,
    "numeric": _number,
    "date": lambda _: DATE,
    "datetime": lambda _: INSTANT,
    "timestamp": lambda _: INSTANT,
    "time": lambda _: CLOCK,
    "timedelta": lambda _: DECIMAL,
    "selection": _selection,
    "many2one": lambda told: field(TEXT, refers_to=told.get("relation")),
    "reference": lambda _: TEXT,
    "one2many": _rows,
    "many2many": _rows,
}
"""Anything else is text; ids and decimals are told as text."""
NEVER_NULL = frozenset({"boolean", "one2many", "many2many"})


def read_tryton(source: Source) -> dict[str, Doc]:
    """The objects that a ``fields_get`` answer describes."""
    return {name: _object(fields) for name, fields in described(source, "type").items()}


def _object(fields: Mapping[str, Any]) -> Doc:
    kept = {name: told for name, told in fields.items() if told.get("type") not in LEFT_OUT}
    made = {name: _field(name, told) for name, told in kept.items()}
    required = [name for name, told in kept.items() if told.get("required") and not made[name].get("readOnly")]
    return record(made, required)


def _field(name: str, told: Mapping[str, Any]) -> Doc:
    shape = SHAPES.get(str(told.get("type")), _text)(told)
    nullable = not told.get("required") and told.get("type") not in NEVER_NULL
    size = told.get("size")
    made = field(
        shape,
        label=told.get("string"),
        nullable=nullable,
        most=size if isinstance(size, int) and size > 0 and shape is TEXT else None,
        read_only=bool(told.get("readonly")) or name in SILENT,
    )
    return {**made, "enum": [*made["enum"], None]} if nullable and "enum" in made else made
