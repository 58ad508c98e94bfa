"""What a ticket waits for at other systems, and what they refused: written on the ticket, taken off when settled."""

from hub.domain import ticket as rules
from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub
from hub.services.notifications import notify

UNDER_WAY, SETTLED, REFUSED = "under_way", "settled", "refused"


def follow(hub: Hub, tx: UnitOfWork, actor: Actor, document: Record, *, how: str, what: str, role: str) -> None:
    """Note on the ticket of a document how far its system is; a refusal is told to the role that must act.

    ``how`` is under_way, settled or refused; ``what`` names the document for a person.
    """
    ticket = tx.records.get("ticket", document.doc.get("ticket_id", ""))
    if ticket is None:
        return
    name = f"{what} ({document.id})"[:200]
    doc = ticket.doc
    for system in systems_of(hub, tx, actor, document):
        if how == UNDER_WAY:
            doc = rules.waiting_for(doc, system, name, now=hub.clock.now())
        elif how == SETTLED:
            doc = rules.answered(doc, system, name)
        else:
            doc = rules.refused(doc, problem(document, system, name, role), now=hub.clock.now())
    after = records.replace(hub, tx, actor, ticket, doc, action=f"ticket.{how}")
    if how == REFUSED and after.version != ticket.version:
        facts = {"number": ticket.doc["number"], "what": what, "error": document.doc.get("error", "")}
        template = "Ticket {number}: {what} was refused: {error}"
        notify(hub, tx, actor, template=template, to_role=role, ticket_id=ticket.id, **facts)


def problem(document: Record, system: str, what: str, role: str) -> Doc:
    """What another system refused, in words for the person who must act."""
    error = document.doc.get("error", "refused without a word")
    return {"id": document.id, "system": system, "what": what, "message": error, "role": role}


def systems_of(hub: Hub, tx: UnitOfWork, actor: Actor, document: Record) -> list[str]:
    """The system that speaks, else those that are told of the document."""
    if actor.system is not None:
        return [actor.system]
    return [name for name, system in hub.systems.items() if records.is_told(tx, system, document)]
