"""Closing gates: evidence, settlement, follow-up and approval, and when the whole loop is closed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.domain.charge_lines import is_active
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.domain.instants import parse_instant, write_instant
from hub.domain.quantity import parse_quantity

SETTLED = {"none": 0, "confirmed": 1, "invoiced": 2, "paid": 3}
_REACHED = {"open": 0, "confirmed": 1, "invoiced": 2, "partly_paid": 2, "paid": 3, "none_due": 3}


@dataclass(frozen=True)
class FollowUpRule:
    """When the customer is asked how it went, and after how many days without an answer it is given up."""

    after: timedelta
    before: timedelta
    attempts: int


def opened_gates(names: Sequence[str], settlement: str, *, now: datetime) -> list[Doc]:
    """The gates of a ticket whose work was just done; a type without settlement has that gate met."""
    met = {"gate": "settlement", "state": "met", "at": write_instant(now), "by": "hub"}
    return [met if (name, settlement) == ("settlement", "none") else {"gate": name, "state": "open"} for name in names]


def gates_are_met(ticket: Doc) -> bool:
    """Whether every gate is met or waived."""
    return all(gate["state"] != "open" for gate in ticket.get("gates", ()))


def open_gates(ticket: Doc) -> tuple[str, ...]:
    """The names of the gates that still keep the ticket from closing."""
    return tuple(gate["gate"] for gate in ticket.get("gates", ()) if gate["state"] == "open")


def with_evidence(ticket: Doc, missing: Sequence[object], *, now: datetime) -> Doc:
    """The ticket with its evidence gate as the list of missing evidence says."""
    return _with_gate(ticket, "evidence", is_met=not missing, now=now)


def with_settlement(ticket: Doc, state: str, *, now: datetime) -> Doc:
    """The ticket with the settlement state reached; a gate once met falls open again when the state falls back."""
    settlement = {"required": "confirmed", **ticket.get("settlement", {}), "state": state}
    is_met = _REACHED[state] >= SETTLED[settlement["required"]]
    return _with_gate({**ticket, "settlement": settlement}, "settlement", is_met=is_met, now=now)


def with_follow_ups(ticket: Doc, attempts: Iterable[Doc], rule: FollowUpRule, *, zone: str, now: datetime) -> Doc:
    """The ticket with its follow-up as the attempts say: done by an answer, waived after enough days without one."""
    tries = list(attempts)
    unanswered = {_local_day(each["at"], zone) for each in tries if each["outcome"] == "unanswered"}
    state = _follow_up_state(ticket, {each["outcome"] for each in tries}, len(unanswered) >= rule.attempts, now)
    follow_up = {**ticket.get("follow_up", {}), "state": state, "attempts": len(tries)}
    changed = {**ticket, "follow_up": follow_up}
    if state == "waived":
        return _waived(changed, "follow_up", by="hub", reason=f"{len(unanswered)} x unanswered", now=now)
    return _with_gate(changed, "follow_up", is_met=state == "done", now=now)


def waived(ticket: Doc, gate: str, *, by: str, reason: str, now: datetime) -> Doc:
    """The ticket with one gate waived by a person; ConflictError when there is no such open gate."""
    if gate not in open_gates(ticket):
        raise ConflictError("Ticket {number} has no open gate '{gate}'", number=ticket.get("number", ""), gate=gate)
    return _waived(ticket, gate, by=by, reason=reason, now=now)


def settlement_of(charges: Iterable[Doc], invoices: Mapping[str, Doc]) -> str:
    """How far a ticket's money is: open, confirmed, invoiced, partly_paid, paid, or none_due.

    ``charges`` are all revisions of the ticket's lines, ``invoices`` the ERP documents by id. Lines that were withdrawn
    or credited, the credits that took them back, and documents that the ERP has credited do not count. Nothing worked
    out yet is ``open``.
    """
    active = list(filter(is_active, charges))
    if not active or any(charge["state"] in {"draft", "reviewed"} for charge in active):
        return "open"
    due = [charge for charge in active if parse_quantity(charge["gross"])]
    if not due:
        return "none_due"
    documents = [invoices.get(charge.get("invoice_id", "")) for charge in due]
    return _settlement_by(documents)


def loop_is_closed(ticket: Doc) -> bool:
    """Whether the ticket is closed, its money has come in or none was due, and its follow-up is done or waived."""
    paid = ticket.get("settlement", {}).get("state") in {"paid", "none_due"}
    settled = paid or ticket.get("settlement", {}).get("required") == "none"
    asked = ticket.get("follow_up", {}).get("state", "done") in {"done", "waived"}
    return ticket["status"] == "closed" and settled and asked


def _settlement_by(documents: Sequence[Doc | None]) -> str:
    if any(document is None or document["state"] != "issued" for document in documents):
        return "confirmed"
    statuses = {(document or {}).get("payment", {}).get("status", "unpaid") for document in documents} - {"credited"}
    if not statuses:
        return "none_due"
    if statuses == {"paid"}:
        return "paid"
    return "partly_paid" if statuses & {"paid", "partial"} else "invoiced"


def _follow_up_state(ticket: Doc, outcomes: set[str], is_given_up: bool, now: datetime) -> str:  # noqa: FBT001  # private
    if outcomes & {"answered", "refused"}:
        return "done"
    if is_given_up:
        return "waived"
    start = ticket.get("follow_up", {}).get("from")
    return "not_due" if start and now < parse_instant(start) else "due"


def _local_day(at: str, zone: str) -> str:
    return parse_instant(at).astimezone(ZoneInfo(zone)).date().isoformat()


def _with_gate(ticket: Doc, name: str, *, is_met: bool, now: datetime) -> Doc:
    """Meet or open one gate; a waived gate stays waived."""
    gates = [_moved(gate, is_met, now) if gate["gate"] == name else gate for gate in ticket.get("gates", ())]
    return {**ticket, "gates": gates} if "gates" in ticket else ticket


def _moved(gate: Doc, is_met: bool, now: datetime) -> Doc:  # noqa: FBT001  # private
    if gate["state"] == "waived" or (gate["state"] == "met") == is_met:
        return gate
    met = {"gate": gate["gate"], "state": "met", "at": write_instant(now), "by": "hub"}
    return met if is_met else {"gate": gate["gate"], "state": "open"}


def _waived(ticket: Doc, name: str, *, by: str, reason: str, now: datetime) -> Doc:
    waiver = {"gate": name, "state": "waived", "at": write_instant(now), "by": by, "reason": reason}
    gates = [waiver if gate["gate"] == name and gate["state"] == "open" else gate for gate in ticket.get("gates", ())]
    return {**ticket, "gates": gates}
