"""Checks of options that do nothing where they stand, or say the opposite of the arrow."""

from collections.abc import Iterator

from hub.domain.mapping.codecs import Plain, Ref
from hub.domain.mapping.rules import CreateOnly, Direction, FieldRule, ListRule, Members, Owner
from hub.files.lint.blocks import Block, field_rules
from hub.files.problems import Problem

_OWNERS = {Direction.PUSH: Owner.HUB, Direction.PULL: Owner.REMOTE}
_NEVER = {Direction.PUSH: CreateOnly.PULL, Direction.PULL: CreateOnly.PUSH}
_NOBODY = {Direction.PUSH: Members.REMOTE, Direction.PULL: Members.HUB}


def idle_options(block: Block) -> Iterator[Problem]:
    """An option without effect: its writer expects what will not happen."""
    for rule in field_rules(block):
        yield from _of_field(block, rule)
    for listed in block.rules:
        if isinstance(listed, ListRule) and listed.members is _NOBODY.get(listed.direction):
            params = {"members": listed.members.value, "arrow": listed.direction.value}
            template = "members: {members} in a list that goes {arrow}: nobody would add or remove members"
            yield block.problem(listed, template, **params)


def _of_field(block: Block, rule: FieldRule) -> Iterator[Problem]:
    one_way = _OWNERS.get(rule.direction)
    stated = rule.stated_owner
    if stated is not None and one_way is not None and stated is not one_way:
        params = {"owner": stated.value, "arrow": rule.direction.value, "source": one_way.value}
        yield block.problem(rule, "owner: {owner} on a rule that goes {arrow}: its source owns it, {source}", **params)
    if rule.create_only is _NEVER.get(rule.direction):
        params = {"when": rule.create_only.value, "arrow": rule.direction.value}
        yield block.problem(rule, "create_only: {when} on a rule that goes {arrow} has no effect", **params)
    if "max" in rule.given and not rule.direction.pushes:
        yield block.problem(rule, "max limits what is written over there, and the rule only reads: leave it out")
    if "other" in rule.given and isinstance(rule.codec, Plain | Ref):
        yield block.problem(rule, "other is for values without counterpart, and every value has one here: leave it out")
    if "null" in rule.given and rule.default is not None:
        yield block.problem(rule, "null and default both say what nothing does: leave one of them out")
