"""Records that are made of several remote objects: the schema of their documents, and the problems of their parts."""

from collections.abc import Iterator
from typing import Any

from hub.domain.mapping.paths import Key, Path
from hub.domain.mapping.rules import MappingSpec, RemoteObject
from hub.files.lint.blocks import Missing, file_of, follow, reads, writes
from hub.files.problems import Problem, closest
from hub.files.schema_tree import SchemaFolder, SchemaNode


def composed_schema(spec: MappingSpec) -> dict[str, Any]:
    """The JSON Schema of a remote document with one key per object, by references to the schemas of the objects."""
    properties = {spec.object: _reference(spec.remote_schema)}
    for part in spec.objects:
        one = _reference(part.schema)
        properties[part.name] = one if part.id is not None else {"type": "array", "items": one}
    return {"type": "object", "additionalProperties": False, "required": [spec.object], "properties": properties}


def _reference(schema: str | None) -> dict[str, Any]:
    return {} if schema is None else {"$ref": schema}


def remote_tree(spec: MappingSpec, schemas: SchemaFolder) -> SchemaNode | None:
    """The schema of the remote's documents; None where the file names none. NotFoundError when one is missing."""
    if not spec.objects:
        return None if spec.remote_schema is None else schemas.tree(spec.remote_schema)
    named = (spec.remote_schema, *(part.schema for part in spec.objects))
    for name in (name for name in named if name is not None):
        schemas.tree(name)
    return schemas.of(composed_schema(spec))


def parts_of_records(spec: MappingSpec, remote: SchemaNode | None) -> Iterator[Problem]:
    """Objects that no rule names, rows that rules write, and places of ids that a schema lacks."""
    named = {path.names[0] for rule in spec.rules for path in reads(rule, of_hub=False)}
    for part in spec.objects:
        if part.name not in named:
            yield _problem(spec, part, "no rule names the object {object}", object=part.name)
        yield from _place_of_id(spec, part, remote)
        if part.id is None:
            yield from _written_rows(spec, part)


def _place_of_id(spec: MappingSpec, part: RemoteObject, remote: SchemaNode | None) -> Iterator[Problem]:
    if part.id is not None and len(part.id.names) != 2:  # noqa: PLR2004 - an object and its field
        text = "'{path}' has to be a field of an object, such as {object}.{name}"
        yield _problem(spec, part, text, path=str(part.id), object=spec.object, name=part.name)
        return
    at = part.id if part.id is not None else Path((Key(part.name),))
    found = None if remote is None else follow(remote, at)
    if part.id is None and isinstance(found, SchemaNode) and found.items is not None:
        found = follow(found.items, Path((Key(str(part.parent)),)))
    if isinstance(found, Missing):
        yield _problem(spec, part, "'{name}' is not in its schema", closest(found.name, found.known), name=found.name)


def _written_rows(spec: MappingSpec, part: RemoteObject) -> Iterator[Problem]:
    for rule in spec.rules:
        if any(path.names[0] == part.name for path in writes(rule, of_hub=False)):
            text = "the rows of {object} are only read: use <-"
            yield Problem(file_of(spec, rule), rule.line, str(rule), text, {"object": part.name})


def _problem(
    spec: MappingSpec, part: RemoteObject, template: str, meant: str | None = None, **params: object
) -> Problem:
    return Problem(spec.file, part.line, f"remote: objects: {part.name}", template, params, meant)
