"""Each driver against a bare loop with the same library, in turn: ``python -m bench.drivers [--pairs N] [--store]``.

A: a loop that reads the pages of a local server and takes the same fields out of each record, or writes one record
after the other and reads it back. B: the driver. Both make the same requests in this process; the server is another
one. What counts is records per second of processor time of this process: the machine is shared.

A driver has a line in DRIVERS and a module ``bench.driver_NAME``, whose ``case()`` gives its works while it lasts.
"""

import argparse
import importlib
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

from bench.report import machine, store, table

DRIVERS = ("files", "jsonrpc", "odata", "rest", "sql", "xmlrpc")
HEAD = (
    "driver",
    "work",
    "pairs",
    "B / A: median",
    "min",
    "max",
    "minimum",
    "A per CPU s",
    "B per CPU s",
    "A per s",
    "B per s",
)
Play = Callable[[], int]


@dataclass(frozen=True)
class Work:
    """What is measured: each play does it once, and tells of how many records; ``minimum`` where one is asked for."""

    name: str
    bare: Play
    driven: Play
    minimum: str = ">= 0.6"


@dataclass(frozen=True)
class Round:
    """Records per second, by the processor's clock and by the wall's."""

    cpu: float
    wall: float


def round_of(play: Play, seconds: float) -> Round:
    """Play until so much processor time is spent."""
    begun, cpu, count = perf_counter(), process_time(), 0
    while process_time() - cpu < seconds:
        count += play()
    return Round(count / (process_time() - cpu), count / (perf_counter() - begun))


def rows(name: str, pairs: int, seconds: float) -> list[list[str]]:
    """The lines of one driver."""
    case: AbstractContextManager[Sequence[Work]] = importlib.import_module(f"bench.driver_{name}").case()
    with case as works:
        return [row(name, work, pairs, seconds) for work in works]


def row(name: str, work: Work, pairs: int, seconds: float) -> list[str]:
    """One line: the ratio of each pair, and medians over the rounds."""
    for play in (work.bare, work.driven):
        play()  # connections and caches
    rounds = [(round_of(work.bare, seconds), round_of(work.driven, seconds)) for _ in range(pairs)]
    ratios = [b.cpu / a.cpu for a, b in rounds]
    bare, driven = zip(*rounds, strict=True)
    figures = [median(one.cpu for one in bare), median(one.cpu for one in driven)]
    figures += [median(one.wall for one in bare), median(one.wall for one in driven)]
    told = [f"**{median(ratios):.2f}**", f"{min(ratios):.2f}", f"{max(ratios):.2f}", work.minimum]
    return [name, work.name, str(pairs), *told, *(f"{one:.0f}" for one in figures)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; ``--store`` keeps the table in the reference."""
    parser = argparse.ArgumentParser(prog="python -m bench.drivers", description=__doc__)
    parser.add_argument("--only", choices=DRIVERS)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5, help="processor time of a round")
    parser.add_argument("--store", action="store_true")
    asked = parser.parse_args(arguments)
    before = os.getloadavg()
    chosen = (asked.only,) if asked.only else DRIVERS
    lines = [line for name in chosen for line in rows(name, asked.pairs, asked.seconds)]
    text = f"{table(lines, HEAD)}\n\n{machine(before)}"
    print(text)
    if asked.store:
        store("drivers", text)


if __name__ == "__main__":
    main()
