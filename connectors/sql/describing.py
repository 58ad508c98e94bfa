"""What a database says of declared columns, as an OpenAPI component."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy import types as sql

from connectors.sql.shapes import Field, Shape
from hub.domain.documents import Doc

TYPES: Mapping[type[Any], Doc] = {
    sql.Boolean: {"type": "boolean"},
    sql.Integer: {"type": "integer"},
    sql.Numeric: {"type": "string", "format": "decimal"},
    sql.DateTime: {"type": "string", "format": "date-time"},
    sql.Date: {"type": "string", "format": "date"},
    sql.Time: {"type": "string", "format": "time"},
}


def described(name: str, shape: Shape, tables: Mapping[str, Table]) -> Doc:
    """The document that schema import reads: one component, with lists for the children."""
    told = _object(shape.fields, tables[shape.table], read_only=shape.read_only)
    for child in shape.children:
        rows = _object(child.fields, tables[child.table], read_only=shape.read_only)
        rows["properties"]["id"] = {"type": "string"}
        told["properties"][child.name] = {"type": "array", "items": rows}
    return {"openapi": "3.1.0", "components": {"schemas": {name: told}}}


def _object(fields: Iterable[Field], table: Table, *, read_only: bool) -> Doc:
    there = [(field, table.columns[field.column]) for field in fields if field.column in table.columns]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field, column in there if _is_required(field, column)],
        "properties": {field.name: _property(field, column, read_only=read_only) for field, column in there},
    }


def _is_required(field: Field, column: "Column[Any]") -> bool:
    made_there = column.server_default is not None or column.autoincrement is True or column.primary_key
    return not (column.nullable or field.computed or made_there)


def _property(field: Field, column: "Column[Any]", *, read_only: bool) -> Doc:
    told = dict(next((each for kind, each in TYPES.items() if isinstance(column.type, kind)), {"type": "string"}))
    length = getattr(column.type, "length", None)
    if length is not None and told == {"type": "string"}:
        told["maxLength"] = length
    if column.nullable:
        told["type"] = [told["type"], "null"]
    if read_only or field.computed:
        told["readOnly"] = True
    return told
