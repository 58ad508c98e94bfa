"""Leads for sales: found once a day by the rules of config/leads.yaml, or noted by whoever sees a chance."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.instants import write_instant
from hub.domain.leads import of_asset, of_contract
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub

POSITION = ("", "leads")  # the cursor that tells when everything was last looked at
PORTION = 200


def look(hub: Hub) -> int:
    """Look for leads, once on each day; says how many are new.

    The day is noted when all is done: what breaks off is done again, and what was found before is not found twice.
    """
    now = hub.clock.now()
    last = hub.store.read(lambda tx: tx.cursors.get(*POSITION))
    if last is not None and day_of(hub, last) >= day_of(hub, now):
        return 0
    made = sum(look_through(hub, entity, day_of(hub, now)) for entity in ("asset", "contract"))
    hub.store.run(lambda tx: tx.cursors.save(*POSITION, now))
    return made


def day_of(hub: Hub, at: datetime) -> date:
    """The calendar day of an instant where the hub is."""
    return at.astimezone(ZoneInfo(hub.zone)).date()


def look_through(hub: Hub, entity: str, today: date) -> int:
    """Look at all records of a kind, a portion at a time; only what may give leads is written."""
    made, after = 0, None
    while True:
        page = hub.store.read(lambda tx, a=after: tx.records.page(entity, limit=PORTION, after=a))  # type: ignore[misc] # bound now
        near = hub.store.read(lambda tx, p=page: likely(hub, tx, p.records, today))  # type: ignore[misc] # bound now
        if near:
            made += hub.store.run(lambda tx, ids=near: make(hub, tx, entity, ids, today))  # type: ignore[misc] # bound now
        if (after := page.after) is None:
            return made


def likely(hub: Hub, tx: UnitOfWork, found: Sequence[Record], today: date) -> list[str]:
    """The records that give leads which are not there yet."""
    given = {lead["id"]: record.id for record, lead in leads_of(hub, tx, found, today)}
    known = tx.records.many("lead", sorted(given))
    return sorted({record_id for lead_id, record_id in given.items() if lead_id not in known})


def make(hub: Hub, tx: UnitOfWork, entity: str, record_ids: Sequence[str], today: date) -> int:
    """Store the leads that some records give now, but for those that are there; says how many."""
    found = tx.records.many(entity, record_ids)
    given = [lead for _, lead in leads_of(hub, tx, list(found.values()), today)]
    known = tx.records.many("lead", [lead["id"] for lead in given])
    fresh = [lead for lead in given if lead["id"] not in known]
    actor = hub.actor("hub")
    for lead in fresh:
        records.create(hub, tx, actor, "lead", {**lead, **stamp(hub, actor)}, action="lead.found")
    return len(fresh)


def leads_of(hub: Hub, tx: UnitOfWork, found: Sequence[Record], today: date) -> Iterable[tuple[Record, Doc]]:
    """The leads that assets or contracts give; what belongs to nobody, or to nobody confirmed, gives none."""
    policy = hub.policies.leads
    customers = tx.records.many("customer", [one.doc["customer_id"] for one in found if "customer_id" in one.doc])
    products = tx.records.many("product", [one.doc["product_id"] for one in found if "product_id" in one.doc])
    for one in found:
        customer = customers.get(one.doc.get("customer_id", ""))
        if customer is None or records.is_held_back(customer):
            continue
        product = products.get(one.doc.get("product_id", ""))
        assets = of_asset(policy, one.doc, product.doc if product else {}, customer.doc, today=today)
        contracts = of_contract(policy, one.doc, customer.doc, today=today)
        yield from ((one, lead) for lead in (assets if one.entity == "asset" else contracts))


def note_on_customer(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Note a lead by hand; gives it."""
    return note(hub, tx, actor, tx.records.need("customer", record_id), values)


def note_on_ticket(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Note a lead that was seen on a ticket; InvalidError when nobody knows yet whose ticket it is."""
    ticket = tx.records.need("ticket", record_id)
    if "customer_id" not in ticket.doc:
        raise InvalidError(
            "Say first which customer ticket {number} is of.", number=ticket.doc.get("number", record_id)
        )
    customer = tx.records.need("customer", ticket.doc["customer_id"])
    known = {name: ticket.doc[name] for name in ("contact_id",) if name in ticket.doc}
    return note(hub, tx, actor, customer, {**known, **values, "ticket_id": ticket.id})


def move(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Say how a lead stands, where no CRM does."""
    lead = tx.records.need("lead", record_id)
    return records.change(hub, tx, actor, lead, {"state": values["state"]}, action="lead.moved")


def note(hub: Hub, tx: UnitOfWork, actor: Actor, customer: Record, values: Doc) -> Record:
    """Store a lead that somebody noted."""
    facts = {"customer_id": customer.id, "company": customer.doc["name"], "cause": "by_hand", "state": "new"}
    return records.create(hub, tx, actor, "lead", {**values, **facts, **stamp(hub, actor)}, action="lead.noted")


def stamp(hub: Hub, actor: Actor) -> Doc:
    """By whom, and when."""
    return {"by": actor.name, "at": write_instant(hub.clock.now())}
