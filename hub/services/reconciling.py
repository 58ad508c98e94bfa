"""Plan and apply: show what a full comparison would change, without writing; then do that plan, record by record."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from hub.domain.errors import ConflictError
from hub.domain.mapping import Mapping
from hub.domain.mapping.links import MissingLinkError
from hub.domain.sync import brake, make_here
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Remote
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import adopting, agreeing, records
from hub.services.comparing import old_and_new
from hub.services.context import Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.gate import Purpose
from hub.services.hints import hint
from hub.services.sagas import WITHDRAWN
from hub.services.taking import fetch, is_left_alone
from hub.services.tracing import Tracer

BATCH = 500


@dataclass(frozen=True)
class Change:
    """One field that would change: where, from what, to what; ``masked`` where it is personal."""

    path: str
    old: Any
    new: Any
    masked: bool = False


@dataclass(frozen=True)
class Item:
    """What would happen to one record, and where: create, update, adopt, conflict, choose or later.

    ``later``: it refers to a record that is not linked yet.
    """

    action: str
    side: str  # hub | remote
    entity: str
    remote_id: str | None
    record_id: str | None
    changes: tuple[Change, ...]
    fingerprint: str


@dataclass(frozen=True)
class Applied:
    """How a plan was carried out; what had moved since is skipped, and planned again next time."""

    done: int
    moved: int


def plan(hub: Hub, name: str, entities: Sequence[str] = (), *, limit: int | None = None) -> list[Item]:
    """Compare every mapped record of a system with ours; nothing is written; ``limit`` ends the list of each side."""
    system = hub.systems[name].wanted_for(Purpose.BULK)
    chosen = [mapping for mapping in system.mappings.values() if not entities or mapping.entity in entities]
    items: list[Item] = []
    for mapping in chosen:
        if system.objects[mapping.object].of is None:
            items += islice(remote_items(hub, system, mapping), limit) if mapping.pulls else []
            items += islice(unlinked_items(hub, system, mapping), limit) if mapping.pushes else []
    return items


def remote_items(hub: Hub, system: System, mapping: Mapping) -> Iterator[Item]:
    """What the remote records would change, each told once: one of several objects is listed with each of them."""
    after, until, told = None, hub.clock.now(), set[str]()
    while True:
        page = system.connector.changes(mapping.object, since=BEGINNING, until=until, after=after)
        news = list({remote.id: remote for remote in page.records if remote.id not in told}.values())
        yield from hub.store.read(lambda tx, n=news: remote_page(hub, tx, system, mapping, n))  # type: ignore[misc]
        told.update(remote.id for remote in news)
        if (after := page.after) is None:
            return


def remote_page(hub: Hub, tx: UnitOfWork, system: System, mapping: Mapping, remotes: Sequence[Remote]) -> list[Item]:
    """What a page of remote records would change; what they refer to is looked up together."""
    tx.links.prefetch_remotes(system.name, mapping.object, [remote.id for remote in remotes])
    crosswalk = Crosswalk(tx, system).prefetch(mapping, remote=[remote.doc for remote in remotes])
    items = (remote_item(hub, tx, system, mapping, remote, crosswalk) for remote in remotes)
    return [item for item in items if item is not None]


def remote_item(
    hub: Hub, tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote, crosswalk: Crosswalk
) -> Item | None:
    """What one remote record would change; None when both sides agree, or nothing is taken of it: it was merged.

    What refers to a record that is not linked yet cannot be told before that is: it is taken in later.
    """
    link = tx.links.of_remote(system.name, mapping.object, remote.id)
    if remote.merged_into is not None or (link is not None and link.state == "merged"):
        return None
    try:
        found = adopting.counterparts(hub, tx, system, mapping, remote)
    except MissingLinkError:  # what it may be told by refers to it
        return later(tx, system, mapping, remote, None, fingerprint(remote.doc, []))
    mark = fingerprint(remote.doc, [record.version for record in found])
    try:
        return compared(tx, system, mapping, remote, crosswalk, found, mark)
    except MissingLinkError:
        return later(tx, system, mapping, remote, found[0].id if found else None, mark)


def later(
    tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote, record_id: str | None, mark: str
) -> Item | None:
    """A record that waits for what it refers to; None where it is not to wait."""
    known = record_id is not None or tx.links.of_remote(system.name, mapping.object, remote.id) is not None
    if not known and not mapping.sync.waits_here(remote.doc):
        return None
    return Item("later", "hub", mapping.entity, remote.id, record_id, (), mark)


def compared(
    tx: UnitOfWork,
    system: System,
    mapping: Mapping,
    remote: Remote,
    crosswalk: Crosswalk,
    found: Sequence[Record],
    mark: str,
) -> Item | None:
    """What a remote record would change of what was found here; MissingLinkError when that cannot be told yet."""
    link = tx.links.of_remote(system.name, mapping.object, remote.id)
    crosswalk = crosswalk.of_lines(link.lines if link else None)
    if not found and is_left_alone(tx, system, mapping, remote):
        return None
    if not found:
        changes = shown(mapping.changed_hub({}, make_here(mapping, remote.doc, crosswalk).doc))
        return Item("create", "hub", mapping.entity, remote.id, None, changes, mark)
    if len(found) > 1:
        return Item("choose", "hub", mapping.entity, remote.id, None, (), mark)
    record = found[0]
    if adopting.other_holder(tx, system, mapping, remote, record) is not None:
        return Item("choose", "hub", mapping.entity, remote.id, record.id, (), mark)
    outcome = agreeing.merged(mapping, link, record, remote, None, crosswalk)
    changes = shown(mapping.changed_hub(record.doc, outcome.hub))
    action = "conflict" if outcome.conflicts else "adopt" if link is None else "update"
    if action == "update" and not changes:
        return None
    return Item(action, "hub", mapping.entity, remote.id, record.id, changes, mark)


def unlinked_items(hub: Hub, system: System, mapping: Mapping) -> Iterator[Item]:
    """Our records that the system does not know yet."""
    after = None
    while True:
        page = hub.store.read(lambda tx, a=after: tx.records.page(mapping.entity, limit=BATCH, after=a))  # type: ignore[misc]
        for record in hub.store.read(lambda tx, p=page: unknown_there(tx, system, mapping, p.records)):  # type: ignore[misc]
            mark = fingerprint(None, [record.version])
            yield Item("create", "remote", mapping.entity, None, record.id, (), mark)
        if (after := page.after) is None:
            return


def unknown_there(tx: UnitOfWork, system: System, mapping: Mapping, ours: Sequence[Record]) -> list[Record]:
    """The records that a system does not know, and is to know."""
    linked = tx.links.prefetch(system.name, mapping.entity, [record.id for record in ours])
    unknown = (record for record in ours if record.id not in linked and not is_withdrawn(system, record))
    return [record for record in unknown if records.may_be_made(tx, system, record)]


def is_withdrawn(system: System, record: Record) -> bool:
    """Whether a record is a document that was taken back before the system knew it."""
    return system.goal(record.entity) is not None and record.doc.get("state") in WITHDRAWN


def apply(hub: Hub, name: str, items: Sequence[Item], *, force: bool = False) -> Applied:
    """Carry out a plan; ConflictError when it changes more than the brake allows, unless forced."""
    system = hub.systems[name].wanted_for(Purpose.BULK)
    if not force:
        hold_mass_change(hub, system, items)
    outcomes = [apply_item(hub, system, item) for item in items]
    return Applied(done=outcomes.count(True), moved=outcomes.count(False))


def apply_item(hub: Hub, system: System, item: Item) -> bool:
    """Carry out one item; False when its record moved since the plan was made."""
    mapping = system.mappings[item.entity]
    tracer = Tracer(hub, hub.ids.new(), system.name, item.entity)
    if item.remote_id is None:
        return hub.store.run(lambda tx: send_item(hub, tx, system, item, tracer))
    remote = system.connector.get(mapping.object, item.remote_id)
    found = () if remote is None else (remote,)
    now = hub.store.read(lambda tx: remote_page(hub, tx, system, mapping, found))
    if [one.fingerprint for one in now] != [item.fingerprint]:
        return False
    try:
        return fetch(hub, system, tracer, mapping.object, item.remote_id) is not None
    except MissingLinkError:  # the inbox parks it until what it refers to is linked
        hub.store.run(lambda tx: hint(hub, tx, system.name, mapping.object, str(item.remote_id)))
        return True


def send_item(hub: Hub, tx: UnitOfWork, system: System, item: Item, tracer: Tracer) -> bool:
    """Put a record that the system does not know into the outbox."""
    record = tx.records.need(item.entity, str(item.record_id))
    if fingerprint(None, [record.version]) != item.fingerprint:
        return False
    actor = hub.actor("plan").of(tracer.correlation)
    records.enqueue(hub, tx, actor, system.name, record, goal=system.goal(item.entity), bulk=True)
    return True


def hold_mass_change(hub: Hub, system: System, items: Sequence[Item]) -> None:
    """ConflictError when a plan would change more of what is linked than its mapping's guard allows."""
    for mapping in system.mappings.values():
        changed = sum(item.action == "update" and item.entity == mapping.entity for item in items)
        linked = hub.store.read(lambda tx, m=mapping: tx.links.count(system.name, m.object))  # type: ignore[misc]
        if brake(mapping.sync.guard, linked=linked, changed=changed, deleted=0) is not None:
            raise ConflictError(
                "The plan changes {changed} of {linked} linked {entity} records, more than the brake allows: "
                "read it, then apply it with --force.",
                changed=changed,
                linked=linked,
                entity=mapping.entity,
            )


def shown(changes: Sequence[Any]) -> tuple[Change, ...]:
    """Field changes as a plan shows them."""
    return tuple(Change(change.path, *old_and_new(change), masked=change.sensitive) for change in changes)


def fingerprint(doc: Any, versions: Sequence[int]) -> str:
    """What a plan was made from."""
    return hashlib.sha256(orjson.dumps([doc, list(versions)], option=orjson.OPT_SORT_KEYS)).hexdigest()
