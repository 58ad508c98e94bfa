"""The hub's side of the sync benchmarks: an installation that is connected to the depot, run in this process."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter, process_time

from bench.laying_out import lay_out
from bench.report import Round
from hub.bootstrap import build
from hub.services import records
from hub.services.context import Hub

SYSTEM, ENTITY, OBJECT = "depot", "part", "item"
SINGLY, BATCH = 1, 100  # records that the depot takes in one call
FILES = {
    "hub.yaml": """
database: {url: "$database"}
listen: {port: 0}
systems:
  depot:
    connector: depot
    settings: {url: "$url"}
    mappings: [depot]
    overlap: 0 s
""",
    "connectors/depot.yaml": """
connector: depot
title: {en: Depot, zh: 备件库}
product: the remote side of the benchmarks
module: bench.depot
settings:
  url: {title: {en: Address, zh: 地址}}
  request_seconds: {title: {en: Longest request, zh: 最长请求时间}}
objects:
  item:
    title: {en: Item, zh: 物料}
    idempotency: external_id
    lookup: {by: hub_id, settle: 30 s}
    cursor: {tz: UTC, granularity: 1 ms}
    batch: {max: $batch}
    remote: {model: item}
""",
    "mappings/depot/part.yaml": """
map: part/depot.item
version: 1
hub: {entity: part, schema: canonical/part.json}
remote: {system: depot, object: item, schema: remote/depot/item.json}
identity:
  remote_id: id
  external_id: id -> hub_id
values:
  uom: {each: pcs, metre: m, kilogram: kg, litre: l}
fields:
  sku <-> code:
  name <-> title:
  list_price <-> price:
  currency <-> currency:
  uom <-> unit: {map: uom}
  is_serialised <-> serialised:
  active <-> enabled:
sync:
  default_owner: latest
""",
}


@contextmanager
def running(directory: Path, database: str, url: str, *, batch: int = BATCH) -> Iterator[Hub]:
    """A hub in this process, without workers: the benchmark calls what they would call."""
    settings = lay_out(directory, FILES, database=database, url=url, batch=batch)
    with ExitStack() as opened:
        yield opened.enter_context(build(settings, os.environ)).hub


def add_parts(hub: Hub, first: int, count: int) -> None:
    """People add parts here, which makes a delivery of each due."""
    for at in range(first, first + count, 200):
        numbers = range(at, min(at + 200, first + count))
        hub.store.run(
            lambda tx, numbers=numbers: [  # type: ignore[misc] # mypy infers no type of a default
                records.create(hub, tx, hub.actor("bench"), ENTITY, part(number)) for number in numbers
            ]
        )


def part(number: int) -> dict[str, object]:
    """A part as a person would enter it."""
    return {
        "sku": f"P-{number:07d}",
        "name": f"Pump seal {number}",
        "list_price": f"{number % 900 + 1}.5",
        "currency": "CNY",
        "uom": ("each", "metre", "kilogram", "litre")[number % 4],
        "is_serialised": number % 3 == 0,
        "active": True,
    }


class Clock:
    """Wall and processor time of this process, begun when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = perf_counter(), process_time()

    def round(self, count: int) -> Round:
        """What so many operations came to."""
        elapsed = perf_counter() - self._wall
        each = elapsed / count
        return Round(rate=count / elapsed, p50=each, p99=each, cpu=(process_time() - self._cpu) / count)
