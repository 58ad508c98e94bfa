"""Bring our record and a remote copy to what both sides agree on, in one transaction with the link's shadow."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.documents import Doc
from hub.domain.errors import HubError, InvalidError
from hub.domain.instants import parse_instant
from hub.domain.mapping import Mapping
from hub.domain.mapping.syntax import parse_path
from hub.domain.mapping.values import is_nothing
from hub.domain.sync import Conflict, Dispute, Merge, Reason, make_here, merge, settle
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.tracing import Tracer


class MovedError(HubError):
    """The link moved between the fetch and the write: what was fetched may be old."""


def agree(
    hub: Hub,
    tx: UnitOfWork,
    tracer: Tracer,
    system: System,
    record: Record,
    remote: Remote,
    sent: Doc | None = None,
    *,
    relays: bool = True,
    ours: bool = True,
) -> Link:
    """Merge a remote copy into our record and remember both as the new shadow.

    ``relays`` says whether what is left to be sent becomes due: not for a delivery that is about to send it itself.
    ``sent`` is what we wrote just before this copy was read back: what differs from it is the other side's own form of
    our value, and no news; unless the copy is not known to be the version that our write made (not ``ours``).
    """
    mapping = system.mappings[tracer.entity]
    link = tx.links.of_remote(system.name, mapping.object, remote.id)
    actor = Actor(f"system:{system.name}", tracer.correlation, system=system.name)
    crosswalk = Crosswalk(tx, system, link.lines if link else None)
    known = [link.remote_shadow] if link else []
    crosswalk.prefetch(mapping, hub=[record.doc], remote=[remote.doc, *known])
    outcome = merged(mapping, link, record, remote, sent, crosswalk, ours=ours)
    tracer = tracer.of(record.id)
    told = ", ".join(sorted({change.path for change in outcome.changes}))
    tracer.note(tx, "merged", "Fields from {system}: {fields}", system=system.name, fields=told or "-")
    records.replace(hub, tx, actor, record, outcome.hub | aged(hub, mapping), action=f"sync.{system.name}")
    keep_overruled(tx, actor, record, outcome)
    ask_all(hub, tx, tracer, outcome.conflicts)
    if outcome.push_due and relays:
        records.enqueue(hub, tx, actor, system.name, record, goal=system.goal(record.entity))
    return remember(tx, system, mapping, record.id, remote, outcome)


OVERRULED = frozenset({Reason.HUB_OWNS, Reason.HUB_LATER})


def keep_overruled(tx: UnitOfWork, actor: Actor, record: Record, outcome: Merge) -> None:
    """Write down what the other side had when our value won: our own losers are in the audit of the record already."""
    lost = {change.path: [change.old, change.new] for change in outcome.changes if change.reason in OVERRULED}
    if lost:
        tx.audit.write(actor.name, "sync.overruled", record.entity, record.id, actor.correlation, lost)


def take_over(hub: Hub, tx: UnitOfWork, tracer: Tracer, system: System, remote: Remote) -> Link | None:
    """Make a record of a remote one that has no counterpart.

    A value that a person decides about is left out; None where no record can be made without it.
    """
    mapping = system.mappings[tracer.entity]
    actor = Actor(f"system:{system.name}", tracer.correlation, system=system.name)
    made = make_here(mapping, remote.doc, Crosswalk(tx, system).prefetch(mapping, remote=[remote.doc]))
    try:
        record = records.create(
            hub, tx, actor, mapping.entity, made.doc | aged(hub, mapping), action=f"sync.{tracer.system}"
        )
    except InvalidError:
        if not made.conflicts:
            raise
        ask_all(hub, tx, tracer, made.conflicts, remote.id)
        return None
    tracer = tracer.of(record.id)
    tracer.note(tx, "merged", "New here, from {object} {id}", object=mapping.object, id=remote.id)
    ask_all(hub, tx, tracer, made.conflicts)
    link = Link(
        tracer.system, mapping.object, remote.id, record.entity, record.id,
        hub_shadow=record.doc | made.held, remote_shadow=remote.doc, version=remote.version,
    )  # fmt: skip
    tx.links.save(link)
    return link


def aged(hub: Hub, mapping: Mapping) -> Doc:
    """When this was so, for records that are figures with an age."""
    has_age = "as_of" in hub.schemas.schema(mapping.entity)["properties"]
    return {"as_of": hub.clock.now().isoformat()} if has_age else {}


def merged(
    mapping: Mapping,
    link: Link | None,
    record: Record,
    remote: Remote,
    sent: Doc | None,
    crosswalk: Crosswalk,
    *,
    ours: bool = True,
) -> Merge:
    """The three-way merge; or, after a write of ours, the settling of what came back."""
    base, there = (link.hub_shadow, link.remote_shadow) if link else ({}, {})
    if sent is not None:
        return settle(
            mapping,
            hub_base=base,
            remote_base=there,
            hub_now=record.doc,
            sent=sent,
            read_back=remote.doc,
            refs=crosswalk,
            ours=ours,
        )
    return merge(
        mapping,
        hub_base=base,
        remote_base=there,
        hub_now=record.doc,
        remote_now=remote.doc,
        refs=crosswalk,
        hub_at=changed_at(record),
        remote_at=remote.changed_at,
    )


def changed_at(record: Record) -> datetime | None:
    """When our record last changed."""
    told = record.doc.get("updated_at")
    return parse_instant(told) if told else None


def remember(tx: UnitOfWork, system: System, mapping: Mapping, record_id: str, remote: Remote, outcome: Merge) -> Link:
    """Store the link with its new shadow pair, and with the pairs of list members that the merge found."""
    known = tx.links.of_remote(system.name, mapping.object, remote.id)
    lines = dict(known.lines) if known else {}
    for path, pairs in outcome.lines.items():
        lines[path] = {**lines.get(path, {}), **pairs}
    link = Link(
        system=system.name,
        object=mapping.object,
        external_id=remote.id,
        entity=mapping.entity,
        record_id=record_id,
        hub_shadow=outcome.hub_base,
        remote_shadow=outcome.remote_base,
        version=remote.version,
        lines=lines,
    )
    tx.links.save(link)
    return link


def ask_all(
    hub: Hub, tx: UnitOfWork, tracer: Tracer, conflicts: Sequence[Conflict], remote_id: str | None = None
) -> None:
    """Put conflicts before a person; ``remote_id`` where there is no record of ours that could be named."""
    for conflict in conflicts:
        path = conflict.path if remote_id is None else f"{remote_id}: {conflict.path}"
        values = {"hub": conflict.hub, "remote": conflict.remote, "base": conflict.base}
        shown = dict.fromkeys(values, "***") if conflict.sensitive else values
        open_review(hub, tx, tracer, "conflict", {"path": path, "why": conflict.dispute.value, **shown})
        if conflict.dispute is Dispute.NO_COUNTERPART:
            tracer.note(tx, "merged", "{path} has a value that the mapping does not know: a person decides.", path=path)
        else:
            tracer.note(tx, "merged", "Both sides changed {path}: a person decides.", path=path)


def open_review(hub: Hub, tx: UnitOfWork, tracer: Tracer, kind: str, detail: Doc) -> None:
    """Open a question about the traced record."""
    tx.reviews.open(
        Review(
            id=hub.ids.new(),
            kind=kind,
            entity=tracer.entity,
            record_id=tracer.record_id,
            system=tracer.system,
            detail=detail,
            correlation=tracer.correlation,
            created_at=hub.clock.now(),
        )
    )


def counterparts(hub: Hub, tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote) -> list[Record]:
    """Our records that a remote one may be: one by link, one by our id over there, else by the adoption ladder.

    None means that it is new; several, that a person must say which.
    """
    link = tx.links.of_remote(system.name, mapping.object, remote.id)
    if link is not None:
        return [tx.records.need(mapping.entity, link.record_id)]
    if mapping.identity.external_id is not None:
        _, theirs = mapping.identity.external_id
        known = tx.records.get(mapping.entity, str(theirs.read(remote.doc) or ""))
        if known is not None:
            return [known]
    return adoptable(hub, tx, system, mapping, remote)


def adoptable(hub: Hub, tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote) -> list[Record]:
    """The unlinked records whose strong keys equal those of a remote one, by the first rung that finds any."""
    if not mapping.identity.adopt_if:
        return []
    crosswalk = Crosswalk(tx, system).prefetch(mapping, remote=[remote.doc])
    doc = make_here(mapping, remote.doc, crosswalk).doc
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


def missing(hub: Hub, tx: UnitOfWork, tracer: Tracer, link: Link | None) -> None:
    """A remote record that we knew is not there: nothing is deleted on one word; a person is asked."""
    if link is not None:
        open_review(hub, tx, tracer.of(link.record_id), "gone", {"path": link.external_id})


def refused(hub: Hub, tx: UnitOfWork, actor: Actor, record: Record, reason: str) -> None:
    """Write on our record what the other side refused, where the record has a place for it."""
    fields = hub.schemas.schema(record.entity)["properties"]
    if "error" not in fields:
        return
    state = {"state": "refused"} if "refused" in fields.get("state", {}).get("enum", ()) else {}
    records.change(hub, tx, actor, record, {"error": reason[:500], **state}, action="sync.refused")
