"""From a hook to its delivery, in turn with Node-RED: ``python -m bench.hook_to_delivery [--pairs N] [--store]``.

A (Node-RED, bench/node_red.py): HTTP in, a function, HTTP request, HTTP response; what is under way dies with it.
B (hub): ``tickethub up``; the hook is stored before it is answered, mapped into a record, and from there mapped and
delivered by the outbox: intent before the call, link after it.

Both get the same bytes from the same clients and post to the same sink. A round ends when the last order is there: its
rate is that of delivered orders, its latencies are from sending an order to its arrival. Each order must be there once.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from bench import node_red
from bench.laying_out import lay_out
from bench.report import HEAD, Metric, Round, machine, row, store, table
from bench.servers import ROOT, Server, cpu_seconds

METRIC = Metric("hook to delivery, 30 fields", "Node-RED", "hub", lambda one: one.rate, ">= 0.6", ">= 1.0")
CLIENTS = 16
PATIENCE = 300  # seconds until the last order of a round must be there
TOKEN = "orders"  # noqa: S105 - of a server that lives for a minute on 127.0.0.1
FILES = {
    "hub.yaml": """
database: {url: "sqlite:///hub.db"}
listen: {port: 0}
systems:
  shop:
    connector: shop
    settings: {url: "$sink"}
    mappings: [shop]
    hooks: {token: file/token}
  sink:
    connector: sink
    settings: {url: "$sink"}
    mappings: [sink]
    concurrency: 8
""",
    "token": TOKEN,
    "connectors/shop.yaml": """
connector: shop
title: {en: Shop, zh: 网店}
product: tells of orders by hooks
module: bench.depot
settings: {url: {title: {en: Address, zh: 地址}}}
hooks:
  event_id: event
  id: order.order_no
  objects:
    sale: {carries: record, record: order}
objects:
  sale: {title: {en: Sale, zh: 销售}, cursor: {tz: UTC, granularity: 1 s}, remote: {model: sale}}
""",
    "connectors/sink.yaml": """
connector: sink
title: {en: Sink, zh: 接收方}
product: takes orders
module: bench.depot
settings: {url: {title: {en: Address, zh: 地址}}}
objects:
  order:
    title: {en: Order, zh: 订单}
    idempotency: external_id
    lookup: {by: hub_id, settle: 30 s}
    cursor: {tz: UTC, granularity: 1 s}
    remote: {model: order}
""",
    "mappings/shop/sales_order.yaml": """
map: sales_order/shop.sale
version: 1
hub: {entity: sales_order, schema: canonical/sales_order.json}
remote: {system: shop, object: sale, schema: remote/shop/sale.json}
identity: {remote_id: order_no}
values:
  state: {confirmed: OPEN, done: DONE, cancelled: VOID}
fields:
  number <- order_no:
  customer_id <- account:
  ordered_on <- date: {as: date(compact)}
  state <- status: {map: state}
  currency <- cur:
  totals.gross <- sum: {as: decimal(2)}
  lines[id] <- items[line_no]:
    description <- text:
    part_id <- sku:
    product_id <- model:
    quantity <- qty: {as: decimal(2)}
    unit_price <- unit_net: {as: decimal(2)}
sync: {default_owner: remote}
""",
    "mappings/sink/sales_order.yaml": """
map: sales_order/sink.order
version: 1
hub: {entity: sales_order, schema: canonical/sales_order.json}
remote: {system: sink, object: order, schema: remote/sink/order.json}
identity: {remote_id: id, external_id: id -> hub_id}
values:
  state: {confirmed: C, done: D, cancelled: X}
fields:
  number -> number:
  customer_id -> customer:
  ordered_on -> ordered: {as: date}
  state -> state: {map: state}
  currency -> currency:
  totals.gross -> gross: {as: decimal(2)}
  lines[id] -> rows[no]:
    description -> text:
    part_id -> part:
    product_id -> product:
    quantity -> quantity: {as: number(2)}
    unit_price -> price: {as: decimal(2)}
