"""The report that has to stay empty: work without charge, charge without work."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.domain.charge_lines import is_active
from hub.domain.errors import ConflictError
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import billing_work
from hub.services.context import Hub

WORK_WITHOUT_CHARGE, CHARGE_WITHOUT_WORK, NOT_WORKED_OUT = (
    "work_without_charge",
    "charge_without_work",
    "not_worked_out",
)
DONE = ("completed", "closed")


@dataclass(frozen=True)
class Gap:
    """One thing that was done and not charged, or charged and not done; ``what`` is the line, or why there is none."""

    ticket_id: str
    number: str
    kind: str
    obligation: str
    what: str


def gaps(hub: Hub, ticket_id: str | None = None) -> tuple[Gap, ...]:
    """Compare the charges of one finished ticket, or of all, with the work; empty when all is charged and was done."""
    return hub.store.read(lambda tx: tuple(gap for each in tickets(tx, ticket_id) for gap in gaps_of(hub, tx, each)))


def tickets(tx: UnitOfWork, ticket_id: str | None) -> Iterator[Record]:
    """The tickets whose work is done."""
    if ticket_id is not None:
        yield tx.records.need("ticket", ticket_id)
        return
    after = None
    while True:
        page = tx.records.page("ticket", {"status": list(DONE)}, limit=200, after=after)
        yield from page.records
        if page.after is None:
            return
        after = page.after


def gaps_of(hub: Hub, tx: UnitOfWork, ticket: Record) -> Iterator[Gap]:
    """The gaps of one ticket."""
    number = ticket.doc["number"]
    charged = {
        each.doc["obligation"]: each.doc
        for each in tx.records.all("charge", {"ticket_id": ticket.id})
        if is_active(each.doc)
    }
    try:
        owed = {line.obligation: line for line in billing_work.lines_of(hub, tx, ticket)}
    except ConflictError as error:
        yield Gap(ticket.id, number, NOT_WORKED_OUT, "", str(error))
        return
    for key in owed.keys() - charged.keys():
        yield Gap(ticket.id, number, WORK_WITHOUT_CHARGE, key, owed[key].description)
    for key in charged.keys() - owed.keys():
        yield Gap(ticket.id, number, CHARGE_WITHOUT_WORK, key, charged[key]["description"])
