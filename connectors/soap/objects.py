"""Objects as the connector file declares them: which operation does what, and where its answer has the records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.soap.arguments import names_within
from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError
from hub.transport.outcomes import Outcomes, outcomes_of
from hub.transport.soap import RawReading


@dataclass(frozen=True)
class Paging:
    """How a listing goes on: by a token of the answer, by counting pages, or by counting records."""

    kind: str = "none"
    next: str | None = None  # where the answer has the token
    more: str | None = None  # where it says whether there is more
    size: int | None = None
    first: int = 1


@dataclass(frozen=True)
class Operation:
    """One operation of the service: what it is given, and where its answer has what we want."""

    call: str
    arguments: Doc = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    record: str | None = None
    records: str | None = None
    id: str | None = None
    ids: str | None = None
    gone: str | None = None
    at: str | None = None
    version: str | None = None
    paging: Paging = field(default_factory=Paging)
    errors: tuple[Doc, ...] = ()
    raw: RawReading | None = None

    def outcomes(self, told: list[Doc]) -> Outcomes:
        """The table of this operation: its own lines first, then those of the system."""
        return outcomes_of([*self.errors, *told])


@dataclass(frozen=True)
class Object:
    """One object over there; an operation that is not declared is not offered."""

    name: str
    id: str
    version: str | None = None
    changed_at: str | None = None
    offset: bool = True
    computed: tuple[tuple[str, ...], ...] = ()
    listing: Operation | None = None
    ids: Operation | None = None
    get: Operation | None = None
    create: Operation | None = None
    update: Operation | None = None
    find: Mapping[str, Operation] = field(default_factory=dict)
    actions: Mapping[str, Operation] = field(default_factory=dict)

    def operations(self) -> list[Operation]:
        """All that are declared."""
        told = (self.listing, self.ids, self.get, self.create, self.update, *self.find.values(), *self.actions.values())
        return [each for each in told if each is not None]

    def written(self, doc: Doc) -> Doc:
        """The part of a document that the system lets us write."""
        part: Doc = _without(doc, self.computed)
        return part


KNOWN: Mapping[str, frozenset[str]] = {
    "list": frozenset({"since", "until", "after"}),
    "ids": frozenset({"after"}),
    "get": frozenset({"id"}),
    "find": frozenset({"value", "after"}),
    "create": frozenset({"doc", "key"}),
    "update": frozenset({"id", "version", "doc", "changes", "key"}),
    "actions": frozenset({"id", "version", "key"}),
}
"""What the arguments of each operation may name, besides settings."""


def check_names(name: str, told: Doc, settings: Mapping[str, Any]) -> None:
    """Nothing where the arguments of an object name what there is; InvalidError tells every wrong name."""
    wrong = [
        FieldError(f"objects.{name}.remote.{kind}", "there is no setting {name}", {"name": each})
        for kind, known in KNOWN.items()
        for each in names_within(told.get(kind, {}))
        if each not in known and each not in settings
    ]
    if wrong:
        raise InvalidError("{file}: {count} wrong", fields=tuple(wrong), file=name, count=len(wrong))


def object_of(name: str, told: Doc) -> Object:
    """An object as the file says it."""
    return Object(
        name=name,
        id=told["id"],
        version=told.get("version"),
        changed_at=told.get("changed_at"),
        offset=told.get("offset", True),
        computed=tuple(tuple(path.split(".")) for path in (*told.get("computed", ()), told["id"])),
        find={by: operation_of(each) for by, each in told.get("find", {}).items()},
        actions={action: operation_of(each) for action, each in told.get("actions", {}).items()},
        listing=_named(told, "list"),
        ids=_named(told, "ids"),
        get=_named(told, "get"),
        create=_named(told, "create"),
        update=_named(told, "update"),
    )


def operation_of(told: Doc) -> Operation:
    """An operation as the file says it."""
    rest: dict[str, Any] = {name: value for name, value in told.items() if name not in {"paging", "errors", "raw"}}
    return Operation(
        paging=Paging(**told.get("paging", {})),
        errors=tuple(told.get("errors", ())),
        raw=_raw(told["raw"]) if "raw" in told else None,
        **rest,
    )


def _named(told: Doc, kind: str) -> Operation | None:
    return operation_of(told[kind]) if kind in told else None


def _raw(told: Doc) -> RawReading:
    return RawReading(told["values"], told.get("namespaces", {}), frozenset(told.get("lists", ())))


def _without(node: Any, paths: tuple[tuple[str, ...], ...]) -> Any:
    """A document without what stands at these paths; a path goes through lists."""
    if isinstance(node, list):
        return [_without(each, paths) for each in node]
    if not isinstance(node, dict) or not paths:
        return node
    gone = {path[0] for path in paths if len(path) == 1}
    inner = {name: tuple(path[1:] for path in paths if path[0] == name and len(path) > 1) for name in node}
    return {name: _without(value, inner[name]) for name, value in node.items() if name not in gone}
