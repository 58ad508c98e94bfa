"""Whether a stored schema can be worked with, before anything follows it: its shape, patterns, references and size."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from hub.domain.errors import InvalidError
from hub.files.patterns import is_usable

DEEPEST = 200
"""Parts of a schema within one another; drafts of real systems need some 30."""
MOST_MEMBERS = 1_000
"""Members that a list may have to have: documents are made up by such lists."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_LENGTHS = ("maxItems", "maxLength", "minItems", "minLength")


def refused(file: str, reason: str) -> InvalidError:
    """The error of a schema that cannot be worked with."""
    return InvalidError("{file} is no schema to work with: {reason}.", file=file, reason=reason)


def check_sound(file: str, schema: Any) -> None:
    """InvalidError says why the schema of a file cannot be worked with."""
    if not isinstance(schema, dict):
        raise refused(file, "it is no object")
    for place in places_in(file, schema):
        _check_place(file, place)
    try:
        jsonschema_rs.meta.validate({**schema, "$schema": DRAFT, "$id": "urn:schema"})
    except jsonschema_rs.ValidationError as error:
        where = "/".join(map(str, error.instance_path)) or "it"
        raise refused(file, f"{where}: {error.message[:200]}") from error


def places_in(file: str, schema: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in a schema; InvalidError where they are too deep within one another."""
    open_ = [(schema, 0)]
    while open_:
        one, depth = open_.pop()
        if depth > DEEPEST:
            raise refused(file, f"it is nested deeper than {DEEPEST} levels")
        if isinstance(one, dict):
            yield one
        if isinstance(one, dict | list):
            open_.extend((each, depth + 1) for each in (one.values() if isinstance(one, dict) else one))


def _check_place(file: str, place: Mapping[str, Any]) -> None:
    patterns, least = place.get("patternProperties"), place.get("minItems")
    for pattern in [place.get("pattern"), *(patterns if isinstance(patterns, dict) else ())]:
        if isinstance(pattern, str) and not is_usable(pattern):
            raise refused(file, f"the pattern {pattern[:80]!r} cannot be used")
    if any(isinstance(place.get(name), float) for name in _LENGTHS):
        raise refused(file, f"{', '.join(_LENGTHS)} are whole numbers without a point")
    if isinstance(least, int) and least > MOST_MEMBERS:
        raise refused(file, f"a list of at least {least} members is too long to be tried")
