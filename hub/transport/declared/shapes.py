"""What a connector file declares of an object, as values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.ports.connector import ObjectSpec
from hub.transport.declared.call import Call
from hub.transport.declared.conditions import Condition, are_met
from hub.transport.declared.fields import Commands, Field
from hub.transport.declared.instants import Instants
from hub.transport.declared.paths import Reader
from hub.transport.places import Reply, as_text, found_at, inside

IdReader = Callable[[Any], str | None]


@dataclass(frozen=True)
class Paging:
    """How a listing goes on."""

    kind: str = "none"
    size: int = 100
    first: int = 1
    next: str | None = None
    more: tuple[Condition, ...] = ()
    total: str | None = None


@dataclass(frozen=True)
class Items:
    """How an item of a list tells its id and the time of its change."""

    unwrap: Reader | None
    id: IdReader
    changed: Callable[[Any], datetime | None]

    def record(self, item: Any) -> Any:
        """The record in an item."""
        return item if self.unwrap is None else self.unwrap(item)


@dataclass(frozen=True)
class Listing:
    """A call whose answer is a list."""

    call: Call
    records: str
    items: Items
    instants: Instants
    asked: tuple[str, ...]  # what {fields} stands for
    page: Paging = field(default_factory=Paging)
    columns: bool = False  # whether a row is a list of values in the order of what is asked
    order: str = "none"
    exclusive: bool = False
    whole: bool = True  # whether its records are whole ones
    exact: bool = True
    most: int = 50
    parent: IdReader | None = None


@dataclass(frozen=True)
class Get:
    """A call whose answer is one record, or a list with it."""

    call: Call
    record: str
    asked: tuple[str, ...] = ()
    listing: Listing | None = None


@dataclass(frozen=True)
class Step:
    """A call of a create beyond its first; ``id`` where its answer tells another id."""

    call: Call
    id: Callable[[Reply], str | None] | None = None


@dataclass(frozen=True)
class Writing:
    """A call that writes a record."""

    call: Call
    record: str
    id: Callable[[Reply], str | None] | None = None
    without: frozenset[str] = frozenset()
    read_back: bool = True
    verify: bool = False  # whether a field that still says what it said before was refused without a word
    only: tuple[Condition, ...] = ()  # what the record must be like to be changed
    resume: Listing | None = None
    amend: Call | None = None
    then: tuple[Step, ...] = ()

    @property
    def locks(self) -> bool:
        """Whether the call itself says which version it is about."""
        return "version" in self.call.needs


@dataclass(frozen=True)
class Batch:
    """A call that writes several records; ``judge`` raises what a result means."""

    call: Call
    results: str
    id: IdReader
    judge: Callable[[Any], None]
    key: Reader | None = None
    locks: bool = False  # whether the call says of each item which version it is about


@dataclass(frozen=True)
class Child:
    """Rows of a record that a call of their own reads."""

    name: str
    listing: Listing
    fields: tuple[Field, ...]
    only: tuple[Condition, ...] = ()
    number_ids: bool = False
    create: Call | None = None
    update: Call | None = None
    delete: Call | None = None
    commands: Commands | None = None
    to: str = ""


@dataclass(frozen=True)
class Shape:
    """One object over there."""

    name: str
    spec: ObjectSpec
    items: Items
    instants: Instants
    number_ids: bool = False
    version: str | None = None
    fields: tuple[Field, ...] | None = None
    tell: Callable[[Any], Doc] = dict  # the document of a record
    only: tuple[Condition, ...] = ()
    gone: tuple[Condition, ...] = ()
    merged_into: Reader | None = None
    children: tuple[Child, ...] = ()
    list: Listing | None = None
    ids: Listing | None = None
    within: Listing | None = None
    deleted: Listing | None = None
    feeds: tuple[Listing, ...] = ()
    get: Get | None = None
    many: Listing | None = None
    find: Mapping[str, Listing] = field(default_factory=dict)
    create: Writing | None = None
    update: Writing | None = None
    act: Mapping[str, Call] = field(default_factory=dict)
    batch: Mapping[str, Batch] = field(default_factory=dict)
    describe: tuple[Call, str, str] | None = None

    @cached_property
    def resolved(self) -> tuple[Field, ...]:
        """Fields that are told as ids of other records, and read as a field of those."""
        return tuple(field for field in self.fields or () if field.by is not None and field.by.read)

    @cached_property
    def is_simple(self) -> bool:
        """Whether every record is one of this object, whole as it is told, and without a lock."""
        return not (self.only or self.gone or self.resolved or self.children or self.locks)

    @cached_property
    def locks(self) -> bool:
        """Whether the product itself refuses a write to a record that moved; what we compare cannot be that sure."""
        return self.update is not None and self.update.locks

    def wire_id(self, remote_id: str) -> str | int | None:
        """An id as the product has it; None when it cannot be one."""
        if not self.number_ids:
            return remote_id or None
        return int(remote_id) if remote_id.isascii() and remote_id.isdecimal() else None

    def is_meant(self, record: Any) -> bool:
        """Whether a record is one of this object."""
        return are_met(self.only, record)

    def is_gone(self, record: Any) -> bool:
        """Whether a record is a deleted one."""
        return bool(self.gone) and are_met(self.gone, record)

    def __getitem__(self, verb: str) -> Any:
        """A call of the object; RejectedError where the connector file has none."""
        told = getattr(self, verb)
        if not told:
            raise RejectedError("{object}: the connector file has no call to {verb} it", object=self.name, verb=verb)
        return told


def version_in(place: str | None, record: Any, reply: Reply | None) -> str | None:
    """The version that a record or its answer tells, where it is one place."""
    if place is None:
        return None
    if not place.startswith("header."):
        told = inside(record, place)
    else:
        told = None if reply is None else found_at(place, reply)
    return None if told is None else as_text(told)
