"""Does a document fit a JSON Schema (draft 2020-12)? A compiled validator says yes, a slower one says why not.

``validation(schema)`` is the one way in: a schema in, verdicts out. The compiled validator decides; the other one only
reports, so that both cannot contradict each other. Formats and patterns have one meaning, that of the compiled one:
the reporting one asks it. Schemas refer to no other files.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any
from zoneinfo import available_timezones

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from hub.domain.errors import InvalidError

Schema = Mapping[str, Any] | bool
FORMATS = (
    "date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6", "iri",
    "iri-reference", "json-pointer", "regex", "relative-json-pointer", "time", "uri", "uri-reference", "uri-template",
    "uuid",
)  # fmt: skip
"""The formats that are checked; every other one but ours is a word for people and programs, not a rule."""


@cache
def zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())


OWN_FORMATS: Mapping[str, Callable[[str], bool]] = {"time-zone": lambda name: name in zones()}
"""Formats of our own, checked as well; the others are told by a pattern beside them."""


@dataclass(frozen=True)
class Refusal:
    """One thing that is wrong: where in the document, by which keyword, and what that keyword asks for.

    ``names`` are the missing or surplus names of an object.
    """

    place: tuple[str | int, ...]
    keyword: str
    asked: Any
    message: str
    names: tuple[str, ...] = ()


_UNTOLD = Refusal((), "", None, "the document does not fit the schema")


class Validation:
    """One schema, compiled."""

    def __init__(self, schema: Schema) -> None:
        self._quick = _compiled(schema)
        self._schema = schema

    def accepts(self, doc: Any) -> bool:
        """Say whether the document fits."""
        return bool(self._quick.is_valid(doc))

    def refusals(self, doc: Any) -> tuple[Refusal, ...]:
        """Everything that is wrong with the document; nothing where it fits."""
        return () if self._quick.is_valid(doc) else self.report(doc) or (_UNTOLD,)

    def report(self, doc: Any) -> tuple[Refusal, ...]:
        """What the reporting validator finds by itself."""
        try:
            return tuple(_told_once(self._slow.iter_errors(doc)))
        except re.error:  # a pattern that Python has no words for, beside additionalProperties
            return (_UNTOLD,)

    @cached_property
    def _slow(self) -> Any:
        return _Reporter(self._schema, format_checker=_formats())


def validation(schema: Schema) -> Validation:
    """Compile a schema; an InvalidError says why that cannot be. Keep what you get: compiling takes long."""
    try:
        return Validation(schema)
    except (ValueError, jsonschema_rs.ValidationError) as error:
        raise InvalidError("{reason}", reason=str(error).partition("\n")[0]) from error


def _compiled(schema: Schema) -> Any:
    kept = schema if isinstance(schema, bool) else dict(schema)
    return jsonschema_rs.Draft202012Validator(
        kept, validate_formats=True, formats=dict(OWN_FORMATS), retriever=_retrieve
    )


def _retrieve(uri: str) -> Any:
    """Nothing is fetched, from nowhere."""
    raise ValueError(uri)


# --- the report


def _told_once(errors: Iterator[ValidationError]) -> Iterator[Refusal]:
    """One refusal per keyword of the schema and place of the document; missing names are told together."""
    seen = set()
    for error in errors:
        key = (tuple(error.absolute_path), tuple(error.absolute_schema_path))
        if key not in seen:
            seen.add(key)
            yield Refusal(key[0], str(error.validator), error.validator_value, str(error.message), _names(error))


def _names(error: ValidationError) -> tuple[str, ...]:
    if error.validator == "required":
        return tuple(str(name) for name in error.validator_value if name not in error.instance)
    if error.validator != "additionalProperties":
        return ()
    known, patterns = error.schema.get("properties", {}), error.schema.get("patternProperties", {})
    return tuple(
        str(name)
        for name in error.instance
        if name not in known and not any(_matcher(pattern).is_valid(name) for pattern in patterns)
    )


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> Any:
    return jsonschema_rs.Draft202012Validator({"type": "string", "pattern": pattern})


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    for pattern, schema in patterns.items() if isinstance(instance, dict) else ():
        for name, value in instance.items():
            if _matcher(pattern).is_valid(name):
                yield from validator.descend(value, schema, path=name, schema_path=pattern)


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _matcher(pattern).is_valid(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Reporter = extend(Draft202012Validator, {"pattern": _pattern, "patternProperties": _pattern_properties})


@cache
def _formats() -> FormatChecker:
    checker = FormatChecker(formats=())
    for name in (*FORMATS, *OWN_FORMATS):
        quick = _compiled({"type": "string", "format": name})
        checker.checks(name)(lambda value, quick=quick: not isinstance(value, str) or quick.is_valid(value))
    for name, holds in OWN_FORMATS.items():
        checker.checks(name)(lambda value, holds=holds: not isinstance(value, str) or holds(value))
    return checker
