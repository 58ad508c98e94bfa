"""Checks of how a record is recognised over there."""

from collections.abc import Iterator

from hub.domain.errors import HubError
from hub.domain.mapping.paths import Path
from hub.domain.mapping.rules import MappingSpec
from hub.domain.mapping.syntax import parse_path
from hub.files.lint.blocks import Missing, follow
from hub.files.problems import Problem, closest
from hub.files.schema_tree import SchemaNode


def identity_paths(spec: MappingSpec, hub: SchemaNode | None) -> Iterator[Problem]:
    """A path of the identity that the hub's schema lacks, and a rung by which no record can be found."""
    for rung in spec.identity.adopt_if:
        for text in rung:
            try:
                yield from _unknown(spec, "adopt_if", parse_path(text), hub)
            except HubError as error:
                yield _problem(spec, "adopt_if", error.template, None, **error.params)
        if hub is not None and not any(_can_be_found(hub, text) for text in rung):
            template = "no record can be found by {rung}: one of them has to be a field with x-index or x-blind"
            yield _problem(spec, "adopt_if", template, None, rung=", ".join(rung))


def _can_be_found(hub: SchemaNode, name: str) -> bool:
    found = hub.field(name) if "." not in name else None
    return found is not None and bool(found.says("x-index") or found.says("x-blind") or not hub.properties)


def _unknown(spec: MappingSpec, key: str, path: Path, node: SchemaNode | None) -> Iterator[Problem]:
    found = None if node is None else follow(node, path)
    if isinstance(found, Missing):
        meant = closest(found.name, found.known)
        yield _problem(spec, key, "'{name}' is not in the schema", meant, name=found.name)


def _problem(spec: MappingSpec, key: str, template: str, meant: str | None, **params: object) -> Problem:
    return Problem(spec.file, spec.identity.line, f"identity: {key}", template, params, meant)
