"""What service did for an asset: the records of finished tickets, meters that were read, serial numbers replaced."""

from zoneinfo import ZoneInfo

from hub.domain import service_records as rules
from hub.domain.documents import Doc
from hub.domain.entitlement import entitlement
from hub.domain.meters import readings, with_readings
from hub.domain.service_records import Work
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records, visits
from hub.services.context import Actor, Hub


def ours(actor: Actor) -> Actor:
    """The hub itself where a system spoke: what follows from its words is news to that system."""
    return Actor("hub", actor.correlation) if actor.system else actor


def follow_ticket(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, after: Record) -> None:
    """A ticket's work ended: each of its assets gets a service record."""
    ticket = after.doc
    if not rules.has_finished(before.doc if before else None, ticket):
        return
    assets = tx.records.many("asset", ticket.get("asset_ids", ()))
    found = work_of(hub, tx, ticket)
    for count, asset_id in enumerate((one for one in ticket.get("asset_ids", ()) if one in assets), 1):
        doc = record_of(hub, tx, ticket, assets[asset_id].doc, found, count=len(found.earlier) + count)
        records.create(hub, tx, ours(actor), "service_record", doc, action="service.record")


def work_of(hub: Hub, tx: UnitOfWork, ticket: Doc) -> Work:
    """What is known of a ticket's work."""

    def of(entity: str) -> list[Record]:
        return tx.records.all(entity, {"ticket_id": ticket["id"]})

    made, used = of("visit"), [each.doc for each in of("consumption")]
    earlier = [each.doc for each in of("service_record")]
    technicians = tx.records.many("technician", [each.doc["technician_id"] for each in made])
    parts = tx.records.many("part", [each["part_id"] for each in used])
    told = {visit_id for record in earlier for visit_id in record.get("visit_ids", ())}
    return Work(
        visits=[each.doc for each in made],
        consumptions=used,
        earlier=earlier,
        readings=with_readings([], [one for each in made if each.id not in told for one in read_on(hub, tx, each)]),
        technicians={key: each.doc["name"] for key, each in technicians.items()},
        parts={key: each.doc for key, each in parts.items()},
    )


def record_of(hub: Hub, tx: UnitOfWork, ticket: Doc, asset: Doc, found: Work, *, count: int) -> Doc:
    """The service record of one asset."""
    contract = tx.records.get("contract", asset.get("contract_id", ""))
    cover = entitlement(
        asset,
        contract.doc if contract else None,
        category="labour",
        cause=ticket.get("fault", {}).get("cause"),
        on=hub.clock.now().astimezone(ZoneInfo(hub.zone)).date(),
    )
    return rules.service_record(ticket, asset["id"], found, count=count, covered_by=cover.by, zone=hub.zone)


def read_on(hub: Hub, tx: UnitOfWork, visit: Record) -> list[Doc]:
    """The meters that were read on a visit."""
    if "answers" not in visit.doc:
        return []
    sop = visits.sop_of(hub, tx, visit)
    return readings(sop, visit.doc) if sop else []


def follow_visit(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, after: Record) -> None:
    """A step with a meter was answered: the asset keeps the reading.

    A ticket of several assets does not tell whose meter it was: none of them is changed.
    """
    if after.doc.get("answers") == (before.doc if before else {}).get("answers"):
        return
    ticket = tx.records.need("ticket", after.doc["ticket_id"])
    found = read_on(hub, tx, after) if len(ticket.doc.get("asset_ids", ())) == 1 else []
    asset = tx.records.get("asset", ticket.doc["asset_ids"][0]) if found else None
    if asset is not None:
        meters = with_readings(asset.doc.get("meters", ()), found)
        records.change(hub, tx, ours(actor), asset, {"meters": meters}, action="asset.meter")


def follow_consumption(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, after: Record) -> None:
    """The part taken out bears the asset's serial number: the whole unit was exchanged, and has the new one now."""
    used = after.doc
    if before is not None or "corrects_id" in used or not {"asset_id", "serial_in", "serial_out"} <= used.keys():
        return
    asset = tx.records.get("asset", used["asset_id"])
    if asset is not None and asset.doc["serial"] == used["serial_out"]:
        records.change(hub, tx, ours(actor), asset, {"serial": used["serial_in"]}, action="asset.exchange")
