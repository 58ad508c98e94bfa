"""What a twin's documentation says of one field, and how every request is held to it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Doc = dict[str, Any]


class RefusedError(Exception):
    """The twin refuses a request, as its documentation says it does."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def as_given(value: Any) -> Any:
    """Kept as it came."""
    return value


@dataclass(frozen=True)
class Rule:
    """One documented field."""

    kind: type[Any] = str
    longest: int | None = None
    required: bool = False
    computed: bool = False
    choices: tuple[str, ...] = ()
    shape: str | None = None  # a regular expression of the whole text
    refers: str | None = None  # the object whose id it is
    unique: bool = False
    keeps: Callable[[Any], Any] = as_given  # how the system writes the value down
    rows: "Mapping[str, Rule] | None" = None  # of a list


Rules = Mapping[str, Rule]


def check(rules: Rules, body: Doc, *, making: bool, place: str = "") -> None:
    """Refuse what the documentation does not allow; a good server names the field."""
    if not isinstance(body, dict):
        raise RefusedError(400, f"{place}: an object is expected")
    for name in body:
        if name not in rules:
            raise RefusedError(400, f"{place}{name}: unknown field")
        if rules[name].computed:
            raise RefusedError(400, f"{place}{name}: read only")
    for name, rule in rules.items():
        if rule.required and (body.get(name) in (None, "") if name in body or making else False):
            raise RefusedError(422, f"{place}{name}: required")
        if body.get(name) is not None:
            check_value(rule, body[name], f"{place}{name}")


def check_value(rule: Rule, value: Any, place: str) -> None:
    """Refuse a value of the wrong type, length, shape, or choice."""
    if not is_exactly(rule.kind, value):
        raise RefusedError(400, f"{place}: {rule.kind.__name__} is expected, not {type(value).__name__}")
    if rule.longest is not None and len(value) > rule.longest:
        raise RefusedError(422, f"{place}: longer than {rule.longest}")
    if rule.choices and value not in rule.choices:
        raise RefusedError(422, f"{place}: not one of {', '.join(rule.choices)}")
    if rule.shape is not None and not re.fullmatch(rule.shape, value):
        raise RefusedError(422, f"{place}: malformed")
    if rule.rows is not None:
        for number, row in enumerate(value):
            check(rule.rows, row, making=True, place=f"{place}[{number}].")


def is_exactly(kind: type[Any], value: Any) -> bool:
    """Whether a value has just this type: True is no number."""
    return type(value) is kind


def kept(rules: Rules, body: Doc) -> Doc:
    """The body as the system writes it down; null is nothing."""
    return {name: kept_value(rules[name], value) for name, value in body.items() if value is not None}


def kept_value(rule: Rule, value: Any) -> Any:
    """One value as it is written down."""
    if rule.rows is not None:
        return [kept(rule.rows, row) for row in value]
    return rule.keeps(value)
