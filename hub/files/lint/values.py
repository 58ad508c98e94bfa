"""Checks of what rules carry: types, value tables, defaults, lengths."""

from collections.abc import Iterator
from typing import Any

from hub.domain.mapping.codecs import Chain, Codec, Cut, Plain, Ref, ValueMap
from hub.domain.mapping.codecs.base import TEXT
from hub.domain.mapping.paths import Path
from hub.domain.mapping.rules import (
    Direction,
    FieldRule,
    OnOther,
)
from hub.domain.mapping.values import normal
from hub.files.lint.blocks import Block, codecs_of, field_rules, follow, node_of, paths_of
from hub.files.problems import Problem, closest
from hub.files.schema_tree import SchemaNode


def type_clashes(block: Block) -> Iterator[Problem]:
    """A codec that does not fit the type of a field, or a plain rule between two types."""
    for rule in field_rules(block):
        ours, theirs = node_of(block, rule, of_hub=True), node_of(block, rule, of_hub=False)
        yield from _clash(block, rule, ours, rule.codec.hub, "the hub")
        understood = rule.codec.remote | (frozenset() if rule.direction.pushes else rule.codec.reads)
        yield from _clash(block, rule, theirs, understood, "the remote")
        if ours and theirs and isinstance(rule.codec, Plain) and not _fit(ours.types, theirs.types):
            types = {"ours": _listed(ours.types), "theirs": _listed(theirs.types)}
            yield block.problem(rule, "{ours} in the hub is {theirs} in the remote: say how with 'as'", **types)


def _clash(
    block: Block, rule: FieldRule, node: SchemaNode | None, types: frozenset[str], side: str
) -> Iterator[Problem]:
    if node is not None and not _fit(node.types, types):
        given = {"codec": str(rule.codec), "types": _listed(types), "side": side, "found": _listed(node.types)}
        yield block.problem(rule, "{codec} carries {types}, but {side} has {found}", **given)


def _fit(one: frozenset[str], other: frozenset[str]) -> bool:
    if not one or not other:
        return True
    both = {"number", "integer"}
    return bool(one & other) or bool(one & both and other & both)


def _listed(types: frozenset[str]) -> str:
    return " or ".join(sorted(types))


def value_tables(block: Block) -> Iterator[Problem]:
    """A value table that is ambiguous, names a value that a schema lacks, or leaves one out."""
    read_back: set[str] = set()
    for rule in field_rules(block):
        for table in (part for part in codecs_of(rule.codec) if isinstance(part, ValueMap)):
            if rule.direction.pulls and table.name not in read_back:
                read_back.add(table.name)
                yield from _ambiguous(block, rule, table)
            yield from _types_of(block, rule, table, of_hub=True)
            yield from _types_of(block, rule, table, of_hub=False)
            yield from _coverage(block, rule, table, of_hub=True)
            yield from _coverage(block, rule, table, of_hub=False)


def _ambiguous(block: Block, rule: FieldRule, table: ValueMap) -> Iterator[Problem]:
    seen: set[Any] = set()
    for value in table.remote_values:
        if normal(value) in seen:
            template = "the value table '{table}' has {value} twice: it cannot be read back"
            yield block.problem(rule, template, table=table.name, value=repr(value))
        seen.add(normal(value))


def _types_of(block: Block, rule: FieldRule, table: ValueMap, *, of_hub: bool) -> Iterator[Problem]:
    """Values of another JSON type than the field, such as the text '1' for the number 1."""
    node = node_of(block, rule, of_hub=of_hub)
    if node is None or not node.types or node.choices is not None or not (of_hub or codecs_of(rule.codec)[-1] is table):
        return
    wrong = {kind for kind in TYPES if not _fit(TYPES[kind], node.types)}
    for value in (table.hub_values if of_hub else table.remote_values) if wrong else ():
        if type(value) in wrong:
            params = {"table": table.name, "value": repr(value), "types": _listed(node.types)}
            template = "the value table '{table}' has {value}, and the {side}'s field holds {types}"
            yield block.problem(rule, template, side="hub" if of_hub else "remote", **params)


TYPES: dict[type, frozenset[str]] = {
    bool: frozenset({"boolean"}),
    int: frozenset({"integer"}),
    float: frozenset({"number"}),
    str: TEXT,
}


def _coverage(block: Block, rule: FieldRule, table: ValueMap, *, of_hub: bool) -> Iterator[Problem]:
    node = node_of(block, rule, of_hub=of_hub)
    choices = node.choices if node is not None and (of_hub or not isinstance(rule.codec, Chain)) else None
    if choices is None:
        return
    named = table.hub_values if of_hub else table.remote_values
    source = rule.direction.pushes if of_hub else rule.direction.pulls
    known, allowed = set(map(normal, named)), set(map(normal, choices))
    wanted = [value for value in choices if value is not None and normal(value) not in known]
    surplus = [value for value in named if value is not None and normal(value) not in allowed]
    side = "hub" if of_hub else "remote"
    if wanted and source and rule.other is OnOther.ERROR:
        values = ", ".join(map(str, wanted))
        template = "the value table '{table}' leaves out {values} of the {side}"
        yield block.problem(rule, template, table=table.name, values=values, side=side)
    for value in surplus:
        template = "the value table '{table}' has {value}, which the {side}'s schema lacks"
        meant = closest(str(value), map(str, choices))
        yield block.problem(rule, template, meant=meant, table=table.name, value=repr(value), side=side)


def two_way_defaults(block: Block) -> Iterator[Problem]:
    """A default on a two-way rule would come back as a value."""
    for rule in field_rules(block):
        if rule.default is not None and rule.direction is Direction.BOTH:
            yield block.problem(rule, "a default on a two-way rule comes back as a value: give it one direction")


def unwritable_targets(block: Block) -> Iterator[Problem]:
    """A remote field that is read-only or too short."""
    for rule in field_rules(block):
        theirs = node_of(block, rule, of_hub=False) if rule.direction.pushes else None
        if theirs is None:
            continue
        if _is_read_only(block, rule, theirs):
            yield block.problem(rule, "the remote's field is read-only: use <-")
        yield from _too_short(block, rule, theirs)


def _is_read_only(block: Block, rule: FieldRule, theirs: SchemaNode) -> bool:
    """Whether the field, or an object around it, is read-only; a record that is being made may set some once."""
    around: list[SchemaNode] = [theirs]
    for path in paths_of(rule.remote):
        found = (follow(block.remote, Path(path.steps[:at])) for at in range(1, len(path.steps)) if block.remote)
        around += [node for node in found if isinstance(node, SchemaNode)]
    return any(node.says("readOnly") or node.says("x-computed") for node in around)


def _too_short(block: Block, rule: FieldRule, theirs: SchemaNode) -> Iterator[Problem]:
    most, ours = theirs.says("maxLength"), node_of(block, rule, of_hub=True)
    cut = any(isinstance(part, Cut) and part.length <= (most or 0) for part in codecs_of(rule.codec))
    if most is None or ours is None or cut or rule.codec.hub & TEXT != rule.codec.remote & TEXT:
        return
    longest = ours.says("maxLength")
    listed = ours.choices is not None or isinstance(rule.codec, Ref)
    if not listed and _keeps_text(rule.codec) and (longest is None or longest > most):
        yield block.problem(rule, "the remote holds {most} characters and the hub more: add max: {most}", most=most)


def _keeps_text(codec: Codec) -> bool:
    """Whether a longer text in the hub is a longer text over there."""
    return not any(isinstance(part, ValueMap | Ref) for part in codecs_of(codec)) and codec.remote >= TEXT
