"""Bodies of actions, checked against their JSON Schema, each wrong field named in words of our own."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jsonschema_rs

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError

Facts = Callable[[Any], dict[str, object]]


def limit(kind: Any) -> dict[str, object]:
    """The limit that was passed."""
    return {"limit": kind.limit}


def nothing(_kind: Any) -> dict[str, object]:
    """No parameters."""
    return {}


WORDS: Mapping[str, tuple[str, Facts]] = {
    "required": ("This field is required.", nothing),
    "additionalProperties": ("There is no such field here.", nothing),
    "enum": ("Choose one of {choices}.", lambda kind: {"choices": ", ".join(map(str, kind.options))}),
    "type": ("This value has the wrong type.", nothing),
    "format": ("This value has the wrong form.", nothing),
    "pattern": ("This value has the wrong form.", nothing),
    "maxLength": ("Use at most {limit} characters.", limit),
    "minLength": ("Use at least {limit} characters.", limit),
    "maximum": ("The largest value is {limit}.", limit),
    "minimum": ("The smallest value is {limit}.", limit),
    "maxItems": ("Give at most {limit} entries.", limit),
    "minItems": ("Give at least {limit} entries.", limit),
}
OTHERWISE: tuple[str, Facts] = ("This value is not accepted.", nothing)


class Body:
    """The schema of an action's body."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self._validator = jsonschema_rs.validator_for(dict(schema), validate_formats=True)

    def check(self, values: Doc) -> None:
        """InvalidError names every field that the schema refuses."""
        wrong = tuple(one for error in self._validator.iter_errors(values) for one in field_errors(error))
        if wrong:
            raise InvalidError("The body does not fit this action.", fields=wrong)


def field_errors(error: Any) -> Iterable[FieldError]:
    """A schema violation as wrong fields."""
    path = [str(step) for step in error.instance_path]
    template, facts = WORDS.get(error.kind.name, OTHERWISE)
    for name in named(error.kind):
        yield FieldError(".".join([*path, *name]), template, facts(error.kind))


def named(kind: Any) -> list[list[str]]:
    """The missing or surplus names that a violation of an object is about, else its own place."""
    if kind.name == "required":
        return [[str(kind.property)]]
    if kind.name == "additionalProperties":
        return [[str(name)] for name in kind.unexpected]
    return [[]]
