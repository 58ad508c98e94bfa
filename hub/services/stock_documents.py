"""What parts documents are made of: where a part comes from and goes to, who pays, what was drawn already."""

from collections.abc import Mapping
from decimal import Decimal

from hub.domain import stock as rules
from hub.domain.documents import Doc
from hub.domain.entitlement import entitlement
from hub.domain.errors import ConflictError, FieldError, InvalidError
from hub.domain.instants import write_instant
from hub.domain.quantity import parse_quantity, write_quantity
from hub.domain.stock import Draw, Ledger
from hub.domain.ticket import is_open
from hub.domain.visit import is_under_way
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import visits
from hub.services.context import Actor, Hub
from hub.services.notifications import notify

WAREHOUSE = "warehouse"  # the role that keeps the stock


def ledger(tx: UnitOfWork, ticket_id: str) -> Ledger:
    """Every parts document of a ticket."""
    return Ledger(
        {entity: [each.doc for each in tx.records.all(entity, {"ticket_id": ticket_id})] for entity in rules.ENTITIES}
    )


def made(hub: Hub, actor: Actor) -> Doc:
    """Who made a document, and when."""
    return {"by": actor.name, "at": write_instant(hub.clock.now())}


def drawn(hub: Hub, actor: Actor, source: Doc, draw: Draw) -> Doc:
    """What a document has from the one that it draws on."""
    shared: Doc = {name: source[name] for name in ("ticket_id", "visit_id", "part_id") if name in source}
    link = rules.DRAWS[draw.entity].field
    return {
        **shared,
        link: draw.source_id,
        "quantity": write_quantity(draw.quantity),
        "state": "approved",
        **made(hub, actor),
    }


def of_visit(hub: Hub, actor: Actor, visit: Record, draw: Draw) -> Doc:
    """What a document has from the visit on which it was made."""
    link: Doc = {} if draw.source_id is None else {rules.DRAWS[draw.entity].field: draw.source_id}
    facts: Doc = {"ticket_id": visit.doc["ticket_id"], "visit_id": visit.id, "part_id": draw.part_id}
    return {**facts, **link, "quantity": write_quantity(draw.quantity), **made(hub, actor)}


def under_issue(book: Ledger, draw: Draw) -> Doc:
    """The state of a document that draws on an issue: it waits as a draft until the ERP has done the issue."""
    source = None if draw.source_id is None else book.source(draw.entity, draw.source_id)
    return {"state": "approved" if source is None or source["state"] == "done" else "draft"}


def customer_of(ticket: Record) -> Doc:
    """For whom a part is used, where the ticket says so."""
    return {"customer_id": ticket.doc["customer_id"]} if "customer_id" in ticket.doc else {}


def kind_of_issue(book: Ledger, draw: Draw) -> str | None:
    """How the part that is drawn had left the stock."""
    return None if draw.source_id is None else book.source(draw.entity, draw.source_id).get("issue_kind")


def kind_of(tx: UnitOfWork, reservation: Doc) -> str:
    """How a reserved part leaves the stock: as it was requested."""
    request = tx.records.get("part_request", reservation.get("part_request_id", ""))
    return str((request.doc if request else {}).get("issue_kind", "billable"))


def issue_kind(hub: Hub, tx: UnitOfWork, ticket: Doc) -> str:
    """How a part for a ticket leaves the stock, by who pays for parts of its asset today."""
    asset = next(iter(tx.records.many("asset", ticket.get("asset_ids", ())[:1]).values()), None)
    doc = asset.doc if asset else None
    contract = tx.records.get("contract", doc["contract_id"]) if doc and "contract_id" in doc else None
    zone = hub.policies.hours[hub.policies.charges.calendar].zone
    found = entitlement(
        doc,
        contract.doc if contract else None,
        category="part",
        cause=ticket.get("fault", {}).get("cause"),
        on=hub.clock.now().astimezone(zone).date(),
    )
    return found.by if found.is_covered else "billable"


def wanted(part: Record, values: Doc) -> Decimal | None:
    """The quantity asked for; None: all that is left."""
    return rules.asked(part.doc, values["quantity"]) if "quantity" in values else None


def serials(part: Record, draw: Draw, values: Doc) -> Doc:
    """The serial numbers of serialised pieces: one for each, where any are given."""
    given = values.get("serials", [])
    if given and (not part.doc.get("is_serialised") or len(set(given)) != draw.quantity):
        template = "Give {quantity} different serial numbers, or none"
        error = FieldError("serials", template, {"quantity": write_quantity(draw.quantity)})
        raise InvalidError("The serial numbers do not fit {part}", part=part.doc["sku"], fields=(error,))
    return {"serials": given} if given else {}


