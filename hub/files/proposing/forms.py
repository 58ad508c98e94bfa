"""What kind of value a field holds, as far as its schema says."""

from collections.abc import Callable

from hub.files.schema_tree import SchemaNode

FORMATS = frozenset(
    {"country", "currency", "date", "date-time", "decimal", "email", "local-date-time", "phone", "time", "uri"}
)


def _only(*types: str) -> Callable[[SchemaNode], bool]:
    return lambda node: bool(node.types) and node.types <= set(types)


FORMS: tuple[tuple[str, Callable[[SchemaNode], object]], ...] = (
    ("ref", lambda node: node.says("x-ref")),
    ("pair", lambda node: node.says("prefixItems")),
    ("object", lambda node: node.types & {"object", "array"}),
    ("bool", _only("boolean")),
    ("enum", lambda node: node.choices is not None),
    ("epoch", lambda node: str(node.says("x-look")).startswith("epoch")),
    ("int", _only("integer")),
    ("number", _only("integer", "number")),
    ("compact date", lambda node: node.says("x-date") == "compact"),
    *((name, lambda node, name=name: node.says("format") == name) for name in sorted(FORMATS)),
    ("phone", lambda node: node.says("x-look") == "phone"),
    ("text", _only("string")),
)
"""The first that holds."""


def form_of(node: SchemaNode) -> str:
    """The kind of value, by FORMS."""
    return next((name for name, holds in FORMS if holds(node)), "anything")
