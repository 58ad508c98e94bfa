"""Schemas as the generators see them, and whether one value fits one place."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from hub.domain.mapping.paths import Key, Path
from hub.domain.mapping.values import normal


class Schema(Protocol):
    """One place in a JSON Schema, its references and branches followed."""

    @property
    def properties(self) -> "Mapping[str, Any]":
        """The fields of an object, each a schema."""
        ...

    @property
    def items(self) -> Any:
        """The schema of a list's members, or None."""
        ...

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that are allowed, null left out; empty where the schema does not say."""
        ...

    @property
    def choices(self) -> tuple[Any, ...] | None:
        """The values that are allowed, where they are listed."""
        ...

    @property
    def required(self) -> frozenset[str]:
        """The fields that must be there."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether any name is allowed."""
        ...

    def field(self, name: str) -> Any:
        """The schema of a field, or None."""
        ...

    def says(self, keyword: str) -> Any:
        """The value of a keyword."""
        ...


def at(schema: Schema | None, path: Path) -> Schema | None:
    """The schema of a path, selectors going into the members of lists; None where it is not known."""
    here: Schema | None = schema
    for step in path.steps:
        if here is None:
            return None
        here = here.field(step.name) if isinstance(step, Key) else here.items
    return here


def nullable(schema: Schema | None) -> bool:
    """Whether a place may hold null; a place of which nothing is known may."""
    if schema is None:
        return True
    types, choices = schema.says("type"), schema.choices
    if choices is not None and None not in choices:
        return False
    return (types is None and choices is None) or "null" in (types or ()) or (choices is not None and types is None)


PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def fits(schema: Schema | None, value: Any) -> bool:
    """Say whether a single value is one that the schema allows; the inside of objects and lists is not looked at."""
    if schema is None:
        return True
    if value is None:
        return nullable(schema)
    choices = schema.choices
    if choices is not None and normal(value) not in set(map(normal, choices)):
        return False
    return _has_type(schema.types, value) and _within(schema, value)


def _has_type(types: frozenset[str], value: Any) -> bool:
    if isinstance(value, bool):
        return not types or "boolean" in types
    return not types or any(isinstance(value, PYTHON[name]) for name in types)


def _within(schema: Schema, value: Any) -> bool:
    if isinstance(value, str):
        return _fits_text(schema, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _fits_number(schema, Decimal(repr(value)))
    return True


def _fits_text(schema: Schema, text: str) -> bool:
    least, most, pattern = schema.says("minLength") or 0, schema.says("maxLength"), schema.says("pattern")
    long_enough = least <= len(text) and (most is None or len(text) <= most)
    if not long_enough or (pattern is not None and not compiled(pattern).search(text)):
        return False
    form = FORMS.get(schema.says("format") or "")
    return form is None or form.fullmatch(text) is not None


def _fits_number(schema: Schema, number: Decimal) -> bool:
    least, most, step = schema.says("minimum"), schema.says("maximum"), schema.says("multipleOf")
    above, below = schema.says("exclusiveMinimum"), schema.says("exclusiveMaximum")
    return (
        (least is None or number >= Decimal(str(least)))
        and (most is None or number <= Decimal(str(most)))
        and (above is None or number > Decimal(str(above)))
        and (below is None or number < Decimal(str(below)))
        and (step is None or number % Decimal(str(step)) == 0)
    )


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of JSON Schema, whose ``$`` means the very end, compiled once; one that is none here allows all."""
    try:
        return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern))
    except re.error:
        return re.compile("")


_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"
FORMS: dict[str, re.Pattern[str]] = {
    "date": re.compile(_DAY),
    "date-time": re.compile(rf"{_DAY}[Tt ]{_CLOCK}([Zz]|[+-]\d\d:\d\d)"),
    "local-date-time": re.compile(rf"{_DAY}[T ]{_CLOCK}"),
    "time": re.compile(rf"{_CLOCK}([Zz]|[+-]\d\d:\d\d)?"),
    "decimal": re.compile(r"-?\d+(\.\d+)?"),
    "email": re.compile(r"[\w.%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII),
    "phone": re.compile(r"\+[1-9]\d{1,14}"),
    "currency": re.compile(r"[A-Z]{3}"),
    "country": re.compile(r"[A-Z]{2,3}"),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+"),
}
"""What a format demands, as far as generated values need it."""
