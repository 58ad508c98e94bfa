"""Calls: reports from telephone systems become call records, screen pops, draft tickets and, by an agent, tickets."""

from collections.abc import Mapping
from typing import Any

from hub.domain.calls import CallSource, call_record_id, fold, match_of, read_event, silent_end
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.ports.inbox import Message
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records, tickets
from hub.services.context import Actor, Hub
from hub.services.notifications import notify
from hub.services.tracing import Tracer

NUMBERS = (("customer", "phone"), ("customer", "landline"), ("contact", "phone"))  # where a caller's number is kept
SWEPT = 200  # silent calls ended in one sweep


def receive(hub: Hub, system: str, raw: bytes, headers: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Take in one report: kept raw, folded into its call, acted upon, in one transaction; a known one changes nothing.

    InvalidError when it cannot be read.
    """
    source = source_of(hub, system)
    event = read_event(values, source, now=hub.clock.now())
    actor = Actor(f"calls:{system}", hub.ids.new())
    message = Message(
        id=hub.ids.new(),
        source=f"calls:{system}",
        kind="call",
        key=event.key,
        raw=raw,
        correlation=actor.correlation,
        received_at=hub.clock.now(),
        headers=headers,
        state="done",
    )

    def work(tx: UnitOfWork) -> None:
        if tx.inbox.receive(message).id != message.id:
            return
        before = tx.records.get("call", call_record_id(system, event.call_id))
        doc = fold(before.doc if before else None, event, system=system, source=source)
        tracer = Tracer(hub, actor.correlation, system, "call", doc["id"])
        tracer.note(tx, "received", "{event} of call {call}", event=event.event, call=event.call_id)
        after = save(hub, tx, actor, before, doc)
        advance(hub, tx, actor, source, before, after)

    hub.store.run(work)
    hub.points.reach("inbox.stored")


def source_of(hub: Hub, system: str) -> CallSource:
    """The configured telephone system; NotFoundError when there is none of that name."""
    source = hub.call_sources.get(system)
    if source is None:
        raise NotFoundError("There is no telephone system {system}: add it to hub.yaml.", system=system)
    return source


def save(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, doc: Doc) -> Record:
    """Write the call, matched to its caller when it is new."""
    if before is None:
        return records.create(hub, tx, actor, "call", doc | matched(tx, doc), action="call.new")
    return records.replace(hub, tx, actor, before, doc, action=f"call.{doc['state']}")


def matched(tx: UnitOfWork, call: Doc) -> Doc:
    """Whom the caller's number belongs to: customers and contacts by blind index."""
    number = call.get("from")
    hits = [hit for entity, field in NUMBERS for hit in tx.records.by_secret(entity, field, number)] if number else []
    matches = [entry for entry in map(match_entry, hits) if not call.get("is_privacy_number")]
    found = match_of(call, matches)
    facts: Doc = {"match": found, "matches": matches}
    if found == "one":
        facts |= {
            name: value for entry in matches for name, value in entry.items() if name in {"customer_id", "contact_id"}
        }
    return facts


def match_entry(hit: Record) -> Doc:
    """One hit, as a call keeps it."""
    if hit.entity == "customer":
        return {"id": hit.id, "entity": "customer", "customer_id": hit.id}
    owner = {"customer_id": hit.doc["customer_id"]} if "customer_id" in hit.doc else {}
    return {"id": hit.id, "entity": "contact", "contact_id": hit.id, **owner}


def advance(hub: Hub, tx: UnitOfWork, actor: Actor, source: CallSource, before: Record | None, after: Record) -> None:
    """What a new state of a call brings: an answer a draft ticket, a missed call a call-back."""
    state = after.doc["state"]
    if before is not None and before.doc["state"] == state:
        return
    if after.doc["direction"] == "in" and "answered_at" in after.doc and "ticket_id" not in after.doc:
        draft(hub, tx, actor, source, after)
    elif state == "missed" and after.doc["direction"] == "in":
        ask_call_back(hub, tx, actor, after)


def draft(hub: Hub, tx: UnitOfWork, actor: Actor, source: CallSource, call: Record) -> Record:
    """Open the draft ticket of an answered call; an unknown caller becomes a pending contact that no system is told."""
    known: Doc = {name: call.doc[name] for name in ("customer_id", "contact_id") if name in call.doc}
    if call.doc["match"] == "none":
        known |= {"contact_id": pending_contact(hub, tx, actor, call).id}
    queue = {"queue": call.doc["queue"]} if "queue" in call.doc else {}
    values = {"type": source.ticket_type, "priority": source.priority, **known, **queue}
    ticket = tickets.open_draft(hub, tx, actor, call.doc, values)
    call = records.change(hub, tx, actor, call, {"ticket_id": ticket.id, **known}, action="call.ticket")
    if call.doc.get("queue") in source.confirms_alone and call.doc["match"] == "one":
        return tickets.confirm(hub, tx, actor, ticket.id, known)
    return ticket


def pending_contact(hub: Hub, tx: UnitOfWork, actor: Actor, call: Record) -> Record:
    """A contact for a number that nobody knows yet."""
    now = hub.clock.now().isoformat()
    doc = {"phone": call.doc["from"], "pending": True, "pending_since": now}
    return records.create(hub, tx, actor, "contact", doc, action="contact.pending")


def ask_call_back(hub: Hub, tx: UnitOfWork, actor: Actor, call: Record) -> None:
    """Ask for one call-back per number: further missed calls of it, while one is open, ask for no second."""
    number = call.doc.get("from")
    if number is None:
        return
    missed = [hit for hit in tx.records.by_secret("call", "from", number) if hit.id != call.id]
    if any(hit.doc["state"] == "missed" and hit.doc.get("call_back") == "open" for hit in missed):
        return
    records.change(hub, tx, actor, call, {"call_back": "open"}, action="call.call_back")
    notify(hub, tx, actor, to_role="agent", template="Call back: a caller hung up unheard.", call_id=call.id)


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
    call = link_customer(hub, tx, actor, call_id, {"customer_id": customer_id, **contact_of(call, values)})
    given = {name: value for name, value in values.items() if name not in {"new_customer", "chase_ticket_id"}}
    return tickets.confirm(
        hub, tx, actor, call.doc["ticket_id"], {**given, "customer_id": customer_id, **contact_of(call, values)}
    )


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
    number = {} if "from" not in call.doc or call.doc.get("is_privacy_number") else {"phone": call.doc["from"]}
    return records.create(hub, tx, actor, "customer", {"kind": "person", **number, **values["new_customer"]}).id


def link_customer(hub: Hub, tx: UnitOfWork, actor: Actor, call_id: str, values: Doc) -> Record:
    """Say whose call it is; a pending contact is confirmed by that."""
    call = tx.records.need("call", call_id)
    tx.records.need("customer", values["customer_id"])
    contact = tx.records.get("contact", values["contact_id"]) if "contact_id" in values else None
    if contact is not None and contact.doc.get("pending"):
        settled = {"pending": None, "pending_since": None, "customer_id": values["customer_id"]}
        records.change(hub, tx, actor, contact, settled, action="contact.confirm")
    return records.change(hub, tx, actor, call, {"match": "one", **values}, action="call.link")


def end_silent(hub: Hub) -> int:
    """End calls whose hang-up never came; says how many."""

    def work(tx: UnitOfWork) -> int:
        going_on = tx.records.page("call", {"state": ["ringing", "answered"]}, sort="started_at", limit=SWEPT).records
        ends = [(call, silent_end(call.doc, now=hub.clock.now())) for call in going_on]
        for call, end in ends:
            if end is not None:
                records.change(hub, tx, hub.actor("hub"), call, end, action="call.silent")
        return sum(end is not None for _, end in ends)

    return hub.store.run(work)
