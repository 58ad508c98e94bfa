"""The rules of a record or of list members beside both schemas, and the ways through them."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.domain.mapping.codecs import Chain, Codec
from hub.domain.mapping.paths import Key, Path, Select
from hub.domain.mapping.rules import (
    Const,
    FieldRule,
    Formula,
    ListRule,
    MappingSpec,
    Operand,
    Rule,
    Spread,
)
from hub.files.problems import Problem
from hub.files.schema_tree import SchemaNode


@dataclass(frozen=True)
class Block:
    """The rules of a record or of the members of a list, with both schemas where they are known."""

    spec: MappingSpec
    rules: tuple[Rule, ...]
    hub: SchemaNode | None
    remote: SchemaNode | None

    def side(self, *, of_hub: bool) -> SchemaNode | None:
        """The schema of one side."""
        return self.hub if of_hub else self.remote

    def problem(self, rule: Rule | None, template: str, *, meant: str | None = None, **params: object) -> Problem:
        """A problem of a rule, or of the block."""
        line, path = (rule.line, str(rule)) if rule is not None else (1, self.spec.name)
        return Problem(file_of(self.spec, rule), line, path, template, params, meant)


def file_of(spec: MappingSpec, rule: Rule | None) -> str:
    """The file that a rule stands in: the mapping's, or one that is laid over it."""
    return (rule.file if rule is not None else "") or spec.file


def blocks(block: Block) -> Iterator[Block]:
    """The block, and those of the lists in it."""
    yield block
    for rule in block.rules:
        if isinstance(rule, ListRule):
            hub, remote = (
                members_of(node, path) for node, path in ((block.hub, rule.hub.path), (block.remote, rule.remote.path))
            )
            yield from blocks(Block(block.spec, rule.rules, hub, remote))


def members_of(node: SchemaNode | None, path: Path) -> SchemaNode | None:
    """The schema of the members of a list; None where it is not known."""
    found = None if node is None else follow(node, path)
    return found.items if isinstance(found, SchemaNode) else None


@dataclass(frozen=True)
class Missing:
    """Where a path leaves the schema."""

    name: str
    known: tuple[str, ...]


def follow(node: SchemaNode, path: Path) -> SchemaNode | Missing:
    """The schema at a path, or the name that is not there."""
    here: SchemaNode = node
    for step in path.steps:
        found = _step(here, step)
        if isinstance(found, Missing):
            return found
        here = found
    return here


def _step(node: SchemaNode, step: Key | Select) -> SchemaNode | Missing:
    if isinstance(step, Key):
        return node.field(step.name) or Missing(step.name, tuple(node.properties))
    member = node.items
    if member is None:
        return Missing(str(step), ())
    unknown = (condition.name for condition in step.where if member.field(condition.name) is None)
    return next((Missing(name, tuple(member.properties)) for name in unknown), member)


def paths_of(operand: Operand) -> tuple[Path, ...]:
    """Every path that an operand reads or writes."""
    match operand:
        case Path():
            return (operand,)
        case Spread():
            return operand.paths
        case Formula():
            return tuple(dotted(name) for name in operand.expression.names())
        case Const():
            return ()


def dotted(name: str) -> Path:
    """The path of a name as expressions write it."""
    return Path(tuple(Key(part) for part in name.split(".")))


def reads(rule: Rule, *, of_hub: bool) -> Iterator[Path]:
    """Every path that a rule names on one side."""
    if isinstance(rule, ListRule):
        yield (rule.hub if of_hub else rule.remote).path
        return
    yield from paths_of(rule.hub if of_hub else rule.remote)
    if of_hub:
        yield from () if rule.when is None else map(dotted, rule.when.names())
        yield from () if rule.codec.companion is None else (dotted(rule.codec.companion),)


def writes(rule: Rule, *, of_hub: bool) -> tuple[Path, ...]:
    """The paths that a rule writes on one side."""
    if not (rule.direction.pulls if of_hub else rule.direction.pushes):
        return ()
    if isinstance(rule, ListRule):
        return ((rule.hub if of_hub else rule.remote).path,)
    operand = rule.hub if of_hub else rule.remote
    return paths_of(operand) if isinstance(operand, Path | Spread) else ()


def field_rules(block: Block) -> Iterator[FieldRule]:
    """The rules of single values."""
    return (rule for rule in block.rules if isinstance(rule, FieldRule))


def node_of(block: Block, rule: FieldRule, *, of_hub: bool) -> SchemaNode | None:
    """The schema of the value that a rule names on one side; None where it is not known."""
    operand = rule.hub if of_hub else rule.remote
    node = block.side(of_hub=of_hub)
    if node is None or not isinstance(operand, Path | Spread):
        return None
    found = follow(node, paths_of(operand)[0])
    return found if isinstance(found, SchemaNode) else None


def codecs_of(codec: Codec) -> tuple[Codec, ...]:
    """The codecs of a chain, or the one."""
    return codec.parts if isinstance(codec, Chain) else (codec,)
