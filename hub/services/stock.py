"""Parts of a ticket: requested, reserved, issued, used, brought back, released; each movement is a document.

The ERP carries out what is approved here and tells how it went; nothing is counted in the hub beside the documents.
"""

from collections.abc import Sequence
from decimal import Decimal

from hub.domain import stock as rules
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.domain.quantity import EXACT, write_quantity
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records, visits
from hub.services import stock_documents as documents
from hub.services.context import Actor, Hub
from hub.services.notifications import notify, notify_technician

# What is asked for


def request_part(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Ask for a part for a ticket; gives the request, which the warehouse approves.

    ``values``: part_id, quantity, issue_kind?, from_warehouse_id?, visit_id?, needed_at?, reason?.
    """
    ticket = documents.need_open(tx, record_id)
    part = tx.records.need("part", values["part_id"])
    quantity = write_quantity(rules.asked(part.doc, values["quantity"]))
    doc: Doc = {
        **values,
        "ticket_id": ticket.id,
        "quantity": quantity,
        "issue_kind": values.get("issue_kind") or documents.issue_kind(hub, tx, ticket.doc),
        "state": "draft",
        **documents.made(hub, actor),
    }
    request = records.create(hub, tx, actor, "part_request", doc, action="part.request")
    documents.tell_warehouse(hub, tx, actor, request, "Ticket {number}: {quantity} x {part} is requested")
    return request


def approve(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Approve a request: the ERP is to reserve the part for the technician; gives the reservation.

    ``values``: from_warehouse_id?. Approving twice gives the same reservation.
    """
    request = tx.records.need("part_request", record_id)
    known = tx.records.all("reservation", {"part_request_id": request.id})
    if request.doc["state"] != "draft" and known:
        return known[-1]
    documents.need_open(tx, request.doc["ticket_id"])
    part = tx.records.need("part", request.doc["part_id"])
    warehouse_id = values.get("from_warehouse_id") or request.doc.get("from_warehouse_id") or documents.giver(tx, part)
    if request.doc["state"] == "draft":
        given = {"state": "approved", "from_warehouse_id": warehouse_id}
        request = records.change(hub, tx, actor, request, given, action="part.approve")
    draw = rules.draw(documents.ledger(tx, request.doc["ticket_id"]), "reservation", request.id, part=part.doc)
    documents.promise(hub, tx, part, warehouse_id, draw.quantity)
    doc = {
        **documents.drawn(hub, actor, request.doc, draw),
        "warehouse_id": warehouse_id,
        "to_warehouse_id": documents.own_stock(tx, request.doc),
    }
    return records.create(hub, tx, actor, "reservation", doc, action="part.reserve")


def refuse(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Refuse a request with a reason; who asked is told."""
    request = tx.records.need("part_request", record_id)
    if request.doc["state"] != "draft":
        raise ConflictError("The request is {state}: only a draft can be refused.", state=request.doc["state"])
    told = {"state": "refused", "error": values["reason"]}
    after = records.change(hub, tx, actor, request, told, action="part.refuse")
    facts = {**documents.about(tx, after), "reason": values["reason"]}
    template = "Ticket {number}: {quantity} x {part} is refused: {reason}"
    notify(hub, tx, actor, template=template, to_user=request.doc["by"], ticket_id=after.doc["ticket_id"], **facts)
    return after


# What moves


def drawn_on(tx: UnitOfWork, reservation_id: str, movement: str, values: Doc) -> tuple[Record, Record, rules.Draw]:
    """A reservation, its part, and what a movement draws on it: ``quantity``, or all that is left."""
    reservation = tx.records.need("reservation", reservation_id)
    part = tx.records.need("part", reservation.doc["part_id"])
    book = documents.ledger(tx, reservation.doc["ticket_id"])
    return reservation, part, rules.draw(book, movement, reservation_id, documents.wanted(part, values), part=part.doc)


def issue(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Hand a reserved part out into the technician's own stock, all that is left or ``quantity``; serials?."""
    reservation, part, draw = drawn_on(tx, record_id, "issue", values)
    doc = {
        **documents.drawn(hub, actor, reservation.doc, draw),
        **documents.serials(part, draw, values),
        "from_warehouse_id": reservation.doc["warehouse_id"],
        "to_warehouse_id": reservation.doc.get("to_warehouse_id") or documents.own_stock(tx, reservation.doc),
        "issue_kind": documents.kind_of(tx, reservation.doc),
    }
    return records.create(hub, tx, actor, "issue", doc, action="part.issue")


def release(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Set free what a reservation promises and nobody drew, all of it or ``quantity``; reason?."""
    reservation, _, draw = drawn_on(tx, record_id, "release", values)
    doc = {
        **documents.drawn(hub, actor, reservation.doc, draw),
        "warehouse_id": reservation.doc["warehouse_id"],
        **documents.why(values),
    }
    return records.create(hub, tx, actor, "release", doc, action="part.release")


def consume_part(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Record a part used on a visit: what was issued for the ticket first, then the technician's own stock.

    ``values``: part_id, quantity, serial_in?, serial_out?, asset_id?. Gives the first document made.
    """
    visit = documents.need_under_way(tx, actor, record_id)
    part = tx.records.need("part", values["part_id"])
    quantity, own = rules.asked(part.doc, values["quantity"]), documents.own_stock(tx, {"visit_id": visit.id})
    documents.need_serial(part, quantity, values)
    book = documents.ledger(tx, visit.doc["ticket_id"])
    draws = rules.draw_on_issues(book, "consumption", quantity, part=part.doc, in_van=documents.in_van(tx, part, own))
    ticket = tx.records.need("ticket", visit.doc["ticket_id"])
    first_asset: Doc = {"asset_id": ticket.doc["asset_ids"][0]} if ticket.doc.get("asset_ids") else {}
    given = {name: values[name] for name in ("asset_id", "serial_in", "serial_out") if name in values}
    made = [
        {
            **documents.of_visit(hub, actor, visit, draw),
            **first_asset,
            **given,
            **documents.customer_of(ticket),
            **documents.under_issue(book, draw),
            "warehouse_id": own,
            "issue_kind": documents.kind_of_issue(book, draw) or documents.issue_kind(hub, tx, ticket.doc),
        }
        for draw in draws
    ]
    return keep_all(hub, tx, actor, "consumption", made, action="part.consume")


def return_part(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Bring an unused part back to where it was issued; ``values``: part_id, quantity, serials?, reason?."""
    visit = visits.need_own(tx, actor, record_id)
    part = tx.records.need("part", values["part_id"])
    quantity, book = rules.asked(part.doc, values["quantity"]), documents.ledger(tx, visit.doc["ticket_id"])
    draws = rules.draw_on_issues(book, "return", quantity, part=part.doc, in_van=rules.NOTHING)
    made = []
    for draw in draws:
        source = book.source("return", str(draw.source_id))
        back = {"from_warehouse_id": source["to_warehouse_id"], "to_warehouse_id": source["from_warehouse_id"]}
        made.append(
            {
                **documents.of_visit(hub, actor, visit, draw),
                **documents.serials(part, draw, values),
                **documents.under_issue(book, draw),
                **back,
                **documents.why(values),
            }
        )
    return keep_all(hub, tx, actor, "return", made, action="part.return")


def keep_all(hub: Hub, tx: UnitOfWork, actor: Actor, entity: str, made: Sequence[Doc], *, action: str) -> Record:
    """Store documents; gives the first."""
    first, *_ = [records.create(hub, tx, actor, entity, doc, action=action) for doc in made]
    return first


def free_parts(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record) -> None:
    """Give back what a ticket holds that is not worked on any more: cancelled requests, released reservations.

    What was issued is in somebody's hands: technician and warehouse are told to bring it back. A reservation that the
    ERP has not confirmed yet is released when it does.
    """
    book = documents.ledger(tx, ticket.id)
    for request in book.docs["part_request"]:
        if request["state"] == "draft":
            record = tx.records.need("part_request", request["id"])
            records.change(hub, tx, actor, record, {"state": "cancelled"}, action="part.cancel")
    for reservation, _ in book.open("reservation"):
        if reservation["state"] == "done":
            release(hub, tx, actor, reservation["id"], {"reason": "The ticket is not worked on any more."})
    for issued, left in book.open("issue"):
        ask_back(hub, tx, actor, issued, left)


def ask_back(hub: Hub, tx: UnitOfWork, actor: Actor, issued: Doc, left: Decimal) -> None:
    """Tell who holds an issued part that nobody needs any more."""
    facts = {**documents.about(tx, tx.records.need("issue", issued["id"])), "left": write_quantity(left)}
    template = "Ticket {number}: {left} x {part} was issued and is not needed: bring it back"
    owner = tx.records.need("warehouse", issued["to_warehouse_id"]).doc.get("technician_id")
    if owner is not None:
        notify_technician(hub, tx, actor, owner, template=template, ticket_id=issued["ticket_id"], **facts)
    notify(hub, tx, actor, template=template, to_role=documents.WAREHOUSE, ticket_id=issued["ticket_id"], **facts)


# What the fault needs


def parts_for_fault(tx: UnitOfWork, symptom: str | None) -> list[Record]:
    """The parts in use that a symptom usually needs, by article number."""
    found = tx.records.by_secret("part", "fault_codes", symptom) if symptom else []
    return sorted((part for part in found if part.doc.get("active", True)), key=lambda part: part.doc["sku"])


def parts_still_needed(tx: UnitOfWork, ticket: Record) -> dict[str, Decimal]:
    """What a technician must be able to get for a ticket: what was requested, else what the fault usually needs.

    What is reserved or issued already is not needed any more.
    """
    book = documents.ledger(tx, ticket.id)
    requests = [each for each in book.docs["part_request"] if each["state"] in {"draft", "approved", "done"}]
    if not requests:
        symptom = ticket.doc.get("fault", {}).get("symptom")
        return {part.id: Decimal(1) for part in parts_for_fault(tx, symptom)}
    needed: dict[str, Decimal] = {}
    for request in requests:
        left = book.left("part_request", request["id"])
        if left > rules.NOTHING:
            needed[request["part_id"]] = EXACT.add(needed.get(request["part_id"], rules.NOTHING), left)
    return needed
