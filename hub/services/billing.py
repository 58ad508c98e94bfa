"""Charges of a ticket: worked out, reviewed, approved, invoiced once; the ERP's answers come back to the ticket."""

from collections.abc import Sequence

from hub.domain.charge_documents import line_of_doc, line_to_doc
from hub.domain.charge_lines import ENDED, ChargeLine, is_active
from hub.domain.charge_revision import revise
from hub.domain.charges import waived
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.domain.invoices import invoice_id, invoice_of, sum_of
from hub.domain.money import Money
from hub.domain.reasons import reason
from hub.domain.ticket import answered, refused
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import billing_work, records
from hub.services.billing_following import FINANCE, settle
from hub.services.context import Actor, Hub
from hub.services.notifications import notify

OPEN = frozenset({"draft", "reviewed"})
ISSUED = frozenset({"invoiced", "credited"})
HERE, CHARGES = "hub", "charges"  # how a problem of the sum is named on the ticket


def work_out_charges(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, _values: Doc) -> Record:
    """Work out what a ticket owes, and bring its charges to it; gives the ticket.

    What no invoice carries yet is changed in place. What was invoiced is credited and replaced under a new revision.
    Where a price is missing the charges stay as they are, and the ticket says what and that finance must act: finished
    work is never refused for it.
    """
    ticket = tx.records.need("ticket", record_id)
    stored = {each.id: each for each in tx.records.all("charge", {"ticket_id": ticket.id})}
    try:
        wanted = {line.id: line for line in lines_due(hub, tx, ticket, list(stored.values()))}
    except ConflictError as error:
        return cannot_work_out(hub, tx, actor, ticket, str(error))
    for line in wanted.values():
        keep(hub, tx, actor, stored.get(line.id), line)
    for charge in stored.values():
        if charge.id not in wanted and charge.doc["state"] not in ISSUED | ENDED:
            records.change(hub, tx, actor, charge, {"state": "withdrawn"}, action="charge.withdraw")
    able = records.replace(hub, tx, actor, ticket, answered(ticket.doc, HERE, CHARGES), action="ticket.charges")
    return settle(hub, tx, actor, able.id)


def cannot_work_out(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, message: str) -> Record:
    """Show on the ticket why its charges cannot be worked out, and tell finance."""
    problem = {"id": CHARGES, "system": HERE, "what": CHARGES, "message": message, "role": FINANCE}
    doc = refused(ticket.doc, problem, now=hub.clock.now())
    after = records.replace(hub, tx, actor, ticket, doc, action="ticket.charges")
    template = "Ticket {number}: the charges cannot be worked out: {reason}"
    facts = {"number": ticket.doc["number"], "reason": message}
    notify(hub, tx, actor, template=template, to_role=FINANCE, ticket_id=ticket.id, **facts)
    return after


def lines_due(hub: Hub, tx: UnitOfWork, ticket: Record, stored: Sequence[Record]) -> tuple[ChargeLine, ...]:
    """The lines of the invoice that is due next: everything, or what differs from what was invoiced."""
    revision = next_revision(stored)
    lines = billing_work.lines_of(hub, tx, ticket, revision=revision)
    issued = [line_of_doc(each.doc) for each in stored if each.doc["state"] == "invoiced" and is_active(each.doc)]
    if revision == 1:
        return lines
    return revise(issued, lines, hub.policies.charges.tax, revision=revision).lines


def next_revision(stored: Sequence[Record]) -> int:
    """The revision of the invoice that is due next: one more than the last that was made."""
    return 1 + max((each.doc["revision"] for each in stored if each.doc["state"] in ISSUED), default=0)


def keep(hub: Hub, tx: UnitOfWork, actor: Actor, known: Record | None, line: ChargeLine) -> None:
    """Store a line under the id that its key makes; a changed sum is a draft again."""
    doc = line_to_doc(line)
    if known is None:
        records.create(hub, tx, actor, "charge", {**doc, "state": "draft"}, action="charge.work_out")
        return
    same = all(known.doc.get(name) == doc.get(name) for name in ("net", "tax", "gross", "quantity", "unit_price"))
    state = known.doc["state"] if same and known.doc["state"] not in ENDED else "draft"
    stamps = {name: known.doc[name] for name in ("created_at", "updated_at")}
    records.replace(hub, tx, actor, known, {**doc, **stamps, "state": state}, action="charge.work_out")


def review(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, _values: Doc) -> Record:
    """Mark a line as looked at."""
    return move(hub, tx, actor, record_id, frozenset({"draft"}), "reviewed")


def approve(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, _values: Doc) -> Record:
    """Approve a line, which a large ticket needs; once all are, the charges are confirmed."""
    return move(hub, tx, actor, record_id, OPEN, "approved")


def move(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, sources: frozenset[str], target: str) -> Record:
    """Move a line on; ConflictError from other states. Gives the line."""
    charge = tx.records.need("charge", record_id)
    need_state(charge, sources, target)
    after = records.change(hub, tx, actor, charge, {"state": target}, action=f"charge.{target}")
    settle(hub, tx, actor, charge.doc["ticket_id"])
    return after


def need_state(charge: Record, sources: frozenset[str], target: str) -> None:
    """ConflictError when a line cannot move from where it is."""
    if charge.doc["state"] not in sources:
        raise ConflictError(
            "The charge '{description}' is {state} and cannot become {target}: work the charges out again.",
            description=charge.doc["description"],
            state=charge.doc["state"],
            target=target,
        )


