"""Customer 360: everything that is known of a customer on one page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.call_source import CallSource
from hub.domain.service_summary import OPEN, PAST, balances, mean_score
from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.context import Hub
from hub.services.visibility import Rows, need

SHOWN = 20  # of each kind; the rest is a click away
FEWEST_DIGITS = 7  # of a telephone number; less is a code or a house number

See = Callable[[UnitOfWork], Rows | None]
"""Tells in a transaction which rows the reader sees, None for all."""


@dataclass(frozen=True)
class Overview:
    """A customer with what belongs to it, newest first; balances are what is still open, by currency."""

    customer: Record
    links: Sequence[Link]
    contacts: Sequence[Record]
    sites: Sequence[Record]
    assets: Sequence[Record]
    contracts: Sequence[Record]
    open_tickets: Sequence[Record]
    past_tickets: Sequence[Record]
    talks: Sequence[Record]  # calls and interactions
    leads: Sequence[Record]
    orders: Sequence[Record]
    invoices: Sequence[Record]
    balances: Mapping[str, Decimal]
    satisfaction: Decimal | None
    merged_into: Record | None = None  # the customer that this one turned out to be


def overview(hub: Hub, customer_id: str, see: See = lambda _tx: None) -> Overview:
    """All that is known of a customer; NotFoundError when there is none, or none that the reader sees."""
    return hub.store.read(lambda tx: of_customer(tx, need(tx, "customer", customer_id, see(tx))))


def of_customer(tx: UnitOfWork, customer: Record) -> Overview:
    """The overview of a customer, on a transaction."""

    def mine(entity: str, sort: str = "-created_at", **where: object) -> Sequence[Record]:
        return tx.records.page(entity, {"customer_id": customer.id, **where}, sort=sort, limit=SHOWN).records

    open_tickets = [ticket for ticket in mine("ticket", status=list(OPEN)) if not ticket.doc.get("is_draft")]
    past_tickets = mine("ticket", status=list(PAST))
    return Overview(
        customer=customer,
        links=tx.links.all_of_record("customer", customer.id),
        contacts=mine("contact", "name"),
        sites=mine("site", "name"),
        assets=mine("asset", "name"),
        contracts=mine("contract", "-ends_on"),
        open_tickets=open_tickets,
        past_tickets=past_tickets,
        talks=talks(mine("call", "-started_at"), mine("interaction", "-at")),
        leads=mine("lead"),
        orders=mine("sales_order", "-ordered_on"),
        invoices=mine("invoice", "-issued_at"),
        balances=balances(
            invoice.doc for invoice in tx.records.all("invoice", {"customer_id": customer.id, "state": "issued"})
        ),
        satisfaction=satisfaction(tx, [ticket.id for ticket in past_tickets]),
        merged_into=tx.records.get("customer", customer.doc.get("merged_into", "")),
    )


def talks(calls: Sequence[Record], interactions: Sequence[Record]) -> Sequence[Record]:
    """What was said with a customer, newest first."""

    def at(record: Record) -> str:
        return str(record.doc.get("started_at") or record.doc.get("at") or record.doc["created_at"])

    return sorted((*calls, *interactions), key=at, reverse=True)[:SHOWN]


def satisfaction(tx: UnitOfWork, ticket_ids: Sequence[str]) -> Decimal | None:
    """The mean score that the customer gave lately; None when nobody was asked."""
    answers = tx.records.all("follow_up", {"ticket_id": list(ticket_ids), "outcome": "answered"}) if ticket_ids else []
    return mean_score(answer.doc for answer in answers)


def of_number(hub: Hub, typed: str) -> list[str]:
    """The ids of the customers that a telephone number belongs to, their own or a contact's; none for other text."""
    digits = sum(letter.isdigit() for letter in typed)
    number = CallSource().number(typed).e164 if digits >= FEWEST_DIGITS else None
    if number is None:
        return []

    def work(tx: UnitOfWork) -> list[str]:
        fields = ("phone", "landline")
        own = [hit.id for field in fields for hit in tx.records.by_secret("customer", field, number)]
        others = [hit.doc.get("customer_id") for hit in tx.records.by_secret("contact", "phone", number)]
        return list(dict.fromkeys([*own, *filter(None, others)]))

    return hub.store.read(work)
