"""What a service says of an object's entities, put together as the object's documents are."""

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.odata.entities import ROW_ID, Kind
from connectors.odata.metadata import Property
from connectors.odata.records import STATE
from connectors.odata.shapes import Child, Field, Shape
from connectors.odata.values import DAY
from hub.domain.documents import Doc

TEXT: Doc = {"type": "string"}
DECIMAL: Doc = {"type": "string", "format": "decimal"}
WHOLE: Doc = {"type": "integer"}
DATE: Doc = {"type": "string", "format": "date"}
CLOCK: Doc = {"type": "string", "format": "time"}
FORMS: dict[str, Doc] = {
    **dict.fromkeys(("Edm.Decimal", "Edm.Double", "Edm.Single"), DECIMAL),
    **dict.fromkeys(("Edm.Int64", "Edm.Int32", "Edm.Int16", "Edm.Byte", "Edm.SByte"), WHOLE),
    "Edm.Boolean": {"type": "boolean"},
    **dict.fromkeys((DAY, "Edm.Date"), DATE),
    "Edm.DateTimeOffset": {"type": "string", "format": "date-time"},
    "Edm.DateTime": {"type": "string", "format": "local-date-time"},
    **dict.fromkeys(("Edm.Time", "Edm.TimeOfDay"), CLOCK),
}


def described(shape: Shape, kind: Kind, key: str | None = None) -> Doc:
    """An OpenAPI document with the one schema of the object; ``key`` is the field that carries our key.

    Our key is never cut, so its length is no matter of mappings: one that is too long is refused over there.
    """
    schema = _object(kind, read_only=shape.read_only)
    if shape.read_only:
        names = [each.name for each in kind.node.fields if set(each.properties) <= set(kind.entity.keys)]
        schema["required"] = names
        for name in names if len(kind.entity.keys) == 1 else ():  # a part of a key may be the empty text
            schema["properties"][name]["minLength"] = 1
    if key is not None:
        _without_length(schema, key.split("."))
    if shape.states:
        states = list(dict.fromkeys(line.state for line in shape.states))
        schema["properties"][STATE] = {**TEXT, "enum": states, "readOnly": True, "title": "State"}
    return {"openapi": "3.1.0", "components": {"schemas": {shape.name: schema}}}


def _without_length(schema: Doc, way: Sequence[str]) -> None:
    """Take the length from the field at a dotted path."""
    for name in way:
        schema = schema["properties"].get(name, {"properties": {}})
    schema.pop("maxLength", None)


def described_union(shape: Shape, first: Doc) -> Doc:
    """The same of an object that is several others, which are told as the first of them is."""
    (schema,) = first["components"]["schemas"].values()
    which = {shape.union.by: {**TEXT, "enum": list(shape.union.objects)}} if shape.union else {}
    told = {**schema, "properties": {**which, **schema["properties"]}, "required": list(which)}
    return {**first, "components": {"schemas": {shape.name: told}}}


def _object(kind: Kind, *, read_only: bool) -> Doc:
    properties: Doc = {each.name: _field(kind, each, read_only=read_only) for each in kind.node.fields}
    for pick in kind.node.picks:
        told = kind.of(pick).entity.properties.get(pick.property)
        properties[pick.name] = _form(told, read_only=read_only or not pick.written, nullable=True)
    properties.update(_children(kind, read_only=read_only))
    return {"type": "object", "properties": properties}


def _children(kind: Kind, *, read_only: bool) -> Iterator[tuple[str, Doc]]:
    for child in kind.node.children:
        inner = _object(kind.of(child), read_only=read_only or child.read_only)
        yield child.name, _one(inner) if child.one else _rows(inner, child, read_only=read_only)


def _one(inner: Doc) -> Doc:
    return {**inner, "type": ["object", "null"]}


def _rows(inner: Doc, child: Child, *, read_only: bool) -> Doc:
    own = {ROW_ID: {**TEXT, "readOnly": True, "title": "Key of the row"}}
    told: Doc = {"type": "array", "items": {**inner, "properties": {**own, **inner["properties"]}}}
    return {**told, "readOnly": True} if read_only or child.read_only else told


def _field(kind: Kind, field: Field, *, read_only: bool) -> Doc:
    properties = [kind.entity.properties.get(name) for name in field.properties]
    if field.is_joined:
        return _flagged({"type": ["string", "null"], "title": field.name}, read_only=read_only or field.computed)
    told = properties[0]
    return _form(told, read_only=read_only or field.computed, nullable=told is None or told.nullable)


def _form(told: Property | None, *, read_only: bool, nullable: bool) -> Doc:
    form: dict[str, Any] = dict(FORMS.get(told.type, TEXT) if told else TEXT)
    if told is not None and form == TEXT and told.most:
        form["maxLength"] = told.most
    if told is not None and told.is_currency:
        form["format"] = "currency"
    if nullable:
        form["type"] = [form["type"], "null"]
    if told is not None and told.label:
        form["title"] = told.label
    fixed = told is not None and not (told.creatable or told.updatable)
    return _flagged(form, read_only=read_only or fixed)


def _flagged(form: Doc, *, read_only: bool) -> Doc:
    return {**form, "readOnly": True} if read_only else form
