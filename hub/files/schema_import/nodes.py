"""Pieces of schemas that are made of what other systems say: fields, objects, lists, in our JSON Schema form."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.domain.documents import Doc

_HAN = re.compile(r"[\u3400-\u9fff]")

TEXT: Doc = {"type": "string"}
WHOLE: Doc = {"type": "integer"}
NUMBER: Doc = {"type": "number"}
YES_NO: Doc = {"type": "boolean"}
DECIMAL: Doc = {"type": "string", "format": "decimal"}
DATE: Doc = {"type": "string", "format": "date"}
INSTANT: Doc = {"type": "string", "format": "date-time"}
LOCAL: Doc = {"type": "string", "format": "local-date-time"}
CLOCK: Doc = {"type": "string", "format": "time"}
ANYTHING: Doc = {}

WORDS = {
    "title": "title",
    "titles": "x-title",
    "description": "description",
    "form": "format",
    "choices": "enum",
    "choice_titles": "x-enum",
    "most": "maxLength",
    "pattern": "pattern",
    "default": "default",
    "read_only": "readOnly",
    "create_only": "x-create-only",
    "write_only": "x-write-only",
    "places": "x-places",
    "digits": "x-digits",
    "zone": "x-zone",
    "key": "x-key",
    "refers_to": "x-refers-to",
    "seen": "x-seen",
}
"""What readers say of a field, and the keyword that says it in a schema."""


def field(shape: Doc, *, label: Any = None, nullable: bool = False, **says: Any) -> Doc:
    """A field: a shape from above and what the source says of it, by WORDS; what is None, false or empty is left out.

    A label stands under the language that it is written in.
    """
    made = dict(shape)
    if nullable and "type" in made:
        made["type"] = [*_listed(made["type"]), "null"]
    if isinstance(label, str) and label.strip():
        says = {"title": label.strip(), "titles": {language_of(label): label.strip()}, **says}
    if nullable and says.get("choices"):
        says["choices"] = [*says["choices"], None]
    told = {WORDS[name]: value for name, value in says.items() if not _says_nothing(value)}
    first = [name for name in ("title", "x-title", "description") if name in told]
    return {**{name: told.pop(name) for name in first}, **made, **told}


def choice(options: Sequence[tuple[Any, str | None]], **says: Any) -> Doc:
    """A field with a list of values, each with its label where the source gives one."""
    values = list(dict.fromkeys(value for value, _ in options))
    labels = {str(value): {language_of(label): label} for value, label in options if label and label != value}
    types = sorted({_type_of(value) for value in values}) or ["string"]
    shape: Doc = {"type": types[0] if len(types) == 1 else types}
    return field(shape, choices=values, choice_titles=labels, **says)


def record(properties: Mapping[str, Doc], required: Iterable[str] = (), **says: Any) -> Doc:
    """An object with these fields and no others."""
    wanted = sorted(set(required) & set(properties))
    shape = {"type": "object", "additionalProperties": False, "required": wanted, "properties": dict(properties)}
    return field(shape if wanted else {key: value for key, value in shape.items() if key != "required"}, **says)


def listing(items: Doc, **says: Any) -> Doc:
    """A list of these."""
    return field({"type": "array", "items": items}, **says)


def language_of(label: str) -> str:
    """The language that a label is written in, by its script."""
    return "zh" if _HAN.search(label) else "en"


def number_in(value: Any) -> int | None:
    """A whole number that a source gives as number or text; None when it gives none, or ``Max``."""
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) > 0 else None  # noqa: PLR2004 - no field is longer


def _listed(types: Any) -> list[str]:
    return [types] if isinstance(types, str) else [name for name in types if name != "null"]


def _says_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {}, ())


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "number" if isinstance(value, float) else "string"
