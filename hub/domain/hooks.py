"""How a product's hooks are read: which events a body holds, of which object and record, and under which event id.

A hook is a hint: the record is fetched by its id. Only of objects that ``carry`` the record is the message taken at its
word: what never changes once it is told (a form that was sent in, an alarm), or tells by ``newer_by`` which is newer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.instants import parse_instant
from hub.domain.mapping.paths import Path
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.values import is_nothing

MOST_EVENTS = 1000  # in one body
DIGITS = 20  # of a number as a text that sorts like it


@dataclass(frozen=True)
class Signature:
    """How a sender signs; ``over`` is a template with {timestamp} and {body}, and None the Standard Webhooks way."""

    over: str | None = None
    header: str = ""
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    timestamp: str | None = None  # the header of it, in seconds or milliseconds since 1970


@dataclass(frozen=True)
class Challenge:
    """How a product asks whether an address is ours: a text that is to come back."""

    place: str  # body | query
    name: str
    answer: str  # json: {name: text} | text


@dataclass(frozen=True)
class Told:
    """What hooks tell of one object of ours."""

    object: str
    carries_record: bool = False
    record: Path | None = None  # in the event; None: the event is the record
    newer_by: Path | None = None


@dataclass(frozen=True)
class Hooks:
    """The hooks of one product; paths without ``events`` begin at the body, else at an event."""

    objects: Mapping[str, Told]  # by the sender's names of objects or kinds of events
    id: Path | None = None  # of one record, or a list of them
    events: Path | None = None
    event_id: Path | None = None
    object: Path | None = None  # None: there is one object only
    kind: Path | None = None
    signature: Signature | None = None
    challenge: Challenge | None = None


@dataclass(frozen=True)
class Event:
    """One event of a body; ``told`` is None when the connector file does not know its object."""

    name: str
    told: Told | None
    ids: tuple[str, ...]
    key: str | None
    kind: str
    doc: Doc

    @property
    def object(self) -> str:
        """Its object in our words; empty when it is not known."""
        return self.told.object if self.told else ""

    @property
    def carries_record(self) -> bool:
        """Whether it is taken at its word."""
        return self.told is not None and self.told.carries_record


def read_events(hooks: Hooks, body: Any) -> list[Event]:
    """Every event of a body; InvalidError says what is not where it should be."""
    found = body if hooks.events is None else at(hooks.events, body)
    listed = found if isinstance(found, list) else [found]
    if len(listed) > MOST_EVENTS:
        raise InvalidError(
            "The hook has {count} events: {most} are taken at once.", count=len(listed), most=MOST_EVENTS
        )
    if not all(isinstance(one, dict) for one in listed):
        raise InvalidError("The hook has no event that is a JSON object.")
    return [read_event(hooks, one) for one in listed]


def read_event(hooks: Hooks, doc: Doc) -> Event:
    """One event."""
    name = next(iter(hooks.objects)) if hooks.object is None else text(hooks.object, doc)
    told = hooks.objects.get(name)
    key = None if hooks.event_id is None else text(hooks.event_id, doc)
    ids = () if told is None else tuple(ids_of(hooks, told, doc))
    kind = "" if hooks.kind is None else str(at(hooks.kind, doc))
    return Event(name, told, ids, key, kind, doc)


def ids_of(hooks: Hooks, told: Told, doc: Doc) -> Iterator[str]:
    """The ids of the records that an event is about; none where the event is a record without one."""
    found = None if hooks.id is None else at(hooks.id, doc)
    if told.carries_record and is_nothing(found):
        return
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, bool) or not isinstance(one, str | int) or one == "":
            raise InvalidError("The hook names no record at {path}.", path=str(hooks.id))
        yield str(one)


def text(path: Path, doc: Doc) -> str:
    """A text or number at a path; InvalidError when there is none."""
    found = at(path, doc)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        raise InvalidError("The hook has no text at {path}.", path=str(path))
    return str(found)


def at(path: Path, doc: Any) -> Any:
    """What stands at a path; InvalidError where the body has another shape."""
    try:
        return path.read(doc)
    except UnfitError:
        raise InvalidError("The hook has another shape at {path}.", path=str(path)) from None


def carried(told: Told, doc: Doc) -> tuple[Doc, str | None]:
    """The record of an event, and a text that sorts as its states follow one another; InvalidError without them."""
    record = doc if told.record is None else at(told.record, doc)
    if not isinstance(record, dict):
        raise InvalidError("The hook has no record at {path}.", path=str(told.record))
    return record, None if told.newer_by is None else rank(text(told.newer_by, doc))


def rank(told: str) -> str:
    """A version number or an instant as a text that sorts like it."""
    if told.isascii() and told.isdigit():
        return told.zfill(DIGITS)
    return parse_instant(told, path="newer_by").isoformat(timespec="microseconds")
