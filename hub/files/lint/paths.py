"""Checks of where rules read and write."""

from collections.abc import Iterator

from hub.domain.mapping.paths import Condition, Key, Path, Select, Step
from hub.domain.mapping.rules import (
    FieldRule,
    ListRule,
    MappingSpec,
    Members,
    Rule,
)
from hub.files.lint.blocks import Block, Missing, follow, members_of, reads, writes
from hub.files.problems import Problem, closest
from hub.files.schema_tree import SchemaNode

POSITIONS = frozenset({"idx", "index", "line_no", "line_number", "pos", "position", "row", "seq", "sequence"})
"""Names of fields that number the lines of a list: they move when a line is added."""


def unknown_paths(block: Block) -> Iterator[Problem]:
    """A path that one of the schemas does not have."""
    for rule in block.rules:
        for of_hub in (True, False):
            node = block.side(of_hub=of_hub)
            for path in reads(rule, of_hub=of_hub) if node is not None else ():
                yield from _unknown(block, rule, node, path, of_hub=of_hub)
            yield from _unknown_keys(block, rule, of_hub=of_hub)


def _unknown(block: Block, rule: Rule, node: SchemaNode | None, path: Path, *, of_hub: bool) -> Iterator[Problem]:
    outside = path.names[0] == "record" or (of_hub and _is_companion(rule, path))
    found = None if node is None or outside else follow(node, path)
    if isinstance(found, Missing):
        schema = block.spec.hub_schema if of_hub else _remote_name(block.spec)
        meant = closest(found.name, found.known)
        yield block.problem(rule, "'{name}' is not in {schema}", meant=meant, name=found.name, schema=schema)


def _remote_name(spec: MappingSpec) -> str | None:
    """What messages call the remote's schema: of a record of several objects, these."""
    return " + ".join([spec.object, *(part.name for part in spec.objects)]) if spec.objects else spec.remote_schema


def _is_companion(rule: Rule, path: Path) -> bool:
    """The currency of a line may stand in the record around it."""
    return isinstance(rule, FieldRule) and rule.codec.companion == str(path)


def _unknown_keys(block: Block, rule: Rule, *, of_hub: bool) -> Iterator[Problem]:
    if isinstance(rule, ListRule):
        at = rule.hub if of_hub else rule.remote
        member = members_of(block.side(of_hub=of_hub), at.path)
        for path in (*at.keys, *map(_condition_path, at.where)):
            yield from _unknown(block, rule, member, path, of_hub=of_hub)


def _condition_path(condition: Condition) -> Path:
    return Path((Key(condition.name),))


def doubled_writes(block: Block) -> Iterator[Problem]:
    """Two rules that write the same path, one within the other's, or members that two selectors may both mean."""
    for of_hub in (True, False):
        before: dict[Step, list[tuple[Rule, Path]]] = {}  # by the first step: most rules never meet
        for rule in block.rules:
            for path in writes(rule, of_hub=of_hub):
                near = before.setdefault(path.steps[0], [])
                clash = next((each for each in near if _within(each[1], path) and _both_apply(each[0], rule)), None)
                if clash is not None:
                    template = "{path} is written by '{other}' too"
                    yield block.problem(rule, template, path=str(clash[1]), other=str(clash[0]))
                near.append((rule, path))


def _within(one: Path, other: Path) -> bool:
    for here, there in zip(one.steps, other.steps, strict=False):
        if here is not there and not _overlap(here, there):
            return False
    return True


def _overlap(one: Step, other: Step) -> bool:
    """Whether two steps may lead to the same place: two selectors do unless a field tells their members apart."""
    if isinstance(one, Select) and isinstance(other, Select):
        told = {each.name: each.values for each in one.where}
        return all(set(told.get(each.name, each.values)) & set(each.values) for each in other.where)
    return one == other


def _both_apply(one: Rule, other: Rule) -> bool:
    """Whether both may write at once: two different conditions are taken to exclude each other."""
    if isinstance(one, ListRule) or isinstance(other, ListRule):
        return True
    return one.when is None or other.when is None or one.when == other.when


def required_targets(block: Block) -> Iterator[Problem]:
    """A required field of the remote that no rule writes; one of the hub that no rule names."""
    if block.remote is not None and any(rule.direction.pushes for rule in block.rules):
        written = {path.names for rule in block.rules for path in writes(rule, of_hub=False)}
        template = "the remote requires '{name}': no rule writes it"
        yield from _unwritten(block, block.remote, written | _keys(block), template)
    comes_from_there = block.spec.sync.creates is not Members.HUB
    if block.hub is not None and comes_from_there and any(rule.direction.pulls for rule in block.rules):
        named = {path.names for rule in block.rules for path in reads(rule, of_hub=True)}
        yield from _unwritten(block, block.hub, named | _keys(block), "the hub requires '{name}': no rule names it")


def _unwritten(
    block: Block, node: SchemaNode, written: set[tuple[str, ...]], template: str, around: tuple[str, ...] = ()
) -> Iterator[Problem]:
    """Required names that nothing writes, also within objects that some rule writes into."""
    below = {path[0] for path in written}
    for name in sorted(node.required - below):
        field = node.field(name)
        if field is None or not (field.says("readOnly") or field.says("default") is not None):
            yield block.problem(block.rules[0], template, name=".".join((*around, name)))
    for name in sorted(below):
        inner = {path[1:] for path in written if path[0] == name}
        field = node.field(name)
        if field is not None and field.items is None and () not in inner:
            yield from _unwritten(block, field, inner, template, (*around, name))


def _keys(block: Block) -> set[tuple[str, ...]]:
    """The fields that the engine writes by itself: the id of a record, the keys and conditions of list members."""
    around = [rule for rule in _lists(block.spec.rules) if rule.rules == block.rules]
    sides = [side for rule in around for side in (rule.hub, rule.remote)]
    keys = {path.names for side in sides for path in side.keys} | {
        (each.name,) for side in sides for each in side.where
    }
    own = block.spec.identity.remote_id
    held = {part.id.names for part in block.spec.objects if part.id is not None}
    return keys if around else {("id",)} | held | ({own.names} if own is not None else set())


def _lists(rules: tuple[Rule, ...]) -> Iterator[ListRule]:
    for rule in rules:
        if isinstance(rule, ListRule):
            yield rule
            yield from _lists(rule.rules)


def positional_keys(block: Block) -> Iterator[Problem]:
    """A list that is aligned by the number of its lines."""
    for rule in block.rules:
        for side in (rule.hub, rule.remote) if isinstance(rule, ListRule) else ():
            for name in (path.names[-1] for path in side.keys):
                if name.lower() in POSITIONS:
                    template = "'{name}' is the place of a line, which moves: align by a key that stays"
                    yield block.problem(rule, template, name=name)
