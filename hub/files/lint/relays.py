"""Values that would travel in a circle: the hub relays what one system tells to the others, and what they answer back.

A two-way rule goes there and back by the same codec, which comes to rest. A circle with a one-way rule in it may change
the value at every turn: a title is pushed with a prefix, pulled into the name, and pushed with the prefix again.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hub.domain.mapping.paths import Path
from hub.domain.mapping.rules import CreateOnly, Direction, FieldRule, ListRule, MappingSpec, Rule
from hub.files.lint.blocks import file_of, paths_of
from hub.files.problems import Problem

Place = tuple[str, ...]
"""A field: the entity or the system and its object, and the names on the way, lists without their keys."""


class Step(NamedTuple):
    """One rule carries what is at one place to another."""

    source: Place
    target: Place
    spec: MappingSpec
    rule: FieldRule


def relay_loops(specs: Sequence[MappingSpec]) -> Iterator[Problem]:
    """One-way rules that are part of a circle, each circle once."""
    steps = [step for spec in specs for step in _steps(spec, spec.rules, ())]
    onward: dict[Place, list[Place]] = {}
    for step in steps:
        onward.setdefault(step.source, []).append(step.target)
    told: set[frozenset[Place]] = set()
    for step in steps:
        if step.rule.direction is Direction.BOTH:
            continue
        way = _way(onward, step.target, step.source)
        if way is not None and frozenset(way) not in told:
            told.add(frozenset(way))
            shown = " -> ".join(".".join(place) for place in [step.source, *way])
            template = "the value goes in a circle: {way}; use one two-way rule, or create_only"
            yield Problem(file_of(step.spec, step.rule), step.rule.line, str(step.rule), template, {"way": shown})


def _steps(spec: MappingSpec, rules: tuple[Rule, ...], around: tuple[tuple[str, ...], ...]) -> Iterator[Step]:
    hub_around, remote_around = around or ((), ())
    for rule in rules:
        if isinstance(rule, ListRule):
            inner = (*hub_around, *rule.hub.path.names), (*remote_around, *rule.remote.path.names)
            yield from _steps(spec, rule.rules, inner)
            continue
        here = [(spec.entity, *hub_around, *path.names) for path in _named(rule, of_hub=True)]
        there = [(spec.system, spec.object, *remote_around, *_texts(path)) for path in _named(rule, of_hub=False)]
        if rule.direction.pushes and rule.create_only in (CreateOnly.NO, CreateOnly.PULL):
            yield from (Step(one, other, spec, rule) for one in here for other in there)
        if rule.direction.pulls and rule.create_only in (CreateOnly.NO, CreateOnly.PUSH):
            yield from (Step(other, one, spec, rule) for one in here for other in there)


def _named(rule: FieldRule, *, of_hub: bool) -> tuple[Path, ...]:
    return paths_of(rule.hub if of_hub else rule.remote)


def _texts(path: Path) -> tuple[str, ...]:
    """A path with its selectors: two members of one list are two places."""
    return (str(path),)


def _way(onward: dict[Place, list[Place]], start: Place, goal: Place) -> list[Place] | None:
    """The shortest way from one place to another, both included; None where there is none."""
    came: dict[Place, Place | None] = {start: None}
    waiting = [start]
    for place in waiting:
        if place == goal:
            break
        for target in onward.get(place, ()):
            if target not in came:
                came[target] = place
                waiting.append(target)
    if goal not in came:
        return None
    way: list[Place] = []
    at: Place | None = goal
    while at is not None:
        way.append(at)
        at = came[at]
    return way[::-1]
