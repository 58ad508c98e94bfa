"""The ticket: how one comes into being, how its history grows, and which others may be the same."""

from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime, timedelta

from hub.domain.documents import Doc
from hub.domain.instants import parse_instant, write_instant

OPEN = frozenset({"new", "triaged", "assigned", "in_service"})
ENDED = frozenset({"closed", "cancelled", "rejected", "merged"})
STATUSES = OPEN | ENDED | {"completed"}

TMF621 = {
    "new": "acknowledged",
    "triaged": "acknowledged",
    "assigned": "inProgress",
    "in_service": "inProgress",
    "completed": "resolved",
    "closed": "closed",
    "cancelled": "cancelled",
    "rejected": "rejected",
    "merged": "closed",
}


def open_ticket(request: Doc, *, number: str, by: str, now: datetime, sla_start_at: datetime | None = None) -> Doc:
    """Make a new ticket from the fields that a requester or agent gave; the caller adds the id.

    ``sla_start_at`` lets the clocks count from earlier, such as the first ring of a call.
    """
    opened = write_instant(now)
    ticket = {
        "priority": "p3",
        "channel": "api",
        **deepcopy(request),
        "number": number,
        "status": "new",
        "is_draft": False,
        "chase_count": 0,
        "opened_at": opened,
        "sla_start_at": write_instant(sla_start_at or now),
        "history": [],
    }
    return entered(ticket, "opened", at=now, by=by)


def draft_of_call(call: Doc, *, number: str, by: str, now: datetime, subject: str) -> Doc:
    """Make the draft of an answered call: answered when the call was, counting from its first ring."""
    known: Doc = {name: call[name] for name in ("customer_id", "contact_id") if name in call}
    request = {"type": "repair", "channel": "phone", "subject": subject, "call_id": call["id"], **known}
    draft = open_ticket(request, number=number, by=by, now=now, sla_start_at=parse_instant(call["started_at"]))
    answered = parse_instant(call.get("answered_at") or draft["opened_at"])
    return {**entered(draft, "answered", at=answered, by=by), "is_draft": True}


def entered(ticket: Doc, event: str, *, at: datetime, by: str, note: str = "") -> Doc:
    """The ticket with one more line of history, which holds its state after the event."""
    line: Doc = {
        "at": write_instant(at),
        "event": event,
        "status": ticket["status"],
        "priority": ticket["priority"],
        "by": by,
    }
    if "hold" in ticket:
        line |= {"hold": ticket["hold"]["reason"], "stops_clock": ticket["hold"].get("stops_clock", False)}
    if note:
        line["note"] = note
    return {**ticket, "history": [*ticket.get("history", ()), line]}


def is_open(ticket: Doc) -> bool:
    """Whether work is still to be done."""
    return ticket["status"] in OPEN


def duplicates(request: Doc, tickets: Iterable[Doc], *, now: datetime, within: timedelta) -> tuple[Doc, ...]:
    """Open tickets that may be the same matter: same asset, caller or customer, opened near in time; best first.

    They are proposed, never merged silently.
    """
    near = [each for each in tickets if is_open(each) and now - parse_instant(each["opened_at"]) <= within]
    ranked = [(_likeness(request, each), each) for each in near if each.get("id") != request.get("id")]
    likely = sorted((pair for pair in ranked if pair[0]), key=lambda pair: (-pair[0], pair[1]["number"]))
    return tuple(each for _, each in likely)


_ASSET, _CALLER, _CUSTOMER = 4, 2, 1


def _likeness(one: Doc, other: Doc) -> int:
    same_asset = bool(set(one.get("asset_ids", ())) & set(other.get("asset_ids", ())))
    both = {name for name in ("contact_id", "customer_id") if one.get(name) and one.get(name) == other.get(name)}
    return _ASSET * same_asset + _CALLER * ("contact_id" in both) + _CUSTOMER * ("customer_id" in both)


def waiting_for(ticket: Doc, system: str, what: str, *, now: datetime) -> Doc:
    """The ticket, noting that a system's answer about ``what`` is outstanding; the first such note stays."""
    waits = ticket.get("waiting_for", [])
    if any((wait["system"], wait["what"]) == (system, what) for wait in waits):
        return ticket
    return {**ticket, "waiting_for": [*waits, {"system": system, "since": write_instant(now), "what": what}]}


def answered(ticket: Doc, system: str, what: str) -> Doc:
    """The ticket without the wait for ``what`` and without the problem that was noted about it."""
    return _without(_without(ticket, "waiting_for", system, what), "problems", system, what)


def refused(ticket: Doc, problem: Doc, *, now: datetime) -> Doc:
    """The ticket with what another system refused: ``problem`` has id, system, what, message and the role to act."""
    cleared = answered(ticket, problem["system"], problem["what"])
    return {**cleared, "problems": [*cleared.get("problems", ()), {**problem, "since": write_instant(now)}]}


def _without(ticket: Doc, field: str, system: str, what: str) -> Doc:
    left = [each for each in ticket.get(field, ()) if (each["system"], each["what"]) != (system, what)]
    rest = {name: value for name, value in ticket.items() if name != field}
    return {**rest, field: left} if left else rest
