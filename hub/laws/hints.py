"""What the expressions of a mapping compare with: without these values a condition would hardly ever hold."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from hub.domain.expression import Expression
from hub.domain.mapping.rules import FieldRule, Formula, ListRule, Rule

Hints = dict[tuple[str, ...], tuple[Any, ...]]
OUTER = "record"
"""How a list member's expression calls the record around it."""


def hints(rules: Iterable[Rule], *, of_hub: bool) -> Hints:
    """For each path that expressions of these rules read on one side: values that may make a difference."""
    found: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for expression in _expressions(rules, of_hub=of_hub):
        values = tuple(_around(expression))
        for name in expression.names():
            found[tuple(name.split("."))] += values
    return {path: tuple(dict.fromkeys(values)) for path, values in found.items()}


def outer_hints(rules: Iterable[Rule], *, of_hub: bool) -> Hints:
    """Those that list members read of the record around them."""
    inner = hints((each for rule in _lists(rules) for each in rule.rules), of_hub=of_hub)
    return {path[1:]: values for path, values in inner.items() if path[0] == OUTER}


def _lists(rules: Iterable[Rule]) -> Iterator[ListRule]:
    for rule in rules:
        if isinstance(rule, ListRule):
            yield rule
            yield from _lists(rule.rules)


def _expressions(rules: Iterable[Rule], *, of_hub: bool) -> Iterator[Expression]:
    for rule in rules:
        if isinstance(rule, FieldRule):
            operand = rule.hub if of_hub else rule.remote
            if isinstance(operand, Formula):
                yield operand.expression
            if of_hub and rule.when is not None:
                yield rule.when


def _around(expression: Expression) -> Iterator[Any]:
    """The constants, and their neighbours."""
    for node in ast.walk(ast.parse(expression.text.strip(), mode="eval")):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str):
            yield from (value, f"{value}x")
        elif isinstance(value, bool):
            yield value
        elif isinstance(value, int):
            yield from (value, value + 1, value - 1, str(value), str(value + 1))
