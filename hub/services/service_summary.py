"""Keep on each customer what service knows of it, so that the CRM is told.

Nothing is noted where tickets are written: a reader of the audit trail learns which customers something has changed
for, and works out their summaries anew, many at once. A summary that says the same is not written.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from hub.domain.documents import Doc
from hub.domain.service_summary import OPEN, PAST, Facts, summary_of, with_summary
from hub.ports.audit import Entry
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Hub
from hub.services.customers import SHOWN

READER = "service_summary"
ENTRIES = 1_000  # of the trail that are read in one round
PORTION = 100  # customers that are worked out in one transaction: others who write wait for so many
OF_CUSTOMER = ("ticket", "invoice", "asset", "contract")
OF_TICKET = ("visit", "follow_up")


def follow(hub: Hub) -> bool:
    """Read on in the trail, and keep the summaries that it concerns; says whether there is more to read.

    The place is kept after the summaries: what breaks off is done again, and then changes nothing.
    """
    unread = hub.store.read(lambda tx: tx.audit.unread(READER, (*OF_CUSTOMER, *OF_TICKET), limit=ENTRIES))
    concerned = hub.store.read(lambda tx: customers_of(tx, unread.entries))
    for start in range(0, len(concerned), PORTION):
        keep(hub, concerned[start : start + PORTION])
    if unread.place > unread.since:
        hub.store.run(lambda tx: tx.audit.read_up_to(READER, unread.place))
    return not unread.at_end


def keep(hub: Hub, customer_ids: Sequence[str]) -> None:
    """Work out the summaries of some customers, and write those that say something new."""

    def work(tx: UnitOfWork) -> None:
        customers = tx.records.many("customer", customer_ids)
        actor, now = hub.actor("hub"), hub.clock.now().isoformat()
        for customer_id, facts in facts_of(tx, sorted(customers)):
            customer = customers[customer_id]
            if not records.is_merged_away(customer):
                doc = with_summary(customer.doc, summary_of(facts), now)
                records.replace(hub, tx, actor, customer, doc, action="customer.service")

    hub.store.run(work)


def customers_of(tx: UnitOfWork, entries: Iterable[Entry]) -> list[str]:
    """The customers that acts concern: those of the records now, and those that they had before."""
    ids: dict[str, set[str]] = defaultdict(set)
    found: set[str] = set()
    for entry in entries:
        ids[entry.entity].add(entry.record_id)
        found |= named(entry)
    for entity in OF_TICKET:
        owned = tx.records.many(entity, sorted(ids[entity])).values()
        ids["ticket"] |= {record.doc["ticket_id"] for record in owned}
    for entity in OF_CUSTOMER:
        owned = tx.records.many(entity, sorted(ids[entity])).values()
        found |= {record.doc["customer_id"] for record in owned if record.doc.get("customer_id")}
    return sorted(found)


def named(entry: Entry) -> set[str]:
    """The customers that an act took a record from and gave it to."""
    pair = (entry.payload or {}).get("customer_id")
    return {one for one in pair if isinstance(one, str)} if isinstance(pair, list) else set()


def facts_of(tx: UnitOfWork, customer_ids: list[str]) -> Iterator[tuple[str, Facts]]:
    """What the summaries of some customers are made of, read together."""
    mine = {"customer_id": customer_ids}
    open_tickets = [
        ticket for ticket in tx.records.all("ticket", {**mine, "status": OPEN}) if not ticket.doc.get("is_draft")
    ]
    past = tx.records.newest("ticket", "customer_id", customer_ids, {"status": PAST}, sort="-created_at", most=SHOWN)
    owner = {ticket.id: ticket.doc["customer_id"] for ticket in (*open_tickets, *past)}
    tickets = {"ticket_id": sorted(owner)}
    ended = {"ticket_id": sorted(ticket.id for ticket in past), "outcome": "answered"}
    parts = {
        "open_tickets": by_customer(open_tickets),
        "past_tickets": by_customer(past),
        "visits": by_customer(tx.records.all("visit", tickets), owner),
        "answers": by_customer(tx.records.all("follow_up", ended), owner),
        "assets": by_customer(asset for asset in tx.records.all("asset", mine) if asset.doc.get("status") != "retired"),
        "contracts": by_customer(tx.records.all("contract", {**mine, "state": "active"})),
        "invoices": by_customer(tx.records.all("invoice", {**mine, "state": "issued"})),
    }
    for one in customer_ids:
        yield one, Facts(**{name: part.get(one, ()) for name, part in parts.items()})


def by_customer(found: Iterable[Record], owner: dict[str, str] | None = None) -> dict[str, list[Doc]]:
    """Documents by their customer, or by the customer of their ticket."""
    sorted_out: dict[str, list[Doc]] = defaultdict(list)
    for record in found:
        whose = record.doc["customer_id"] if owner is None else owner[record.doc["ticket_id"]]
        sorted_out[whose].append(record.doc)
    return sorted_out