def need_serial(part: Record, quantity: Decimal, values: Doc) -> None:
    """InvalidError when a serialised part is used without its serial number, or several at once."""
    if part.doc.get("is_serialised") and ("serial_in" not in values or quantity != 1):
        error = FieldError(
            "serial_in", "{part} has serial numbers: record each piece with its own", {"part": part.doc["sku"]}
        )
        raise InvalidError("The serial number is missing", fields=(error,))


def why(values: Doc) -> Doc:
    """The reason, where one was given."""
    return {"reason": values["reason"]} if "reason" in values else {}


def need_open(tx: UnitOfWork, ticket_id: str) -> Record:
    """The ticket; ConflictError when no work is done on it any more."""
    ticket = tx.records.need("ticket", ticket_id)
    if not is_open(ticket.doc):
        number, status = ticket.doc["number"], ticket.doc["status"]
        raise ConflictError("Ticket {number} is {status}: reopen it first.", number=number, status=status)
    return ticket


def need_under_way(tx: UnitOfWork, actor: Actor, visit_id: str) -> Record:
    """The visit; ConflictError when the technician is not on the way or there."""
    visit = visits.need_own(tx, actor, visit_id)
    if not is_under_way(visit.doc):
        raise ConflictError(
            "The visit is {status}: parts are used between check-in and finish.", status=visit.doc["status"]
        )
    return visit


def giver(tx: UnitOfWork, part: Record) -> str:
    """The main warehouse that has most of a part; ConflictError when there is no main warehouse."""
    main = {each.id for each in tx.records.all("warehouse", {"kind": "main"})}
    levels = [
        each.doc for each in tx.records.all("stock_level", {"part_id": part.id}) if each.doc["warehouse_id"] in main
    ]
    if levels:
        return str(max(levels, key=lambda each: (rules.available(each), each["warehouse_id"]))["warehouse_id"])
    if not main:
        raise ConflictError("There is no main warehouse to take {part} from: add one.", part=part.doc["sku"])
    return min(main)


def promise(hub: Hub, tx: UnitOfWork, part: Record, warehouse_id: str, quantity: Decimal) -> None:
    """Refuse what a fresh stock level shows to be too much."""
    where: Mapping[str, object] = {"warehouse_id": warehouse_id, "part_id": part.id}
    level = next((each.doc for each in tx.records.all("stock_level", where)), None)
    pending = [each.doc for each in tx.records.all("reservation", where)]
    rules.promise(level, pending, quantity, part=part.doc, now=hub.clock.now())


def own_stock(tx: UnitOfWork, document: Doc) -> str:
    """The own stock of the technician who gets the part; ConflictError when nobody is assigned, or has none."""
    visit = tx.records.get("visit", document.get("visit_id", ""))
    ticket = tx.records.get("ticket", document.get("ticket_id", ""))
    assignment = ticket.doc.get("assignment", {}) if ticket else {}
    technician_id = visit.doc["technician_id"] if visit else assignment.get("technician_id")
    if technician_id is None:
        raise ConflictError("Nobody is assigned to the ticket yet: assign a technician, who will carry the part.")
    technician = tx.records.need("technician", technician_id)
    if "warehouse_id" not in technician.doc:
        raise ConflictError("{name} has no stock of their own: give them a warehouse.", name=technician.doc["name"])
    return str(technician.doc["warehouse_id"])


def in_van(tx: UnitOfWork, part: Record, warehouse_id: str) -> Decimal:
    """What a technician's stock holds beside what was issued for tickets."""
    where = {"warehouse_id": warehouse_id, "part_id": part.id}
    level = next((each.doc for each in tx.records.all("stock_level", where)), None)
    issued = {
        "issue": [each.doc for each in tx.records.all("issue", {"to_warehouse_id": warehouse_id, "part_id": part.id})],
        "consumption": [each.doc for each in tx.records.all("consumption", where)],
        "return": [
            each.doc for each in tx.records.all("return", {"from_warehouse_id": warehouse_id, "part_id": part.id})
        ],
    }
    return rules.spare_in_van(level, Ledger(issued))


def about(tx: UnitOfWork, document: Record) -> dict[str, str]:
    """What a notice says of a document: the ticket's number, the part, the quantity."""
    ticket = tx.records.need("ticket", document.doc["ticket_id"])
    part = tx.records.need("part", document.doc["part_id"])
    quantity = write_quantity(parse_quantity(document.doc["quantity"]))
    return {"number": ticket.doc["number"], "part": part.doc["sku"], "quantity": quantity}


def tell_warehouse(hub: Hub, tx: UnitOfWork, actor: Actor, document: Record, template: str) -> None:
    """A notice to the warehouse about a document."""
    facts = about(tx, document)
    notify(hub, tx, actor, template=template, to_role=WAREHOUSE, ticket_id=document.doc["ticket_id"], **facts)
