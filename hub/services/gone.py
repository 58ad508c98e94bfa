"""Remote records that are not there any more: missed, deleted, or gone into another one.

One look that finds nothing proves little: an account that lost a right, a listing that broke off, a proxy. A record is
believed to be gone when two complete sweeps did not find it, or its system says so, and a look at it by itself then
finds nothing.
"""

from dataclasses import replace

from hub.domain.errors import RetryableError
from hub.domain.mapping import Mapping
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.store import UnitOfWork
from hub.services import adopting, agreeing, questions, records
from hub.services.context import Actor, Hub, System
from hub.services.tracing import Tracer

MISSES = 2  # complete sweeps in a row
MONEY = {"charge", "invoice", "payment"}  # never ended because somebody deleted a row elsewhere: a person is asked
ENDED = (("active", False), ("state", "cancelled"), ("status", "cancelled"), ("status", "retired"), ("state", "void"))
"""What marks a record as ended, by what its schema has first. Records are never removed: others point at them."""


def survivor(system: System, link: Link | None, remote: Remote | None) -> Remote | None:
    """The record that took a missing one's place: named by the system, or found by the key that we gave it."""
    if link is None or link.state != "active":
        return None
    if remote is not None:
        return None if remote.merged_into is None else last_survivor(system, link.object, remote.merged_into)
    key = system.objects[link.object].lookup_by
    found = system.connector.find(link.object, key, link.record_id) if key else ()
    return found[0] if len(found) == 1 and found[0].id != link.external_id else None


def last_survivor(system: System, name: str, remote_id: str) -> Remote | None:
    """The record at the end of a chain of merges; None where it is gone, or the chain is a circle."""
    passed: set[str] = set()
    while remote_id not in passed:
        passed.add(remote_id)
        remote = system.connector.get(name, remote_id)
        if remote is None or remote.merged_into is None:
            return remote
        remote_id = remote.merged_into
    return None


def moved(hub: Hub, tx: UnitOfWork, tracer: Tracer, system: System, link: Link, remote: Remote) -> Link | None:
    """Follow a merge over there: our record is linked to the survivor; where that is taken, a person is asked."""
    record = tx.records.need(link.entity, link.record_id)
    tracer = tracer.of(record.id)
    mapping = system.mappings[link.entity]
    known = tx.links.of_remote(system.name, link.object, remote.id)
    found = adopting.counterparts(hub, tx, system, mapping, remote)
    others = [each.id for each in found if each.id != record.id]
    if known is None:
        adopting.refuse_in_flight(tx, system, mapping, remote, found)
    tx.links.save(replace(link, state="merged", merged_into=remote.id))
    if others:
        detail = {"path": link.external_id, "into": remote.id, "candidates": [record.id, *others], "other": others[0]}
        questions.open_review(hub, tx, tracer, "merged", detail)
        tracer.note(tx, "merged", "{id} went into {into}, which is another of ours: a person decides.",
                    id=link.external_id, into=remote.id)  # fmt: skip
        return known
    if record.id in tx.outbox.in_flight(system.name, link.entity):
        raise RetryableError("{object} {id} is just being written: read again later.", object=link.object, id=remote.id)
    tx.links.save(replace(link, external_id=remote.id, missed=0))
    tracer.note(tx, "merged", "{id} went into {into}: linked to that.", id=link.external_id, into=remote.id)
    return agreeing.agree(hub, tx, tracer, system, record, remote)


def missing(hub: Hub, tx: UnitOfWork, tracer: Tracer, mapping: Mapping, link: Link | None, *, sure: bool) -> None:
    """A remote record was looked for and is not there; ``sure``: its system, or two complete sweeps, said so before."""
    if link is not None and link.state == "merged" and link.merged_into is None:
        tx.links.save(replace(link, state="gone"))
    if link is None or link.state != "active":
        return
    tracer = tracer.of(link.record_id)
    if sure:
        end(hub, tx, tracer, mapping, link)
        return
    if mapping.sync.deletes_remote == "review":
        ask(hub, tx, tracer, link)


def end(hub: Hub, tx: UnitOfWork, tracer: Tracer, mapping: Mapping, link: Link) -> None:
    """A remote record is gone for certain: do what the mapping says of it."""
    wanted = mapping.sync.deletes_remote
    if wanted != "ignore" and (wanted == "review" or mapping.entity in MONEY):
        ask(hub, tx, tracer, link)
        return
    record = tx.records.need(link.entity, link.record_id)
    mark = None if wanted == "ignore" else ended(hub, mapping.entity)
    if wanted != "ignore" and mark is None:
        ask(hub, tx, tracer, link)
        return
    tx.links.save(replace(link, state="gone"))
    tracer.note(tx, "merged", "{object} {id} was deleted over there.", object=link.object, id=link.external_id)
    if mark is not None:
        actor = Actor(f"system:{tracer.system}", tracer.correlation, system=tracer.system)
        records.change(hub, tx, actor, record, dict([mark]), action=f"sync.{tracer.system}.deleted")


def ended(hub: Hub, entity: str) -> tuple[str, object] | None:
    """What marks a record of this kind as ended; None where nothing does."""
    fields = hub.schemas.schema(entity)["properties"]
    for name, value in ENDED:
        node = fields.get(name, {})
        if node.get("type") == "boolean" if isinstance(value, bool) else value in node.get("enum", ()):
            return name, value
    return None


def ask(hub: Hub, tx: UnitOfWork, tracer: Tracer, link: Link) -> None:
    """Ask a person what is to become of our record."""
    questions.open_review(hub, tx, tracer, "gone", {"path": link.external_id, "remote_id": link.external_id})
