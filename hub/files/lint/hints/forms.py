"""Free text that goes where the hub wants a form, and texts that are cut shorter than need be."""

from collections.abc import Iterator

from hub.domain.mapping.codecs import Cut, Plain
from hub.domain.mapping.codecs.shapes import Pair
from hub.domain.mapping.codecs.texts import Email, Strip
from hub.domain.mapping.rules import Rule
from hub.files.lint.blocks import Block, codecs_of, field_rules, node_of
from hub.files.problems import Problem

FORMS = frozenset({"country", "currency", "date", "date-time", "decimal", "phone"})
"""Formats of the hub that a plain text of another system rarely has."""
SHAPELESS = (Cut, Email, Pair, Plain, Strip)


def free_forms(block: Block) -> Iterator[tuple[Rule, Problem]]:
    """Text of no known form that is pulled into a field of the hub that has one."""
    for rule in field_rules(block):
        ours, theirs = node_of(block, rule, of_hub=True), node_of(block, rule, of_hub=False)
        if ours is None or theirs is None or not rule.direction.pulls or not theirs.types:
            continue
        form = ours.says("format")
        said = theirs.says("format") == form or theirs.says("pattern") is not None or theirs.choices is not None
        if form in FORMS and not said and all(isinstance(part, SHAPELESS) for part in codecs_of(rule.codec)):
            template = "forms: the hub wants a {form} and the remote has any text: say how with 'as', or in its schema"
            yield rule, block.problem(rule, template, form=form)


def cut_texts(block: Block) -> Iterator[tuple[Rule, Problem]]:
    """A ``max`` below what the remote holds."""
    for rule in field_rules(block):
        theirs = node_of(block, rule, of_hub=False)
        for cut in (part for part in codecs_of(rule.codec) if isinstance(part, Cut)):
            most = None if theirs is None else theirs.says("maxLength")
            if theirs is not None and (most is None or cut.length < most):
                holds = "any length" if most is None else f"{most} characters"
                yield (
                    rule,
                    block.problem(
                        rule, "cuts: max is {max}, and the remote holds {holds}", max=cut.length, holds=holds
                    ),
                )
