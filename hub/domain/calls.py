"""Calls: a state machine over unreliable events, and whom a number belongs to.

Events are kept as a set, each once, and everything else is worked out from the set: so it does not matter in which
order they come, how often, or whether the first one is missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.call_events import CallEvent
from hub.domain.documents import Doc
from hub.domain.events import CallAnswered, CallChanged, CallEnded, CallMissed, CallRang
from hub.domain.instants import parse_instant, write_instant

ANSWERED = frozenset({"answered", "ended"})
MOST_EVENTS = 500


@dataclass(frozen=True)
class CallChange:
    """The call as it is now, and what has happened to it for the first time."""

    call: Doc
    events: tuple[CallChanged, ...]


@dataclass(frozen=True)
class Hit:
    """A customer, or a contact and its customer, that has the caller's number."""

    customer_id: str | None
    contact_id: str | None = None


def take_event(call: Doc | None, event: CallEvent, *, call_record_id: str) -> CallChange:
    """Add one report to a call (None: the first one seen of it); a repeated report changes nothing.

    ``call_record_id`` is the id of the call's own record, known or new.
    """
    known = call or _new_call(event, call_record_id)
    if any(each["key"] == event.key for each in known["events"]) or len(known["events"]) >= MOST_EVENTS:
        return CallChange(known, ())
    return _told(_with_event(known, event), event.at, event.system)


def expire(call: Doc, *, now: datetime, ringing_for: timedelta, talking_for: timedelta) -> CallChange | None:
    """End a call whose hang-up never came, as an estimate that a later hang-up corrects; None while it may go on."""
    if call["state"] not in {"ringing", "answered"}:
        return None
    answered = call["state"] == "answered"
    end = parse_instant(call["answered_at" if answered else "started_at"]) + (talking_for if answered else ringing_for)
    if now < end:
        return None
    state = "ended" if answered else "missed"
    return _told({**call, "state": state, "ended_at": write_instant(end), "is_estimated_end": True}, end, "hub")


def match(call: Doc, hits: Iterable[Hit]) -> Doc:
    """The call with whom its number belongs to: nobody, one customer, several (an agent chooses), or withheld.

    A customer and its own contact are one hit. The customer is set only when there is exactly one, the contact only
    when there is exactly one as well. Privacy numbers are nobody's.
    """
    if call.get("is_anonymous"):
        return {**call, "match": "anonymous", "matches": []}
    found = [] if call.get("is_privacy_number") else list(dict.fromkeys(hits))
    customers = {hit.customer_id for hit in found}
    contacts = {hit.contact_id for hit in found if hit.contact_id}
    matched = {**call, "match": _how_many(len(customers)), "matches": [_match_line(hit) for hit in found]}
    sole: Doc = {}
    if len(customers) == 1 and None not in customers:
        sole["customer_id"] = next(iter(customers))
    if len(customers) == 1 and len(contacts) == 1:
        sole["contact_id"] = next(iter(contacts))
    return {**matched, **{name: value for name, value in sole.items() if name not in call}}


def lookup_number(call: Doc) -> str | None:
    """The number by which the other side is looked up: the caller's, or the called one's on outbound calls."""
    if call.get("is_anonymous") or call.get("is_privacy_number"):
        return None
    number: str | None = call.get("from" if call["direction"] == "in" else "to")
    return number


def open_call_backs(calls: Sequence[Doc]) -> dict[str, Doc]:
    """The missed inbound calls that nobody has rung back, one per number: the latest."""
    waiting: dict[str, Doc] = {}
    for call in sorted(calls, key=lambda each: each["started_at"]):
        number = lookup_number(call)
        if number and call["direction"] == "in" and call["state"] == "missed":
            waiting[number] = call
        elif number and call["state"] in ANSWERED:
            waiting.pop(number, None)
    return waiting


def _new_call(event: CallEvent, record_id: str) -> Doc:
    other = event.caller if event.direction == "in" else event.called
    numbers = {"from": event.caller.e164, "to": event.called.e164}
    return {
        "id": record_id,
        "system": event.system,
        "call_id": event.call_id,
        "direction": event.direction,
        **{name: number for name, number in numbers.items() if number and _may_be_kept(event, name)},
        "is_anonymous": other.kind == "anonymous",
        "is_privacy_number": other.kind == "privacy",
        "state": "ringing",
        "events": [],
        "legs": [],
        "told": [],
        "started_at": write_instant(event.at),
    }


