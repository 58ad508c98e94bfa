"""Which names of a document rules take for themselves; everything else comes from the schema alone."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from hub.domain.mapping.paths import Path, Select
from hub.domain.mapping.rules import ListRule, Rule
from hub.laws.sides import written_paths

Names: TypeAlias = tuple[str, ...]
Taken: TypeAlias = dict[str, Any]
"""A tree of names; one without anything below is taken whole."""


def taken(rules: Iterable[Rule], others: Iterable[Names], *, of_hub: bool) -> Taken:
    """The names that rules take on one side, with ``others`` besides."""
    return tree([*(names for rule in rules for names in _names(rule, of_hub=of_hub)), *others])


def tree(paths: Iterable[Names]) -> Taken:
    """A tree of paths."""
    found: Taken = {}
    for path in paths:
        here = found
        for name in path:
            here = here.setdefault(name, {})
    return found


def list_of(path: Path) -> Path | None:
    """The list that a path selects a member of, where it does."""
    found = next((index for index, step in enumerate(path.steps) if isinstance(step, Select)), None)
    return None if found is None else Path(path.steps[:found])


def outside(path: Path) -> Names:
    """The names of a path up to the list that it selects a member of."""
    return (list_of(path) or path).names


def _names(rule: Rule, *, of_hub: bool) -> Iterator[Names]:
    if isinstance(rule, ListRule):
        yield (rule.hub if of_hub else rule.remote).path.names
    else:
        yield from map(outside, written_paths(rule, of_hub=of_hub))
