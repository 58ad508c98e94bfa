"""Which of our records a remote one is: the ladder from its link down to its keys."""

from collections.abc import Collection, Iterable, Sequence

from hub.domain.documents import Doc
from hub.domain.errors import RetryableError
from hub.domain.mapping import Mapping
from hub.domain.mapping.syntax import parse_path
from hub.domain.mapping.values import is_nothing
from hub.domain.sync import make_here
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Hub, System
from hub.services.crosswalk import Crosswalk


def counterparts(
    hub: Hub, tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote, shared: Crosswalk | None = None
) -> list[Record]:
    """Our records that a remote one may be, by the first rung of the ladder that tells.

    The rungs: its link, our id over there, what a person has approved, then the keys of ``adopt_if`` in their order (a
    tax id first, a name last). None means that it is new; several, that a person must say which.
    """
    link = tx.links.of_remote(system.name, mapping.object, remote.id)
    if link is not None:
        return [tx.records.need(mapping.entity, link.record_id)]
    told = our_id(mapping, remote)
    known = standing(tx, mapping.entity, told) if told else None
    if known is not None:
        return [known]
    match = tx.matches.get(system.name, mapping.object, remote.id)
    if match is not None:
        approved = None if match.record_id is None else standing(tx, mapping.entity, match.record_id)
        return [] if approved is None else [approved]
    return adoptable(hub, tx, system, mapping, remote, shared)


def refuse_in_flight(tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote, found: Sequence[Record]) -> None:
    """RetryableError while a call may be running that has made this remote record, or is about to change it."""
    flight = tx.outbox.in_flight(system.name, mapping.entity)
    if flight and (found[0].id in flight if found else may_be_ours(tx, system, mapping, flight)):
        raise RetryableError(
            "{object} {id} is just being written: read again later.", object=mapping.object, id=remote.id
        )


def may_be_ours(tx: UnitOfWork, system: System, mapping: Mapping, flight: Collection[str]) -> bool:
    """Whether an unknown remote record may be one that we are creating: nothing in it would tell."""
    if mapping.identity.external_id is not None:
        return False
    return any(tx.links.of_record(system.name, mapping.entity, one, mapping.object) is None for one in flight)


def other_holder(tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote, record: Record) -> Link | None:
    """The remote record that ours is linked to, where that is another one: both say that they are ours."""
    known = tx.links.of_record(system.name, mapping.entity, record.id, mapping.object)
    return None if known is None or known.external_id == remote.id else known


def standing(tx: UnitOfWork, entity: str, record_id: str) -> Record | None:
    """A record, or the one that it was merged into."""
    record = tx.records.get(entity, record_id)
    while record is not None and records.is_merged_away(record):
        record = tx.records.get(entity, str(record.doc["merged_into"]))
    return record


def our_id(mapping: Mapping, remote: Remote) -> str | None:
    """Our id as the remote record tells it; None where it does not."""
    if mapping.identity.external_id is None:
        return None
    told = mapping.identity.external_id[1].read(remote.doc)
    return None if is_nothing(told) or told == "" else str(told)


def is_of_another_kind(tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote) -> bool:
    """Whether a remote record bears our id of a record of another kind: one object there may hold several of ours.

    So a call that was told as a task is a task of ours, and no news.
    """
    told = our_id(mapping, remote)
    others = [each.entity for each in system.mappings.values() if each.entity != mapping.entity]
    return told is not None and any(tx.records.get(entity, told) is not None for entity in others)


def prefetch_counterparts(
    tx: UnitOfWork, mapping: Mapping, remotes: Sequence[Remote], links: Iterable[Link]
) -> list[Doc]:
    """Read at once our records that remote ones are linked to or name; gives their documents."""
    named = (our_id(mapping, remote) for remote in remotes)
    wanted = {link.record_id for link in links} | {each for each in named if each is not None}
    return [record.doc for record in tx.records.many(mapping.entity, sorted(wanted)).values()] if wanted else []


def adoptable(
    hub: Hub, tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote, shared: Crosswalk | None = None
) -> list[Record]:
    """The unlinked records whose strong keys equal those of a remote one, by the first rung that finds any."""
    if not mapping.identity.adopt_if:
        return []
    crosswalk = shared or Crosswalk(tx, system).prefetch(mapping, remote=[remote.doc])
    doc = make_here(mapping, remote.doc, crosswalk.of_lines(None)).doc
    for rung in mapping.identity.adopt_if:
        wanted = {name: at(doc, name) for name in rung}
        if all(wanted.values()):
            first = sought_by(hub, mapping.entity, rung)
            found = candidates(hub, tx, mapping.entity, first, str(wanted[first]))
            equal = [hit for hit in found if all(at(hit.doc, name) == value for name, value in wanted.items())]
            free = [
                hit for hit in equal if tx.links.of_record(system.name, mapping.entity, hit.id, mapping.object) is None
            ]
            if free:
                return free
    return []


def at(doc: Doc, name: str) -> object:
    """The value at a dotted name; None where there is none."""
    found = parse_path(name).read(doc)
    return None if is_nothing(found) else found


def sought_by(hub: Hub, entity: str, rung: Sequence[str]) -> str:
    """The field of a rung by which records can be found."""
    fields = hub.schemas.schema(entity)["properties"]
    found = (name for name in rung if fields.get(name, {}).keys() & {"x-blind", "x-index"})
    return next(found, rung[0])


def candidates(hub: Hub, tx: UnitOfWork, entity: str, field: str, value: str) -> list[Record]:
    """Records whose field equals the value: by blind index where it is encrypted, else by its column."""
    node = hub.schemas.schema(entity)["properties"].get(field, {})
    if node.get("x-blind"):
        return tx.records.by_secret(entity, field, value)
    return tx.records.all(entity, {field: value})