def waive(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Give an open line away as goodwill, with the reason; working out again leaves it so. Gives the line."""
    charge = tx.records.need("charge", record_id)
    need_state(charge, OPEN, "waived")
    line = line_of_doc(charge.doc)
    if line.kind == "credit":
        raise ConflictError("A credit cannot be waived: waive the charge that replaces it.")
    why = reason(billing_work.WAIVED, by=actor.name, reason=values["reason"])
    free = waived(line, {line.obligation: why})
    stamps = {name: charge.doc[name] for name in ("created_at", "updated_at", "state")}
    after = records.replace(hub, tx, actor, charge, {**line_to_doc(free), **stamps}, action="charge.waive")
    work_out_charges(hub, tx, actor, charge.doc["ticket_id"], {})
    return tx.records.need("charge", after.id)


def confirm_charges(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, _values: Doc) -> Record:
    """Confirm all open lines of a ticket; above the limit they are reviewed only, and the manager is asked.

    Gives the ticket.
    """
    ticket = tx.records.need("ticket", record_id)
    due = [each for each in tx.records.all("charge", {"ticket_id": ticket.id}) if each.doc["state"] in OPEN]
    target = "reviewed" if needs_approval(hub, due) else "approved"
    for charge in due:
        if charge.doc["state"] != target:
            records.change(hub, tx, actor, charge, {"state": target}, action=f"charge.{target}")
    if target == "reviewed":
        ask_for_approval(hub, tx, actor, ticket, due)
    return settle(hub, tx, actor, ticket.id)


def needs_approval(hub: Hub, charges: Sequence[Record]) -> bool:
    """Whether the lines come to more, either way, than finance may confirm alone."""
    limit = hub.policies.charges.approve_above
    if limit is None or not charges:
        return False
    return abs(gross(hub, charges).amount) > limit


def gross(hub: Hub, charges: Sequence[Record]) -> Money:
    """The sum of lines with tax."""
    return sum_of([each.doc for each in charges], "gross", hub.policies.charges.currency)


def ask_for_approval(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, charges: Sequence[Record]) -> None:
    """Tell the manager of charges that are too large for finance alone."""
    facts = {"number": ticket.doc["number"], "gross": gross(hub, charges).text()}
    template = "Ticket {number}: charges of {gross} need your approval"
    notify(hub, tx, actor, template=template, to_role="manager", ticket_id=ticket.id, **facts)


def invoice_charges(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, _values: Doc) -> Record:
    """Make the one invoice of a ticket and revision out of its approved lines; the outbox takes it to the ERP.

    Asked again when nothing new is due, it gives the invoice that there is. ConflictError says which lines are not
    approved yet, or that nothing is due.
    """
    ticket = tx.records.need("ticket", record_id)
    stored = tx.records.all("charge", {"ticket_id": ticket.id})
    due = [each for each in stored if each.doc["state"] not in ISSUED | ENDED]
    if not due:
        return last_invoice(tx, ticket, stored)
    need_approved(ticket, due)
    if not any(each.doc["net"].strip("-0.") for each in due):
        raise nothing_due(ticket)
    skus = {part_id: part.doc["sku"] for part_id, part in parts_of(tx, due).items()}
    revision = next_revision(stored)
    doc = invoice_of(ticket.doc, revision, [each.doc for each in in_order(due)], skus)
    invoice = records.create(hub, tx, actor, "invoice", doc, action="invoice.create")
    for charge in due:
        book(hub, tx, actor, charge, invoice, stored)
    settle(hub, tx, actor, ticket.id)
    return tx.records.need("invoice", invoice.id)


def book(hub: Hub, tx: UnitOfWork, actor: Actor, charge: Record, invoice: Record, stored: Sequence[Record]) -> None:
    """Mark a line as carried by an invoice; a credit takes its charge back."""
    moved = {"state": "invoiced", "invoice_id": invoice.id}
    records.change(hub, tx, actor, charge, moved, action="charge.invoice")
    if charge.doc.get("kind") != "credit":
        return
    for old in stored:
        same = old.doc["obligation"] == charge.doc["obligation"] and old.id != charge.id
        if same and is_active(old.doc) and old.doc["state"] == "invoiced":
            records.change(hub, tx, actor, old, {"state": "credited"}, action="charge.credit")


def in_order(charges: Sequence[Record]) -> list[Record]:
    """Credits first, then by the time of the work, then by key."""
    return sorted(charges, key=lambda each: (each.doc["kind"] != "credit", each.doc["at"], each.doc["obligation"]))


def parts_of(tx: UnitOfWork, charges: Sequence[Record]) -> dict[str, Record]:
    """The parts of lines."""
    return tx.records.many("part", sorted({each.doc["part_id"] for each in charges if "part_id" in each.doc}))


def need_approved(ticket: Record, due: Sequence[Record]) -> None:
    """ConflictError that names the lines that nobody has approved."""
    waiting = [each.doc["description"] for each in due if each.doc["state"] != "approved"]
    if waiting:
        raise ConflictError(
            "Ticket {number}: {lines} are not approved yet: confirm the charges first.",
            number=ticket.doc["number"],
            lines=", ".join(waiting),
        )


def last_invoice(tx: UnitOfWork, ticket: Record, stored: Sequence[Record]) -> Record:
    """The newest invoice of a ticket; ConflictError when there is none."""
    revision = next_revision(stored) - 1
    found = tx.records.get("invoice", invoice_id(ticket.id, revision))
    if found is None:
        raise nothing_due(ticket)
    return found


def nothing_due(ticket: Record) -> ConflictError:
    """There is nothing to put on an invoice."""
    return ConflictError(
        "Ticket {number}: nothing is due, so there is no invoice to make.", number=ticket.doc["number"]
    )
