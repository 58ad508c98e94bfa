"""What call centres send, turned into one form: the open Zammad CTI dialect (form or JSON) and our own JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.errors import FieldError, InvalidError
from hub.domain.instants import parse_instant
from hub.domain.telephone import Number, read_number

LONGEST_ID = 200


@dataclass(frozen=True)
class Dialing:
    """How numbers are read: the region of national ones, and the prefixes of privacy numbers."""

    region: str
    privacy_prefixes: tuple[str, ...] = ()

    def read(self, raw: str | None) -> Number:
        """Read one number."""
        return read_number(raw, region=self.region, privacy_prefixes=self.privacy_prefixes)


@dataclass(frozen=True)
class CallEvent:
    """One report about a call. ``event`` is new, answer or hangup; ``leg`` the number or extension that it is about."""

    system: str
    call_id: str
    event: str
    at: datetime
    direction: str
    caller: Number
    called: Number
    leg: str = ""
    agent: str = ""
    queue: str = ""
    cause: str = ""
    recording_url: str = ""

    @property
    def key(self) -> str:
        """What makes the report unique within its call."""
        return f"{self.event}:{self.leg}"


_ZAMMAD = {"newCall": "new", "answer": "answer", "hangup": "hangup"}
_OURS = {"new": "new", "answer": "answer", "hangup": "hangup"}
_DIRECTIONS = {"in": "in", "out": "out", "inbound": "in", "outbound": "out"}


def from_zammad(values: Mapping[str, Any], *, system: str, received_at: datetime, dialing: Dialing) -> CallEvent:
    """Read a hook of the Zammad CTI dialect; it carries no time, so it happened when it arrived.

    InvalidError names every wrong field.
    """
    problems: list[FieldError] = []
    event = _choice(values, "event", _ZAMMAD, problems)
    direction = _choice(values, "direction", _DIRECTIONS, problems)
    call_id = _identifier(values, "call_id" if "call_id" in values else "callId", problems)
    _refuse(problems)
    users = values.get("user[]") or values.get("user") or ()
    return CallEvent(
        system=system,
        call_id=call_id,
        event=event,
        at=received_at,
        direction=direction,
        caller=dialing.read(_text(values, "from")),
        called=dialing.read(_text(values, "to")),
        leg=_text(values, "answeringNumber"),
        agent=_first(users) if event == "answer" else "",
        queue=_text(values, "queue"),
        cause=_text(values, "cause"),
    )


def from_generic(values: Mapping[str, Any], *, system: str, received_at: datetime, dialing: Dialing) -> CallEvent:
    """Read our own JSON: event, call_id, direction, from, to; where known at, leg, agent, queue, cause, recording_url.

    InvalidError names every wrong field.
    """
    problems: list[FieldError] = []
    event = _choice(values, "event", _OURS, problems)
    direction = _choice(values, "direction", _DIRECTIONS, problems)
    call_id = _identifier(values, "call_id", problems)
    at = _instant(values, received_at, problems)
    _refuse(problems)
    return CallEvent(
        system=system,
        call_id=call_id,
        event=event,
        at=at,
        direction=direction,
        caller=dialing.read(_text(values, "from")),
        called=dialing.read(_text(values, "to")),
        leg=_text(values, "leg"),
        agent=_text(values, "agent"),
        queue=_text(values, "queue"),
        cause=_text(values, "cause"),
        recording_url=_text(values, "recording_url"),
    )


DIALECTS = {"zammad": from_zammad, "generic": from_generic}
"""The dialects by the name that hub.yaml gives them."""


def _choice(values: Mapping[str, Any], name: str, choices: Mapping[str, str], problems: list[FieldError]) -> str:
    value = values.get(name)
    if isinstance(value, str) and value in choices:
        return choices[value]
    params = {"value": str(value)[:40], "choices": ", ".join(choices)}
    problems.append(FieldError(name, "'{value}' is not one of {choices}", params))
    return ""


def _identifier(values: Mapping[str, Any], name: str, problems: list[FieldError]) -> str:
    text = _text(values, name)
    if not 0 < len(text) <= LONGEST_ID:
        problems.append(FieldError(name, "is required, with at most {most} characters", {"most": LONGEST_ID}))
        return ""
    return text


def _instant(values: Mapping[str, Any], received_at: datetime, problems: list[FieldError]) -> datetime:
    try:
        return parse_instant(str(values["at"])) if values.get("at") else received_at
    except InvalidError as error:
        problems.extend(error.fields)
        return received_at


def _text(values: Mapping[str, Any], name: str) -> str:
    """A field as text; a list (as forms give them) by its first member, anything else as nothing."""
    value = _first(values.get(name))
    return value.strip()[:LONGEST_ID]


def _first(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence) and value:
        return _first(value[0])
    return ""


def _refuse(problems: Sequence[FieldError]) -> None:
    if problems:
        raise InvalidError("The call hook cannot be read", fields=tuple(problems))
