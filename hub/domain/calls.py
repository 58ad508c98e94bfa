"""Calls: a state machine over unreliable events.

Reports are kept as a set, each once, and everything else is worked out from the set: so it does not matter in which
order they come, how often, or whether the first one is missing (zammad/zammad#3247). Several telephones may take part
in one call; the call goes on until the last one that had answered hangs up.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.call_events import CallEvent
from hub.domain.documents import Doc
from hub.domain.events import CallAnswered, CallChanged, CallEnded, CallMissed, CallRang
from hub.domain.instants import parse_instant, write_instant

MOST_EVENTS, MOST_LEGS = 500, 100
RINGING_FOR = timedelta(hours=1)  # nobody waits longer in a queue
TALKING_FOR = timedelta(hours=4)  # the longest talk that is believed without a hang-up
_ORDER = {"new": 0, "answer": 1, "hangup": 2}
_WORKED_OUT = frozenset({"state", "started_at", "answered_at", "ended_at", "is_estimated_end", "agent", "cause"})
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


@dataclass(frozen=True)
class CallChange:
    """The call as it is now, and what has happened to it for the first time."""

    call: Doc
    events: tuple[CallChanged, ...]


def call_record_id(system: str, call_id: str) -> str:
    """The id of a call's record: the same for every report about the call, so that two of them cannot make two."""
    return "call-" + hashlib.sha256(f"{system}\0{call_id}".encode()).hexdigest()[:32]


def take_event(call: Doc | None, event: CallEvent) -> CallChange:
    """Add one report to a call (None: the first one heard of it); a repeated report changes nothing."""
    known = call or _new_call(event)
    if any(each["key"] == event.key for each in known["events"]) or len(known["events"]) >= MOST_EVENTS:
        return CallChange(known, ())
    return _told(_with_event(known, event), event.at, event.system)


def expire(call: Doc, *, now: datetime) -> CallChange | None:
    """End a call whose hang-up never came, as an estimate that a later hang-up corrects; None while it may go on.

    The end of a call sometimes goes unreported (FreePBX/issue-tracker#943).
    """
    if call["state"] not in {"ringing", "answered"}:
        return None
    answered = call["state"] == "answered"
    since = parse_instant(call["answered_at" if answered else "started_at"])
    end = since + (TALKING_FOR if answered else RINGING_FOR)
    if now < end:
        return None
    ended = {"state": "ended" if answered else "missed", "ended_at": write_instant(end), "is_estimated_end": True}
    return _told(call | ended, end, "hub")


def _new_call(event: CallEvent) -> Doc:
    return {
        "id": call_record_id(event.system, event.call_id),
        "system": event.system,
        "call_id": event.call_id,
        "direction": event.direction,
        "is_anonymous": True,
        "is_privacy_number": False,
        "events": [],
    }


def _with_event(call: Doc, event: CallEvent) -> Doc:
    facts = {"leg": event.leg, "agent": event.agent, "queue": event.queue, "cause": event.cause}
    report = {"key": event.key, "event": event.event, "at": write_instant(event.at), **_present(facts)}
    events = sorted([*call["events"], report], key=lambda each: (each["at"], _ORDER[each["event"]], each["key"]))
    rest = {name: value for name, value in call.items() if name not in _WORKED_OUT}
    recording = _present({"recording_url": event.recording_url})
    return rest | _numbers(call, event) | recording | {"events": events, "legs": _legs(events)} | _state(events)


def _numbers(call: Doc, event: CallEvent) -> Doc:
    """Who calls whom, as far as this report tells; what another one told stays."""
    told = _present({"from": event.caller.e164, "to": event.called.e164})
    facts: Doc = {name: number for name, number in told.items() if name not in call}
    if event.other.kind != "anonymous":
        facts |= {"is_anonymous": False}
    if event.other.kind == "privacy":
        facts |= {"is_privacy_number": True}
    return facts


def _state(events: Sequence[Doc]) -> Doc:
    """State, times and last words, from the set of reports alone."""
    answers = [each["at"] for each in events if each["event"] == "answer"]
    end = _end(events)
    state = ("ended" if answers else "missed") if end else ("answered" if answers else "ringing")
    facts = {
        "answered_at": min(answers, default=None),
        "ended_at": end,
        "queue": _last_told(events, "queue"),
        "agent": _last_told(events, "agent"),
        "cause": _last_told(events, "cause") if end else None,
    }
    return {"state": state, "started_at": min(each["at"] for each in events), **_present(facts)}


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


def _legs(events: Sequence[Doc]) -> list[Doc]:
    names = dict.fromkeys(each["leg"] for each in events if "leg" in each)
    return [_leg(name, [each for each in events if each.get("leg") == name]) for name in list(names)[:MOST_LEGS]]


def _leg(name: str, events: Sequence[Doc]) -> Doc:
    own = {each["event"]: each for each in events}
    answer, hangup = own.get("answer", {}), own.get("hangup", {})
    facts = {
        "agent": answer.get("agent"),
        "answered_at": answer.get("at"),
        "ended_at": hangup.get("at"),
        "cause": hangup.get("cause"),
    }
    return {"id": name, **_present(facts)}


def _last_told(events: Sequence[Doc], name: str) -> str | None:
    return next((each[name] for each in reversed(events) if name in each), None)


def _present(facts: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value}


def _told(call: Doc, at: datetime, by: str) -> CallChange:
    """Tell what its state means and was not told before; a late report may bring a state back, but not its news."""
    told = call.get("told", [])
    news = [name for name in _NEWS[call["state"]] if name not in told]
    events = tuple(_EVENTS[name](at, by, call["id"]) for name in news)
    return CallChange({**call, "told": [*told, *news]}, events)
