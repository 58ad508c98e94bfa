"""G15: four processes work off a queue of jobs that do nothing, on PostgreSQL.

A (bare): one table; ``SKIP LOCKED`` takes fifty and marks them done in one transaction.
B (hub): the outbox, claimed in batches with lease and fence, each claim a transaction and so all marks of a batch.

``python -m bench.sync_queue bare URL`` or ``... hub DIRECTORY`` is one such process: it says that it is up, works when
it reads a line, and says how many it did.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import psycopg

from bench.report import Metric, Round
from bench.servers import ROOT, cpu_seconds, postgres
from bench.sync_hub import ENTITY, SYSTEM, running
from hub.bootstrap import build
from hub.domain.errors import RetryableError
from hub.files.settings import load
from hub.ports.outbox import Delivery
from hub.ports.store import UnitOfWork
from hub.services.context import Hub

T = TypeVar("T")
G15 = Metric(
    "G15 queue of no-ops, PostgreSQL", "SKIP LOCKED, 50 a time", "hub", lambda one: one.rate, ">= 0.3", ">= 0.6"
)
PROCESSES = 4
BATCH = 50
LEASE = timedelta(seconds=60)
TAKE = """
UPDATE job SET state = 'done' WHERE id IN (
  SELECT id FROM job WHERE state = 'ready' ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


def drain_bare(connection: "psycopg.Connection[Any]") -> int:
    """Work off the bare table."""
    done = 0
    while taken := len(connection.execute(TAKE, (BATCH,)).fetchall()):
        done += taken
    return done


def drain_hub(hub: Hub) -> int:
    """Work off the outbox: lease a batch, do nothing, mark it done."""
    done = 0
    while due := insisting(hub, lambda tx: tx.outbox.claim(SYSTEM, now=hub.clock.now(), lease_for=LEASE, limit=BATCH)):
        insisting(hub, partial(mark, due=due))
        done += len(due)
    return done


def insisting(hub: Hub, work: Callable[[UnitOfWork], T]) -> T:
    """Run as often as it takes: the workers' next turn, when the database did not take this one."""
    while True:
        try:
            return hub.store.queue(work)
        except RetryableError:
            continue


def mark(tx: UnitOfWork, due: Sequence[Delivery]) -> None:
    """All of them are done."""
    tx.outbox.done(*due)


def work(kind: str, place: str) -> None:
    """One process, at a signal for each round."""
    with ExitStack() as opened:
        drain: Callable[[], int]
        if kind == "bare":
            connection = opened.enter_context(psycopg.connect(place, autocommit=True))
            drain = lambda: drain_bare(connection)  # noqa: E731 - one of two ways
        else:
            hub = opened.enter_context(build(load(Path(place)), os.environ)).hub
            drain = lambda: drain_hub(hub)  # noqa: E731 - one of two ways
        print("up", flush=True)
        for _ in sys.stdin:
            print(drain(), flush=True)


class Team:
    """The processes of one side."""

    def __init__(self, kind: str, place: str) -> None:
        command = [sys.executable, "-m", "bench.sync_queue", kind, place]
        self.processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
            for _ in range(PROCESSES)
        ]
        self.pids = tuple(one.pid for one in self.processes)
        assert self.answers() == ["up"] * PROCESSES

    def answers(self) -> list[str]:
        """The next line of each."""
        return [one.stdout.readline().strip() for one in self.processes if one.stdout is not None]

    def play(self, count: int, server: int) -> Round:
        """All of them at once, until nothing is left; together they must have done each job once."""
        cpu, wall = cpu_seconds((*self.pids, server)), perf_counter()
        for one in self.processes:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        did = sum(map(int, self.answers()))
        elapsed = perf_counter() - wall
        assert did == count, f"{did} of {count}"
        spent = cpu_seconds((*self.pids, server)) - cpu
        return Round(rate=count / elapsed, p50=elapsed, p99=elapsed, cpu=spent / count)

    def close(self) -> None:
        """End them."""
        for one in self.processes:
            one.communicate()


def fill_bare(connection: "psycopg.Connection[Any]", count: int) -> None:
    """So many jobs."""
    connection.execute("INSERT INTO job (state) SELECT 'ready' FROM generate_series(1, %s)", (count,))
    connection.execute("ANALYZE job")


def fill_hub(hub: Hub, count: int) -> None:
    """So many deliveries, each of a record of its own."""
    for at in range(0, count, 500):
        hub.store.run(lambda tx, at=at: [tx.outbox.enqueue(delivery(hub)) for _ in range(min(500, count - at))])  # type: ignore[misc]


def delivery(hub: Hub) -> Delivery:
    """A delivery of a record that nobody will look for."""
    return Delivery(hub.ids.new(), SYSTEM, ENTITY, hub.ids.new(), hub.ids.new(), hub.clock.now())


def rounds(folder: Path, pairs: int, count: int) -> Iterator[tuple[Round, Round]]:
    """Pairs of rounds after one to warm up."""
    with ExitStack() as opened:
        server = opened.enter_context(postgres())
        bare = server.database("bare")
        connection = opened.enter_context(psycopg.connect(bare, autocommit=True))
        connection.execute("CREATE TABLE job (id bigserial PRIMARY KEY, state text NOT NULL)")
        connection.execute("CREATE INDEX job_ready ON job (id) WHERE state = 'ready'")
        hub = opened.enter_context(running(folder / "hub", server.database("hub"), "http://127.0.0.1:9"))
        teams = [Team("bare", bare), Team("hub", str(folder / "hub"))]
        for team in teams:
            opened.callback(team.close)
        for number in range(pairs + 1):
            fill_bare(connection, count)
            fill_hub(hub, count)
            a, b = (team.play(count, server.pid) for team in teams)
            if number:
                yield a, b


if __name__ == "__main__":
    work(*sys.argv[1:])
