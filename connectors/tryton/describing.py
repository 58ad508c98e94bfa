"""What Tryton says of the models behind an object, put together as the object's documents are."""

from collections.abc import Iterable
from typing import Any

from connectors.tryton.models import Models
from connectors.tryton.shapes import Child, Field, Shape
from hub.domain.documents import Doc

TOLD = ("type", "string", "required", "readonly", "selection", "size", "digits", "relation")
"""What is taken over from ``fields_get``."""


def described(models: Models, shape: Shape) -> Doc:
    """The fields of an object's documents in the form of ``fields_get``; rows of children have ``fields`` of theirs."""
    told = _fields(models, shape.model, shape.fields, read_only=shape.read_only)
    for child in shape.children:
        told[child.name] = _rows(models, child, read_only=shape.read_only)
    if shape.key is not None:
        told.setdefault(shape.key.field, {"type": "char", "string": "Key of the hub"})
    return told


def _rows(models: Models, child: Child, *, read_only: bool) -> Doc:
    return {"type": "one2many", "fields": _fields(models, child.model, child.fields, read_only=read_only)}


def _fields(models: Models, model: str, fields: Iterable[Field], *, read_only: bool) -> Doc:
    found = ((field.name, _field(models, model, field, read_only=read_only)) for field in fields)
    return {name: told for name, told in found if told is not None}


def _field(models: Models, model: str, field: Field, *, read_only: bool) -> Doc | None:
    """A field: its form from where its value stands, its duties from where it is written; None when it is gone."""
    here = models.described(model)
    first, *way = field.asked.split(".")
    if first not in here:
        return None
    pointer = at = here[first]
    for name in way:
        beyond = models.described(at["relation"])
        if name not in beyond:
            return None
        at = beyond[name]
    told: dict[str, Any] = {key: at[key] for key in TOLD if key in at}
    told["string"] = pointer.get("string", "")
    told["required"] = bool(pointer.get("required")) and (not way or bool(at.get("required")) or field.by is not None)
    told["readonly"] = read_only or (not field.prepared and (field.computed or bool(pointer.get("readonly"))))
    return told
