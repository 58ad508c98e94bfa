"""JSON Schemas as trees that a path can be followed in; ``$ref`` goes between our own files only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from hub.domain.errors import InvalidError, NotFoundError
from hub.files.overlay import merge
from hub.files.patterns import matches

_BRANCHES = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True)
class SchemaNode:
    """One place in a schema, with what all its branches say."""

    schema: Mapping[str, Any]
    resolver: Any  # a resolver of the referencing library, which has no public type for it

    @cached_property
    def parts(self) -> tuple["SchemaNode", ...]:
        """The schema itself, what it refers to, and its branches."""
        return tuple(self._parts(self, 0))

    def _parts(self, node: "SchemaNode", depth: int) -> Iterator["SchemaNode"]:
        yield node
        if depth > 20:  # noqa: PLR2004 - a schema that refers to itself ends somewhere
            return
        if "$ref" in node.schema:
            found = node.resolver.lookup(node.schema["$ref"])
            yield from self._parts(SchemaNode(found.contents, found.resolver), depth + 1)
        for branch in (each for keyword in _BRANCHES for each in node.schema.get(keyword, ())):
            yield from self._parts(SchemaNode(branch, node.resolver), depth + 1)

    @property
    def properties(self) -> dict[str, "SchemaNode"]:
        """The fields of an object."""
        return {
            name: SchemaNode(schema, part.resolver)
            for part in self.parts
            for name, schema in part.schema.get("properties", {}).items()
        }

    @property
    def is_open(self) -> bool:
        """Whether any name is allowed: the schema says nothing of its fields, or allows further ones."""
        says = any(key in part.schema for part in self.parts for key in ("properties", "items", "type"))
        further = any(part.schema.get("additionalProperties") not in (None, False) for part in self.parts)
        return further or not says

    def field(self, name: str) -> "SchemaNode | None":
        """The schema of a field; None where there is no such field."""
        known = self.properties.get(name) or next(self._further(name), None)
        return known or (SchemaNode({}, self.resolver) if self.is_open else None)

    def _further(self, name: str) -> Iterator["SchemaNode"]:
        for part in self.parts:
            for pattern, schema in part.schema.get("patternProperties", {}).items():
                if matches(pattern, name):
                    yield SchemaNode(schema, part.resolver)
            if isinstance(part.schema.get("additionalProperties"), dict):
                yield SchemaNode(part.schema["additionalProperties"], part.resolver)

    @property
    def items(self) -> "SchemaNode | None":
        """The schema of a list's members."""
        found = (SchemaNode(part.schema["items"], part.resolver) for part in self.parts if "items" in part.schema)
        return next(found, SchemaNode({}, self.resolver) if self.is_open else None)

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that are allowed, null left out; empty where the schema does not say."""
        given = (part.schema["type"] for part in self.parts if "type" in part.schema)
        named = {name for each in given for name in ([each] if isinstance(each, str) else each)}
        return frozenset(named - {"null"})

    @property
    def choices(self) -> tuple[Any, ...] | None:
        """The values that are allowed, where they are listed."""
        return next((tuple(part.schema["enum"]) for part in self.parts if "enum" in part.schema), None)

    @property
    def required(self) -> frozenset[str]:
        """The fields that must be there."""
        return frozenset(name for part in self.parts for name in part.schema.get("required", ()))

    def says(self, keyword: str) -> Any:
        """The value of a keyword, in the schema or what it refers to."""
        return next((part.schema[keyword] for part in self.parts if keyword in part.schema), None)


def schema_files(folder: Path, own: Path | None = None) -> dict[str, Any]:
    """The schemas below a folder by their names, with those of the operator's folder laid over them."""
    files = {path.relative_to(folder).as_posix(): orjson.loads(path.read_bytes()) for path in folder.rglob("*.json")}
    for path in sorted(own.rglob("*.json")) if own is not None else ():
        name = path.relative_to(own).as_posix() if own is not None else ""
        try:
            files[name] = merge(files.get(name, {}), orjson.loads(path.read_bytes()))
        except orjson.JSONDecodeError as error:
            raise InvalidError("{file} is no JSON: {reason}", file=str(path), reason=str(error)) from error
    return files


class SchemaFolder:
    """The schema files below a folder, by path: ``canonical/invoice.json``; an operator's folder adds to them."""

    def __init__(self, folder: Path, own: Path | None = None) -> None:
        files = schema_files(folder, own)
        resources = [(name, DRAFT202012.create_resource(doc)) for name, doc in files.items()]
        self._names = tuple(sorted(files))
        self._files = files
        self._registry: Registry[Any] = Registry().with_resources(resources)

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of the files."""
        return self._names

    @property
    def files(self) -> Mapping[str, Any]:
        """The contents of the files, by path."""
        return self._files

    def tree(self, name: str) -> SchemaNode:
        """The schema of a file; NotFoundError when there is none, or when it refers to one that is missing."""
        try:
            found = self._registry.resolver(base_uri="").lookup(name)
        except Unresolvable as error:
            raise NotFoundError("there is no schema {name}", name=name) from error
        return SchemaNode(found.contents, found.resolver)

    def of(self, schema: Mapping[str, Any]) -> SchemaNode:
        """A schema that refers to the files of the folder."""
        return SchemaNode(schema, self._registry.resolver(base_uri=""))
