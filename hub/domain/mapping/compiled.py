"""A mapping that runs: push, pull, and what changed, in canonical form and over mapped paths only."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hub.domain.documents import Doc
from hub.domain.mapping.changes import FieldChange, changes
from hub.domain.mapping.ends import end_of, record
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.links import NO_LINKS, Refs
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.marking import mark
from hub.domain.mapping.parts import Part, Run
from hub.domain.mapping.paths import Path
from hub.domain.mapping.pull import pull_parts
from hub.domain.mapping.push import push_parts
from hub.domain.mapping.rules import (
    Const,
    Direction,
    FieldRule,
    Formula,
    Identity,
    ListRule,
    MappingSpec,
    Operand,
    Rule,
    SyncRules,
    rules_by_path,
)
from hub.domain.mapping.values import clone

_PLAIN, _CONDITIONAL, _COMPUTED_HERE, _LIST, _COMPUTED_THERE = range(5)


@dataclass(frozen=True, repr=False)
class Mapping:
    """One entity in one system, both ways. Documents that are given are never changed."""

    spec: MappingSpec

    def __repr__(self) -> str:
        return f"Mapping({self.spec.name})"

    @property
    def name(self) -> str:
        """What the file calls it: ``invoice/acme_erp.sales_invoice``."""
        return self.spec.name

    @property
    def version(self) -> int:
        """Counts the changes of the file."""
        return self.spec.version

    @property
    def entity(self) -> str:
        """The canonical entity."""
        return self.spec.entity

    @property
    def system(self) -> str:
        """The configured system."""
        return self.spec.system

    @property
    def object(self) -> str:
        """The remote object, as the connector file names it."""
        return self.spec.object

    @property
    def identity(self) -> Identity:
        """How a record is recognised over there."""
        return self.spec.identity

    @property
    def sync(self) -> SyncRules:
        """How the engine treats its records."""
        return self.spec.sync

    @cached_property
    def mark(self) -> str:
        """Stands for the very rules: another mark means that something in them is different."""
        return mark(self.spec)

    @cached_property
    def pushes(self) -> bool:
        """Whether any rule carries to the remote."""
        return any(rule.direction.pushes for rule in self.spec.rules)

    @cached_property
    def pulls(self) -> bool:
        """Whether any rule carries to the hub."""
        return any(rule.direction.pulls for rule in self.spec.rules)

    @cached_property
    def is_plain(self) -> bool:
        """Whether the documents tell everything that a merge goes by."""
        return not self.spec.partial and all(rule.is_plain for _, rule in rules_by_path(self.spec.rules))

    @cached_property
    def rules(self) -> dict[str, FieldRule]:
        """The rule of every canonical path (``lines[].qty`` in lists); ``-> path`` for what has none in the hub."""
        return {path: rule for path, rule in rules_by_path(self.spec.rules) if isinstance(rule, FieldRule)}

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The rules, ready to run, in the order in which they run."""
        return _parts(self.spec.rules, self.spec, self.spec.entity)

    def push(self, hub: Doc, remote_old: Doc | None, refs: Refs = NO_LINKS) -> Doc:
        """The remote's document for a hub record; what no rule names is carried over from the old one.

        None as the old document means that the record is made. Fails with an InvalidError that names every value
        without counterpart, or with a MissingLinkError.
        """
        remote: Doc = clone(remote_old or {})
        run = Run(refs)
        push_parts(self.parts, record(hub), record(remote), run, creating=remote_old is None)
        run.finish(self.spec.file, self.entity)
        return remote

    def pull(self, remote: Doc, hub_old: Doc | None, refs: Refs = NO_LINKS) -> Doc:
        """The hub's document for a remote record; fails as ``push`` does."""
        hub: Doc = clone(hub_old or {})
        run = Run(refs)
        pull_parts(self.parts, record(remote), record(hub), run, creating=hub_old is None)
        run.finish(self.spec.file, self.entity)
        return hub

    def changed_remote(self, old: Doc | None, new: Doc | None, refs: Refs = NO_LINKS) -> list[FieldChange]:
        """What changed between two documents of the remote."""
        return self._changed(old, new, refs, of_hub=False)

    def changed_hub(self, old: Doc | None, new: Doc | None) -> list[FieldChange]:
        """What changed between two documents of the hub, as far as rules name it."""
        return self._changed(old, new, NO_LINKS, of_hub=True)

    def same_remote(self, one: Doc | None, other: Doc | None) -> bool:
        """Say whether two documents of the remote mean the same: the test for our own echo."""
        return not self.changed_remote(one, other)

    def same_hub(self, one: Doc | None, other: Doc | None) -> bool:
        """Say whether two documents of the hub mean the same."""
        return not self.changed_hub(one, other)

    def _changed(self, old: Doc | None, new: Doc | None, refs: Refs, *, of_hub: bool) -> list[FieldChange]:
        run = Run(refs)
        found = list(changes(self.parts, record(old or {}), record(new or {}), run, of_hub=of_hub))
        run.finish(self.spec.file, self.entity)
        return found


def compile_mapping(spec: MappingSpec) -> Mapping:
    """Make a parsed mapping ready to run."""
    return Mapping(spec)


def _parts(rules: tuple[Rule, ...], spec: MappingSpec, entity: str) -> tuple[Part, ...]:
    here = Counter(selector for rule in rules for selector in _selectors(rule, of_hub=True))
    there = Counter(selector for rule in rules for selector in _selectors(rule, of_hub=False))
    parts = [_part(rule, spec, entity, here, there) for rule in sorted(rules, key=_phase)]
    return tuple(parts)


def _selectors(rule: Rule, *, of_hub: bool) -> Iterator[Path]:
    operand = (rule.hub if of_hub else rule.remote) if isinstance(rule, FieldRule) else None
    if isinstance(operand, Path) and operand.selector is not None:
        yield operand.selector


def _part(rule: Rule, spec: MappingSpec, entity: str, here: Counter[Path], there: Counter[Path]) -> Part:
    if isinstance(rule, ListRule):
        name = f"{entity}.{rule.hub.path}"
        return Listing(rule, _parts(rule.rules, spec, name), spec.system, name, spec.partial)
    hub = end_of(rule.hub, alone=_alone(rule.hub, here))
    return Leaf(rule, hub, end_of(rule.remote, alone=_alone(rule.remote, there)), spec.partial)


def _alone(operand: Operand, writers: Counter[Path]) -> bool:
    return not isinstance(operand, Path) or operand.selector is None or writers[operand.selector] == 1


def _phase(rule: Rule) -> int:
    """What a rule reads must have been carried over before it: currencies, conditions, other fields."""
    if isinstance(rule, ListRule):
        return _LIST
    if isinstance(rule.hub, Const | Formula) or isinstance(rule.remote, Const | Formula):
        return _COMPUTED_THERE if rule.direction is Direction.PUSH else _COMPUTED_HERE
    return _CONDITIONAL if rule.when is not None or rule.codec.companion else _PLAIN
