"""Interactions: what was said with a customer, noted by whoever spoke with them."""

from hub.domain.documents import Doc
from hub.domain.instants import write_instant
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub


def note_interaction(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Note a contact with a customer (text, and where known channel, direction, subject, contact_id, at); gives it."""
    customer = tx.records.need("customer", record_id)
    doc = {"at": write_instant(hub.clock.now()), **values, "customer_id": customer.id, "by": actor.name}
    return records.create(hub, tx, actor, "interaction", doc, action="interaction.noted")
