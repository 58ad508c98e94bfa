"""Checks between the mappings of one hub."""

from collections.abc import Iterator, Sequence

from hub.domain.mapping.codecs import Ref
from hub.domain.mapping.rules import (
    FieldRule,
    ListRule,
    MappingSpec,
    Owner,
    Rule,
)
from hub.files.lint.blocks import codecs_of, file_of
from hub.files.problems import Problem, closest


def lint_set(specs: Sequence[MappingSpec]) -> list[Problem]:
    """Problems between the mappings of one hub: references to what is not mapped, two remote owners of one field."""
    return [*_unmapped_references(specs), *_rival_owners(specs)]


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


def _rival_owners(specs: Sequence[MappingSpec]) -> Iterator[Problem]:
    owners: dict[tuple[str, str], MappingSpec] = {}
    for spec in specs:
        for path, rule in every_field(spec.rules):
            if rule.owner is not Owner.REMOTE or not rule.direction.pulls:
                continue
            first = owners.setdefault((spec.entity, path), spec)
            if first.system != spec.system:
                params = {"path": path, "first": first.system, "second": spec.system}
                template = "{path} is owned by {first} and by {second}: only one system can own a field"
                yield Problem(file_of(spec, rule), rule.line, str(rule), template, params)
