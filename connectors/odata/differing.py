"""The writes that bring an entity and its rows from one document to another."""

from collections.abc import Iterator, Sequence

from connectors.odata.answers import etag_of
from connectors.odata.asking import Write
from connectors.odata.entities import Kind
from connectors.odata.keys import predicate
from connectors.odata.shapes import Child
from connectors.odata.values import read
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, StaleError


def differences(kind: Kind, own_set: str, told: Doc, old: Doc, new: Doc) -> Iterator[Write]:
    """The writes that bring an entity and its rows from one document to another."""
    values = kind.differences(old, new)
    if values:
        yield patch(kind, own_set, told, values)
    path = own_set + key_of(kind, told)
    for pick in kind.node.picks:
        if pick.written and new.get(pick.name) not in (None, old.get(pick.name)):
            made = Kind.made(kind, {pick.name: new[pick.name]})[pick.child][0]
            yield from (Write("DELETE", *_at(kind.of(pick), row)) for row in kind.picked(pick, told))
            yield Write("POST", f"{path}/{pick.child}", made)
    for child in kind.node.children:
        if not child.read_only and child.name in new:
            yield from _row_writes(kind.of(child), child, path, kind.meant(child, told), old, new)


def _row_writes(kind: Kind, child: Child, path: str, rows: Sequence[Doc], old: Doc, new: Doc) -> Iterator[Write]:
    if child.one:
        yield from _one_write(kind, child, path, rows, old, new)
        return
    before = {row["id"]: row for row in old[child.name]}
    wanted = new[child.name] or []
    kept = {row["id"]: row for row in wanted if row.get("id")}
    if kept.keys() - before.keys():
        raise StaleError("Rows of {child} are gone there", child=child.name)
    for row in rows:
        row_id = kind.row_id(row)
        if row_id in kept:
            yield from differences(kind, set_of(kind), row, before[row_id], kept[row_id])
        else:
            own, _, etag = _at(kind, row)
            yield Write("DELETE", own, None, etag)
    for row in wanted:
        if not row.get("id"):
            yield Write("POST", f"{path}/{child.navigation}", kind.made(row, child.constants))


def _one_write(kind: Kind, child: Child, path: str, rows: Sequence[Doc], old: Doc, new: Doc) -> Iterator[Write]:
    wanted = new[child.name]
    if wanted and rows:
        yield from differences(kind, set_of(kind), rows[0], old[child.name], wanted)
    elif wanted:
        yield Write("POST", f"{path}/{child.navigation}", kind.made(wanted, child.constants))


def patch(kind: Kind, own_set: str, told: Doc, values: Doc) -> Write:
    """The write that changes properties of an entity, under the version that was told."""
    return Write("PATCH", own_set + key_of(kind, told), values, etag_of(told))


def _at(kind: Kind, told: Doc) -> tuple[str, None, str | None]:
    return set_of(kind) + key_of(kind, told), None, etag_of(told)


def set_of(kind: Kind) -> str:
    """The set that entities of a type stand in."""
    found = kind.model.set_of(kind.entity)
    if found is None:
        raise RejectedError("{entity} has no set of its own", entity=kind.entity.name)
    return found


def key_of(kind: Kind, told: Doc) -> str:
    """The key predicate of an entity as told."""
    key = {name: read(kind.entity.type_of(name), told.get(name)) for name in kind.entity.keys}
    return predicate(kind.entity, key, kind.version)
