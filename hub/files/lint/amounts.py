"""Checks of amounts of money: how many places they have depends on their currency."""

from collections.abc import Iterator

from hub.domain.mapping.codecs import Codec
from hub.domain.mapping.codecs.numbers import MinorUnits, Money, Scale
from hub.domain.mapping.rules import FieldRule
from hub.files.lint.blocks import Block, codecs_of, dotted, field_rules, node_of, writes
from hub.files.problems import Problem


def amounts_without_scale(block: Block) -> Iterator[Problem]:
    """An amount in the smallest unit by a fixed factor; one whose currency no rule brings along."""
    for rule in field_rules(block):
        ours, theirs = node_of(block, rule, of_hub=True), node_of(block, rule, of_hub=False)
        currency = None if ours is None else ours.says("x-money")
        whole = theirs is not None and theirs.types == frozenset({"integer"})
        if currency is not None and (whole or _is_cents(rule.codec)) and not _has(rule.codec, MinorUnits):
            template = "an amount in the smallest unit has 0, 2 or 3 places by its currency: use minor_units(by: {by})"
            yield block.problem(rule, template, by=currency)
        yield from _without_currency(block, rule)


def _is_cents(codec: Codec) -> bool:
    return any(isinstance(part, Scale) and part.factor in (10, 100, 1000) for part in codecs_of(codec))


def _has(codec: Codec, kind: type[Codec]) -> bool:
    return any(isinstance(part, kind) for part in codecs_of(codec))


def _without_currency(block: Block, rule: FieldRule) -> Iterator[Problem]:
    """An amount that is pulled needs its currency pulled too, here or in the record around it."""
    by = rule.codec.companion
    if by is None or not rule.direction.pulls or not any(isinstance(part, Money) for part in codecs_of(rule.codec)):
        return
    around = (*block.rules, *block.spec.rules)
    if not any(path == dotted(by) for each in around for path in writes(each, of_hub=True)):
        yield block.problem(rule, "the amount needs '{by}', which no rule brings along", by=by)
