"""Which of several systems wins, where more than one of them owns a field: an explicit list, first come first.

The first system of the list owns the field. In the mappings of the others the hub does: what the first has told wins
over them, and they still fill it where nobody else has changed it. A rule that only reads counts, in the others, for
records that are made from them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.domain.mapping.rules import CreateOnly, Direction, FieldRule, ListRule, MappingSpec, Owner, Rule

Precedence = Mapping[str, Sequence[str]]
"""Systems by canonical field: ``customer.phone``, ``invoice.lines[].rate``."""


def with_precedence(spec: MappingSpec, system: str, precedence: Precedence) -> MappingSpec:
    """The mapping as it counts for one system beside the others."""
    behind = frozenset(path for path, systems in precedence.items() if system in systems[1:])
    return replace(spec, rules=_yielding(spec.rules, f"{spec.entity}.", behind)) if behind else spec


def _yielding(rules: tuple[Rule, ...], prefix: str, behind: frozenset[str]) -> tuple[Rule, ...]:
    return tuple(_yields(rule, prefix, behind) for rule in rules)


def _yields(rule: Rule, prefix: str, behind: frozenset[str]) -> Rule:
    if isinstance(rule, ListRule):
        return replace(rule, rules=_yielding(rule.rules, f"{prefix}{rule.hub.path}[].", behind))
    if f"{prefix}{rule.path}" not in behind:
        return rule
    return _only_reading(rule) if rule.direction is Direction.PULL else replace(rule, owner=Owner.HUB)


def _only_reading(rule: FieldRule) -> FieldRule:
    return replace(rule, owner=Owner.HUB, create_only=CreateOnly.PULL)
