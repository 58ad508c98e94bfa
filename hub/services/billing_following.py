"""What follows from money: how far a ticket is settled, what the ERP says of its invoices, when the loop is closed."""

from hub.domain import ticket as rules
from hub.domain.charge_lines import is_active
from hub.domain.documents import Doc
from hub.domain.gates import settlement_of, with_settlement
from hub.domain.invoices import sum_of
from hub.domain.money import Money
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import awaiting, records
from hub.services.context import Actor, Hub
from hub.services.notifications import notify

FINANCE = "finance"  # the role that keeps the books


def settle(hub: Hub, tx: UnitOfWork, actor: Actor, ticket_id: str) -> Record:
    """Bring the ticket's settlement, its gate and the end of the loop to what charges and invoices say."""
    from hub.services.tickets import keep  # noqa: PLC0415 - tickets work out charges, and charges settle tickets

    ticket = tx.records.need("ticket", ticket_id)
    charges = [each.doc for each in tx.records.all("charge", {"ticket_id": ticket_id})]
    invoices = {each.id: each.doc for each in tx.records.all("invoice", {"ticket_id": ticket_id})}
    state = settlement_of(charges, invoices) if any(map(is_active, charges)) else without_charges(ticket.doc)
    doc = with_settlement(ticket.doc, state, now=hub.clock.now())
    return keep(hub, tx, actor, ticket, doc, action="ticket.settle")


def without_charges(ticket: Doc) -> str:
    """How far the money of a ticket without lines is: once the work is done, nothing is due."""
    return "none_due" if ticket["status"] in {"completed", "closed"} else "open"


def invoice(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, after: Record) -> None:
    """The ERP's word on an invoice: its number, state and payment reach the ticket; what is wrong is shown there."""
    if "ticket_id" not in after.doc:
        return
    follow(hub, tx, actor, before, after)
    if before is None:
        return
    old, new = before.doc, after.doc
    if new["state"] == "issued" != old["state"]:
        record(hub, tx, actor, after, "record_invoice")
        compare(hub, tx, actor, after)
    if new["state"] == "void" != old["state"]:
        tell_finance(hub, tx, actor, after, "Ticket {number}: the ERP has voided invoice {invoice}: settle it by hand")
    if payment_of(old) != payment_of(new):
        record(hub, tx, actor, after, "record_payment")
    if (old["state"], payment_of(old)) != (new["state"], payment_of(new)):
        settle(hub, tx, actor, new["ticket_id"])


def payment_of(doc: Doc) -> str:
    """How far an invoice is paid."""
    return str(doc.get("payment", {}).get("status", "unpaid"))


def follow(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, after: Record) -> None:
    """Note on the ticket that the ERP's answer is outstanding, has come, or was a refusal."""
    how, was = standing(after.doc), standing(before.doc) if before else None
    if how != was or (before and before.doc.get("error") != after.doc.get("error")):
        what = f"invoice {after.doc.get('reference', '')}"
        awaiting.follow(hub, tx, actor, after, how=how, what=what, role=FINANCE)


def standing(doc: Doc) -> str:
    """How far an invoice is with the ERP."""
    if doc["state"] != "draft":
        return awaiting.SETTLED
    return awaiting.REFUSED if doc.get("error") else awaiting.UNDER_WAY


def record(hub: Hub, tx: UnitOfWork, actor: Actor, after: Record, fact: str) -> None:
    """Record a fact about the money in the ticket's history, where its workflow has a word for it."""
    from hub.services.tickets import record_fact  # noqa: PLC0415 - as in settle

    ticket = tx.records.need("ticket", after.doc["ticket_id"])
    if fact in hub.policies.workflow(ticket.doc["type"]).facts:
        record_fact(hub, tx, actor, ticket.id, fact, {})


def compare(hub: Hub, tx: UnitOfWork, actor: Actor, after: Record) -> None:
    """Show finance an invoice whose sum in the ERP is not the sum of its charges, to the cent."""
    carried = [each.doc for each in tx.records.all("charge", {"invoice_id": after.id})]
    theirs = after.doc.get("totals", {}).get("gross")
    currency = after.doc["currency"]
    ours = sum_of(carried, "gross", currency)
    if theirs is None or Money.of(theirs, currency) == ours:
        return
    ticket = tx.records.need("ticket", after.doc["ticket_id"])
    message = f"The ERP says {theirs} {currency}, the charges come to {ours.text()}."
    what = f"sum of {after.doc.get('number') or after.doc.get('reference', '')}"
    problem = {"id": after.id, "system": actor.system or "hub", "what": what, "message": message, "role": FINANCE}
    doc = rules.refused(ticket.doc, problem, now=hub.clock.now())
    records.replace(hub, tx, actor, ticket, doc, action="ticket.money_differs")
    tell_finance(hub, tx, actor, after, "Ticket {number}: invoice {invoice} differs from its charges")


def tell_finance(hub: Hub, tx: UnitOfWork, actor: Actor, after: Record, template: str) -> None:
    """A notice to finance about an invoice."""
    ticket = tx.records.need("ticket", after.doc["ticket_id"])
    name = after.doc.get("number") or after.doc.get("reference", "")
    notify(
        hub,
        tx,
        actor,
        template=template,
        to_role=FINANCE,
        ticket_id=ticket.id,
        number=ticket.doc["number"],
        invoice=name,
    )
