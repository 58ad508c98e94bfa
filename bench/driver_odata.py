"""The OData driver against requests: ten fields a record, 200 records a page, ten pages; a create that is read back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import requests

from bench.driver_server import Answer, serving
from bench.drivers import Work
from connectors.odata import connect
from hub.domain.documents import Doc
from hub.ports.connector import Feed, ObjectSpec, Setup

PAGES, SIZE = 10, 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 3, 2, tzinfo=UTC)
END = datetime(2026, 3, 3, tzinfo=UTC)
TYPES = {
    "Number": "String", "Name": "String", "Note": "String", "Active": "Boolean", "Ref": "String", "City": "String",
    "Price": "Decimal", "Quantity": "Decimal", "Due": "DateTime", "Status": "String", "Changed": "DateTimeOffset",
}  # fmt: skip
METADATA = (
    '<edmx:Edmx xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"><edmx:DataServices><Schema Namespace="B">'
    '<EntityType Name="Item"><Key><PropertyRef Name="Number"/></Key>'
    + "".join(f'<Property Name="{name}" Type="Edm.{kind}"/>' for name, kind in TYPES.items())
    + '</EntityType><EntityContainer Name="C"><EntitySet Name="Items" EntityType="B.Item"/></EntityContainer>'
    "</Schema></edmx:DataServices></edmx:Edmx>"
).encode()
REMOTE: Doc = {
    "service": "b", "set": "Items", "changed": ["Changed"], "links": True,
    "fields": {name: {} for name in TYPES if name not in {"Number", "Changed"}},
}  # fmt: skip
DOC = {"Name": "Pump 水泵", "Note": "n" * 40, "Active": True, "Ref": "r7", "City": "上海", "Price": "12.50",
       "Quantity": "3", "Due": "2026-03-02T00:00:00", "Status": "in use"}  # fmt: skip
WIRE = {**DOC, "Due": "/Date(1772409600000)/"}


def record(number: int) -> Doc:
    """One entity as the server tells it."""
    meta = {"uri": f"http://b/b/Items('{number}')", "type": "B.Item", "etag": f"W/\"'{number}'\""}
    at = int((START + timedelta(seconds=number)).timestamp() * 1000)
    return {"__metadata": meta, "Number": str(number), **WIRE, "Changed": f"/Date({at}+0000)/"}


LISTS = [
    orjson.dumps({
        "d": {
            "results": [record(page * SIZE + place) for place in range(SIZE)],
            **({"__next": f"Items?$skiptoken={page + 1}"} if page + 1 < PAGES else {}),
        }
    })
    for page in range(PAGES)
]  # fmt: skip
ONE = orjson.dumps({"d": record(7)})


def answers(method: str, path: str, _body: bytes) -> Answer:
    """What the server says."""
    if method == "POST":
        return 201, {}, ONE
    told = urlsplit(path)
    if told.path.endswith("$metadata"):
        return 200, {"Content-Type": "application/xml"}, METADATA
    if told.path.endswith("Items"):
        return 200, {}, LISTS[int(parse_qs(told.query).get("$skiptoken", ["0"])[0])]
    return 200, {}, ONE


@contextmanager
def case() -> Iterator[tuple[Work, ...]]:
    """Both sides, on one server."""
    with serving(answers) as url:
        bare = Bare(url)
        objects = {"item": ObjectSpec("item", feed=Feed("UTC", timedelta(seconds=1)))}
        connection = {"url": "{url}", "auth": {"kind": "none"}}
        connector = connect(Setup("bench", {"url": url}, objects, {"item": REMOTE}, connection))

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


def instant(told: str) -> datetime:
    """A time, by somebody who knows the notation."""
    return EPOCH + timedelta(milliseconds=int(told.removeprefix("/Date(").partition("+")[0].removesuffix(")/")))


def taken(item: Doc) -> tuple[str, str, datetime, Doc]:
    """Id, version, time and fields, by somebody who knows the record."""
    doc = {
        "Name": item["Name"], "Note": item["Note"], "Active": item["Active"], "Ref": item["Ref"], "City": item["City"],
        "Price": item["Price"], "Quantity": item["Quantity"], "Status": item["Status"],
        "Due": instant(item["Due"]).replace(tzinfo=None).isoformat(),
    }  # fmt: skip
    return item["Number"], item["__metadata"]["etag"], instant(item["Changed"]), doc


class Bare:
    """What somebody writes who needs it once."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/b/Items"
        self.session = requests.Session()

    def read(self) -> int:
        """All pages, and of each record id, version, time and fields."""
        return len([taken(item) for page in self.pages() for item in page])

    def read_raw(self) -> int:
        """All pages; each record stays as it came."""
        return sum(map(len, self.pages()))

    def pages(self) -> Iterator[list[Any]]:
        """Page by page."""
        link: str | None = f"{self.url}?$filter=Changed ge datetimeoffset'{START.isoformat()}'"
        while link is not None:
            answer = self.session.get(link, timeout=30)
            answer.raise_for_status()
            told = answer.json()["d"]
            yield told["results"]
            link = f"{self.url.rpartition('/')[0]}/{told['__next']}" if "__next" in told else None

    def write(self) -> int:
        """One record, and what became of it."""
        made = self.session.post(self.url, json=WIRE, timeout=30)
        made.raise_for_status()
        answer = self.session.get(f"{self.url}('{made.json()['d']['Number']}')", timeout=30)
        answer.raise_for_status()
        return len(answer.json()) and 1
