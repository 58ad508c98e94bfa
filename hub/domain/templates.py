"""Templates of connector files: ``{name}`` stands for a setting, ``{{`` and ``}}`` for a brace."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub.domain.errors import InvalidError

PART = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\}")
BRACES = {"{{": "{", "}}": "}"}


def filled(template: str, values: Mapping[str, Any], *, quoted: Callable[[str], str] = str) -> str:
    """The template with the values in it, each ``quoted`` for where it goes; InvalidError names an unknown one."""
    return PART.sub(lambda part: BRACES.get(part[0]) or quoted(_value(part[1], values)), template)


def _value(name: str, values: Mapping[str, Any]) -> str:
    if name not in values:
        raise InvalidError("The connector file uses {{{name}}}, but has no setting of that name", name=name)
    return str(values[name])


def names_in(template: str) -> Iterator[str]:
    """The names that a template needs."""
    return (part[1] for part in PART.finditer(template) if part[1])


def filled_in(node: Any, values: Mapping[str, Any]) -> Any:
    """A document with its texts filled in."""
    if isinstance(node, str):
        return filled(node, values)
    if isinstance(node, dict):
        return {name: filled_in(value, values) for name, value in node.items()}
    if isinstance(node, list):
        return [filled_in(part, values) for part in node]
    return node
