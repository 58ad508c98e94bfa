"""The one way in which a canonical record is written: checked, audited, searchable, reacted to, and sent on."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.matching import value_at
from hub.domain.search import tokens_for_index
from hub.ports.outbox import Delivery
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.context import Actor, Hub, System

ABOUT = {"service_record": "asset"}  # told to who knows that record, or has it made there: to others it says nothing
MOVEMENTS = ("part_request", "reservation", "issue", "consumption", "return", "release")


def create(hub: Hub, tx: UnitOfWork, actor: Actor, entity: str, doc: Doc, *, action: str = "create") -> Record:
    """Store a new record; InvalidError names each wrong field."""
    now = hub.clock.now().isoformat()
    whole = {"id": hub.ids.new(), **doc, "created_at": now, "updated_at": now}
    hub.schemas.check(entity, whole)
    record = tx.records.add(entity, whole)
    written(hub, tx, actor, None, record, action)
    return record


def keep(
    hub: Hub, tx: UnitOfWork, actor: Actor, entity: str, before: Record | None, doc: Doc, *, action: str
) -> Record:
    """Store a new record, or another document in a record's place."""
    if before is None:
        return create(hub, tx, actor, entity, doc, action=action)
    return replace(hub, tx, actor, before, doc, action=action)


def change(hub: Hub, tx: UnitOfWork, actor: Actor, record: Record, values: Doc, *, action: str = "change") -> Record:
    """Set fields of a record (None removes one); gives the record as it is when nothing differs."""
    merged = {name: value for name, value in (record.doc | values).items() if value is not None}
    return replace(hub, tx, actor, record, merged, action=action)


def replace(hub: Hub, tx: UnitOfWork, actor: Actor, record: Record, doc: Doc, *, action: str = "change") -> Record:
    """Store another document in a record's place; gives the record as it is when nothing differs."""
    if doc == record.doc:
        return record
    whole = {**doc, "updated_at": hub.clock.now().isoformat()}
    hub.schemas.check(record.entity, whole)
    after = tx.records.put(record.entity, whole, version=record.version)
    written(hub, tx, actor, record, after, action)
    return after


def patch(hub: Hub, actor: Actor, entity: str, record_id: str, values: Doc, *, version: int) -> Record:
    """A person's edit: refuses fields that the hub computes, and a version that is no longer the present one."""
    refuse_read_only(hub.schemas.schema(entity), values)

    def work(tx: UnitOfWork) -> Record:
        record = tx.records.need(entity, record_id)
        if record.version != version:
            tx.records.put(entity, record.doc, version=version)
        return change(hub, tx, actor, record, values)

    return hub.store.run(work)


def add(hub: Hub, actor: Actor, entity: str, values: Doc) -> Record:
    """A person's or a program's new record."""
    refuse_read_only(hub.schemas.schema(entity), values)
    return hub.store.run(lambda tx: create(hub, tx, actor, entity, values))


def written(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, after: Record, action: str) -> None:
    """What every write brings with it, in its transaction."""
    old = before.doc if before else {}
    tx.audit.write(actor.name, action, after.entity, after.id, actor.correlation, difference(old, after.doc))
    index(hub, tx, after.entity, old, after.doc)
    for react in hub.reactions.get(after.entity, ()):
        react(hub, tx, actor, before, after)
    send(hub, tx, actor, after)


def send(hub: Hub, tx: UnitOfWork, actor: Actor, record: Record) -> None:
    """Put a record into the outbox of every system that is to know it, but for the one that told us."""
    if is_held_back(record):
        return
    for system in hub.systems.values():
        if system.name != actor.system and is_told(tx, system, record):
            enqueue(hub, tx, actor, system.name, record, goal=system.goal(record.entity))


def may_be_told(tx: UnitOfWork, system: System, record: Record) -> bool:
    """Whether a system may be sent the record now: it is to know it, and nothing holds it back."""
    return not is_held_back(record) and is_told(tx, system, record)


def is_held_back(record: Record) -> bool:
    """Whether no system is to know of it: unconfirmed, a draft, a movement that waits for the one before it, merged."""
    waits = record.entity in MOVEMENTS and record.doc.get("state") == "draft"
    return bool(waits or is_merged_away(record) or record.doc.get("pending") or record.doc.get("is_draft"))


