"""What call centres send, turned into one form: the open Zammad CTI dialect (form or JSON) and our own JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from hub.domain.call_source import CallSource
from hub.domain.errors import FieldError, InvalidError
from hub.domain.instants import parse_instant
from hub.domain.telephone import Number, read_leg

LONGEST_ID, LONGEST_WORD, LONGEST_URL = 200, 80, 500
DIRECTIONS = {"in": "in", "out": "out", "inbound": "in", "outbound": "out"}


@dataclass(frozen=True)
class CallEvent:
    """One report about a call. ``event`` is new, answer or hangup; ``leg`` the telephone that it is about."""

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
        """What makes the report unique within its call: a telephone rings, answers and hangs up once."""
        return f"{self.event}:{self.leg}"

    @property
    def other(self) -> Number:
        """The number of the other side: the caller's, on outbound calls the called one's."""
        return self.caller if self.direction == "in" else self.called


@dataclass(frozen=True)
class Dialect:
    """How one kind of hook names things; of several names the first one that holds something counts."""

    events: Mapping[str, str]
    call_id: tuple[str, ...]
    leg: tuple[str, ...]
    agent: tuple[str, ...]
    at: str | None = None  # None: it tells no time, so things happened when they were heard of
    recording_url: str | None = None


DIALECTS: Mapping[str, Dialect] = {
    "zammad": Dialect(
        events={"newCall": "new", "answer": "answer", "hangup": "hangup"},
        call_id=("callId", "call_id"),
        leg=("answeringNumber",),
        agent=("user[]", "user"),
    ),
    "generic": Dialect(
        events={"new": "new", "answer": "answer", "hangup": "hangup"},
        call_id=("call_id",),
        leg=("leg", "agent"),
        agent=("agent",),
        at="at",
        recording_url="recording_url",
    ),
}
"""The dialects by the name that hub.yaml gives them."""


def read_event(values: Mapping[str, Any], source: CallSource, *, system: str, now: datetime) -> CallEvent:
    """The report in a hook's body, which came ``now``; InvalidError names every wrong field."""
    dialect, fields = DIALECTS[source.dialect], _Fields(values)
    event = fields.choice("event", dialect.events)
    direction = fields.choice("direction", DIRECTIONS)
    call_id = fields.identifier(dialect.call_id)
    at = fields.instant(dialect.at, now)
    recording_url = fields.url(dialect.recording_url)
    fields.refuse()
    return CallEvent(
        system=system,
        call_id=call_id,
        event=event,
        at=at,
        direction=direction,
        caller=source.number(fields.text("from")),
        called=source.number(fields.text("to")),
        leg=read_leg(fields.text(*dialect.leg)),
        agent=fields.word(*dialect.agent) if event == "answer" else "",  # a new call may name all who are rung
        queue=fields.word("queue"),
        cause=fields.word("cause"),
        recording_url=recording_url,
    )


@dataclass
class _Fields:
    """A hook's body, read field by field; problems are gathered, to be told at once."""

    values: Mapping[str, Any]
    problems: list[FieldError] = field(default_factory=list)

    def text(self, *names: str) -> str:
        """A field as printable text, on one line; a list (as forms give them) by its first member."""
        texts = (_first(self.values.get(name)) for name in names)
        found = next((text for text in texts if text), "")
        return "".join(letter for letter in found if letter.isprintable()).strip()

    def word(self, *names: str) -> str:
        """A name or code, as much of it as a record keeps."""
        return self.text(*names)[:LONGEST_WORD]

    def choice(self, name: str, choices: Mapping[str, str]) -> str:
        """What a word means."""
        word = self.text(name)
        if word not in choices:
            params = {"value": word[:LONGEST_WORD], "choices": ", ".join(choices)}
            self.problems.append(FieldError(name, "'{value}' is not one of {choices}", params))
        return choices.get(word, "")

    def identifier(self, names: tuple[str, ...]) -> str:
        """The call's id: whole, because a shortened one would be that of another call."""
        text = self.text(*names)
        if not 0 < len(text) <= LONGEST_ID:
            params = {"most": LONGEST_ID}
            self.problems.append(FieldError(names[0], "is required, with at most {most} characters", params))
        return text

    def instant(self, name: str | None, now: datetime) -> datetime:
        """When it happened; a sender whose clock runs ahead cannot report from the future."""
        text = self.text(name) if name else ""
        try:
            return min(parse_instant(text), now) if text else now
        except InvalidError as error:
            self.problems.extend(error.fields)
            return now

    def url(self, name: str | None) -> str:
        """A web address, empty when there is none."""
        text = self.text(name) if name else ""
        if text and (len(text) > LONGEST_URL or not _is_web_address(text)):
            params = {"most": LONGEST_URL}
            self.problems.append(FieldError(str(name), "is no web address of at most {most} characters", params))
        return text

    def refuse(self) -> None:
        """InvalidError when anything was wrong."""
        if self.problems:
            raise InvalidError("The call report cannot be read", fields=tuple(self.problems))


def _first(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return value
    return _first(value[0]) if isinstance(value, Sequence) and value else ""


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and " " not in text
