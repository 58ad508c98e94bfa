"""What the benchmarks of jsonrpc and xmlrpc share: records, what is declared of them, and the plays of the driver."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from bench.driver_server import Answers, serving
from bench.drivers import Play, Work
from hub.domain.documents import Doc
from hub.ports.connector import Feed, ObjectSpec, Setup

PAGES, SIZE = 10, 200
START = datetime(2026, 3, 2, tzinfo=UTC)
END = datetime(2026, 3, 3, tzinfo=UTC)
NAMES = ("name", "code", "note", "active", "ref", "city", "status", "due", "price", "qty")
NUMBERS = frozenset({"price", "qty"})
REMOTE: Doc = {
    "id": {"at": "id", "as": "integer"},
    "changed": {"at": "updated_at"},
    "fields": {name: {"as": "number"} if name in NUMBERS else {} for name in NAMES},
    "list": {
        "path": "/list", "method": "item.list", "params": ["{since}", "{until}", "{offset}", "{size}"],
        "records": "body", "order": "none", "page": {"kind": "offset", "size": SIZE},
    },
    "get": {"path": "/get", "method": "item.get", "params": ["{id}"]},
    "create": {"path": "/add", "method": "item.add", "params": ["{doc}"], "id": "body"},
}  # fmt: skip
DOC = {
    "name": "Pump 水泵", "code": "P-7", "note": "n" * 40, "active": True, "ref": "r7", "city": "上海",
    "status": "in use", "due": "2026-03-02", "price": "12.50", "qty": "3",
}  # fmt: skip
SENT = {**DOC, "price": 12.5, "qty": 3}


def record(number: int) -> Doc:
    """One record as the server tells it."""
    at = (START + timedelta(seconds=number)).isoformat()
    return {**SENT, "id": number, "updated_at": at, "name": f"Pump {number} 水泵", "code": f"P-{number}"}


def taken(item: Doc) -> tuple[str, datetime, Doc]:
    """Id, time and fields, by somebody who knows the record."""
    doc = {name: str(item[name]) if name in NUMBERS else item[name] for name in NAMES}
    return str(item["id"]), datetime.fromisoformat(item["updated_at"]), doc


def plays(call: Callable[..., Any]) -> tuple[Play, Play]:
    """Pages until one is empty; and one record, and what became of it: by somebody's own way to call."""

    def read() -> int:
        found = 0
        while items := call("/list", "item.list", START.isoformat(), END.isoformat(), found, SIZE):
            found += len([taken(item) for item in items])
        return found

    def write() -> int:
        return len(call("/get", "item.get", call("/add", "item.add", SENT))) and 1

    return read, write


@contextmanager
def case_of(driver: str, answers: Answers, bare: Callable[[str], tuple[Play, Play]]) -> Iterator[tuple[Work, ...]]:
    """Both sides, on one server; ``bare`` gives the read and the write of somebody who needs it once."""
    with serving(answers) as url:
        objects = {"item": ObjectSpec("item", feed=Feed("UTC", timedelta(seconds=1)))}
        setup = Setup("bench", {"url": url}, objects, {"item": REMOTE}, {"url": "{url}"})
        connector = import_module(f"connectors.{driver}").connect(setup)

        def driven_read() -> int:
            found, after = 0, None
            while True:
                told = connector.changes("item", since=START, until=END, after=after)
                found, after = found + len(told.records), told.after
                if after is None:
                    return found

        def driven_write() -> int:
            connector.create("item", DOC)
            return 1

        read, write = bare(url)
        yield Work("paged read", read, driven_read), Work("single write", write, driven_write)