def _may_be_kept(event: CallEvent, side: str) -> bool:
    """A privacy number is never stored as the customer's."""
    return (event.caller if side == "from" else event.called).kind != "privacy"


def _with_event(call: Doc, event: CallEvent) -> Doc:
    report = {"key": event.key, "event": event.event, "at": write_instant(event.at)}
    report |= {name: value for name, value in (("leg", event.leg), ("cause", event.cause)) if value}
    events = sorted([*call["events"], report], key=lambda each: (each["at"], _ORDER[each["event"]], each["key"]))
    after = {name: value for name, value in call.items() if name not in _WORKED_OUT}
    after |= {"events": events, "legs": _legs(call, events, event), **_state(events)}
    details = {"queue": event.queue, "agent": event.agent, "cause": event.cause, "recording_url": event.recording_url}
    return after | {name: value for name, value in details.items() if value}


_ORDER = {"new": 0, "answer": 1, "hangup": 2}
_WORKED_OUT = frozenset({"state", "started_at", "answered_at", "ended_at", "is_estimated_end"})


def _state(events: Sequence[Doc]) -> Doc:
    """State and times, from the set of reports alone."""
    answers = [each["at"] for each in events if each["event"] == "answer"]
    times: Doc = {"started_at": min(each["at"] for each in events)}
    if answers:
        times["answered_at"] = min(answers)
    end = _end(events)
    if end:
        times["ended_at"] = end
    state = ("ended" if answers else "missed") if end else ("answered" if answers else "ringing")
    return {"state": state, **times}


def _end(events: Sequence[Doc]) -> str | None:
    """When the whole call ended: a hang-up of the call, or of every leg that had answered; None while it goes on.

    Where nobody had answered, the hang-up of one leg ends it until an answer of another one comes.
    """
    hangups = {each.get("leg", ""): str(each["at"]) for each in events if each["event"] == "hangup"}
    talking = {each.get("leg", "") for each in events if each["event"] == "answer"}
    if "" in hangups or not hangups:
        return hangups.get("")
    is_over = "" in talking or talking <= hangups.keys()
    return max(hangups.values()) if is_over else None


def _legs(call: Doc, events: Sequence[Doc], latest: CallEvent) -> list[Doc]:
    agents = {leg["id"]: leg.get("agent", "") for leg in call["legs"]}
    if latest.leg and latest.agent:
        agents[latest.leg] = latest.agent
    names = dict.fromkeys(each["leg"] for each in events if each.get("leg"))
    return [_leg(name, agents.get(name, ""), events) for name in names]


def _leg(name: str, agent: str, events: Sequence[Doc]) -> Doc:
    own = {each["event"]: each for each in events if each.get("leg") == name}
    leg = {"id": name, "agent": agent, "answered_at": own.get("answer", {}).get("at")}
    leg |= {"ended_at": own.get("hangup", {}).get("at"), "cause": own.get("hangup", {}).get("cause")}
    return {field: value for field, value in leg.items() if value}


_NEWS: dict[str, tuple[str, ...]] = {
    "ringing": ("rang",),
    "answered": ("rang", "answered"),
    "ended": ("rang", "answered", "ended"),
    "missed": ("rang", "missed"),
}
"""What has happened to a call in each state."""

_EVENTS: dict[str, type[CallChanged]] = {
    "rang": CallRang,
    "answered": CallAnswered,
    "ended": CallEnded,
    "missed": CallMissed,
}


def _told(call: Doc, at: datetime, by: str) -> CallChange:
    """Tell what its state means and was not told before; a late report may bring a state back, but not its news."""
    news = [name for name in _NEWS[call["state"]] if name not in call["told"]]
    events = tuple(_EVENTS[name](at, by, call["id"]) for name in news)
    return CallChange({**call, "told": [*call["told"], *news]}, events)


def _how_many(count: int) -> str:
    return ("none", "one")[count] if count in {0, 1} else "several"


def _match_line(hit: Hit) -> Doc:
    line = {
        "id": hit.contact_id or hit.customer_id,
        "entity": "contact" if hit.contact_id else "customer",
        "customer_id": hit.customer_id,
        "contact_id": hit.contact_id,
    }
    return {name: value for name, value in line.items() if value}
