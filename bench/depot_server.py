"""The remote side of the sync benchmarks: ``python -m bench.depot_server [--latency SECONDS]``, records in memory.

A small HTTP server in a process of its own, the same for both sides: POST of JSON to ``/create`` and so on. It numbers
and versions records, knows a key that a record carries (``hub_id``: writing it again gives the record that is there),
refuses an update of an old version, and answers each request only after ``--latency``, many at a time.
"""

import argparse
import asyncio
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

Doc = dict[str, Any]
PAGE = 200
KEY = "hub_id"
UNITS = ("pcs", "m", "kg", "l")
END_OF_HEAD = b"\r\n\r\n"


class RefusedError(Exception):
    """An answer other than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Depot:
    """Records by object and id, in the order of their last change."""

    records: dict[tuple[str, str], Doc] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    log: list[tuple[str, str, str]] = field(default_factory=list)  # instant, object, id: one for each write
    latest: dict[tuple[str, str], int] = field(default_factory=dict)  # where in the log a record's last write is
    written: int = 0

    def put(self, name: str, record_id: str, doc: Doc) -> Doc:
        """Store a record as it becomes."""
        changed = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="microseconds")
        record = {"id": record_id, "doc": doc, "version": str(len(self.log) + 1), "changed_at": changed}
        self.records[name, record_id] = record
        self.latest[name, record_id] = len(self.log)
        self.log.append((changed, name, record_id))
        if KEY in doc:
            self.keys[name, doc[KEY]] = record_id
        return record

    def list(self, asked: Doc) -> Doc:
        """A page of what changed from ``since`` to ``until``, each record where its last change is."""
        name, until = asked["object"], asked["until"]
        at = int(asked["after"]) if asked.get("after") else bisect_left(self.log, (asked["since"], "", ""))
        found: list[Doc] = []
        while at < len(self.log) and len(found) < PAGE and self.log[at][0] <= until:
            _, kind, record_id = self.log[at]
            if kind == name and self.latest[kind, record_id] == at:
                found.append(self.records[kind, record_id])
            at += 1
        more = at < len(self.log) and self.log[at][0] <= until
        return {"records": found, "after": str(at) if more else None}

    def get(self, asked: Doc) -> Doc:
        """One record, or null."""
        return {"record": self.records.get((asked["object"], asked["id"]))}

    def get_many(self, asked: Doc) -> Doc:
        """Those of the named records that there are."""
        found = (self.records.get((asked["object"], one)) for one in asked["ids"])
        return {"records": [one for one in found if one is not None]}

    def find(self, asked: Doc) -> Doc:
        """The records whose field has the value: the key by its index."""
        name, by, value = asked["object"], asked["field"], asked["value"]
        if by == KEY:
            known = self.keys.get((name, value))
            return {"records": [] if known is None else [self.records[name, known]]}
        found = [one for (kind, _), one in self.records.items() if kind == name and one["doc"].get(by) == value]
        return {"records": found}

    def create(self, asked: Doc) -> Doc:
        """A new record; one that carries a known key is that record already."""
        name, doc = asked["object"], asked["doc"]
        self.written += 1
        known = self.keys.get((name, doc.get(KEY, "")))
        return {"record": self.records[name, known] if known else self.put(name, str(len(self.records) + 1), doc)}

    def create_many(self, asked: Doc) -> Doc:
        """Several at once, each with its own result in the order given."""
        return {"results": [self.create({"object": asked["object"], "doc": doc}) for doc in asked["docs"]]}

    def update(self, asked: Doc) -> Doc:
        """Another document in a record's place; 404 when there is none, 409 when its version is another."""
        name, record_id = asked["object"], asked["id"]
        known = self.records.get((name, record_id))
        if known is None or known["version"] != asked["version"]:
            raise RefusedError(404 if known is None else 409)
        self.written += 1
        return {"record": self.put(name, record_id, asked["doc"])}

    def stir(self, asked: Doc) -> Doc:
        """Somebody over there adds ``new`` items and edits the ``edited`` oldest ones."""
        name = asked["object"]
        mine = [record_id for kind, record_id in self.records if kind == name]
        for record_id in mine[: asked["edited"]]:
            doc = self.records[name, record_id]["doc"]
            self.put(
                name, record_id, {**doc, "title": f"{doc['code']} no. {len(self.log)}", "price": price(len(self.log))}
            )
        for number in range(len(self.records), len(self.records) + asked["new"]):
            self.put(name, str(number + 1), item(number))
        return {"log": len(self.log)}

    def arrivals(self, asked: Doc) -> Doc:
        """When the records of an object were last written, by their number."""
        name = asked["object"]
        found = {one["doc"]["number"]: one["changed_at"] for (kind, _), one in self.records.items() if kind == name}
        return {"arrivals": found}

    def counts(self, _asked: Doc) -> Doc:
        """How many records there are, how many writes came, and how many keys are known."""
        return {"records": len(self.records), "written": self.written, "keys": len(self.keys)}


def price(number: int) -> str:
    """Some price."""
    return f"{number % 900 + 1}.{number % 90 + 10}"


def item(number: int) -> Doc:
    """An item as somebody over there would enter it."""
    return {
        "code": f"D-{number:07d}",
        "title": f"Pump seal {number}",
        "price": price(number),
        "currency": "CNY",
        "unit": UNITS[number % len(UNITS)],
        "serialised": number % 3 == 0,
        "enabled": True,
        "shelf": f"{number % 40}-{number % 7}",
    }


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests on it are answered in their order."""

    def __init__(self, verbs: dict[str, Callable[[Doc], Doc]], latency: float) -> None:
        self._verbs, self._latency = verbs, latency
        self._buffer = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (request := self._request()) is not None:
            answer = self._answer(*request)
            if self._latency:
                self._loop.call_later(self._latency, self._transport.write, answer)
            else:
                self._transport.write(answer)

    def _request(self) -> tuple[str, bytes] | None:
        head, end, rest = self._buffer.partition(END_OF_HEAD)
        if not end:
            return None
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        return head.split(b" ", 2)[1].decode().strip("/"), rest[:length]

    def _answer(self, verb: str, body: bytes) -> bytes:
        try:
            told, status = orjson.dumps(self._verbs[verb](orjson.loads(body))), 200
        except RefusedError as refused:
            told, status = b"{}", refused.status
        head = f"HTTP/1.1 {status} Answered\r\nContent-Type: application/json\r\nContent-Length: {len(told)}\r\n\r\n"
        return head.encode() + told


async def serve(latency: float) -> None:
    """Answer until killed."""
    depot = Depot()
    names = ("list", "get", "get_many", "find", "create", "create_many", "update", "stir", "arrivals", "counts")
    verbs: dict[str, Callable[[Doc], Doc]] = {name: getattr(depot, name) for name in names}
    server = await asyncio.get_running_loop().create_server(lambda: Connection(verbs, latency), "127.0.0.1", 0)
    print(f"depot is up at http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args().latency))


if __name__ == "__main__":
    main()
