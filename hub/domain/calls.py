"""Calls: a state machine over unreliable events.

What a telephone system reports is normalised to a ``CallEvent`` and folded into the call's document. The state is
worked out from the set of events, so that doubled, late and reordered reports end in the same call
(zammad/zammad#3247). Numbers become E.164; withheld and privacy (AXB) numbers are never taken for the customer's.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import phonenumbers

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError
from hub.domain.instants import parse_instant, write_instant

SILENT_AFTER = timedelta(hours=4)  # a call without a hang-up for so long has ended unheard
WITHHELD = {"", "anonymous", "anonym", "unknown", "restricted", "private", "withheld", "unavailable", "<unknown>"}
EVENTS = {
    "newcall": "new", "new": "new", "ringing": "new",
    "answer": "answer", "answered": "answer",
    "hangup": "hangup", "ended": "hangup",
}  # fmt: skip
DIRECTIONS = {"in": "in", "inbound": "in", "out": "out", "outbound": "out"}


@dataclass(frozen=True)
class CallSource:
    """One configured telephone system: how it speaks, where its numbers are local, and what its queues decide."""

    dialect: str = "zammad"  # zammad | generic
    region: str = "CN"
    privacy_prefixes: tuple[str, ...] = ()  # E.164 beginnings of numbers that a platform lends to callers
    ticket_type: str = "repair"
    priority: str = "p3"
    confirms_alone: frozenset[str] = field(default_factory=frozenset)  # queues that open tickets without an agent


@dataclass(frozen=True)
class CallEvent:
    """One report about one call."""

    call_id: str
    event: str  # new | answer | hangup
    at: datetime
    direction: str = "in"
    caller: str = ""
    called: str = ""
    agent: str | None = None
    leg: str = ""
    queue: str | None = None
    cause: str | None = None

    @property
    def key(self) -> str:
        """Identifies the report: a call reports an event once per leg."""
        return f"{self.call_id}/{self.event}/{self.leg}"


@dataclass(frozen=True)
class Number:
    """A telephone number as it was shown: E.164 where it is one; withheld; lent by a platform."""

    e164: str | None
    is_anonymous: bool = False
    is_privacy: bool = False


def call_record_id(system: str, call_id: str) -> str:
    """The id of a call's record: the same for every report about the call, so that two of them cannot make two."""
    return "call-" + hashlib.sha256(f"{system}\0{call_id}".encode()).hexdigest()[:32]


def read_number(text: str, source: CallSource) -> Number:
    """A shown number; what cannot be a number is as good as withheld (zammad/zammad#4872: blanks, slashes)."""
    shown = text.strip()
    if shown.lower() in WITHHELD:
        return Number(None, is_anonymous=True)
    try:
        parsed = phonenumbers.parse(shown.replace("/", " "), source.region)
    except phonenumbers.NumberParseException:
        return Number(None, is_anonymous=True)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Number(e164, is_privacy=e164.startswith(source.privacy_prefixes) if source.privacy_prefixes else False)


def read_event(values: Mapping[str, Any], source: CallSource, *, now: datetime) -> CallEvent:
    """The report in a hook's body; InvalidError names each field that is missing or wrong."""
    return DIALECTS[source.dialect](values, now)


def read_zammad(values: Mapping[str, Any], now: datetime) -> CallEvent:
    """Zammad's generic CTI push: form or JSON, without a time or an id of its own."""
    leg = text_of(values, "answeringNumber")
    users = values.get("user") or values.get("user[]") or ()
    named = users if isinstance(users, str) else next(iter(users), "")
    return CallEvent(
        call_id=required(values, "callId"),
        event=chosen(values, "event", EVENTS),
        at=now,
        direction=chosen(values, "direction", DIRECTIONS, default="in"),
        caller=text_of(values, "from"),
        called=text_of(values, "to"),
        agent=str(named) or leg or None,
        leg=leg,
        queue=text_of(values, "queue") or None,
        cause=text_of(values, "cause") or None,
    )


def read_generic(values: Mapping[str, Any], now: datetime) -> CallEvent:
    """The hub's own signed JSON: event, call_id, from, to, and where known direction, agent, queue, cause, at."""
    at = text_of(values, "at")
    return CallEvent(
        call_id=required(values, "call_id"),
        event=chosen(values, "event", EVENTS),
        at=parse_instant(at) if at else now,
        direction=chosen(values, "direction", DIRECTIONS, default="in"),
        caller=text_of(values, "from"),
        called=text_of(values, "to"),
        agent=text_of(values, "agent") or None,
        leg=text_of(values, "leg") or text_of(values, "agent"),
        queue=text_of(values, "queue") or None,
        cause=text_of(values, "cause") or None,
    )


