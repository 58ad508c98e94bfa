"""G5: changes of another system are pulled, mapped and stored.

A (by hand): a loop with requests over the pages, a dict per record, one batched upsert and one durable commit per page.
B (hub): poll and work off, as the workers do; links, merge, audit, trace and search index included.

The remote side adds as many records as it edits before each round; both sides then pull what is new since their last.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from bench.report import Metric, Round
from bench.servers import Server
from bench.sync_hub import ENTITY, OBJECT, SYSTEM, Clock, running
from hub.services import inbound
from hub.services.context import Hub

G5 = Metric("G5 pull, map, upsert", "pages and upserts by hand", "hub", lambda one: one.rate, ">= 0.4", ">= 0.6")
UNITS = {"pcs": "each", "m": "metre", "kg": "kilogram", "l": "litre"}
TABLE = """
CREATE TABLE part (external_id TEXT PRIMARY KEY, sku TEXT, name TEXT, list_price TEXT, currency TEXT, uom TEXT,
                   is_serialised INTEGER, active INTEGER, version TEXT)
"""
UPSERT = """
INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (external_id) DO UPDATE SET
  sku = excluded.sku, name = excluded.name, list_price = excluded.list_price, currency = excluded.currency,
  uom = excluded.uom, is_serialised = excluded.is_serialised, active = excluded.active, version = excluded.version
"""


@dataclass
class ByHand:
    """What somebody writes in an afternoon."""

    url: str
    database: sqlite3.Connection
    since: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    http: requests.Session = field(default_factory=requests.Session)

    def pull(self) -> int:
        """Pull what changed since the last time; says how many records that were."""
        until, after, count = datetime.now(UTC), None, 0
        window = {"since": self.since.isoformat(timespec="microseconds"), "until": until.isoformat()}
        while True:
            page = self.http.post(f"{self.url}/list", json={"object": OBJECT, **window, "after": after}).json()
            self.database.execute("BEGIN IMMEDIATE")
            self.database.executemany(UPSERT, [row_of(one) for one in page["records"]])
            self.database.execute("COMMIT")
            count, after = count + len(page["records"]), page["after"]
            if after is None:
                self.since = until
                return count


def row_of(told: dict[str, Any]) -> tuple[Any, ...]:
    """A record of theirs as a row of ours."""
    doc = told["doc"]
    return (
        told["id"], doc["code"], doc["title"], doc["price"], doc["currency"], UNITS[doc["unit"]], doc["serialised"],
        doc["enabled"], told["version"],
    )  # fmt: skip


def pull(hub: Hub) -> None:
    """What the hub's workers do when a poll is due."""
    inbound.poll(hub, hub.systems[SYSTEM])
    while inbound.process(hub, SYSTEM, 32):
        pass


@contextmanager
def sides(folder: Path) -> Iterator[tuple[ByHand, Hub, str]]:
    """Both sides, and the address of what they pull from."""
    with ExitStack() as opened:
        depot = opened.enter_context(Server(folder / "log", "bench.depot_server"))
        hub = opened.enter_context(running(folder / "hub", "sqlite:///hub.db", depot.url))
        database = sqlite3.connect(folder / "by_hand.db", isolation_level=None)
        opened.callback(database.close)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TABLE):
            database.execute(statement)
        yield ByHand(depot.url, database), hub, depot.url


def rounds(folder: Path, pairs: int, count: int) -> Iterator[tuple[Round, Round]]:
    """Pairs of rounds after one to warm up; in the end both sides must have every record as it is over there."""
    with sides(folder) as (by_hand, hub, url):
        for number in range(pairs + 1):
            asked = {"object": OBJECT, "new": count // 2 if number else count, "edited": count // 2 if number else 0}
            requests.post(f"{url}/stir", json=asked, timeout=60)
            clock = Clock()
            assert by_hand.pull() == count
            a, clock = clock.round(count), Clock()
            pull(hub)
            b = clock.round(count)
            check(by_hand, hub)
            if number:
                yield a, b


def check(by_hand: ByHand, hub: Hub) -> None:
    """Both sides hold the same."""
    theirs = by_hand.database.execute("SELECT sku, name, list_price, uom FROM part").fetchall()
    ours = hub.store.read(lambda tx: tx.records.all(ENTITY))
    told = {(one.doc["sku"], one.doc["name"], one.doc["list_price"], one.doc["uom"]) for one in ours}
    assert told == set(theirs)
    assert len(ours) == len(theirs)
