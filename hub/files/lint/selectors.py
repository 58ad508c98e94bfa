"""Checks of selectors and of the conditions of lists: the values that they ask for must be there."""

from collections.abc import Iterator

from hub.domain.mapping.paths import Condition, Path, Select
from hub.domain.mapping.rules import ListRule, Rule
from hub.domain.mapping.values import normal
from hub.files.lint.blocks import Block, follow, reads
from hub.files.problems import Problem, closest
from hub.files.schema_tree import SchemaNode


def unknown_choices(block: Block) -> Iterator[Problem]:
    """A selector that asks for a value which the schema's list of values lacks: it would never find a member."""
    for rule in block.rules:
        for of_hub in (True, False):
            node = block.side(of_hub=of_hub)
            for members, condition in _asked(rule, node, of_hub=of_hub) if node is not None else ():
                yield from _lacking(block, rule, members, condition)


def _asked(rule: Rule, node: SchemaNode, *, of_hub: bool) -> Iterator[tuple[SchemaNode, Condition]]:
    for path in reads(rule, of_hub=of_hub):
        for at, step in enumerate(path.steps):
            if isinstance(step, Select):
                yield from _members(node, Path(path.steps[:at]), step.where)
    if isinstance(rule, ListRule):
        side = rule.hub if of_hub else rule.remote
        yield from _members(node, side.path, side.where)


def _members(node: SchemaNode, path: Path, where: tuple[Condition, ...]) -> Iterator[tuple[SchemaNode, Condition]]:
    listed = follow(node, path)
    members = listed.items if isinstance(listed, SchemaNode) else None
    if members is not None:
        yield from ((members, condition) for condition in where)


def _lacking(block: Block, rule: Rule, members: SchemaNode, condition: Condition) -> Iterator[Problem]:
    field = members.field(condition.name)
    choices = None if field is None else field.choices
    for value in condition.values if choices is not None else ():
        if choices is not None and normal(value) not in set(map(normal, choices)):
            template = "no member can have {name}={value}"
            meant = closest(str(value), map(str, choices))
            yield block.problem(rule, template, meant=meant, name=condition.name, value=str(value))
