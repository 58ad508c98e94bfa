"""The shape of a mapping file, by its meta-schema: every problem in words of our own, with line and suggestion."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from hub.files.data import data_dir
from hub.files.mapping_rules import is_rule
from hub.files.problems import Problem, closest
from hub.files.yaml import Document, Place, key_text

MOST = 100
"""So many problems of shape are told of one file; a person who mends these sees the next."""

Facts = Callable[[ValidationError], dict[str, object]]


def _limit(error: ValidationError) -> dict[str, object]:
    return {"limit": error.validator_value}


def _value(error: ValidationError) -> dict[str, object]:
    text = repr(error.instance)
    return {"value": text if len(text) < 80 else f"{text[:80]}..."}  # noqa: PLR2004 - a message stays on its line


def _missing(error: ValidationError) -> str:
    return str(error.message).split("'")[1]  # one error is one missing name, which only its message tells


def _types(error: ValidationError) -> str:
    named = error.validator_value
    return " or ".join([named] if isinstance(named, str) else named)


def _listed(error: ValidationError) -> str:
    return ", ".join(map(str, error.validator_value))


def _pattern(error: ValidationError) -> dict[str, object]:
    return {"pattern": error.validator_value}


WORDS: Mapping[str, tuple[str, Facts]] = {
    "required": ("'{name}' is missing", lambda error: {"name": _missing(error)}),
    "type": (
        "{value} stands where the type {types} is wanted",
        lambda error: {**_value(error), "types": _types(error)},
    ),
    "enum": ("{value} is not one of {choices}", lambda error: {**_value(error), "choices": _listed(error)}),
    "pattern": ("{value} does not have the form {pattern}", lambda error: {**_value(error), **_pattern(error)}),
    "minLength": ("it needs at least {limit} characters", _limit),
    "maxLength": ("it has more than {limit} characters", _limit),
    "minimum": ("the least is {limit}", _limit),
    "maximum": ("the most is {limit}", _limit),
    "minItems": ("it has fewer than {limit} members", _limit),
    "maxItems": ("it has more than {limit} members", _limit),
    "minProperties": ("it is empty", lambda _: {}),
    "maxProperties": ("it has more than {limit} entries: split the file", _limit),
    "anyOf": (
        "{value} is no value of a table: a text, a number, true, false, null, or a list of these",
        _value,
    ),
}
OTHERWISE: tuple[str, Facts] = (
    "{value} does not fit ({keyword})",
    lambda error: {**_value(error), "keyword": error.validator},
)


def check_shape(document: Document, definition: str | None = None) -> Iterator[tuple[Place, Problem]]:
    """Every problem of shape with its place, of a mapping or of what a definition of the meta-schema describes."""
    found = _validator(definition).iter_errors(_with_text_keys(document.data))
    problems = (each for error in found for each in _problems(document, error))
    yield from islice(problems, MOST)


def problem_at(
    document: Document, place: Place, template: str, suggestion: str | None = None, **params: object
) -> Problem:
    """A problem of a place in a document."""
    file, line = document.where(place)
    path = ": ".join(str(part) for part in place) or "file"
    return Problem(file, line, path, template, params, suggestion)


@cache
def _validator(definition: str | None) -> Draft202012Validator:
    schema = json.loads((data_dir("schemas") / "mapping.json").read_text(encoding="utf-8"))
    if definition is not None:
        schema = {"$defs": schema["$defs"], "$ref": f"#/$defs/{definition}"}
    return Draft202012Validator(schema)


def _with_text_keys(value: Any) -> Any:
    """The data as JSON can say it, for the meta-schema."""
    if isinstance(value, dict):
        return {key_text(key): _with_text_keys(member) for key, member in value.items()}
    return [_with_text_keys(member) for member in value] if isinstance(value, list) else value


def _problems(document: Document, error: ValidationError) -> Iterator[tuple[Place, Problem]]:
    place: Place = tuple(error.absolute_path)
    if error.validator != "additionalProperties":
        template, facts = WORDS.get(str(error.validator), OTHERWISE)
        wanted = error.schema.get("x-wants") if error.validator == "oneOf" else None
        yield place, problem_at(document, place, wanted or template, None, **facts(error))
        return
    known = list(error.schema.get("properties", {}))
    unknown = (name for name in error.instance if name not in known and not _matches(name, error))
    for number, name in enumerate(unknown):
        if known:
            meant = closest(name, known) if number < MOST else None
            yield (*place, name), problem_at(document, (*place, name), "is not known here", meant)
        else:
            template = "is no rule: write 'hub.path <-> remote.path', or -> or <-, between spaces"
            yield (*place, name), problem_at(document, (*place, name), template)


def _matches(name: str, error: ValidationError) -> bool:
    return bool(error.schema.get("patternProperties")) and is_rule(name)
