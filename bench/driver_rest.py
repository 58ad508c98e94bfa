"""The rest driver against requests: ten fields a record, 200 records a page, ten pages; a create that is read back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import requests

from bench.driver_server import Answer, serving
from bench.drivers import Work
from connectors.rest import connect
from hub.domain.documents import Doc
from hub.ports.connector import Feed, ObjectSpec, Setup

PAGES, SIZE = 10, 200
START = datetime(2026, 3, 2, tzinfo=UTC)
END = datetime(2026, 3, 3, tzinfo=UTC)
REMOTE: Doc = {
    "id": {"at": "id", "as": "integer"},
    "changed": {"at": "updated_at"},
    "fields": {
        "name": {}, "code": {}, "note": {}, "active": {}, "ref": {}, "city": {"from": "address.city"},
        "status": {"from": "status.name"}, "price": {"as": "number"}, "due": {"as": "date"}, "qty": {"as": "number"},
    },
    "list": {
        "path": "/items", "query": {"since": "{since}", "until": "{until}"}, "records": "body.items", "order": "none",
        "page": {"kind": "cursor", "next": "body.next", "size": SIZE, "send": {"query": {"cursor": "{cursor}"}}},
    },
    "get": {"path": "/items/{id}"},
    "create": {"path": "/items", "id": "body.id"},
}  # fmt: skip
DOC = {
    "name": "Pump 水泵", "code": "P-7", "note": "n" * 40, "active": True, "ref": "r7", "price": "12.50",
    "due": "2026-03-02", "qty": "3",
}  # fmt: skip


def record(number: int) -> Doc:
    """One record as the server tells it."""
    return {
        "id": number, "updated_at": (START + timedelta(seconds=number)).isoformat(), "name": f"Pump {number} 水泵",
        "code": f"P-{number}", "note": "n" * 40, "active": True, "ref": f"r{number}", "due": "2026-03-02", "qty": 3,
        "address": {"city": "上海", "street": "s" * 20}, "status": {"id": 4, "name": "in use"}, "price": 12.5,
    }  # fmt: skip


LISTS = [
    orjson.dumps({
        "items": [record(page * SIZE + place) for place in range(SIZE)],
        "next": str(page + 1) if page + 1 < PAGES else None,
    })
    for page in range(PAGES)
]  # fmt: skip
ONE = orjson.dumps(record(7))


def answers(method: str, path: str, _body: bytes) -> Answer:
    """What the server says."""
    if method == "POST":
        return 201, {}, b'{"id": 7}'
    told = urlsplit(path)
    if told.path == "/items":
        return 200, {}, LISTS[int(parse_qs(told.query).get("cursor", ["0"])[0])]
    return 200, {}, ONE


@contextmanager
def case() -> Iterator[tuple[Work, ...]]:
    """Both sides, on one server."""
    with serving(answers) as url:
        bare = Bare(url)
        objects = {"item": ObjectSpec("item", feed=Feed("UTC", timedelta(seconds=1)))}
        connector = connect(Setup("bench", {"url": url}, objects, {"item": REMOTE}, {"url": "{url}"}))

        def driven_read() -> int:
            found, after = 0, None
            while True:
                page = connector.changes("item", since=START, until=END, after=after)
                found, after = found + len(page.records), page.after
                if after is None:
                    return found

        def driven_write() -> int:
            connector.create("item", DOC)
            return 1

        yield (
            Work("paged read", bare.read, driven_read),
            Work("paged read; A leaves records as they came", bare.read_raw, driven_read, "-"),
            Work("single write", bare.write, driven_write),
        )


def taken(item: Doc) -> tuple[str, datetime, Doc]:
    """Id, time and fields, by somebody who knows the record."""
    doc = {
        "name": item["name"], "code": item["code"], "note": item["note"], "active": item["active"], "ref": item["ref"],
        "city": item["address"]["city"], "status": item["status"]["name"], "price": str(item["price"]),
        "due": item["due"], "qty": str(item["qty"]),
    }  # fmt: skip
    return str(item["id"]), datetime.fromisoformat(item["updated_at"]), doc


class Bare:
    """What somebody writes who needs it once."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/items"
        self.session = requests.Session()

    def read(self) -> int:
        """All pages, and of each record id, time and fields."""
        return len([taken(item) for page in self.pages() for item in page])

    def read_raw(self) -> int:
        """All pages; each record stays as it came."""
        return sum(map(len, self.pages()))

    def pages(self) -> Iterator[list[Any]]:
        """Page by page."""
        cursor: str | None = None
        while True:
            query = {"since": START.isoformat(), "until": END.isoformat(), "cursor": cursor}
            answer = self.session.get(self.url, params=query, timeout=30)
            answer.raise_for_status()
            told = answer.json(parse_float=str)
            yield told["items"]
            cursor = told["next"]
            if cursor is None:
                return

    def write(self) -> int:
        """One record, and what became of it."""
        made = self.session.post(self.url, json=DOC, timeout=30)
        made.raise_for_status()
        answer = self.session.get(f"{self.url}/{made.json()['id']}", timeout=30)
        answer.raise_for_status()
        return len(answer.json()) and 1
