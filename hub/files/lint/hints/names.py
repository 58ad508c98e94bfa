"""Two fields, or two rows of a value table, that look as if they had been exchanged."""

import re
from collections.abc import Iterator
from itertools import combinations

from hub.domain.mapping.codecs import ValueMap
from hub.domain.mapping.paths import Path, Select
from hub.domain.mapping.rules import FieldRule, Rule
from hub.files.lint.blocks import Block, codecs_of, field_rules
from hub.files.problems import Problem

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_A-Za-z]+")
ALIKE = 0.5
"""Share of common words from which two names are taken for the same."""


def exchanged_fields(block: Block) -> Iterator[tuple[Rule, Problem]]:
    """Two rules whose names would fit better the other way round."""
    named = [(rule, words(rule.hub), words(rule.remote)) for rule in field_rules(block) if _plain(rule)]
    for (one, here, there), (other, here2, there2) in combinations(named, 2):
        if one.direction is not other.direction:
            continue
        present = max(likeness(here, there), likeness(here2, there2))
        crossed = max(likeness(here, there2), likeness(here2, there))
        if present == 0 and crossed >= ALIKE:
            template = "names: this rule and '{other}' look exchanged"
            yield other, block.problem(other, template, other=str(one))


def _plain(rule: FieldRule) -> bool:
    return isinstance(rule.hub, Path) and isinstance(rule.remote, Path)


def words(operand: object) -> frozenset[str]:
    """The words of a path's last name, and of the values that select the member it stands in."""
    if not isinstance(operand, Path):
        return frozenset()
    texts = [operand.names[-1]]
    for step in operand.steps:
        if isinstance(step, Select):
            texts += [str(value) for condition in step.where for value in condition.values]
    return frozenset(word for text in texts for word in words_of(text))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name: ``taxAmount`` and ``tax_amount`` are the same."""
    return tuple(word.lower() for word in _WORD.findall(text))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the words that both have."""
    return len(one & other) / len(one | other) if one and other else 0.0


def exchanged_rows(block: Block) -> Iterator[tuple[Rule, Problem]]:
    """A row with a remote value that another row is named after, or that is written although a better one is there."""
    seen: dict[tuple[str, bool], list[tuple[str, object, object]]] = {}
    for rule in field_rules(block):
        for table in (part for part in codecs_of(rule.codec) if isinstance(part, ValueMap)):
            key = (table.name, rule.direction.pushes)
            if key not in seen:
                seen[key] = list(_rows(table, pushes=rule.direction.pushes))
            for template, value, row in seen[key]:
                yield rule, block.problem(rule, template, table=table.name, value=repr(value), row=str(row))


def _rows(table: ValueMap, *, pushes: bool) -> Iterator[tuple[str, object, object]]:
    own = {_name(hub): [_name(value) for value in remotes] for hub, remotes in table.rows}
    for hub, remotes in table.rows:
        for value in remotes:
            other = own.get(_name(value))
            if _name(value) != _name(hub) and other is not None and _name(value) not in other:
                yield "names: the table '{table}' reads {value} as {row}, though another row is named so", value, hub
        if pushes and _name(hub) in own[_name(hub)][1:]:
            yield "names: the table '{table}' writes {value} for {row}: the first value is written", remotes[0], hub


def _name(value: object) -> str:
    return " ".join(words_of(str(value))) or str(value)