sync: {default_owner: hub}
""",
}


@dataclass(frozen=True)
class Side:
    """Where hooks go and arrive, and whose processor time counts."""

    url: str
    path: str
    sink: str
    pid: int


@contextmanager
def sides(folder: Path) -> Iterator[tuple[Side, Side]]:
    """Node-RED and the hub, each with a sink of its own."""
    log = folder / "log"
    with Server(log, "bench.depot_server") as one, Server(log, "bench.depot_server") as other:
        lay_out(folder / "hub", FILES, sink=other.url)
        with (
            node_red.running(folder / "node-red", one.url) as (red, pid),
            Server(log, "hub.cli", "--dir", str(folder / "hub"), "up") as hub,
        ):
            path = f"/webhooks/systems/shop/{TOKEN}"
            yield Side(red, "/hook", one.url, pid), Side(hub.url, path, other.url, hub.pid)


def play(side: Side, first: int, count: int) -> Round:
    """One round: send, then wait until everything has arrived."""
    cpu = cpu_seconds([side.pid])
    task = {"url": side.url, "path": side.path, "clients": CLIENTS, "first": first, "count": count}
    command = [sys.executable, "-m", "bench.hook_load"]
    done = subprocess.run(command, input=json.dumps(task), stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    answer = json.loads(done.stdout)
    if answer["refused"]:
        raise SystemExit(answer["refused"])
    arrived = arrivals(side.sink, first, first + count)
    spent = cpu_seconds([side.pid]) - cpu
    took = sorted(arrived[number] - sent for number, sent in answer["sent"].items())
    elapsed = max(arrived.values()) - min(answer["sent"].values())
    return Round(count / elapsed, took[len(took) // 2], took[int(len(took) * 0.95)], spent / count)


def arrivals(sink: str, first: int, end: int) -> dict[str, float]:
    """When the orders of a round arrived; SystemExit when one is missing, or came twice."""
    until = time.monotonic() + PATIENCE
    while (counts := ask(sink, "counts", {}))["records"] < end and time.monotonic() < until:
        time.sleep(0.05)
    if counts["records"] != end or counts["written"] != end:
        raise SystemExit(f"{end} orders were sent, there are {counts}")
    told = ask(sink, "arrivals", {"object": "order"})["arrivals"]
    return {f"SO-{number:08d}": instant(told[f"SO-{number:08d}"]) for number in range(first, end)}


def instant(text: str) -> float:
    """Seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def ask(sink: str, verb: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What a sink says."""
    told: dict[str, Any] = requests.post(f"{sink}/{verb}", json=asked, timeout=60).json()
    return told


def measure(pairs: int, count: int) -> list[str]:
    """The line of the table; both sides are checked to deliver the same before anything is measured."""
    node_red.install()
    with tempfile.TemporaryDirectory(prefix="tickethub-bench-") as folder, sides(Path(folder)) as both:
        for side in both:
            play(side, 0, count)
        one, other = (
            ask(side.sink, "find", {"object": "order", "field": "number", "value": "SO-00000007"})["records"][0]["doc"]
            for side in both
        )
        same(one, other)
        rounds = [tuple(play(side, number * count, count) for side in both) for number in range(1, pairs + 1)]
    return row(METRIC, [(a, b) for a, b in rounds])


def same(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    """Both sides deliver the same thirty values; ours with our key."""
    mine = {name: value for name, value in ours.items() if name != "hub_id"}
    assert theirs == mine, (theirs, ours)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--count", type=int, default=1500, help="orders of one round")
    parser.add_argument("--store", action="store_true", help="keep the table in docs/reference/benchmarks.md")
    asked = parser.parse_args()
    before = os.getloadavg()
    head = [title.replace("p99", "p95") for title in HEAD]
    text = f"{table([measure(asked.pairs, asked.count)], head)}\n\nNode-RED {node_red.VERSION}. {machine(before)}"
    print(text)
    if asked.store:
        store("hook", text)


if __name__ == "__main__":
    main()
