"""Match tables: which values of a document let a rule apply, without an expression."""

from collections.abc import Mapping, Sequence
from typing import Any

MatchTable = Mapping[str, tuple[Any, ...]]
"""Dotted path -> allowed values. All paths must match; an empty table always does."""


def value_at(names: Mapping[str, Any], path: str) -> Any:
    """Read a dotted path; None where a step is missing."""
    value: Any = names
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def matches(table: MatchTable, names: Mapping[str, Any]) -> bool:
    """Whether every path holds one of its values; a list matches when any of its members does."""
    return all(_is_among(value_at(names, path), allowed) for path, allowed in table.items())


def _is_among(value: Any, allowed: Sequence[Any]) -> bool:
    if isinstance(value, list):
        return any(member in allowed for member in value)
    return value in allowed
