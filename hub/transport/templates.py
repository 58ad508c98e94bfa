"""Templates of connector files: ``{name}`` stands for a setting, ``{{`` and ``}}`` for a brace."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

PART = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\}")
BRACES = {"{{": "{", "}}": "}"}


def filled(template: str, values: Mapping[str, Any], *, quoted: Callable[[str], str] = str) -> str:
    """The template with the values in it, each ``quoted`` for where it goes; KeyError names an unknown one."""
    return PART.sub(lambda part: BRACES[part[0]] if part[0] in BRACES else quoted(str(values[part[1]])), template)


def names_in(template: str) -> Iterator[str]:
    """The names that a template needs."""
    return (part[1] for part in PART.finditer(template) if part[1])
