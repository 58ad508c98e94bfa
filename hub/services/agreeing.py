"""Bring our record and a remote copy to what both sides agree on, in one transaction with the link's shadow."""

from dataclasses import replace
from datetime import datetime

from hub.domain.documents import Doc
from hub.domain.errors import HubError, InvalidError
from hub.domain.instants import parse_instant
from hub.domain.mapping import Mapping
from hub.domain.sync import HELD, Made, Merge, make_here, merge, settle, unsaid
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import comments, records, tickets, verdicts
from hub.services.context import Actor, Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.hints import subject_of
from hub.services.questions import ask_all, end_settled
from hub.services.tracing import Tracer

TAKEN_IN = {"comment": comments.take_in, "ticket": tickets.take_in}  # what is more than its document


class MovedError(HubError):
    """The link moved between the fetch and the write: what was fetched may be old."""


def agree(  # noqa: PLR0913 - the two sides, and three ways in which a caller knows more
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
    shared: Crosswalk | None = None,
) -> Link:
    """Merge a remote copy into our record and remember both as the new shadow.

    ``relays`` says whether what is left to be sent becomes due: not for a delivery that is about to send it itself.
    ``sent`` is what we wrote just before this copy was read back: what differs from it is the other side's own form of
    our value, and no news; where the copy is not known to be the version that our write made (not ``ours``), only what
    looks like our value rewritten is. ``shared`` knows what the records of a page refer to.
    """
    mapping = system.mappings[tracer.entity]
    link = tx.links.of_remote(system.name, mapping.object, remote.id)
    actor = Actor(f"system:{system.name}", tracer.correlation, system=system.name)
    known = [link.remote_shadow] if link else []
    crosswalk = shared or Crosswalk(tx, system).prefetch(mapping, hub=[record.doc], remote=[remote.doc, *known])
    crosswalk = crosswalk.of_lines(link.lines if link else None)
    outcome = merged(mapping, link, record, remote, sent, crosswalk, ours=ours)
    tracer = tracer.of(record.id)
    told = ", ".join(sorted({change.path for change in outcome.changes}))
    tracer.note(tx, "merged", "Fields from {system}: {fields}", system=system.name, fields=told or "-")
    agreed = outcome.hub | aged(hub, mapping)
    clocks_moved = keep(hub, tx, actor, record, agreed).doc.get("sla") != agreed.get("sla")
    verdicts.write(tx, actor, record, outcome)
    ask_all(hub, tx, tracer, outcome.conflicts, remote)
    if link is not None and HELD in link.hub_shadow:
        end_settled(tx, tracer, outcome.conflicts)
    if (outcome.push_due or clocks_moved) and relays:
        records.enqueue(hub, tx, actor, system.name, record, goal=system.goal(record.entity))
    return remember(hub, tx, system, record, remote, outcome)


def take_over(
    hub: Hub, tx: UnitOfWork, tracer: Tracer, system: System, remote: Remote, shared: Crosswalk | None = None
) -> Link | None:
    """Make a record of a remote one that has no counterpart.

    A value that a person decides about is left out, or is what a person has given for it, and then sent back, as is
    what the record got here alone, such as its number; None where no record can be made without it.
    """
    mapping = system.mappings[tracer.entity]
    actor = Actor(f"system:{system.name}", tracer.correlation, system=system.name)
    crosswalk = shared or Crosswalk(tx, system).prefetch(mapping, remote=[remote.doc])
    made = make_here(mapping, remote.doc, crosswalk.of_lines(None))
    given = given_for(tx, system, mapping, remote, made)
    asked = [conflict for conflict in made.conflicts if conflict.path not in given]
    try:
        record = create(hub, tx, actor, mapping.entity, made.doc | given | aged(hub, mapping))
    except InvalidError:
        if not asked:
            raise
        ask_all(hub, tx, tracer, asked, remote)
        return None
    tracer = tracer.of(record.id)
    tracer.note(tx, "merged", "New here, from {object} {id}", object=mapping.object, id=remote.id)
    ask_all(hub, tx, tracer, asked, remote)
    owed = given.keys() | unsaid(mapping, record.doc, made.doc, remote.doc)
    agreed = {name: value for name, value in record.doc.items() if name not in owed}
    held = {HELD: sorted(conflict.path for conflict in asked)} if asked else {}
    link = Link(
        tracer.system, mapping.object, remote.id, record.entity, record.id,
        hub_shadow=agreed | held, remote_shadow=remote.doc, version=remote.version,
        agreed_at=hub.clock.now(),
    )  # fmt: skip
    tx.links.save(link)
    tx.inbox.wake(system.name, subject_of(mapping.object, remote.id))
    if owed:
        records.enqueue(hub, tx, actor, system.name, record, goal=system.goal(record.entity))
    return link


