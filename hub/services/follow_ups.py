"""Follow-up: how it went, asked after the work; an answer meets the gate, enough unanswered days waive it."""

from hub.domain.documents import Doc
from hub.domain.gates import with_follow_ups
from hub.domain.instants import write_instant
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records, tickets
from hub.services.context import Actor, Hub


def record_follow_up(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Record one attempt (outcome, and where answered score, solved, comment); gives the ticket."""
    ticket = tx.records.need("ticket", record_id)
    before = tx.records.all("follow_up", {"ticket_id": ticket.id})
    facts = {"ticket_id": ticket.id, "attempt": len(before) + 1, "by": actor.name}
    at = {"at": write_instant(hub.clock.now())}
    attempt = records.create(hub, tx, actor, "follow_up", {**values, **facts, **at}, action="follow_up")
    rule = hub.policies.workflow(ticket.doc["type"]).follow_up
    attempts = [one.doc for one in (*before, attempt)]
    doc = with_follow_ups(ticket.doc, attempts, rule, zone=hub.zone, now=hub.clock.now())
    return tickets.keep(hub, tx, actor, ticket, doc, action="ticket.follow_up")
