"""Arguments of operations as connector files declare them: a document with ``{name}`` where a value goes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hub.transport.templates import filled, names_in

ALONE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def filled_in(template: Any, values: Mapping[str, Any]) -> Any:
    """The document: ``{name}`` alone gives the value as it is; within a text, the text. Nothing in leaves it out."""
    if isinstance(template, dict):
        inner = {name: filled_in(value, values) for name, value in template.items()}
        return {name: value for name, value in inner.items() if value is not None}
    if isinstance(template, list):
        return [filled_in(value, values) for value in template]
    if not isinstance(template, str):
        return template
    alone = ALONE.fullmatch(template)
    return values[alone[1]] if alone else filled(template, values)


def names_within(node: Any) -> Iterator[str]:
    """The names for which the texts of a document have a place."""
    if isinstance(node, str):
        yield from names_in(node)
    elif isinstance(node, (dict, list)):
        for value in node.values() if isinstance(node, dict) else node:
            yield from names_within(value)
