"""Gather what was done on a ticket, and work out what it costs."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from hub.domain.business_hours import BusinessHours
from hub.domain.charge_cover import Used
from hub.domain.charge_lines import ChargeLine, is_active
from hub.domain.charges import Work, work_out
from hub.domain.documents import Doc
from hub.domain.entitlement import contract_year, is_in_force
from hub.domain.errors import ConflictError
from hub.domain.instants import parse_instant
from hub.domain.quantity import EXACT, parse_quantity
from hub.domain.reasons import Reason
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.context import Hub

WAIVED = "Waived by {by}: {reason}"


def lines_of(hub: Hub, tx: UnitOfWork, ticket: Record, *, revision: int = 1) -> tuple[ChargeLine, ...]:
    """Every line that a ticket owes by the rules of today."""
    return work_out(work_of(hub, tx, ticket), hub.policies.charges, hours_of(hub), revision=revision)


def hours_of(hub: Hub) -> BusinessHours:
    """The calendar of the charge rules."""
    return hub.policies.hours[hub.policies.charges.calendar]


def work_of(hub: Hub, tx: UnitOfWork, ticket: Record) -> Work:
    """What was done on a ticket; ConflictError when it has no customer."""
    if "customer_id" not in ticket.doc:
        raise ConflictError("Ticket {number} has no customer: choose one first.", number=ticket.doc["number"])
    consumptions = [each.doc for each in tx.records.all("consumption", {"ticket_id": ticket.id})]
    asset_ids = {*ticket.doc.get("asset_ids", ()), *(each["asset_id"] for each in consumptions if "asset_id" in each)}
    assets = docs(tx, "asset", sorted(asset_ids))
    site = tx.records.get("site", ticket.doc.get("site_id", ""))
    contract = contract_of(hub, tx, ticket.doc, assets)
    return Work(
        ticket=ticket.doc,
        customer=tx.records.need("customer", ticket.doc["customer_id"]).doc,
        visits=[each.doc for each in tx.records.all("visit", {"ticket_id": ticket.id})],
        consumptions=consumptions,
        parts=docs(tx, "part", sorted({each["part_id"] for each in consumptions})),
        assets=assets,
        contract=contract,
        site=site.doc if site else None,
        used=used_before(hub, tx, ticket.doc, contract),
        waivers=waivers_of(tx, ticket.id),
    )


def docs(tx: UnitOfWork, entity: str, ids: list[str]) -> dict[str, Doc]:
    """Documents by id."""
    return {record_id: record.doc for record_id, record in tx.records.many(entity, ids).items()}


def contract_of(hub: Hub, tx: UnitOfWork, ticket: Doc, assets: dict[str, Doc]) -> Doc | None:
    """The contract that the ticket's asset names, else the customer's contract in force that covers the asset."""
    asset_id = next(iter(ticket.get("asset_ids", ())), "")
    named = assets.get(asset_id, {}).get("contract_id")
    if named is not None:
        return tx.records.need("contract", named).doc
    day = day_of(hub, ticket)
    for contract in tx.records.all("contract", {"customer_id": ticket["customer_id"]}, sort="number"):
        listed = contract.doc.get("asset_ids")
        if is_in_force(contract.doc, day) and (not listed or asset_id in listed):
            return contract.doc
    return None


def day_of(hub: Hub, ticket: Doc) -> date:
    """The local day of the work."""
    at = parse_instant(ticket.get("completed_at") or ticket.get("opened_at") or ticket["created_at"])
    return at.astimezone(hours_of(hub).zone).date()


def used_before(hub: Hub, tx: UnitOfWork, ticket: Doc, contract: Doc | None) -> Used:
    """What other tickets have used of a contract's included visits and hours in this contract year."""
    if contract is None or "included" not in contract:
        return Used()
    first, behind = contract_year(contract, day_of(hub, ticket))
    zone = hours_of(hub).zone
    covered = [
        each.doc
        for each in tx.records.all("charge", {"customer_id": ticket["customer_id"]})
        if is_active(each.doc)
        and each.doc["ticket_id"] != ticket["id"]
        and each.doc.get("coverage", {}).get("by") == "contract"
        and each.doc["coverage"].get("record_id") == contract["id"]
        and first <= parse_instant(each.doc["at"]).astimezone(zone).date() < behind
    ]
    hours = (parse_quantity(each["quantity"]) for each in covered if each["category"] == "labour")
    visits = {each["source"]["id"] for each in covered if each["source"]["entity"] == "visit"}
    return Used(len(visits), _sum(hours))


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    result = Decimal(0)
    for number in numbers:
        result = EXACT.add(result, number)
    return result


def waivers_of(tx: UnitOfWork, ticket_id: str) -> dict[str, Reason]:
    """The obligations of a ticket that somebody waived, with the reason: working out again leaves them so."""
    waived: dict[str, Reason] = {}
    for charge in tx.records.all("charge", {"ticket_id": ticket_id}):
        why = charge.doc.get("coverage", {}).get("why", {})
        if is_active(charge.doc) and why.get("template") == WAIVED:
            waived[charge.doc["obligation"]] = Reason.of(why)
    return waived
