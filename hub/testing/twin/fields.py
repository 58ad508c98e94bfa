"""What a product accepts in a field: everything that is not allowed is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.testing.twin.refusals import RefusedError

FORMS: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "decimal": lambda value: isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) is not None,
    "bool": lambda value: isinstance(value, bool),
    "date": lambda value: isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None,
    "object": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
}


@dataclass(frozen=True)
class Field:
    """One field: its form (see FORMS), and what else is asked of a value."""

    form: str = "text"
    required: bool = False
    read_only: bool = False
    most: int | None = None  # characters
    values: frozenset[Any] | None = None
    pattern: str | None = None
    may_be_null: bool = True


def check(fields: Mapping[str, Field], doc: Doc, *, making: bool, status: int = 400) -> None:
    """Nothing, where a product with these fields takes the document; RefusedError names the first mistake.

    The code is unknown, read_only, missing, null, form, long, value or pattern: each twin words it as its vendor does.
    """
    for name, value in doc.items():
        if name not in fields:
            raise RefusedError(status, "unknown", f"No such field: {name}", field=name)
        if (wrong := mistake(fields[name], value)) is not None:
            raise RefusedError(status, wrong, f"Not accepted: {name}", field=name)
    for name, field in fields.items():
        if making and field.required and doc.get(name) in (None, ""):
            raise RefusedError(status, "missing", f"Required field: {name}", field=name)


def mistake(field: Field, value: Any) -> str | None:
    """What is wrong with a value, in one word; None where nothing is."""
    if field.read_only:
        return "read_only"
    if value is None:
        return None if field.may_be_null and not field.required else "null"
    wrong: dict[str, Callable[[], bool]] = {
        "form": lambda: not FORMS[field.form](value),
        "long": lambda: field.most is not None and len(value) > field.most,
        "value": lambda: field.values is not None and value not in field.values,
        "pattern": lambda: field.pattern is not None and re.fullmatch(field.pattern, value) is None,
    }
    return next((code for code, is_so in wrong.items() if is_so()), None)
