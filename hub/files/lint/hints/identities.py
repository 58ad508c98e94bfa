"""References to another entity than the schema says, and lists aligned by something else than their key."""

from collections.abc import Iterator

from hub.domain.mapping.codecs import Ref
from hub.domain.mapping.rules import ListRule, Rule
from hub.files.lint.blocks import Block, codecs_of, field_rules, follow, node_of
from hub.files.problems import Problem
from hub.files.schema_tree import SchemaNode


def other_references(block: Block) -> Iterator[tuple[Rule, Problem]]:
    """A hub field that holds the id of one entity and is looked up as another, or carried over as it is."""
    for rule in field_rules(block):
        node = node_of(block, rule, of_hub=True)
        wanted = None if node is None else node.says("x-ref")
        given = next((part.entity for part in codecs_of(rule.codec) if isinstance(part, Ref)), None)
        if wanted is not None and given != wanted:
            template = "references: the hub's field holds the id of {wanted}: write ref: {wanted}"
            yield rule, block.problem(rule, template, wanted=wanted)


def foreign_keys(block: Block) -> Iterator[tuple[Rule, Problem]]:
    """A list whose members are told apart by another field than the one that its schema names."""
    for rule in (each for each in block.rules if isinstance(each, ListRule)):
        for side, schema in ((rule.hub, block.hub), (rule.remote, block.remote)):
            node = None if schema is None else follow(schema, side.path)
            key = node.says("x-key") if isinstance(node, SchemaNode) else None
            if key is not None and key not in {path.names[0] for path in side.keys}:
                template = "keys: members of {path} are told apart by '{key}'"
                yield rule, block.problem(rule, template, path=str(side.path), key=key)
