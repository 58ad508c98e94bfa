"""G6 and G7: new records are told to another system, durably and once.

A (by hand): a loop with requests that creates one record after the other and remembers nothing.
B (hub): the outbox is worked off as the workers do; intent before each call, link and shadow after it. How new records
came into the outbox is not measured. "In batches" is the way that the depot offers, "singly" one call for each record.

G7: the remote side takes 50 ms for each request, and one record in each. A is what so many at a time can come to:
concurrency / latency.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from bench.report import Metric, Round
from bench.servers import Server
from bench.sync_hub import BATCH, OBJECT, SINGLY, SYSTEM, Clock, add_parts, part, running
from hub.services import outbound
from hub.services.context import Hub

G6 = Metric("G6 durable push", "one by one, by hand", "hub, in batches", lambda one: one.rate, ">= 1.0", ">= 2.5")
G6_SINGLY = Metric("G6 durable push", "one by one, by hand", "hub, singly", lambda one: one.rate, ">= 1.0", ">= 2.5")
G7 = Metric("G7 durable push, 50 ms away", "concurrency / latency", "hub", lambda one: one.rate, ">= 0.8", ">= 0.95")
LATENCY = 0.05
CONCURRENCY = 8
DELIVERIES = 200
UNITS = {"each": "pcs", "metre": "m", "kilogram": "kg", "litre": "l"}


def by_hand(http: requests.Session, url: str, count: int) -> None:
    """Create so many records over there, one after the other."""
    for number in range(count):
        answer = http.post(f"{url}/create", json={"object": OBJECT, "doc": item_of(part(number))})
        answer.raise_for_status()
        assert answer.json()["record"]["id"]


def item_of(doc: dict[str, Any]) -> dict[str, Any]:
    """A part of ours as an item of theirs."""
    return {
        "code": doc["sku"], "title": doc["name"], "price": doc["list_price"], "currency": doc["currency"],
        "unit": UNITS[doc["uom"]], "serialised": doc["is_serialised"], "enabled": doc["active"],
    }  # fmt: skip


def push(hub: Hub) -> None:
    """What the hub's workers do when something is due."""
    while outbound.deliver(hub, SYSTEM, DELIVERIES):
        pass


def rounds(folder: Path, pairs: int, count: int, batch: int = BATCH) -> Iterator[tuple[Round, Round]]:
    """Pairs of rounds after one to warm up; each record must be over there once."""
    with (
        Server(folder / "log", "bench.depot_server") as depot,
        Server(folder / "log", "bench.depot_server") as other,
        running(folder / "hub", "sqlite:///hub.db", depot.url, batch=batch) as hub,
        requests.Session() as http,
    ):
        for number in range(pairs + 1):
            add_parts(hub, number * count, count)
            clock = Clock()
            by_hand(http, other.url, count)
            a, clock = clock.round(count), Clock()
            push(hub)
            b = clock.round(count)
            check(depot.url, (number + 1) * count)
            if number:
                yield a, b


def far_rounds(folder: Path, pairs: int, count: int) -> Iterator[tuple[Round, Round]]:
    """Rounds against the slow side; what they are compared with is reckoned."""
    limit = CONCURRENCY / LATENCY
    with (
        Server(folder / "log", "bench.depot_server", "--latency", str(LATENCY)) as depot,
        running(folder / "hub", "sqlite:///hub.db", depot.url, batch=SINGLY) as hub,
    ):
        for number in range(pairs + 1):
            add_parts(hub, number * count, count)
            clock = Clock()
            push(hub)
            b = clock.round(count)
            check(depot.url, (number + 1) * count)
            if number:
                yield Round(rate=limit, p50=LATENCY, p99=LATENCY, cpu=0), b


def check(url: str, count: int) -> None:
    """Each record is over there once, by one write."""
    told = requests.post(f"{url}/counts", json={}, timeout=60).json()
    assert told == {"records": count, "written": count, "keys": count}, told
