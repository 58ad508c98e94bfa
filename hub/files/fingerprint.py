"""What a mapping relies on in a schema, field by field, and the hash over it: titles and order do not count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from hub.files.schema_tree import SchemaNode

KEYWORD = "x-fingerprint"
DEEPEST = 12


@dataclass(frozen=True)
class Facts:
    """What a mapping relies on in one field."""

    types: tuple[str, ...]
    nullable: bool
    required: bool
    read_only: bool
    form: str | None
    pattern: str | None
    most: int | None
    choices: tuple[Any, ...] | None


def tree_of(schema: Mapping[str, Any]) -> SchemaNode:
    """A schema that stands alone, as a tree."""
    registry: Registry[Any] = Registry()
    return SchemaNode(schema, registry.resolver_with_root(DRAFT202012.create_resource(dict(schema))))


def facts_of(tree: SchemaNode) -> dict[str, Facts]:
    """The facts of every field by its path: ``party.code``, ``lines[].qty``."""
    return dict(_facts(tree, "", 0))


def _facts(node: SchemaNode, prefix: str, depth: int) -> Iterator[tuple[str, Facts]]:
    if depth > DEEPEST:
        return
    required = node.required
    for name, child in node.properties.items():
        path = f"{prefix}{name}"
        yield path, _of(child, required=name in required)
        yield from _facts(child, f"{path}.", depth + 1)
        members = child.items if "array" in child.types else None
        if members is not None:
            yield from _facts(members, f"{path}[].", depth + 1)


def _of(node: SchemaNode, *, required: bool) -> Facts:
    told = node.says("type")
    choices = node.choices
    nullable = told is None or "null" in told if choices is None else None in choices
    return Facts(
        types=tuple(sorted(node.types)),
        nullable=nullable,
        required=required,
        read_only=bool(node.says("readOnly")),
        form=node.says("format"),
        pattern=node.says("pattern"),
        most=node.says("maxLength"),
        choices=None if choices is None else tuple(sorted((each for each in choices if each is not None), key=str)),
    )


def fingerprint(tree: SchemaNode) -> str:
    """The hash over all facts; the same for two schemas that mean the same to a mapping."""
    told = {path: vars(facts) for path, facts in facts_of(tree).items()}
    return f"sha256:{sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()}"