DIALECTS: Mapping[str, Callable[[Mapping[str, Any], datetime], CallEvent]] = {
    "zammad": read_zammad,
    "generic": read_generic,
}


def fold(call: Doc | None, event: CallEvent, *, system: str, source: CallSource) -> Doc:
    """The call after one more report; the same document when the report is known already."""
    doc = dict(call) if call else opened(event, system, source)
    known: list[Doc] = doc["events"]
    if any(entry["key"] == event.key for entry in known):
        return doc
    entry = {
        "key": event.key,
        "event": event.event,
        "at": write_instant(event.at),
        "leg": event.leg,
        "cause": event.cause,
    }
    doc["events"] = [*known, {name: value for name, value in entry.items() if value}]
    facts = {"queue": event.queue, "agent": event.agent if event.event == "answer" else None}
    return doc | {name: value for name, value in facts.items() if value} | outcome(doc["events"])


def opened(event: CallEvent, system: str, source: CallSource) -> Doc:
    """The document of a call that was not heard of before, whatever its first report is."""
    caller = read_number(event.caller if event.direction == "in" else event.called, source)
    called = read_number(event.called if event.direction == "in" else event.caller, source)
    numbers = {"from": caller.e164, "to": called.e164}
    return {
        "id": call_record_id(system, event.call_id),
        "system": system,
        "call_id": event.call_id,
        "direction": event.direction,
        "is_anonymous": caller.is_anonymous,
        "is_privacy_number": caller.is_privacy,
        "started_at": write_instant(event.at),
        "events": [],
        **{name: number for name, number in numbers.items() if number},
    }


def outcome(events: list[Doc]) -> Doc:
    """State and times, from the set of events: the order in which they came does not matter."""
    times = {kind: [entry["at"] for entry in events if entry["event"] == kind] for kind in ("new", "answer", "hangup")}
    facts: Doc = {"started_at": min(entry["at"] for entry in events), "state": "ringing"}
    if times["answer"]:
        facts |= {"answered_at": min(times["answer"]), "state": "answered"}
    if times["hangup"]:
        causes = [entry["cause"] for entry in events if entry.get("cause")]
        facts |= {"ended_at": max(times["hangup"]), "state": "ended" if times["answer"] else "missed"}
        facts |= {"cause": causes[-1]} if causes else {}
    return facts


def silent_end(call: Doc, *, now: datetime) -> Doc | None:
    """How a call ends whose hang-up never came (FreePBX/issue-tracker#943); None while it may still be going on."""
    if call["state"] not in {"ringing", "answered"} or now - parse_instant(call["started_at"]) < SILENT_AFTER:
        return None
    state = "ended" if call["state"] == "answered" else "missed"
    return {"state": state, "ended_at": write_instant(now), "is_estimated_end": True}


def match_of(call: Doc, matches: list[Doc]) -> str:
    """Whom the number belongs to: none, one, several, anonymous; a lent number belongs to nobody."""
    if call.get("is_anonymous") or call.get("is_privacy_number"):
        return "anonymous"
    owners = {entry.get("customer_id") or entry.get("contact_id") for entry in matches}
    return "none" if not owners else "one" if len(owners) == 1 else "several"


def text_of(values: Mapping[str, Any], name: str) -> str:
    """A field's text, empty when it is missing; InvalidError when it is no text."""
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise wrong(name, "is no text", {})
    return str(value).strip()


def required(values: Mapping[str, Any], name: str) -> str:
    """A field's text; InvalidError when it is missing."""
    text = text_of(values, name)
    if not text:
        raise wrong(name, "is missing", {})
    return text


def chosen(values: Mapping[str, Any], name: str, choices: Mapping[str, str], *, default: str = "") -> str:
    """What a word means; InvalidError lists the words that are understood."""
    word = text_of(values, name).lower() or default
    if word not in choices:
        raise wrong(name, "'{word}' is not one of {words}", {"word": word, "words": ", ".join(sorted(choices))})
    return choices[word]


def wrong(name: str, template: str, params: Mapping[str, object]) -> InvalidError:
    """One wrong field of a report."""
    return InvalidError("The call report cannot be read", fields=(FieldError(name, template, params),))
