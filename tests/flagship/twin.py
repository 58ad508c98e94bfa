"""A strict fake of a vendor's system; it lives in the parent, so that it survives the hub.

A request is a dictionary, as it would be on the wire: op, object, headers, and id, query or body. An answer has a
status and a body; None means that no answer came within the request limit.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar

from tests.flagship.rules import Doc, RefusedError, Rules, check, kept

Answer = dict[str, Any]
Request = dict[str, Any]
Then = Callable[[], None]
READS = {"list", "ids", "get", "find", "token"}
NOT_NOW = "not available in this release"


class Clock:
    """The virtual time of a history."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def pass_by(self, seconds: float) -> None:
        """Let time go by."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Row:
    """One record over there."""

    id: str
    doc: Doc
    revision: int
    at: datetime  # by the twin's own clock and granularity
    by_hub: bool = False  # whether the last write was the hub's
    had: set[str] = field(default_factory=set)  # the fields that ever had a value


@dataclass(frozen=True)
class Write:
    """One accepted write of the hub: for the invariants."""

    at: datetime
    op: str
    object: str
    id: str
    sent: Doc


@dataclass
class Fault:
    """What goes wrong with the next request of a kind; ``then`` happens over there while the hub waits.

    ``op`` may name what is asked for, or a page of a listing that is not the first: "list unit", "ids later".
    """

    op: str
    how: str
    number: float = 0
    then: Then | None = None


@dataclass(frozen=True)
class Doubt:
    """A write of which the hub cannot know whether it came, or when: of one record, by its id or by our key."""

    at: datetime  # when it had its effect, if it had one
    object: str
    record: str
    sent: Doc


@dataclass
class Running:
    """A write that goes on although its caller has given up."""

    due: datetime
    request: Request


@dataclass(frozen=True)
class Event:
    """A hook that the twin wants to send."""

    number: int
    object: str
    id: str
    doc: Doc | None


@dataclass
class Binned:
    """A record in the bin: nobody is told of it, and it may be brought back; ``listings`` were begun without it."""

    row: Row
    listings: int = 0


def kinds_of(request: Request) -> set[str]:
    """What a fault may call a request."""
    op, is_later = request["op"], bool((request.get("query") or {}).get("after"))
    return {op, f"{op} {request.get('object')}", *([f"{op} later"] if is_later else [])}


class Twin:
    """The store and the faults that all twins share; the documentation is in the subclasses."""

    name: ClassVar[str]
    objects: ClassVar[Mapping[str, Rules]]
    key: ClassVar[str]  # the field that carries the hub's id
    skew: ClassVar[timedelta]
    grain: ClassVar[timedelta]
    page: ClassVar[int] = 3
    ids_page: ClassVar[int] = 2
    tells_nulls: ClassVar[bool] = False  # whether a field that is left out is not empty, but kept from us
    headers: ClassVar[frozenset[str]]
    ops: ClassVar[frozenset[str]] = frozenset({"list", "ids", "get", "find", "create", "update", "act"})

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rows: dict[tuple[str, str], Row] = {}
        self.gone: dict[tuple[str, str], Row] = {}
        self.bin: dict[tuple[str, str], Binned] = {}
        self.writes: list[Write] = []
        self.refusals: list[str] = []
        self.doubts: list[Doubt] = []
        self.last_write: Request | None = None
        self.requests = 0
        self.faults: list[Fault] = []
        self.running: list[Running] = []
        self.events: list[Event] = []
        self.hidden: set[tuple[str, str]] = set()  # (object, field) that a release has taken away for a while
        self.token = 1
        self._ids = count(1)
        self._revisions = count(1)
        self._events = count(1)

    # --- the wire

    def serve(self, request: Request) -> Answer | None:
        """Answer a request, with the fault that is armed for it."""
        self.requests += 1
        self.last_write = self.last_write if request["op"] in READS else request
        self.go_on()
        fault = next((each for each in self.faults if each.op in kinds_of(request)), None)
        if fault is None:
            return self.answer(request)
        self.faults.remove(fault)
        answer = self.faulty(fault, request)
        if fault.then is not None:
            fault.then()
        return answer

    def faulty(self, fault: Fault, request: Request) -> Answer | None:
        """What comes back when something goes wrong."""
        if fault.how in {"after", "error_after", "cut", "slow", "unnamed"}:
            self.doubt(request, fault.number if fault.how == "slow" else 0)
        if fault.how in {"after", "error_after", "cut"}:
            answer = self.answer(request)
            return (
                {"after": None, "error_after": {"status": 502}, "cut": {"status": 200, "body": None}}[fault.how]
                if (answer["status"] < 300)
                else answer
            )
        if fault.how == "slow":
            self.running.append(Running(self.clock.now + timedelta(seconds=fault.number), deepcopy(request)))
            return None
        if fault.how == "expired":
            self.token += 1
            return self.answer(request)
        if fault.how in {"plain", "partial", "unnamed"}:
            return self.answer({**request, fault.how: True})
        if fault.how == "short":
            return self.broken_off(self.answer(request))
        told: dict[str, Answer | None] = {
            "before": None,
            "error": {"status": 500},
            "busy": {"status": 503},
            "quota": {"status": 429, "retry_after": fault.number},
            "login": {"status": 200, "body": None},
        }
        return told[fault.how]

    def doubt(self, request: Request, seconds: float = 0) -> None:
        """The hub will not know how a request ended; where it was a write, that excuses something."""
        at = self.clock.now + timedelta(seconds=seconds)
        self.doubts += [Doubt(at, request["object"], *each) for each in self.written_by(request)]

    def written_by(self, request: Request) -> Iterator[tuple[str, Doc]]:
        """The records that a request writes, by id or key, and what of them."""
        body = request.get("body") or {}
        if request["op"] == "batch":
            for one in body["records"]:
                yield str(one.get("id") or one["fields"].get(self.key)), deepcopy(one["fields"])
        elif request["op"] in {"create", "upsert"}:
            yield str(body.get(self.key)), deepcopy(body)
        elif request["op"] == "update":
            yield str(request["id"]), deepcopy(body)

    def broken_off(self, answer: Answer) -> Answer:
        """A listing that ends too early, and says so to nobody."""
        if answer["status"] == 200:
            answer["body"] = {"ids": answer["body"]["ids"][:1], "after": None}
        return answer

    def go_on(self) -> None:
        """Finish the writes that were still running."""
        for each in [each for each in self.running if each.due <= self.clock.now]:
            self.running.remove(each)
            self.answer(each.request)

    def answer(self, request: Request) -> Answer:
        """Do what is asked, or say why not."""
        if request["op"] == "token":
            return {"status": 200, "body": self.token}
        try:
            self.check_request(request)
        except RefusedError as refused:
            return self.refusal(request, refused)
        return self.attempt(request)

    def attempt(self, request: Request) -> Answer:
        """Do what is asked by somebody who may ask."""
        try:
            return {"status": 200, "body": getattr(self, f"op_{request['op']}")(request)}
        except RefusedError as refused:
            return self.refusal(request, refused)

    def refusal(self, request: Request, refused: RefusedError) -> Answer:
        """Say why not, and remember it."""
        if refused.status not in {401, 404, 409, 412}:
            self.refusals.append(f"{request['op']} {request.get('object')}: {refused.reason}")
        return {"status": refused.status, "body": {"reason": refused.reason}}

    def check_request(self, request: Request) -> None:
        """The rules of every request."""
        if request["op"] not in self.ops:
            raise RefusedError(405, "no such operation")
        if request.get("object") not in self.objects:
            raise RefusedError(404, "no such object")
        headers = request.get("headers", {})
        if unknown := set(headers) - self.headers:
            raise RefusedError(400, f"unknown header {unknown}")
        if headers.get("Authorization") != self.credential():
            raise RefusedError(401, "token expired")
        json.dumps(request)  # what is no JSON cannot be on the wire

    def credential(self) -> str:
        """What the Authorization header must be."""
        return f"Bearer {self.token}"

    # --- operations

    def op_list(self, request: Request) -> Doc:
        """A page of what changed in a closed interval, by time and id; ``after`` is the key of the last row."""
        query = request["query"]
        since, until = self.read_instant(query["since"]), self.read_instant(query["until"])
        found = sorted(
            (row for (name, _), row in self.listed().items() if name == request["object"] and since <= row.at <= until),
            key=lambda row: (row.at, row.id),
        )
        if query.get("after"):
            mark = tuple(query["after"])
            found = [row for row in found if (self.write_instant(row.at), row.id) > mark]
        page = found[: self.page]
        more = len(found) > self.page
        last = [self.write_instant(page[-1].at), page[-1].id] if more else None
        return {"rows": [self.shown(request["object"], row) for row in page], "after": last}

    def listed(self) -> Mapping[tuple[str, str], Row]:
        """What a list tells of."""
        return self.rows

    def op_ids(self, request: Request) -> Doc:
        """A page of all ids, in their order; ``after`` is the last one of the page before."""
        name, after = request["object"], request["query"]["after"]
        if after is None:
            for (kind, _), binned in self.bin.items():
                binned.listings += kind == name
        found = sorted((row.id for row in self.of(name)), key=lambda row_id: (len(row_id), row_id))
        if after is not None:
            mark = self.read_id(after)
            found = [row_id for row_id in found if (len(row_id), row_id) > (len(mark), mark)]
        page = found[: self.ids_page]
        more = len(found) > self.ids_page
        return {"ids": list(map(self.write_id, page)), "after": self.write_id(page[-1]) if more else None}

    def op_get(self, request: Request) -> Doc:
        """One record."""
        return self.shown(request["object"], self.need(request["object"], self.read_id(request["id"])))

    def op_find(self, request: Request) -> Doc:
        """Records by a field."""
        name, query = request["object"], request["query"]
        if query["field"] not in self.objects[name]:
            raise RefusedError(400, f"{query['field']}: unknown field")
        rows = [row for row in self.of(name) if row.doc.get(query["field"]) == query["value"]]
        return {"rows": [self.shown(name, row) for row in rows]}

    def op_create(self, request: Request) -> Doc:
        """A new record."""
        name, body = request["object"], request["body"]
        self.check_body(name, body, making=True)
        row = self.put(name, None, body)
        self.note_write("create", name, row, body)
        return self.shown(name, row)

    def op_update(self, request: Request) -> Doc:
        """Other values in some fields."""
        name, body = request["object"], request["body"]
        row = self.need(name, self.read_id(request["id"]))
        self.check_version(request, row)
        self.check_body(name, body, making=False, row=row)
        self.put(name, row, body)
        self.note_write("update", name, row, body)
        return self.shown(name, row)

    def op_act(self, request: Request) -> Doc:
        """A workflow action."""
        raise RefusedError(405, "no actions here")

    def note_write(self, op: str, name: str, row: Row, sent: Doc) -> None:
        """The hub has written."""
        row.by_hub = True
        self.writes.append(Write(self.clock.now, op, name, row.id, deepcopy(sent)))

    def check_version(self, request: Request, row: Row) -> None:
        """Optimistic locks, where the system has them."""

    def check_body(self, name: str, body: Doc, *, making: bool, row: Row | None = None) -> None:
        """Fields, types, references and uniqueness."""
        rules = self.objects[name]
        if taken := sorted(each for each in body if (name, each) in self.hidden):
            raise RefusedError(400, f"{taken[0]}: {NOT_NOW}")
        check(rules, body, making=making)
        for field_name, value in body.items():
            rule = rules[field_name]
            if rule.refers is not None and value is not None and (rule.refers, str(value)) not in self.rows:
                raise RefusedError(422, f"{field_name}: there is no {rule.refers} {value}")
            if rule.unique and value is not None:
                others = (each for each in self.of(name) if each is not row and each.doc.get(field_name) == value)
                if next(others, None) is not None:
                    raise RefusedError(422, f"{field_name}: {value} is taken")

    # --- the store

    def put(self, name: str, row: Row | None, values: Doc) -> Row:
        """Write values down as the system does; a change gets a new revision, time and hook."""
        rules = self.objects[name]
        if row is None:
            row = Row(self.new_id(name), {}, 0, self.stamp())
            self.rows[name, row.id] = row
        merged = {**row.doc, **kept(rules, values)}
        row.doc = self.complete(name, {k: v for k, v in merged.items() if k not in values or values[k] is not None})
        row.had |= row.doc.keys()
        row.revision, row.at, row.by_hub = next(self._revisions), self.stamp(), False
        self.tell(name, row.id, row.doc)
        return row

    def complete(self, name: str, doc: Doc) -> Doc:
        """What the system works out by itself."""
        return doc

    def drop(self, name: str, row_id: str) -> None:
        """A person over there deletes a record."""
        self.gone[name, row_id] = self.rows.pop((name, row_id))
        self.tell(name, row_id, None)

    def throw_away(self, name: str, row_id: str) -> None:
        """A person over there puts a record in the bin."""
        self.bin[name, row_id] = Binned(self.rows.pop((name, row_id)))
        self.tell(name, row_id, None)

    def bring_back(self, name: str, row_id: str) -> None:
        """And takes it out again."""
        row = self.bin.pop((name, row_id)).row
        self.rows[name, row_id] = row
        self.put(name, row, {})

    def tell(self, name: str, row_id: str, doc: Doc | None) -> None:
        """Queue a hook."""
        self.events.append(Event(next(self._events), name, row_id, deepcopy(doc)))

    def stamp(self) -> datetime:
        """The twin's clock, to its granularity."""
        now = self.clock.now + self.skew
        return now - timedelta(microseconds=now.timestamp() * 1_000_000 % (self.grain / timedelta(microseconds=1)))

    def of(self, name: str) -> list[Row]:
        """The rows of an object."""
        return [row for (kind, _), row in self.rows.items() if kind == name]

    def need(self, name: str, row_id: str) -> Row:
        """A row, or 404."""
        row = self.rows.get((name, row_id))
        if row is None:
            raise RefusedError(404, f"there is no {name} {row_id}")
        return row

    def shown(self, name: str, row: Row) -> Doc:
        """A row as it is told."""
        told = self.fields_of(name, row)
        return {
            "id": self.write_id(row.id),
            "changed": self.write_instant(row.at),
            **self.version_of(row),
            "fields": {each: value for each, value in told.items() if (name, each) not in self.hidden},
        }

    def fields_of(self, name: str, row: Row) -> Doc:
        """The fields that a record is told with: those that have a value."""
        return deepcopy(row.doc)

    def version_of(self, row: Row) -> Doc:
        """The version that is told, where the system has one."""
        return {"revision": row.revision}

    # --- the dialect

    def new_id(self, name: str) -> str:
        """The next id."""
        return str(next(self._ids))

    def write_id(self, row_id: str) -> Any:
        """An id on the wire."""
        return row_id

    def read_id(self, told: Any) -> str:
        """An id from the wire; 400 when it is of the wrong type."""
        if not isinstance(told, str):
            raise RefusedError(400, "id: text is expected")
        return told

    def write_instant(self, at: datetime) -> Any:
        """An instant on the wire."""
        raise NotImplementedError

    def read_instant(self, told: Any) -> datetime:
        """An instant from the wire; 400 when it is in another format."""
        raise NotImplementedError
