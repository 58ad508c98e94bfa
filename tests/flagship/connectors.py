"""The connectors of the twins, in the hub's process: each speaks the dialect of its system, which is elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from hub.domain.documents import Doc
from hub.domain.errors import (
    AuthError,
    HubError,
    RateLimitedError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.ports.connector import Ids, Item, ObjectSpec, Page, Probe, Remote, Step

Request = dict[str, Any]
Send = Callable[[str, Request], Any]
WRITES = {"create", "update", "upsert", "batch", "act"}
SETTLE = timedelta(seconds=30)


class TwinConnector:
    """What the dialects share."""

    system: ClassVar[str]
    specs: ClassVar[tuple[ObjectSpec, ...]]
    scheme: ClassVar[str]
    references: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, send: Send) -> None:
        self._send = send
        self._token = 1

    @classmethod
    def over(cls, send: Send, _now: Callable[[], datetime]) -> "TwinConnector":
        """Over the line to the parent; nothing here needs to know the time."""
        return cls(send)

    def probe(self) -> Probe:
        """A name."""
        return Probe(f"{self.system} twin")

    def objects(self) -> Mapping[str, ObjectSpec]:
        """The declarations."""
        return {spec.name: spec for spec in self.specs}

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """Pages by the key of the last row."""
        mark = None if after is None else list(self.read_mark(after))
        query = {"since": self.write_instant(since), "until": self.write_instant(until), "after": mark}
        body = self.ask({"op": "list", "object": name, "query": query})
        last = body["after"]
        return Page(tuple(map(self.remote, body["rows"])), None if last is None else f"{last[0]}|{last[1]}")

    def get(self, name: str, remote_id: str) -> Remote | None:
        """None for 404."""
        row = self.ask({"op": "get", "object": name, "id": self.write_id(remote_id)}, missing=True)
        return None if row is None else self.remote(row)

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """By one field."""
        body = self.ask({"op": "find", "object": name, "query": {"field": field, "value": value}})
        return [self.remote(row) for row in body["rows"]]

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        """A new record, and what it became."""
        return self.remote(self.ask({"op": "create", "object": name, "body": self.outward(doc)}))

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:
        """Only what differs."""
        body = self.difference(seen, doc)
        request = {"op": "update", "object": name, "id": self.write_id(seen.id), "body": body}
        return self.remote(self.ask(request, headers=self.locks(seen)))

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:
        """A step; a refusal shows in the state that is read afterwards."""
        self.ask(
            {"op": "act", "object": name, "id": self.write_id(remote_id), "body": {"action": action}}, missing=True
        )

    # --- the wire

    def ask(self, request: Request, headers: Mapping[str, str] | None = None, *, missing: bool = False) -> Any:
        """Send a request; a token that has expired is fetched anew, once."""
        answer = self.exchange(request, headers)
        if answer is not None and answer["status"] == 401:
            renewed = self._send(self.system, {"op": "token"})
            if renewed is None or renewed["status"] != 200:
                raise AuthError("{system} refuses the credentials.", system=self.system)
            self._token = renewed["body"]
            answer = self.exchange(request, headers)
        return self.outcome(answer, writes=request["op"] in WRITES, missing=missing)

    def exchange(self, request: Request, headers: Mapping[str, str] | None) -> Any:
        """One request on the wire."""
        return self._send(self.system, {**request, "headers": {**(headers or {}), "Authorization": self.credential()}})

    def outcome(self, answer: Any, *, writes: bool, missing: bool) -> Any:
        """What an answer means, in the errors of the port."""
        status = None if answer is None else answer["status"]
        if status == 200 and answer["body"] is not None:
            return answer["body"]
        if status in {404, 409} and missing:
            return None
        raise self.failure(status, answer or {}, writes=writes)

    def failure(self, status: int | None, answer: Mapping[str, Any], *, writes: bool) -> HubError:
        """The error of an answer that is none, or no success."""
        told = {"system": self.system, "status": status or "no answer"}
        if status == 429:
            return RateLimitedError("{system}: {status}", retry_after=answer["retry_after"], **told)
        if status == 503:
            return RetryableError("{system}: {status}", **told)
        if status == 401:
            return AuthError("{system}: {status}", **told)
        if status in {404, 409, 412}:
            return StaleError("{system}: {status}", **told)
        if status in {400, 405, 422, 428}:
            return RejectedError("{system}: {reason}", system=self.system, reason=answer["body"]["reason"])
        return (UnknownOutcomeError if writes else RetryableError)("{system}: {status}", **told)

    # --- the dialect

    def credential(self) -> str:
        """The Authorization header."""
        return f"{self.scheme}{self._token}"

    def locks(self, seen: Remote) -> dict[str, str]:
        """The headers of an optimistic lock."""
        return {}

    def difference(self, seen: Remote, doc: Doc) -> Doc:
        """The fields that differ; null clears."""
        names = [name for name in {**seen.doc, **doc} if seen.doc.get(name) != doc.get(name)]
        return self.outward({name: doc.get(name) for name in names})

    def outward(self, doc: Doc) -> Doc:
        """A document as this system takes it."""
        return {
            name: self.write_id(value) if name in self.references and value is not None else value
            for name, value in doc.items()
        }

    def remote(self, row: Mapping[str, Any]) -> Remote:
        """A row as the port tells it."""
        fields = {
            name: str(value) if name in self.references and value is not None else value
            for name, value in row["fields"].items()
        }
        version = row.get("revision")
        return Remote(
            str(row["id"]),
            fields,
            None if version is None else str(version),
            self.read_instant(row["changed"]),
            row.get("merged_into"),
        )

    def write_id(self, remote_id: str) -> Any:
        """An id on the wire."""
        return remote_id

    def write_instant(self, at: datetime) -> Any:
        """An instant on the wire."""
        raise NotImplementedError

    def read_instant(self, told: Any) -> datetime:
        """An instant from the wire."""
        return datetime.fromisoformat(told)

    def read_mark(self, after: str) -> tuple[Any, str]:
        """The key of the last row."""
        at, _, row_id = after.partition("|")
        return at, row_id


class ListsIds(TwinConnector):
    """Those whose systems list ids; the ids of the others are read out of all their changes."""

    def ids(self, name: str, after: str | None = None) -> Ids:
        """Pages by the last id."""
        mark = None if after is None else self.write_id(after)
        body = self.ask({"op": "ids", "object": name, "query": {"after": mark}})
        last = body["after"]
        return Ids(tuple(map(str, body["ids"])), None if last is None else str(last))


class CrmConnector(TwinConnector):
    """Upserts by external id, with If-Match."""

    system = "crm"
    scheme = "Bearer "
    specs = tuple(
        ObjectSpec(name, idempotency="external_id", lookup_by="externalRef", settle=SETTLE, batch=batch)
        for name, batch in (("account", 3), ("contact", 1), ("case", 2))
    )

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        """By external id: a second one is told by 409."""
        return self.remote(self.ask({"op": "upsert", "object": name, "body": self.outward(doc)}))

    def write_many(self, name: str, items: Sequence[Item]) -> Mapping[str, Remote | HubError]:
        """Several at once; what the answer does not name is not in the outcome."""
        request = {"op": "batch", "object": name, "body": {"records": list(map(self.one_of_batch, items))}}
        outcomes = self.ask(request)["outcomes"]
        return {ref: self.outcome_of(answer) for ref, answer in outcomes.items()}

    def one_of_batch(self, item: Item) -> Doc:
        """One record of a batch as the CRM takes it."""
        if item.seen is None:
            return {"ref": item.key, "fields": self.outward(item.doc)}
        there = {"id": self.write_id(item.seen.id), "revision": str(item.seen.version)}
        return {"ref": item.key, **there, "fields": self.difference(item.seen, item.doc)}

    def outcome_of(self, answer: Mapping[str, Any]) -> Remote | HubError:
        """What became of one of a batch."""
        if answer["status"] == 200:
            return self.remote(answer["body"])
        return self.failure(answer["status"], answer, writes=True)

    def locks(self, seen: Remote) -> dict[str, str]:
        """The revision that was seen."""
        return {"If-Match": str(seen.version)}

    def write_instant(self, at: datetime) -> str:
        """RFC 3339 with milliseconds."""
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


class ErpConnector(ListsIds):
    """Native keys, numbers, epoch milliseconds."""

    system = "erp"
    scheme = "ApiKey erp-"
    references = frozenset({"partner"})
    specs = (
        *(ObjectSpec(name, idempotency="header", lookup_by="hub_key", settle=SETTLE) for name in ("partner", "item")),
        ObjectSpec(
            "bill",
            idempotency="header",
            lookup_by="hub_key",
            settle=SETTLE,
            state="state",
            goals={"posted": (Step("draft", "confirm", "confirmed"), Step("confirmed", "post", "posted"))},
            reached={"posted": ("paid",)},
        ),
    )

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        """With a key of the record."""
        request = {"op": "create", "object": name, "body": self.outward(doc)}
        return self.remote(self.ask(request, headers={"Idempotency-Key": key}))

    def locks(self, seen: Remote) -> dict[str, str]:
        """The revision that was seen."""
        return {"Revision": str(seen.version)}

    def write_id(self, remote_id: str) -> int:
        """A number."""
        return int(remote_id)

    def write_instant(self, at: datetime) -> int:
        """Milliseconds since 1970."""
        return int(at.timestamp() * 1000)

    def read_instant(self, told: Any) -> datetime:
        """Milliseconds since 1970."""
        return datetime.fromtimestamp(told / 1000, UTC)

    def read_mark(self, after: str) -> tuple[Any, str]:
        """The key of the last row."""
        at, _, row_id = after.partition("|")
        return int(at), row_id


class AssetConnector(ListsIds):
    """No keys and no locks: it compares before it writes, as well as that goes."""

    system = "asset"
    scheme = "User hub:"
    specs = tuple(
        ObjectSpec(name, idempotency="lookup", lookup_by="memo_key", settle=SETTLE) for name in ("owner", "unit")
    )

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:
        """StaleError when it is no longer what was seen."""
        now = self.get(name, seen.id)
        if now is None or any(value != seen.doc.get(name) for name, value in now.doc.items()):
            raise StaleError("{object} {id} was changed.", object=name, id=seen.id)
        return super().update(name, seen, doc, key=key)

    def write_instant(self, at: datetime) -> str:
        """RFC 3339 to the second."""
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


CONNECTORS: tuple[type[TwinConnector], ...] = (CrmConnector, ErpConnector, AssetConnector)
