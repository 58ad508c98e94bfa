"""Forms of the console, made from the schemas of the actions that they call, and read back by the same schemas."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError
from hub.domain.instants import write_instant
from hub.web import formats
from hub.web.i18n import choice, words

LONG_TEXT = 200  # characters above which a text gets several lines
Choices = Sequence[tuple[str, str]]
Source = Callable[[str], Choices]
"""Gives the records of an entity that a form offers, as (id, words)."""


def text(name: str) -> str:
    """A field of the form, without surrounding space except in passwords; empty when it is missing."""
    value = request.form.get(name, "")
    return value if "password" in name or name == "present" else value.strip()


@dataclass(frozen=True)
class Field:
    """One field as it is shown: ``kind`` is text, long, number, moment, day, check, choice or several."""

    name: str
    label: str
    kind: str
    is_required: bool
    hint: str = ""
    value: Any = None
    choices: Choices = field(default_factory=tuple)
    most: int | None = None


def fields(schema: Mapping[str, Any], source: Source, values: Doc | None = None) -> list[Field]:
    """The fields of a schema, with the values that they begin with; lists of objects are left to pages of their own."""
    return list(walk(schema, source, values or {}, "", is_required=True))


def walk(
    schema: Mapping[str, Any], source: Source, values: Mapping[str, Any], at: str, *, is_required: bool
) -> Iterator[Field]:
    """The fields of an object and of the objects in it, under dotted names."""
    needed = schema.get("required", ()) if is_required else ()
    for name, node in schema.get("properties", {}).items():
        value, path = values.get(name), f"{at}{name}"
        if node.get("type") == "object":
            inner = value if isinstance(value, dict) else {}
            yield from walk(node, source, inner, f"{path}.", is_required=name in needed)
        elif kind := kind_of(node):
            yield Field(
                path,
                words(node.get("x-title"), path),
                kind,
                name in needed,
                words(node.get("x-hint")),
                formats.local_input(value) if kind == "moment" else value,
                choices_of(node, source),
                node.get("maxLength"),
            )


def kind_of(node: Mapping[str, Any]) -> str | None:
    """How a value is entered; None for what a form cannot take."""
    is_list = node.get("type") == "array"
    inner = node.get("items", {}) if is_list else node
    if "enum" in inner or "x-ref" in inner:
        return "several" if is_list else "choice"
    if is_list:
        return None
    if node.get("format") == "date-time":
        return "moment"
    if node.get("format") == "date":
        return "day"
    if node.get("type") == "number":
        return None
    kinds = {"boolean": "check", "integer": "number"}
    usual = "long" if node.get("maxLength", LONG_TEXT) > LONG_TEXT else "text"
    return kinds.get(str(node.get("type")), usual)


def choices_of(node: Mapping[str, Any], source: Source) -> Choices:
    """What a field offers: the words of its enumeration, or records."""
    inner = node.get("items", node)
    if "x-ref" in inner:
        return source(inner["x-ref"])
    return [(value, choice(inner, value)) for value in inner.get("enum", ())]


def read(schema: Mapping[str, Any], at: str = "") -> Doc:
    """The values of the sent form, as the schema types them; what was left empty is left out."""
    found: Doc = {}
    for name, node in schema.get("properties", {}).items():
        value = value_of(node, f"{at}{name}")
        if value not in ("", None, [], {}):
            found[name] = value
    return found


def value_of(node: Mapping[str, Any], name: str) -> Any:
    """One value of the sent form."""
    kind = node.get("type")
    if kind == "object":
        return read(node, f"{name}.")
    if kind == "array":
        return [value for value in request.form.getlist(name) if value]
    if kind == "boolean":
        return name in request.form or None
    typed = text(name)
    if kind == "number":
        return decimal(name, typed) if typed else None
    if kind == "integer":
        return whole(name, typed) if typed else None
    return moment(name, typed) if typed and node.get("format") == "date-time" else typed


def whole(name: str, typed: str) -> int:
    """A whole number; InvalidError names the field."""
    try:
        return int(typed)
    except ValueError:
        wrong = FieldError(name, "This is no whole number.", {})
        raise InvalidError("Some entries are wrong.", fields=(wrong,)) from None


def decimal(name: str, typed: str) -> float:
    """A number of a place on earth; InvalidError names the field."""
    try:
        return float(typed)
    except ValueError:
        wrong = FieldError(name, "This is no number.", {})
        raise InvalidError("Some entries are wrong.", fields=(wrong,)) from None


def moment(name: str, typed: str) -> str:
    """A local date and time as an instant; InvalidError names the field."""
    try:
        return write_instant(datetime.fromisoformat(typed).replace(tzinfo=formats.zone()))
    except ValueError:
        wrong = FieldError(name, "This is no date and time.", {})
        raise InvalidError("Some entries are wrong.", fields=(wrong,)) from None
