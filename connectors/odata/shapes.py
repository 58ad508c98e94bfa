"""What the connector file declares of entity sets, as values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Field:
    """One field of a document: the property that it is, or several that are told as one text, as keys are."""

    name: str
    properties: tuple[str, ...]
    computed: bool = False

    @property
    def is_joined(self) -> bool:
        """Whether several properties are told as one."""
        return len(self.properties) > 1


@dataclass(frozen=True)
class Pick:
    """A field that stands in a row of a child: the first row that meets ``where``; ``written``: it is our own key."""

    name: str
    child: str
    property: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    written: bool = False


@dataclass(frozen=True)
class Child:
    """Rows that belong to an entity; ``one``: the first that meets ``where`` is told as an object, without a list."""

    name: str
    navigation: str
    node: "Node"
    one: bool = False
    read_only: bool = False
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)  # of new rows


@dataclass(frozen=True)
class Node:
    """The fields and children of an entity that we speak of."""

    fields: tuple[Field, ...] = ()
    children: tuple[Child, ...] = ()
    picks: tuple[Pick, ...] = ()

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that the fields are made of."""
        return tuple(dict.fromkeys(name for each in self.fields for name in each.properties))

    def child(self, name: str) -> Child | None:
        """A child by its name in documents."""
        return next((each for each in self.children if each.name == name), None)

    def field(self, name: str) -> Field | None:
        """A field by its name in documents."""
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True)
class State:
    """One line of the table that tells a document's state from its properties; the first that fits decides."""

    state: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def fits(self, entity: Mapping[str, Any]) -> bool:
        """Whether the entity is in this state."""
        return meets(entity, self.where) and not any(meets(entity, {name: not_}) for name, not_ in self.unless.items())


@dataclass(frozen=True)
class Feed:
    """Other entities whose change is a change of ours: ``ids`` names, for each part of our key, their property."""

    service: str
    set: str
    changed: tuple[str, ...]
    ids: tuple[str, ...]
    rows: str | None = None  # a navigation whose rows have those properties


@dataclass(frozen=True)
class Act:
    """What an action does over there: change properties, of the entity or all rows of a child, or call a function."""

    update: Mapping[str, Any] = field(default_factory=dict)
    rows: str | None = None
    call: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)  # parameter -> property of the entity


@dataclass(frozen=True)
class Union:
    """An object that is several others, by the value of one field; ids begin with that value."""

    by: str
    objects: Mapping[str, str]


@dataclass(frozen=True)
class Shape:
    """One object: an entity set of a service."""

    name: str
    service: str
    version: int
    set: str
    node: Node
    read_only: bool = False
    filter: str | None = None
    changed: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()  # where it is not the entity's own key: rows of one identity are one record
    sums: tuple[str, ...] = ()
    feeds: tuple[Feed, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    states: tuple[State, ...] = ()
    acts: Mapping[str, Act] = field(default_factory=dict)
    tracks: bool = False  # OData 4: changes are told by delta links
    links: bool = False  # pages by the server's own links, in its own order
    union: Union | None = None


def meets(entity: Mapping[str, Any], where: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether each property has one of its values; what is absent or null is the empty text."""
    return all(as_text(entity.get(name)) in values for name, values in where.items())


def as_text(value: Any) -> str:
    """A plain value as text, as connector files write it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def shape_of(name: str, told: Doc, version: int) -> Shape:
    """The shape of an object, from the ``remote`` part of its declaration."""
    union = told.get("union")
    return Shape(
        name=name,
        service=told.get("service", "").strip("/"),
        version=told.get("version", version),
        set=told.get("set", ""),
        node=_node(told),
        read_only=told.get("read_only", False),
        filter=told.get("filter"),
        changed=tuple(told.get("changed", ())),
        identity=tuple(told.get("identity", ())),
        sums=tuple(told.get("sums", ())),
        feeds=tuple(map(_feed, told.get("feeds", ()))),
        defaults=told.get("defaults", {}),
        states=tuple(
            State(line["state"], _where(line.get("where")), _where(line.get("unless")))
            for line in told.get("states", ())
        ),
        acts={action: Act(**does) for action, does in told.get("acts", {}).items()},
        tracks=told.get("tracks", False),
        links=told.get("links", False),
        union=Union(union["by"], union["objects"]) if union else None,
    )


def _node(told: Doc) -> Node:
    picks: list[Pick] = []
    fields: list[Field] = []
    for name, kind in told.get("fields", {}).items():
        if "pick" in kind:
            where = _where(kind.get("where"))
            picks.append(Pick(name, kind["pick"], kind["from"], where, kind.get("written", False)))
        else:
            properties = tuple(kind.get("of", (kind.get("from", name),)))
            fields.append(Field(name, properties, kind.get("computed", False)))
    return Node(tuple(fields), tuple(_children(told.get("children", {}))), tuple(picks))


def _children(told: Mapping[str, Doc]) -> Iterator[Child]:
    for name, child in told.items():
        yield Child(
            name=name,
            navigation=child.get("navigation", name),
            node=_node(child),
            one=child.get("one", False),
            read_only=child.get("read_only", False),
            where=_where(child.get("where")),
            constants=child.get("constants", {}),
        )


def _feed(told: Doc) -> Feed:
    service = told["service"].strip("/")
    return Feed(service, told["set"], tuple(told["changed"]), tuple(told["ids"]), told.get("rows"))


def _where(told: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    listed = {name: value if isinstance(value, list) else [value] for name, value in (told or {}).items()}
    return {name: tuple(map(as_text, values)) for name, values in listed.items()}
