"""Durable intake against a bare limit, in turn: ``python -m bench.intake [--pairs N] [--seconds S] [--store]``.

A (bare): Flask on the same web server; it stores two rows durably (bench/bare.py).
B (hub): a signed report of an answered call of a known caller; one request checks signature and schema, drops doubles,
finds the caller, and writes report, call, ticket, SLA timers, audit entries, trace and delivery in one transaction.

G1: rate on SQLite. G2: rate on PostgreSQL. G3: p99 on SQLite against two bare processes on one file.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.installation import install
from bench.report import Metric, Round, machine, round_of, row, store, table
from bench.servers import Server, cpu_seconds, load, postgres

CLIENTS = 16
G1 = Metric("G1 intake, SQLite", "1 process, 2 rows", "hub", lambda one: one.rate, ">= 0.5", ">= 0.9")
G2 = Metric("G2 intake, PostgreSQL", "1 process, 1 statement", "hub", lambda one: one.rate, ">= 0.4", ">= 0.7")
G3 = Metric("G3 p99, SQLite", "2 processes, 2 rows", "hub", lambda one: one.p99, "<= 0.5", "<= 0.15")


@dataclass(frozen=True)
class Side:
    """What one side of a pair consists of: where requests go, and whose processor time counts."""

    urls: tuple[str, ...]
    pids: tuple[int, ...]


@dataclass(frozen=True)
class Effort:
    """How much is measured: pairs, seconds per round, and the most requests of one client in a round."""

    pairs: int
    seconds: float
    most: int


def play(side: Side, effort: Effort, seconds: float) -> Round:
    """One round."""
    before = cpu_seconds(side.pids)
    answer = load(side.urls, clients=CLIENTS, seconds=seconds, most=effort.most)
    return round_of(answer["latencies"], answer["elapsed"], cpu_seconds(side.pids) - before)


def in_turn(sides: Sequence[Side], effort: Effort) -> list[tuple[Round, ...]]:
    """Rounds of all sides in turn, after one short round of each to warm up."""
    for side in sides:
        play(side, effort, effort.seconds / 3)
    return [tuple(play(side, effort, effort.seconds) for side in sides) for _ in range(effort.pairs)]


@contextmanager
def on_sqlite() -> Iterator[list[Side]]:
    """Bare, hub, and two bare processes on one file."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="tickethub-bench-")))
        install(folder / "hub", "sqlite:///hub.db")
        log = folder / "log"
        bare = opened.enter_context(Server(log, "bench.bare", "sqlite", str(folder / "one.db")))
        hub = opened.enter_context(Server(log, "hub.cli", "--dir", str(folder / "hub"), "up"))
        two = [opened.enter_context(Server(log, "bench.bare", "sqlite", str(folder / "two.db"))) for _ in range(2)]
        yield [
            Side((bare.url,), (bare.pid,)),
            Side((hub.url,), (hub.pid,)),
            Side(tuple(one.url for one in two), tuple(one.pid for one in two)),
        ]


@contextmanager
def on_postgres() -> Iterator[list[Side]]:
    """Bare and hub; the server's processor time, which is shared, counts for whoever is under load."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="tickethub-bench-")))
        server = opened.enter_context(postgres())
        install(folder / "hub", server.database("hub"))
        log = folder / "log"
        bare = opened.enter_context(Server(log, "bench.bare", "postgres", server.database("bare")))
        hub = opened.enter_context(Server(log, "hub.cli", "--dir", str(folder / "hub"), "up"))
        yield [Side((bare.url,), (bare.pid, server.pid)), Side((hub.url,), (hub.pid, server.pid))]


def measure(effort: Effort, databases: Sequence[str]) -> list[list[str]]:
    """The lines of the table."""
    rows = []
    if "sqlite" in databases:
        with on_sqlite() as sides:
            rounds = in_turn(sides, effort)
        rows += [row(G1, [(one, hub) for one, hub, _ in rounds]), row(G3, [(two, hub) for _, hub, two in rounds])]
    if "postgres" in databases:
        with on_postgres() as sides:
            rounds = in_turn(sides, effort)
        rows.append(row(G2, [(bare, hub) for bare, hub in rounds]))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--most", type=int, default=1000, help="requests of one client in one round")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"], choices=["sqlite", "postgres"])
    parser.add_argument("--store", action="store_true", help="keep the table in docs/reference/benchmarks.md")
    asked = parser.parse_args()
    before = os.getloadavg()
    rows = measure(Effort(asked.pairs, asked.seconds, asked.most), asked.databases)
    text = f"{table(rows)}\n\n{machine(before)}"
    print(text)
    if asked.store:
        store("intake", text)


if __name__ == "__main__":
    main()
