"""What the connector file declares of Tryton's models, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Field:
    """One field of a document: its path over there, and the field by which a record that it points at is told.

    What is ``prepared`` is written by the connector in a way of its own, though it cannot be written as it is.
    """

    name: str
    path: str
    by: str | None = None
    computed: bool = False
    prepared: bool = False

    @property
    def asked(self) -> str:
        """What to ask Tryton for."""
        return f"{self.path}.{self.by}" if self.by else self.path


@dataclass(frozen=True)
class Key:
    """Where our key lives: in a field, or in a row of a child; behind a prefix."""

    field: str
    child: str | None = None
    column: str = ""
    prefix: str = ""


@dataclass(frozen=True)
class Child:
    """Rows that belong to a record."""

    name: str
    model: str
    parent: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Feed:
    """A model whose change is a change of a record; ``parent`` is the path to it, empty for the record itself."""

    model: str
    parent: str


@dataclass(frozen=True)
class Shape:
    """One object: a model of Tryton, the fields and children of it that we speak of."""

    name: str
    model: str
    kind: str = "record"
    read_only: bool = False
    fields: tuple[Field, ...] = ()
    children: tuple[Child, ...] = ()
    feeds: tuple[Feed, ...] = ()
    domain: tuple[Any, ...] = ()
    without: tuple[tuple[str, str], ...] = ()
    key: Key | None = None
    prepare: str | None = None
    shipment: str | None = None
    rest: str | None = None
    accept_warnings: tuple[str, ...] = field(default=())

    def renamed(self, names: Mapping[str, str]) -> "Shape":
        """The same object where a series has other names for some fields."""
        if not names:
            return self
        return replace(self, fields=tuple(replace(each, path=names.get(each.path, each.path)) for each in self.fields))


def shape_of(name: str, told: Doc) -> Shape:
    """The shape of an object, from the ``remote`` part of its declaration."""
    children = tuple(
        Child(child, rows["model"], rows["parent"], _fields(rows["fields"]))
        for child, rows in told.get("children", {}).items()
    )
    own = [Feed(told["model"], ""), *(Feed(child.model, child.parent) for child in children)]
    return Shape(
        name=name,
        model=told["model"],
        kind=told.get("kind", "record"),
        read_only=told.get("read_only", False),
        fields=_fields(told.get("fields", {})),
        children=children,
        feeds=(*own, *(Feed(**feed) for feed in told.get("feeds", ()))),
        domain=(*told.get("domain", ()), *_ours(told.get("key", {}))),
        without=tuple((pointer["model"], pointer["field"]) for pointer in told.get("without", ())),
        key=Key(**told["key"]) if "key" in told else None,
        prepare=told.get("prepare"),
        shipment=told.get("shipment"),
        rest=told.get("rest"),
        accept_warnings=tuple(told.get("accept_warnings", ())),
    )


def _ours(key: Doc) -> list[list[str]]:
    """A prefix on a key of the record itself says which records are ours."""
    if "child" in key or not key.get("prefix"):
        return []
    return [[key["field"], "like", f"{key['prefix']}%"]]


def _fields(told: Mapping[str, Doc]) -> tuple[Field, ...]:
    return tuple(_field(name, kind.get("from", name), kind) for name, kind in told.items())


def _field(name: str, path: str, told: Doc) -> Field:
    return Field(name, path, told.get("by"), told.get("computed", False) or "." in path, told.get("prepared", False))
