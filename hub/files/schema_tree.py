"""JSON Schemas as trees that a path can be followed in; ``$ref`` goes between our own files only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from hub.domain.errors import HubError, InvalidError, NotFoundError
from hub.files.overlay import merge
from hub.files.patterns import matches
from hub.files.soundness import check_sound, places_in, refused

_BRANCHES = ("allOf", "anyOf", "oneOf")
MOST_PARTS = 1_000
"""Parts that say something of one place: branches of branches multiply."""


@dataclass(frozen=True)
class SchemaNode:
    """One place in a schema, with what all its branches say."""

    schema: Mapping[str, Any]
    resolver: Any  # a resolver of the referencing library, which has no public type for it

    @cached_property
    def parts(self) -> tuple["SchemaNode", ...]:
        """The schema itself, what it refers to, and its branches."""
        found = tuple(islice(self._parts(self, 0), MOST_PARTS + 1))
        if len(found) > MOST_PARTS:
            raise InvalidError("there are more than {most} branches for one place", most=MOST_PARTS)
        return found

    def _parts(self, node: "SchemaNode", depth: int) -> Iterator["SchemaNode"]:
        yield node
        if depth > 20:  # noqa: PLR2004 - a schema that refers to itself ends somewhere
            return
        if "$ref" in node.schema:
            yield from self._parts(node.referred(), depth + 1)
        for branch in (each for keyword in _BRANCHES for each in node.schema.get(keyword, ())):
            yield from self._parts(_node(branch, node.resolver), depth + 1)

    def referred(self) -> "SchemaNode":
        """What its ``$ref`` means; NotFoundError when there is no such schema."""
        name = self.schema["$ref"]
        try:
            found = self.resolver.lookup(name)
        except Unresolvable as error:
            raise NotFoundError("there is no schema {name}", name=name) from error
        return _node(found.contents, found.resolver)

    @property
    def properties(self) -> dict[str, "SchemaNode"]:
        """The fields of an object."""
        return {
            name: _node(schema, part.resolver)
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
                    yield _node(schema, part.resolver)
            if isinstance(part.schema.get("additionalProperties"), dict):
                yield SchemaNode(part.schema["additionalProperties"], part.resolver)

    @property
    def items(self) -> "SchemaNode | None":
        """The schema of a list's members."""
        found = (_node(part.schema["items"], part.resolver) for part in self.parts if "items" in part.schema)
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


def _node(schema: Any, resolver: Any) -> SchemaNode:
    """A place of a schema; true and false say nothing of what is there."""
    return SchemaNode(schema if isinstance(schema, Mapping) else {}, resolver)


def schema_files(folder: Path, own: Path | None = None) -> dict[str, Any]:
    """The schemas below a folder by their names, with those of the operator's folder laid over them.

    InvalidError names the first that is no JSON, or that cannot be worked with.
    """
    files: dict[str, Any] = {}
    for root in [folder] if own is None else [folder, own]:
        for path in sorted(path for path in root.rglob("*.json") if not path.is_dir()):
            name = path.relative_to(root).as_posix()
            files[name] = merge(files.get(name, {}), _read(path))
            check_sound(str(path), files[name])
    return files


def _read(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InvalidError("{file} is no JSON: {reason}", file=str(path), reason=str(error)) from error
    except OSError as error:
        raise refused(str(path), f"it cannot be opened ({type(error).__name__})") from error


class SchemaFolder:
    """The schema files below a folder, by path: ``canonical/invoice.json``; an operator's folder adds to them."""

    def __init__(self, folder: Path, own: Path | None = None) -> None:
        files = schema_files(folder, own)
        resources = [(name, DRAFT202012.create_resource(doc)) for name, doc in files.items()]
        self._names = tuple(sorted(files))
        self._files = files
        self._registry: Registry[Any] = Registry().with_resources(resources)
        for name, doc in files.items():
            self._follow(name, doc)

    def _follow(self, name: str, doc: Any) -> None:
        """Look at every reference and branch once: those that lead nowhere or multiply are refused with the file."""
        around = self.tree(name)
        for place in places_in(name, doc):
            if isinstance(place.get("$ref"), str) or any(isinstance(place.get(word), list) for word in _BRANCHES):
                try:
                    SchemaNode(place, around.resolver).parts  # noqa: B018 - worked out once, kept by nobody
                except HubError as error:
                    raise refused(name, str(error)) from error

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