def is_merged_away(record: Record) -> bool:
    """Whether another record stands for this one; a merged ticket is still told, as one of its states."""
    return record.entity != "ticket" and bool(record.doc.get("merged_into"))


def is_told(tx: UnitOfWork, system: System, record: Record) -> bool:
    """Whether a system is to know the record: it is mapped that way, and known there or allowed to come into being."""
    mapping = system.mappings.get(record.entity)
    if mapping is None or not (mapping.pushes or system.goal(record.entity)):
        return False  # a document without fields of its own, as a release, still has a goal to be brought to
    if mapping.sync.makes_there(record.doc):
        return concerns(tx, system, record)
    return tx.links.of_record(system.name, record.entity, record.id, mapping.object) is not None


def concerns(tx: UnitOfWork, system: System, record: Record) -> bool:
    """Whether a system knows what a record tells of, or has it made there."""
    about = ABOUT.get(record.entity)
    if about is None:
        return True
    known = tx.records.need(about, record.doc[f"{about}_id"])
    mapping = system.mappings.get(about)
    if mapping is not None and mapping.pushes and mapping.sync.makes_there(known.doc):
        return True
    return tx.links.of_record(system.name, about, known.id) is not None


def is_unwanted(tx: UnitOfWork, system: System, record: Record) -> bool:
    """Whether a system is not to get a record anew: it was merged into another, deleted or unlinked there."""
    if is_merged_away(record):
        return True
    name = system.mappings[record.entity].object
    links = [link for link in tx.links.all_of_record(record.entity, record.id)
             if (link.system, link.object) == (system.name, name)]  # fmt: skip
    return bool(links) and all(link.state == "gone" or link.merged_into is not None for link in links)


def may_be_made(tx: UnitOfWork, system: System, record: Record) -> bool:
    """Whether a record that a system does not know may come into being there: it was not taken away there before."""
    return may_be_told(tx, system, record) and not is_unwanted(tx, system, record)


def bring(hub: Hub, tx: UnitOfWork, actor: Actor, system: System, parent: Record, *, bulk: bool = False) -> bool:
    """Send what another record refers to, first; False where it does not come: a person, or nobody, will send it."""
    sent = [one.state for one in tx.outbox.of_record(parent.entity, parent.id) if one.system == system.name]
    if sent[-1:] == ["dead"] or not may_be_made(tx, system, parent):
        return False
    return enqueue(hub, tx, actor, system.name, parent, goal=system.goal(parent.entity), bulk=bulk)


def enqueue(
    hub: Hub, tx: UnitOfWork, actor: Actor, system: str, record: Record, *, goal: str | None, bulk: bool = False
) -> bool:
    """Make a delivery due. A document with a goal is an obligation: False to all but the first system to be told."""
    if goal is not None and not tx.outbox.bind(record.entity, record.id, system):
        return False
    tx.outbox.enqueue(
        Delivery(
            id=hub.ids.new(),
            system=system,
            entity=record.entity,
            record_id=record.id,
            correlation=actor.correlation,
            created_at=hub.clock.now(),
            goal=goal,
            bulk=bulk,
        )
    )
    return True


def index(hub: Hub, tx: UnitOfWork, entity: str, old: Doc, new: Doc) -> None:
    """Keep the full-text index in step, where searched text changed."""
    paths = hub.schemas.searched(entity)
    text = searched(paths, new)
    if text != searched(paths, old):
        tx.search.index(entity, new["id"], tokens_for_index(text))


def searched(paths: Sequence[str], doc: Doc) -> str:
    """The searched texts of a document."""
    return " ".join(text for path in paths if isinstance(text := value_at(doc, path), str))


def difference(old: Doc, new: Doc) -> Doc:
    """The top-level fields that differ, with both values."""
    names = sorted({*old, *new} - {"updated_at"})
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}


def refuse_read_only(schema: Mapping[str, Any], values: Doc) -> None:
    """InvalidError when a caller sets what the hub computes."""
    computed = sorted(name for name in values if schema["properties"].get(name, {}).get("readOnly"))
    if computed:
        raise InvalidError("The hub sets {names} itself: leave it out.", names=", ".join(computed))
