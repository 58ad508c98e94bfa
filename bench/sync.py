"""The sync engine against code by hand, in turn: ``python -m bench.sync [--only G5 G6] [--pairs N] [--store]``.

G5: bench/sync_pull.py. G6, G7: bench/sync_push.py. G15: bench/sync_queue.py.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import sync_pull, sync_push, sync_queue
from bench.report import Metric, Round, machine, short_row, short_table, store
from bench.sync_hub import SINGLY

Pairs = Callable[[Path, int, int], Iterator[tuple[Round, Round]]]


@dataclass(frozen=True)
class Case:
    """One line of the table, how its pairs are played, and how many operations a round has."""

    metric: Metric
    play: Pairs
    count: int


CASES = {
    "G5": Case(sync_pull.G5, sync_pull.rounds, 2000),
    "G6": Case(sync_push.G6, sync_push.rounds, 1000),
    "G6 singly": Case(sync_push.G6_SINGLY, partial(sync_push.rounds, batch=SINGLY), 1000),
    "G7": Case(sync_push.G7, sync_push.far_rounds, 400),
    "G15": Case(sync_queue.G15, sync_queue.rounds, 20000),
}


def measure(names: Sequence[str], pairs: int, count: int | None = None) -> Iterator[list[str]]:
    """The lines of the table."""
    for name in names:
        case = CASES[name]
        with tempfile.TemporaryDirectory(prefix="tickethub-bench-") as folder:
            yield short_row(case.metric, list(case.play(Path(folder), pairs, count or case.count)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--count", type=int, help="operations of one round")
    parser.add_argument("--only", nargs="+", default=list(CASES), choices=list(CASES))
    parser.add_argument("--store", action="store_true", help="keep the table in docs/reference/benchmarks.md")
    asked = parser.parse_args()
    before = os.getloadavg()
    text = f"{short_table(list(measure(asked.only, asked.pairs, asked.count)))}\n\n{machine(before)}"
    print(text)
    if asked.store:
        store("sync", text)


if __name__ == "__main__":
    main()
