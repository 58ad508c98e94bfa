"""Tickets: opened, commanded through their workflow, and kept with their clocks, gates and loop."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.domain import ticket as rules
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from hub.domain.gates import loop_is_closed, with_evidence
from hub.domain.instants import write_instant
from hub.domain.workflow import Command, Decision, Transition, apply, available, follow_elsewhere, record
from hub.ports.records import Record
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.services import billing, records, sla, stock, visits
from hub.services.context import Actor, Hub

Verb = Callable[[Hub, UnitOfWork, Actor, str, Doc], Record]


def open_ticket(hub: Hub, tx: UnitOfWork, actor: Actor, values: Doc) -> Record:
    """Open a ticket; InvalidError names what its schema refuses."""
    records.refuse_read_only(hub.schemas.schema("ticket"), values)
    doc = rules.open_ticket(values, number=next_number(hub, tx), by=actor.name, now=hub.clock.now())
    return keep_new(hub, tx, actor, doc)


def take_in(hub: Hub, tx: UnitOfWork, actor: Actor, values: Doc, *, action: str) -> Record:
    """Open a ticket that came into being in another system: with number, status and clocks, like any other."""
    doc = rules.open_ticket(values, number=next_number(hub, tx), by=actor.name, now=hub.clock.now())
    return keep(hub, tx, actor, None, doc, action=action)


def follow(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record, doc: Doc, *, action: str) -> Record:
    """Keep what another system made of a ticket: its clocks follow, and its history where status or priority moved."""
    if doc == before.doc:
        return before
    if all(doc.get(name) == before.doc.get(name) for name in ("status", "priority")):
        return keep(hub, tx, actor, before, doc, action=action)
    workflow = hub.policies.workflow(doc["type"])
    decision = follow_elsewhere(workflow, before.doc, doc, by=actor.name, now=hub.clock.now())
    ticket = keep(hub, tx, actor, before, decision.ticket, action=action)
    return go_on(hub, tx, actor, ticket, decision, {})


def open_draft(
    hub: Hub, tx: UnitOfWork, actor: Actor, call: Doc, values: Doc, *, confirms_alone: bool = False
) -> Record:
    """Open the draft of an answered call: its clocks will count from the first ring, once it is confirmed.

    ``confirms_alone`` confirms it at once; one that lacks what its workflow requires waits for an agent like any other.
    """
    number = next_number(hub, tx)
    draft = rules.draft_of_call(call, number=number, by=actor.name, now=hub.clock.now(), subject="Call") | values
    decision = confirmation(hub, actor, draft) if confirms_alone else None
    if decision is None:
        return keep_new(hub, tx, actor, draft)
    return go_on(hub, tx, actor, keep_new(hub, tx, actor, decision.ticket), decision, {})


def confirmation(hub: Hub, actor: Actor, draft: Doc) -> Decision | None:
    """What confirming a draft as it is comes to; None where the workflow refuses it."""
    workflow, asked = hub.policies.workflow(draft["type"]), Command("confirm", actor.name, actor.roles)
    try:
        return apply(workflow, draft, asked, now=hub.clock.now())
    except (ConflictError, ForbiddenError, InvalidError, NotFoundError):
        return None


def keep_new(hub: Hub, tx: UnitOfWork, actor: Actor, doc: Doc) -> Record:
    """Store a new ticket with its clocks."""
    return keep(hub, tx, actor, None, doc, action="ticket.open")


def next_number(hub: Hub, tx: UnitOfWork) -> str:
    """The number that people say: T-2026-000123."""
    return f"T-{hub.clock.now():%Y}-{tx.next_number('ticket'):06d}"


def command(hub: Hub, tx: UnitOfWork, actor: Actor, ticket_id: str, name: str, params: Doc) -> Record:
    """Give a ticket a command; refused by role, state, guard or a missing field, as the workflow of its type says."""
    ticket = tx.records.need("ticket", ticket_id)
    workflow = hub.policies.workflow(str(params.get("type") or ticket.doc["type"]))
    asked = Command(name, actor.name, actor.roles, params)
    decision = apply(workflow, ticket.doc, asked, now=hub.clock.now(), visits=visits.of_ticket(tx, ticket_id))
    return carry_out(hub, tx, actor, ticket, decision, params)


def record_fact(hub: Hub, tx: UnitOfWork, actor: Actor, ticket_id: str, fact: str, params: Doc) -> Record:
    """Record what happened elsewhere: never refused, reviewed where the rules did not expect it."""
    ticket = tx.records.need("ticket", ticket_id)
    workflow = hub.policies.workflow(ticket.doc["type"])
    all_visits = visits.of_ticket(tx, ticket_id)
    decision = record(workflow, ticket.doc, fact, params, by=actor.name, now=hub.clock.now(), visits=all_visits)
    return carry_out(hub, tx, actor, ticket, decision, params)


def carry_out(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record, decision: Decision, params: Doc) -> Record:
    """Store what a workflow decided, and do what it asks of others, in the same transaction."""
    doc = decision.ticket
    if doc["status"] == "completed" != before.doc["status"]:
        doc = with_evidence(doc, [], now=hub.clock.now())  # a visit is not finished while evidence is missing
    event = type(decision.events[0]).__name__
    ticket = keep(hub, tx, actor, before, doc, action=f"ticket.{event}")
    return go_on(hub, tx, actor, ticket, decision, params)


def go_on(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, decision: Decision, params: Doc) -> Record:
    """Do what a decision asks of others, now that its ticket is stored."""
    event = type(decision.events[0]).__name__
    for review in decision.reviews:
        ask(hub, tx, actor, ticket, {"path": event, "template": review.template, "params": dict(review.params)})
    for effect in decision.effects:
        EFFECTS[effect](hub, tx, actor, ticket, params)
        ticket = tx.records.need("ticket", ticket.id)
    return ticket


def keep(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, doc: Doc, *, action: str) -> Record:
    """Store a ticket, its clocks read anew, its loop closed when nothing is open any more."""
    if "loop_closed_at" not in doc and loop_is_closed(doc):
        doc = {**doc, "loop_closed_at": write_instant(hub.clock.now())}
    clocked, readings = sla.with_clocks(hub, tx, doc)
    ticket = records.keep(hub, tx, actor, "ticket", before, clocked, action=action)
    sla.arm(tx, ticket, readings)
    return ticket


def ask(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, detail: Doc) -> None:
    """Open a review of a fact that the rules did not expect."""
    now = hub.clock.now()
    tx.reviews.open(Review(hub.ids.new(), "fact", "ticket", ticket.id, actor.name, detail, actor.correlation, now))


def buttons(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record) -> list[Transition]:
    """The commands that this person may give now."""
    workflow = hub.policies.workflow(ticket.doc["type"])
    return available(workflow, ticket.doc, actor.roles, visits=visits.of_ticket(tx, ticket.id))


def named(name: str) -> Verb:
    """A command of the workflow as a function of its own."""

    def run(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
        return command(hub, tx, actor, record_id, name, values)

    return run


confirm, triage, hold, resume, chase = map(named, ("confirm", "triage", "hold", "resume", "chase"))
agree_appointment, resolve_remotely, complete = map(named, ("agree_appointment", "resolve_remotely", "complete"))
close, cancel, reject, reopen = map(named, ("close", "cancel", "reject", "reopen"))
merge, waive_gate, update, unassign = map(named, ("merge", "waive_gate", "update", "unassign"))
change_priority, escalate = map(named, ("change_priority", "escalate"))


def plan_visit(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, params: Doc) -> None:
    """Plan the visit of an assignment, and name it in the ticket."""
    visit = visits.plan(hub, tx, actor, ticket, params)
    assignment = {**ticket.doc["assignment"], "visit_id": visit.id}
    records.change(hub, tx, actor, ticket, {"assignment": assignment}, action="ticket.visit")


def cancel_visits(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, params: Doc) -> None:
    """End the visits that are still to be made, but for the one just planned."""
    planned = ticket.doc.get("assignment", {}).get("visit_id")
    visits.cancel_open(hub, tx, actor, ticket, reason=str(params.get("reason", "")), but=planned)


def free_parts(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, _params: Doc) -> None:
    """Release what is reserved for a ticket that is not worked on any more."""
    stock.free_parts(hub, tx, actor, ticket)


def work_out_charges(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, _params: Doc) -> None:
    """Work out the charges of what was done."""
    billing.work_out_charges(hub, tx, actor, ticket.id, {})


EFFECTS: Mapping[str, Callable[[Hub, UnitOfWork, Actor, Record, Any], None]] = {
    "plan_visit": plan_visit,
    "cancel_visits": cancel_visits,
    "free_parts": free_parts,
    "work_out_charges": work_out_charges,
}
