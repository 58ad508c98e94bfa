"""Callers: whom a call's number belongs to, and what becomes of a number that nobody knows."""

from hub.domain.callers import Hit, lookup_number, match
from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub

NUMBERS = (("customer", "phone"), ("customer", "landline"), ("contact", "phone"))  # where a caller's number is kept
CALLER = ("customer_id", "contact_id")


def matched(tx: UnitOfWork, call: Doc) -> Doc:
    """The call with whom its number belongs to: customers and contacts by blind index."""
    number = lookup_number(call)
    found = tx.records.by_secrets(NUMBERS, number) if number else []
    return match(call, map(hit_of, found))


def hit_of(found: Record) -> Hit:
    """A record that has the number."""
    return Hit(found.id) if found.entity == "customer" else Hit(found.doc.get("customer_id"), found.id)


def known_caller(hub: Hub, tx: UnitOfWork, actor: Actor, call: Doc) -> Doc:
    """Customer and contact of a call; an unknown number becomes a pending contact, which no system is told of."""
    number = lookup_number(call)
    known: Doc = {name: call[name] for name in CALLER if name in call}
    if known or number is None or call["match"] != "none":
        return known
    contact = {"phone": number, "pending": True, "pending_since": hub.clock.now().isoformat()}
    return {"contact_id": records.create(hub, tx, actor, "contact", contact, action="contact.pending").id}


def confirm_contact(hub: Hub, tx: UnitOfWork, actor: Actor, contact_id: str, customer_id: str) -> None:
    """Make a pending contact the customer's; a contact that is confirmed already stays as it is."""
    contact = tx.records.need("contact", contact_id)
    if contact.doc.get("pending"):
        settled = {"pending": None, "pending_since": None, "customer_id": customer_id}
        records.change(hub, tx, actor, contact, settled, action="contact.confirm")
