"""Calls: reports from telephone systems become call records, screen pops, draft tickets and, by an agent, tickets."""

from collections.abc import Mapping
from typing import Any

from hub.domain.call_events import read_event
from hub.domain.call_source import CallSource
from hub.domain.callers import lookup_number
from hub.domain.calls import CallChange, call_record_id, expire, take_event
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.domain.events import CallAnswered, CallMissed
from hub.ports.inbox import Message
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import call_backs, callers, records, tickets
from hub.services.context import Actor, Hub
from hub.services.tracing import Tracer

SWEPT = 200  # silent calls ended in one sweep
PROGRAM = frozenset({"api"})  # in whose role a telephone system acts where its queue's rule lets it


def receive(hub: Hub, system: str, raw: bytes, headers: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Take in one report: kept raw, added to its call, acted upon, in one transaction; a known one changes nothing.

    InvalidError when it cannot be read.
    """
    source = source_of(hub, system)
    event = read_event(values, source, system=system, now=hub.clock.now())
    record_id = call_record_id(system, event.call_id)
    actor = Actor(f"calls:{system}", hub.ids.new(), PROGRAM)
    message = Message(
        id=hub.ids.new(),
        source=f"calls:{system}",
        kind="call",
        key=f"{record_id}/{event.key}",
        raw=raw,
        correlation=actor.correlation,
        received_at=hub.clock.now(),
        headers=headers,
        state="done",
    )

    def work(tx: UnitOfWork) -> None:
        if tx.inbox.receive(message).id != message.id:
            return
        before = tx.records.get("call", record_id)
        change = take_event(before.doc if before else None, event)
        tracer = Tracer(hub, actor.correlation, system, "call", record_id)
        tracer.note(tx, "received", "{event} of call {call}", event=event.event, call=event.call_id)
        keep(hub, tx, actor, source, before, change, action=None if before else "call.new")

    hub.store.run(work)
    hub.points.reach("inbox.stored")


def source_of(hub: Hub, system: str) -> CallSource:
    """The configured telephone system; NotFoundError when there is none of that name."""
    source = hub.call_sources.get(system)
    if source is None:
        raise NotFoundError("There is no telephone system {system}: add it to hub.yaml.", system=system)
    return source


def keep(
    hub: Hub,
    tx: UnitOfWork,
    actor: Actor,
    source: CallSource,
    before: Record | None,
    change: CallChange,
    *,
    action: str | None = None,
) -> Record:
    """Do what the news of a call bring, and write the call, once.

    It is matched to its caller when it, or the caller's number, is new.
    """
    doc, news = change.call, {type(event) for event in change.events}
    if before is None or lookup_number(doc) != lookup_number(before.doc):
        doc = callers.matched(tx, doc)
    doc = {**doc, **mend_ticket(hub, tx, actor, doc)}
    if CallAnswered in news:
        doc |= call_backs.settle(hub, tx, actor, doc)
        doc |= draft(hub, tx, actor, source, doc) if doc["direction"] == "in" else {}
    elif CallMissed in news and doc["direction"] == "in":
        doc |= call_backs.ask(hub, tx, actor, doc)
    return records.keep(hub, tx, actor, "call", before, doc, action=action or f"call.{doc['state']}")


def mend_ticket(hub: Hub, tx: UnitOfWork, actor: Actor, call: Doc) -> Doc:
    """Let a call's own ticket count from the first ring, and its draft know the caller, when a late report tells.

    Gives what the call is to know of its caller.
    """
    ticket = tx.records.get("ticket", call["ticket_id"]) if "ticket_id" in call else None
    if ticket is None or ticket.doc.get("call_id") != call["id"]:
        return {}
    known = callers.known_caller(hub, tx, actor, call) if ticket.doc["is_draft"] else {}
    start = min(call["started_at"], ticket.doc["sla_start_at"])
    doc = {**known, **ticket.doc, "sla_start_at": start}
    if doc != ticket.doc:
        tickets.keep(hub, tx, actor, ticket, doc, action="ticket.call")
    return known


def draft(hub: Hub, tx: UnitOfWork, actor: Actor, source: CallSource, call: Doc) -> Doc:
    """Open the draft ticket of an answered call; where the queue's rule says so, it needs no agent to confirm it.

    Gives what the call is to know of them.
    """
    known = callers.known_caller(hub, tx, actor, call)
    queue = {"queue": call["queue"]} if "queue" in call else {}
    values = {"type": source.ticket_type, "priority": source.priority, **known, **queue}
    alone = call.get("queue") in source.confirms_alone and "customer_id" in known
    ticket = tickets.open_draft(hub, tx, actor, call, values, confirms_alone=alone)
    return {"ticket_id": ticket.id, **known}


def confirm(hub: Hub, tx: UnitOfWork, actor: Actor, call_id: str, values: Doc) -> Record:
    """Make the draft a ticket, or chase an open one; the agent has said who calls, about what.

    ``values``: ``chase_ticket_id``, or ``customer_id`` or ``new_customer``, and the ticket's fields.
    """
    call = tx.records.need("call", call_id)
    if "ticket_id" not in call.doc:
        raise ConflictError("Call {call} was not answered: there is nothing to confirm.", call=call.id)
    if chased := values.get("chase_ticket_id"):
        return chase(hub, tx, actor, call, chased)
    customer_id = values.get("customer_id") or new_customer(hub, tx, actor, call, values)
    who = {"customer_id": customer_id, **contact_of(call, values)}
    call = link_customer(hub, tx, actor, call_id, who)
    given = {name: value for name, value in values.items() if name not in {"new_customer", "chase_ticket_id"}}
    return tickets.confirm(hub, tx, actor, call.doc["ticket_id"], {**given, **who})


def chase(hub: Hub, tx: UnitOfWork, actor: Actor, call: Record, ticket_id: str) -> Record:
    """The caller asks about an open ticket: that one is chased, and the call's draft is dropped."""
    draft_id = call.doc["ticket_id"]
    if draft_id != ticket_id:
        tickets.merge(hub, tx, actor, draft_id, {"into": ticket_id})
        records.change(hub, tx, actor, call, {"ticket_id": ticket_id}, action="call.chase")
    return tickets.chase(hub, tx, actor, ticket_id, {})


def contact_of(call: Record, values: Doc) -> Doc:
    """The contact that an agent named, else the call's own."""
    contact_id = values.get("contact_id") or call.doc.get("contact_id")
    return {"contact_id": contact_id} if contact_id else {}


def new_customer(hub: Hub, tx: UnitOfWork, actor: Actor, call: Record, values: Doc) -> str:
    """A customer that the agent has taken down; told to the connected systems like any other."""
    if not values.get("new_customer"):
        raise InvalidError("Say who calls: customer_id, or new_customer with a name.")
    number = lookup_number(call.doc)
    phone = {"phone": number} if number else {}
    return records.create(hub, tx, actor, "customer", {"kind": "person", **phone, **values["new_customer"]}).id


def link_customer(hub: Hub, tx: UnitOfWork, actor: Actor, call_id: str, values: Doc) -> Record:
    """Say whose call it is; a pending contact is confirmed by that."""
    call = tx.records.need("call", call_id)
    customer = tx.records.need("customer", values["customer_id"])
    who = {"customer_id": customer.id, **contact_of(call, values)}
    if "contact_id" in who:
        callers.confirm_contact(hub, tx, actor, who["contact_id"], customer.id)
    return records.change(hub, tx, actor, call, {"match": "one", **who}, action="call.link")


def end_silent(hub: Hub) -> int:
    """End calls whose hang-up never came; says how many."""

    def work(tx: UnitOfWork) -> int:
        ends = silent(hub, tx, SWEPT)
        for call, end in ends:
            source = hub.call_sources.get(call.doc["system"], CallSource())
            keep(hub, tx, hub.actor("hub"), source, call, end, action="call.silent")
        return len(ends)

    is_due = hub.store.read(lambda tx: silent(hub, tx, 1))  # most turns find nothing: the writers are left alone
    return hub.store.run(work) if is_due else 0


def silent(hub: Hub, tx: UnitOfWork, limit: int) -> list[tuple[Record, CallChange]]:
    """Of each state the longest ones that go on, as far as nobody can be speaking any more, with their end."""
    states = ("ringing", "answered")
    oldest = (tx.records.page("call", {"state": state}, sort="started_at", limit=limit).records for state in states)
    ends = ((call, expire(call.doc, now=hub.clock.now())) for calls in oldest for call in calls)
    return [(call, end) for call, end in ends if end is not None]
