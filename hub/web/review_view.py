"""What the page of a review shows beside its question: both sides of a record, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.domain.leaves import leaves
from hub.domain.likeness import Likeness, likeness
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import provenance, suggesting
from hub.services.context import Hub
from hub.services.provenance import MASK, Told, is_personal
from hub.services.suggesting import Suggestion

UNSHOWN = frozenset({"id", "created_at", "updated_at", "version", "merged_into"})


@dataclass(frozen=True)
class Row:
    """One field over several records; ``differs`` where they do not say the same."""

    path: str
    values: Sequence[Any]
    differs: bool


@dataclass(frozen=True)
class Choice:
    """A record that may be the one: how alike it is, whether a strong key named it, where it is linked already."""

    record: Record
    likeness: Likeness
    by_key: bool
    linked_as: str | None


@dataclass(frozen=True)
class Sides:
    """All that a review page needs of records."""

    record: Record | None = None
    other: Record | None = None
    fields: Sequence[Told] = ()
    choices: Sequence[Choice] = ()
    rows: Sequence[Row] = ()


def sides(hub: Hub, tx: UnitOfWork, review: Doc, *, sees_personal: bool) -> Sides:
    """The records of a review, compared."""
    record = tx.records.get(review["entity"], review["record_id"]) if review["record_id"] else None
    if review["kind"] == "adoption":
        return adoption(hub, tx, review, sees_personal=sees_personal)
    if review["kind"] in {"duplicate", "merged"} and record is not None:
        other = tx.records.get(review["entity"], str(review["detail"]["other"]))
        docs = [other.doc if other else {}, record.doc]
        return Sides(record, other, rows=rows(hub, review["entity"], docs, sees_personal=sees_personal))
    fields = provenance.of_record(hub, tx, review["entity"], record.id) if record is not None else ()
    return Sides(record, fields=fields)


def adoption(hub: Hub, tx: UnitOfWork, review: Doc, *, sees_personal: bool) -> Sides:
    """The remote record beside those of ours that it may be: first those that a strong key names, then likely ones."""
    full = tx.reviews.get(review["id"])
    detail: Doc = full.detail if full is not None else {}
    theirs: Doc = detail.get("doc", {})
    entity, system = review["entity"], review["system"]
    named = tx.records.many(entity, detail.get("candidates", []))
    likely = suggesting.alike(hub, tx, entity, theirs)
    found = [Suggestion(one, likeness(theirs, one.doc, hub.spell)) for one in named.values()]
    found += [one for one in likely if one.record.id not in named]
    choices = [
        Choice(one.record, one.likeness, one.record.id in named, linked_as(tx, system, entity, one.record.id))
        for one in found
    ]
    docs = [theirs, *(one.record.doc for one in choices)]
    return Sides(choices=choices, rows=rows(hub, entity, docs, sees_personal=sees_personal))


def linked_as(tx: UnitOfWork, system: str, entity: str, record_id: str) -> str | None:
    """The remote id that a record has already."""
    link = tx.links.of_record(system, entity, record_id)
    return None if link is None else link.external_id


def rows(hub: Hub, entity: str, docs: Sequence[Doc], *, sees_personal: bool) -> list[Row]:
    """The fields of several documents side by side."""
    schema = hub.schemas.schema(entity)
    flat = [{path: value for path, value in leaves(doc).items() if path not in UNSHOWN} for doc in docs]
    paths = sorted({path for one in flat for path in one})
    return [row(schema, path, flat, sees_personal=sees_personal) for path in paths]


def row(schema: Mapping[str, Any], path: str, flat: Sequence[Doc], *, sees_personal: bool) -> Row:
    """One field; a personal value is masked, though it is told whether the sides differ."""
    values = [one.get(path) for one in flat]
    differs = any(value != values[0] for value in values)
    hidden = is_personal(schema, path) and not sees_personal
    return Row(path, [MASK if hidden and value is not None else value for value in values], differs)
