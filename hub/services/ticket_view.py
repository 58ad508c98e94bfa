"""A ticket with everything that its page shows, read on one snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.ports.outbox import Delivery
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import comments
from hub.services.context import Hub
from hub.services.customers import See
from hub.services.visibility import need

NEWEST = 20  # comments that may still be on their way to a system
STOCK = ("part_request", "reservation", "issue", "consumption", "return", "release")


@dataclass(frozen=True)
class View:
    """A ticket and what belongs to it; ``waiting`` are deliveries that have not reached their system."""

    ticket: Record
    customer: Record | None
    contact: Record | None
    site: Record | None
    assets: Sequence[Record]
    technician: Record | None
    visits: Sequence[Record]
    charges: Sequence[Record]
    invoices: Sequence[Record]
    stock: Sequence[Record]
    evidence: Sequence[Record]
    follow_ups: Sequence[Record]
    comments: Sequence[Record]
    service: Sequence[Record]
    names: Mapping[str, str]
    waiting: Sequence[Delivery]


def of_ticket(hub: Hub, ticket_id: str, see: See = lambda _tx: None) -> View:
    """A ticket with what belongs to it; NotFoundError when there is none that the reader sees."""
    return hub.store.read(lambda tx: gather(tx, need(tx, "ticket", ticket_id, see(tx))))


def gather(tx: UnitOfWork, ticket: Record) -> View:
    """Everything around a ticket."""

    def of(entity: str) -> list[Record]:
        return tx.records.all(entity, {"ticket_id": ticket.id}, sort="created_at")

    def one(entity: str, record_id: str | None) -> Record | None:
        return tx.records.get(entity, record_id) if record_id else None

    doc = ticket.doc
    assets = tx.records.many("asset", doc.get("asset_ids", ()))
    visits, charges, invoices, service = of("visit"), of("charge"), of("invoice"), of("service_record")
    stock = sorted((record for entity in STOCK for record in of(entity)), key=lambda record: record.doc["created_at"])
    written = comments.of_ticket(tx, ticket)
    waiting = [
        delivery
        for record in (ticket, *charges, *invoices, *stock, *service, *written[-NEWEST:])
        for delivery in tx.outbox.waiting(record.entity, record.id)
    ]
    return View(
        ticket=ticket,
        customer=one("customer", doc.get("customer_id")),
        contact=one("contact", doc.get("contact_id")),
        site=one("site", doc.get("site_id")),
        assets=[assets[key] for key in doc.get("asset_ids", ()) if key in assets],
        technician=one("technician", doc.get("assignment", {}).get("technician_id")),
        visits=visits,
        charges=charges,
        invoices=invoices,
        stock=stock,
        evidence=of("evidence"),
        follow_ups=of("follow_up"),
        comments=written,
        service=service,
        names=names(tx, visits, stock),
        waiting=waiting,
    )


def names(tx: UnitOfWork, visits: Sequence[Record], stock: Sequence[Record]) -> Mapping[str, str]:
    """What the technicians, parts and warehouses on the page are called, by id."""
    asked = {
        "technician": [visit.doc["technician_id"] for visit in visits],
        "part": [record.doc["part_id"] for record in stock],
        "warehouse": [value for record in stock for name, value in record.doc.items() if name.endswith("warehouse_id")],
    }
    found = [record for entity, ids in asked.items() for record in tx.records.many(entity, ids).values()]
    return {record.id: record.doc["name"] for record in found}
