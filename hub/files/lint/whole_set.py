"""Checks between the mappings of one hub."""

from collections.abc import Iterator, Sequence

from hub.domain.mapping.codecs import Ref
from hub.domain.mapping.precedence import Precedence
from hub.domain.mapping.rules import (
    FieldRule,
    ListRule,
    MappingSpec,
    Owner,
    Rule,
)
from hub.files.lint.blocks import codecs_of, file_of
from hub.files.lint.relays import relay_loops
from hub.files.problems import Problem, closest


def lint_set(specs: Sequence[MappingSpec], precedence: Precedence = {}) -> list[Problem]:  # noqa: B006 - never written
    """Problems between the mappings of one hub.

    References to what is not mapped, fields that two systems own without precedence, objects that two mappings of one
    system claim, values that travel in a circle.
    """
    return [
        *_unmapped_references(specs),
        *_rival_owners(specs, precedence),
        *_shared_objects(specs),
        *relay_loops(specs),
    ]


def wrong_precedence(specs: Sequence[MappingSpec], precedence: Precedence) -> Iterator[tuple[str, str, str | None]]:
    """What a precedence names in vain: field, what is wrong, and what may have been meant."""
    owned: dict[str, set[str]] = {}
    for spec in specs:
        for path, _ in every_field(spec.rules):
            owned.setdefault(f"{spec.entity}.{path}", set()).add(spec.system)
    for field, systems in precedence.items():
        if field not in owned:
            yield field, "no mapping has this field", closest(field, owned)
        for system in systems:
            if field in owned and system not in owned[field]:
                yield field, f"no mapping of {system} has this field", closest(system, owned[field])


def every_field(rules: tuple[Rule, ...], prefix: str = "") -> Iterator[tuple[str, FieldRule]]:
    """Every rule of a single value, with its canonical path."""
    for rule in rules:
        if isinstance(rule, ListRule):
            yield from every_field(rule.rules, f"{prefix}{rule.hub.path}[].")
        else:
            yield f"{prefix}{rule.path}", rule


def _unmapped_references(specs: Sequence[MappingSpec]) -> Iterator[Problem]:
    mapped = {(spec.system, spec.entity) for spec in specs}
    for spec in specs:
        for _, rule in every_field(spec.rules):
            for ref in (part for part in codecs_of(rule.codec) if isinstance(part, Ref)):
                if (spec.system, ref.entity) not in mapped:
                    known = closest(ref.entity, (entity for system, entity in mapped if system == spec.system))
                    params = {"entity": ref.entity, "system": spec.system}
                    template = "no mapping of {system} is for the entity {entity}"
                    yield Problem(file_of(spec, rule), rule.line, str(rule), template, params, known)


def _rival_owners(specs: Sequence[MappingSpec], precedence: Precedence) -> Iterator[Problem]:
    owners: dict[tuple[str, str], MappingSpec] = {}
    for spec in specs:
        for path, rule in every_field(spec.rules):
            if rule.owner is not Owner.REMOTE or not rule.direction.pulls:
                continue
            first = owners.setdefault((spec.entity, path), spec)
            ranked = precedence.get(f"{spec.entity}.{path}", ())
            if first.system != spec.system and not {first.system, spec.system} <= set(ranked):
                params = {"path": path, "first": first.system, "second": spec.system, "field": f"{spec.entity}.{path}"}
                template = (
                    "{path} is owned by {first} and by {second}: only one system can own a field; "
                    "say which wins with precedence: {{{field}: [{first}, {second}]}} in hub.yaml"
                )
                yield Problem(file_of(spec, rule), rule.line, str(rule), template, params)


def _shared_objects(specs: Sequence[MappingSpec]) -> Iterator[Problem]:
    """Two mappings of one system for one object, or for one entity: what came could not be told apart."""
    objects: dict[tuple[str, str], MappingSpec] = {}
    entities: dict[tuple[str, str], MappingSpec] = {}
    for spec in specs:
        first = objects.setdefault((spec.system, spec.object), spec)
        if first is not spec:
            params = {"object": spec.object, "other": first.file}
            yield Problem(spec.file, 1, spec.name, "{other} is for the object {object} too", params)
        rival = entities.setdefault((spec.system, spec.entity), spec)
        if rival is not spec:
            params = {"entity": spec.entity, "other": rival.file}
            yield Problem(spec.file, 1, spec.name, "{other} is for the entity {entity} too", params)