def create(hub: Hub, tx: UnitOfWork, actor: Actor, entity: str, doc: Doc) -> Record:
    """Store a new record that another system told of; a ticket is opened, as if a person had done it."""
    action = f"sync.{actor.system}"
    if entity in TAKEN_IN:
        return TAKEN_IN[entity](hub, tx, actor, doc, action=action)
    return records.create(hub, tx, actor, entity, doc, action=action)


def keep(hub: Hub, tx: UnitOfWork, actor: Actor, record: Record, doc: Doc) -> Record:
    """Store what came of a record by another system; a ticket's clocks and history follow."""
    store = tickets.follow if record.entity == "ticket" else records.replace
    return store(hub, tx, actor, record, doc, action=f"sync.{actor.system}")


def given_for(tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote, made: Made) -> Doc:
    """What a person has given for values that the mapping does not know."""
    match = tx.matches.get(system.name, mapping.object, remote.id) if made.conflicts else None
    return {} if match is None else match.given


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
    is_agreed = link is not None and link.state == "active"  # what was gone and came back is met for the first time
    base, there = (link.hub_shadow, link.remote_shadow) if link and is_agreed else ({}, {})
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


def remember(hub: Hub, tx: UnitOfWork, system: System, record: Record, remote: Remote, outcome: Merge) -> Link:
    """Store the link with its new shadow pair, and with the pairs of list members that the merge found."""
    mapping = system.mappings[record.entity]
    known = tx.links.of_remote(system.name, mapping.object, remote.id)
    lines = dict(known.lines) if known else {}
    for path, pairs in outcome.lines.items():
        lines[path] = {**lines.get(path, {}), **pairs}
    link = Link(
        system=system.name,
        object=mapping.object,
        external_id=remote.id,
        entity=mapping.entity,
        record_id=record.id,
        hub_shadow=outcome.hub_base,
        remote_shadow=outcome.remote_base,
        version=remote.version,
        lines=lines,
        agreed_at=hub.clock.now(),
    )
    tx.links.save(link)
    if known is None or known.state != "active":
        tx.inbox.wake(system.name, subject_of(mapping.object, remote.id))
    return link


def look_only(tx: UnitOfWork, tracer: Tracer, link: Link, remote: Remote) -> Link:
    """A remote record whose counterpart was merged into another: it still means that one, and changes nothing here."""
    seen = replace(link, remote_shadow=remote.doc, version=remote.version)
    tx.links.save(seen)
    tracer.of(link.record_id).note(
        tx, "merged", "{object} {id} was merged: nothing is taken from it.", object=link.object, id=link.external_id
    )
    return seen


def refused(hub: Hub, tx: UnitOfWork, actor: Actor, record: Record, reason: str) -> None:
    """Write on our record what the other side refused, where the record has a place for it."""
    fields = hub.schemas.schema(record.entity)["properties"]
    if "error" not in fields:
        return
    state = {"state": "refused"} if "refused" in fields.get("state", {}).get("enum", ()) else {}
    records.change(hub, tx, actor, record, {"error": reason[:500], **state}, action="sync.refused")
