"""What follows when a parts document changes its state: the next is let go, people are told, the ticket shows it."""

from hub.domain.ticket import is_open
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import awaiting, records, stock
from hub.services import stock_documents as documents
from hub.services.context import Actor, Hub
from hub.services.notifications import notify_technician

HOW = {
    "approved": awaiting.UNDER_WAY,
    "sent": awaiting.UNDER_WAY,
    "done": awaiting.SETTLED,
    "cancelled": awaiting.SETTLED,
    "refused": awaiting.REFUSED,
}


def moved(before: Record | None, after: Record) -> str | None:
    """The state that a document has just reached; None when it has not changed."""
    state = str(after.doc["state"])
    return None if before is not None and before.doc["state"] == state else state


def ours(actor: Actor) -> Actor:
    """The hub itself, under the same correlation: what it does because a system spoke is news to that system."""
    return Actor("hub", actor.correlation)


def follow(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, after: Record) -> None:
    """Note on the ticket how far the document is."""
    state = moved(before, after)
    if state in HOW:
        facts = documents.about(tx, after)
        what = f"{after.entity} {facts['part']} x {facts['quantity']}"
        awaiting.follow(hub, tx, actor, after, how=HOW[state], what=what, role=documents.WAREHOUSE)


def reservation(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, after: Record) -> None:
    """Done: warehouse and technician are told, or it is released where nobody needs it. Refused: so is the request."""
    state = moved(before, after)
    if state not in {"done", "refused"}:
        return
    answer_request(hub, tx, actor, after, state)
    if state == "refused":
        return
    ticket = tx.records.need("ticket", after.doc["ticket_id"])
    if not is_open(ticket.doc):
        stock.release(hub, tx, ours(actor), after.id, {"reason": "The ticket is not worked on any more."})
        return
    documents.tell_warehouse(hub, tx, actor, after, "Ticket {number}: {quantity} x {part} is reserved: hand it out")
    tell_technician(hub, tx, actor, after, "Ticket {number}: {quantity} x {part} is reserved for you")


def answer_request(hub: Hub, tx: UnitOfWork, actor: Actor, after: Record, state: str) -> None:
    """The request of a reservation goes the way of it."""
    request = tx.records.get("part_request", after.doc.get("part_request_id", ""))
    if request is None or request.doc["state"] == state:
        return
    told = {"state": state, "error": after.doc.get("error")}
    if state == "done":
        told |= {"done_at": after.doc.get("done_at") or after.doc["updated_at"]}
    records.change(hub, tx, actor, request, told, action=f"part.{state}")


def issue(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, after: Record) -> None:
    """Done: what was used or brought back of it meanwhile may follow."""
    if moved(before, after) != "done":
        return
    for entity in ("consumption", "return"):
        for waiting in tx.records.all(entity, {"issue_id": after.id, "state": "draft"}):
            records.change(hub, tx, ours(actor), waiting, {"state": "approved"}, action="part.follow")
    tell_technician(hub, tx, actor, after, "Ticket {number}: {quantity} x {part} is in your stock")


def tell_technician(hub: Hub, tx: UnitOfWork, actor: Actor, document: Record, template: str) -> None:
    """A notice to the technician who gets the part."""
    warehouse = tx.records.get("warehouse", document.doc.get("to_warehouse_id", ""))
    owner = warehouse.doc.get("technician_id") if warehouse else None
    ticket = tx.records.need("ticket", document.doc["ticket_id"])
    technician_id = owner or ticket.doc.get("assignment", {}).get("technician_id")
    if technician_id is not None:
        facts = documents.about(tx, document)
        notify_technician(hub, tx, actor, technician_id, template=template, ticket_id=ticket.id, **facts)
