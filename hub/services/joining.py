"""Two customers that are one: everything of the one goes over to the other, links included, and can be taken apart.

Nothing dangles and nothing is billed twice: what pointed to the merged record points to the surviving one, remote ids
of both mean the surviving one, and charges keep their obligations. The audit entry of the merge holds all that a split
needs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError
from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.reviews import Review, Wanted
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub
from hub.services.decisions import Decision
from hub.services.tracing import Tracer

MERGED, SPLIT = "customer.merge", "customer.split"
KEY = "$merge"
OWN = frozenset({"id", "version", "created_at", "updated_at", "merged_into", "pending", "pending_since", "service"})
DOCUMENTS = frozenset({"charge", "invoice", "payment", "sales_order", "consumption"})
"""What was written over there stays as it was written: only our record points elsewhere."""
ENTRIES = 10_000  # audit entries that are looked through for a merge
QUESTIONS = 500  # read at once
STAYED = 100  # records made since that a split names


@dataclass(frozen=True)
class Reference:
    """A field that points to another record."""

    entity: str
    field: str
    is_listed: bool  # records can be found by it


@dataclass(frozen=True)
class Split:
    """What a split has done: the record that is there again, and what could not be told apart."""

    record: Record
    stayed: Sequence[tuple[str, str]]  # entity and id of what belongs to the survivor since
    moved: Sequence[tuple[str, str]]  # what was re-pointed by hand since, and was left there


def merge(hub: Hub, tx: UnitOfWork, actor: Actor, loser_id: str, values: Doc) -> Record:
    """Merge a customer into another one; ``take`` names the fields whose value comes from the one that goes."""
    return join(hub, tx, actor, loser_id, str(values["into"]), values.get("take", ()))


def split(hub: Hub, tx: UnitOfWork, actor: Actor, loser_id: str, _values: Doc) -> Record:
    """Take a merged customer out again."""
    return part(hub, tx, actor, loser_id).record


def join_of_review(hub: Hub, tx: UnitOfWork, actor: Actor, review: Review, decision: Decision) -> Doc:
    """Settle whether two customers are one; ``record_id`` says which of them stays, the older one if none is named."""
    if decision.choice != "merge":
        return {}
    if review.entity != "customer":
        raise ConflictError("Only customers can be merged here: end one of the two, or link it anew.")
    pair = {review.record_id, str(review.detail["other"])}
    survivor = decision.record_id or min(pair)
    if survivor not in pair:
        raise InvalidError("Choose one of {ids} to stay.", ids=", ".join(sorted(pair)))
    (loser,) = pair - {survivor}
    take = [name for name, side in decision.fields if side == "loser"]
    join(hub, tx, actor, loser, survivor, take, settling=review.id)
    return {"record_id": survivor, "merged": loser}


def join(
    hub: Hub, tx: UnitOfWork, actor: Actor, loser_id: str, survivor_id: str, take: Sequence[str], *, settling: str = ""
) -> Record:
    """Merge the loser into the survivor, which it gives; ``settling`` is the question whose answer this is."""
    loser, survivor = tx.records.need("customer", loser_id), tx.records.need("customer", survivor_id)
    refuse_odd_pairs(loser, survivor)
    refuse_while_written(hub, tx, {loser.id, survivor.id})
    told = {
        "loser": loser.id,
        "loser_doc": loser.doc,
        "before": {name: survivor.doc.get(name) for name in kept(loser.doc, survivor.doc, take)},
        "links": [move(tx, link, survivor) for link in tx.links.all_of_record("customer", loser.id)],
    }
    gone: Doc = {name: loser.doc[name] for name in ("id", "name", "created_at") if name in loser.doc}
    records.replace(hub, tx, actor, loser, {**gone, "merged_into": survivor.id}, action="customer.merged_away")
    values = kept(loser.doc, survivor.doc, take)
    after = records.change(hub, tx, actor, survivor, values, action="customer.merge_values")
    told["after"] = values
    told["repointed"] = [point(hub, tx, actor, one, where, survivor.id) for one, where in pointing(hub, tx, loser.id)]
    tx.audit.write(actor.name, MERGED, "customer", survivor.id, actor.correlation, {KEY: told})
    end_reviews(tx, loser.id, survivor.id, settling)
    for link in tx.links.all_of_record("customer", survivor.id):
        Tracer(hub, actor.correlation, link.system, "customer", survivor.id).note(
            tx, "merged", "{who} merged {loser} into {survivor}.", who=actor.name, loser=loser.id, survivor=survivor.id
        )
    send_again(hub, tx, actor, after)
    return after


def refuse_odd_pairs(loser: Record, survivor: Record) -> None:
    """ConflictError for a merge that cannot be."""
    if loser.id == survivor.id:
        raise ConflictError("A customer cannot be merged into itself: choose another one.")
    for one in (loser, survivor):
        if one.doc.get("merged_into"):
            raise ConflictError(
                "Customer {id} was merged into {other} already: choose that one, or split it first.",
                id=one.id,
                other=one.doc["merged_into"],
            )


def refuse_while_written(hub: Hub, tx: UnitOfWork, ids: set[str]) -> None:
    """ConflictError while a call about one of them is about to be made, under way or in doubt.

    What it makes would belong to nobody.
    """
    for busy in sorted(ids):
        for system in hub.systems:
            if busy in tx.outbox.in_flight(system, "customer") or is_taken_up(hub, tx, busy, system):
                raise ConflictError("Customer {id} is just being written to {system}: try again in a minute.", id=busy,
                                    system=system)  # fmt: skip


def is_taken_up(hub: Hub, tx: UnitOfWork, customer_id: str, system: str) -> bool:
    """Whether a worker holds a delivery: it may have worked out already what it is about to send."""
    now, waiting = hub.clock.now(), tx.outbox.waiting("customer", customer_id)
    return any(one.system == system and one.leased_until is not None and one.leased_until > now for one in waiting)


def kept(loser: Doc, survivor: Doc, take: Sequence[str]) -> Doc:
    """What the survivor takes over: the fields that were chosen, and what it has no value for."""
    return {
        name: value
        for name, value in loser.items()
        if name not in OWN and value != survivor.get(name) and (name in take or name not in survivor)
    }


def move(tx: UnitOfWork, link: Link, survivor: Record) -> list[str]:
    """Let a remote record mean the survivor: as its own link, or beside the one that it has there."""
    known = tx.links.of_record(link.system, "customer", survivor.id, link.object)
    state = "merged" if known is not None and link.state == "active" else link.state
    tx.links.move(link, survivor.id, state)
    return [link.system, link.object, link.external_id, link.state]


def send_again(hub: Hub, tx: UnitOfWork, actor: Actor, survivor: Record) -> None:
    """Tell every system that knows the survivor: a link that came over has another record behind it now."""
    records.send(hub, tx, actor, survivor)


# What points to a customer


def references(hub: Hub) -> Iterator[Reference]:
    """Every field of every record that points to a customer."""
    for entity in hub.schemas.entities():
        for name, node in hub.schemas.schema(entity)["properties"].items():
            if node.get("x-ref") == "customer" and name != "merged_into":
                yield Reference(entity, name, is_listed=bool(node.get("x-index")))


def pointing(hub: Hub, tx: UnitOfWork, customer_id: str) -> list[tuple[Record, str]]:
    """Every record that points to a customer, and by which field."""
    found: list[tuple[Record, str]] = []
    tickets = [ticket.id for ticket in tx.records.all("ticket", {"customer_id": customer_id})]
    for one in references(hub):
        if one.is_listed:
            found += [(record, one.field) for record in tx.records.all(one.entity, {one.field: customer_id})]
        elif tickets:  # it belongs to a ticket of the customer
            of_tickets = tx.records.all(one.entity, {"ticket_id": tickets})
            found += [(record, one.field) for record in of_tickets if record.doc.get(one.field) == customer_id]
    return found


def point(hub: Hub, tx: UnitOfWork, actor: Actor, record: Record, field: str, to: str) -> list[str]:
    """Let a record point to another customer; of a document, what was agreed with other systems follows."""
    present = tx.records.need(record.entity, record.id)
    if record.entity in DOCUMENTS:
        for link in tx.links.all_of_record(record.entity, record.id):
            if field in link.hub_shadow:
                tx.links.save(replace(link, hub_shadow={**link.hub_shadow, field: to}))
    records.change(hub, tx, actor, present, {field: to}, action="customer.repoint")
    return [record.entity, record.id, field]


def end_reviews(tx: UnitOfWork, loser_id: str, survivor_id: str, settling: str) -> None:
    """Nothing is to be decided about a record that is no more; what it was compared with is now beside the survivor."""
    for review in open_questions(tx, "customer"):
        pair = {review.record_id, review.detail.get("other")}
        if loser_id not in pair or review.id == settling:
            continue
        if review.record_id == loser_id or pair == {loser_id, survivor_id}:
            tx.reviews.end(review.id)
        else:
            tx.reviews.ask_anew(review.id, beside(review.detail, loser_id, survivor_id))


def beside(detail: Doc, loser_id: str, survivor_id: str) -> Doc:
    """What a question tells, with the survivor in the place of the record that is no more."""
    told = {name: survivor_id if value == loser_id else value for name, value in detail.items()}
    if "candidates" in told:
        told["candidates"] = [survivor_id if each == loser_id else each for each in told["candidates"]]
    return told


def open_questions(tx: UnitOfWork, entity: str) -> Iterator[Review]:
    """All that is open about records of a kind."""
    after = ""
    while page := tx.reviews.listing(Wanted(entity=entity, after=after), limit=QUESTIONS):
        yield from page
        after = page[-1].id


# Taking apart


def part(hub: Hub, tx: UnitOfWork, actor: Actor, loser_id: str) -> Split:
    """Undo a merge as far as the audit trail knows it; what came to the survivor since stays there, and is told."""
    loser = tx.records.need("customer", loser_id)
    survivor_id = str(loser.doc.get("merged_into") or "")
    if not survivor_id:
        raise ConflictError("Customer {id} is not merged into another one.", id=loser_id)
    told, since = account_of(tx, survivor_id, loser_id)
    restored = records.replace(hub, tx, actor, loser, told["loser_doc"], action=SPLIT)
    links_back(tx, told["links"], restored)
    survivor = tx.records.need("customer", survivor_id)
    back = {name: told["before"].get(name) for name, value in told["after"].items() if survivor.doc.get(name) == value}
    survivor = records.change(hub, tx, actor, survivor, back, action=SPLIT)
    moved = [key for key in map(tuple, told["repointed"]) if not point_back(hub, tx, actor, key, survivor_id, loser_id)]
    done = {(entity, record_id) for entity, record_id, _ in told["repointed"]}
    stayed = [
        (record.entity, record.id)
        for record, _ in pointing(hub, tx, survivor_id)
        if (record.entity, record.id) not in done and str(record.doc.get("created_at", "")) > since
    ]
    facts = {"loser": loser_id, "stayed": stayed[:STAYED], "moved": [list(key) for key in moved]}
    tx.audit.write(actor.name, SPLIT, "customer", survivor_id, actor.correlation, {"$split": facts})
    send_again(hub, tx, actor, restored)
    return Split(restored, stayed[:STAYED], [(key[0], key[1]) for key in moved])


def account_of(tx: UnitOfWork, survivor_id: str, loser_id: str) -> tuple[Mapping[str, Any], str]:
    """What the audit trail has kept of a merge, and when it was; ConflictError when that was erased."""
    entries = tx.audit.of_record("customer", survivor_id, limit=ENTRIES)
    for entry in reversed(entries):
        if entry.action == MERGED and entry.payload and entry.payload[KEY]["loser"] == loser_id:
            return entry.payload[KEY], entry.at.isoformat()
    raise ConflictError(
        "The audit trail holds no account of how {loser} was merged into {survivor}: it cannot be taken apart.",
        loser=loser_id,
        survivor=survivor_id,
    )


def links_back(tx: UnitOfWork, moved: Sequence[Sequence[str]], restored: Record) -> None:
    """Give the remote records back that came with the merged one."""
    for system, name, external_id, state in moved:
        link = tx.links.of_remote(system, name, external_id)
        if link is not None:
            tx.links.move(link, restored.id, state)


def point_back(hub: Hub, tx: UnitOfWork, actor: Actor, key: Sequence[str], survivor_id: str, loser_id: str) -> bool:
    """Let a record point where it pointed before; False when somebody has pointed it elsewhere since."""
    entity, record_id, field = key
    record = tx.records.get(entity, record_id)
    if record is None or record.doc.get(field) != survivor_id:
        return False
    point(hub, tx, actor, record, field, loser_id)
    return True
