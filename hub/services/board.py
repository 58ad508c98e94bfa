"""The dispatcher's board: what waits for a technician, and how busy each technician is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.context import Hub

SHOWN = 100
OPEN_VISITS = ("planned", "accepted", "en_route", "on_site")
FAR = "9999"  # sorts after every instant


@dataclass(frozen=True)
class Board:
    """Tickets without a technician, most urgent first; technicians with the number of their open visits."""

    tickets: Sequence[Record]
    names: Mapping[str, str]
    technicians: Sequence[Record]
    load: Mapping[str, int]


def board(hub: Hub) -> Board:
    """What a dispatcher has before him."""

    def work(tx: UnitOfWork) -> Board:
        waiting = tx.records.page("ticket", {"status": "triaged"}, sort="created_at", limit=SHOWN).records
        customers = tx.records.many("customer", [ticket.doc.get("customer_id", "") for ticket in waiting])
        visits = tx.records.all("visit", {"status": list(OPEN_VISITS)})
        return Board(
            sorted(waiting, key=urgency),
            {key: record.doc["name"] for key, record in customers.items()},
            tx.records.all("technician", {"active": True}, sort="name"),
            Counter(visit.doc["technician_id"] for visit in visits),
        )

    return hub.store.read(work)


def urgency(ticket: Record) -> tuple[bool, str, str, str]:
    """Held tickets last; then by priority, by what is due first, by age."""
    doc = ticket.doc
    return "hold" in doc, doc.get("priority", "p9"), first_due(doc), doc["created_at"]


def first_due(ticket: Doc) -> str:
    """When the first target of the SLA is due that is not met."""
    dues = [
        one["due_at"] for one in ticket.get("sla", {}).get("targets", ()) if one.get("due_at") and not one.get("met_at")
    ]
    return min(dues, key=datetime.fromisoformat, default=FAR)


def round_of(hub: Hub, technician_id: str) -> list[tuple[Record, Record | None, Record | None, Record | None]]:
    """A technician's open visits in the order of their windows, with ticket, customer and site."""

    def work(tx: UnitOfWork) -> list[tuple[Record, Record | None, Record | None, Record | None]]:
        visits = tx.records.all(
            "visit", {"technician_id": technician_id, "status": list(OPEN_VISITS)}, sort="window_start"
        )
        return [(visit, *around(tx, visit)) for visit in visits]

    return hub.store.read(work)


def around(tx: UnitOfWork, visit: Record) -> tuple[Record | None, Record | None, Record | None]:
    """Ticket, customer and site of a visit."""
    ticket = tx.records.get("ticket", visit.doc["ticket_id"])
    doc = ticket.doc if ticket else {}
    customer = tx.records.get("customer", doc["customer_id"]) if "customer_id" in doc else None
    return ticket, customer, tx.records.get("site", doc["site_id"]) if "site_id" in doc else None
