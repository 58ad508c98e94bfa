"""Generated mappings against the same mappings by hand, in turn: ``python -m bench.mapping [--pairs N] [--store]``.

A (by hand): dict code of somebody who knows both schemas (bench/handwritten.py).
B: the generated code, the closures that are its reference, and other mapping languages, which run one way only.

All in one process, one after the other within each pair, on the same documents: edited records onto old ones, both
directions. What the hub's two give is checked to equal what the hand-written code gives before anything is measured.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bench import documents, handwritten
from bench.documents import Pair, pairs
from bench.peers import peers
from bench.report import machine, store
from hub.domain.mapping import compile_mapping
from hub.files.compiling import compile_mapping as generate
from hub.files.mappings import parse_mapping

FOLDER = Path(__file__).parent / "mappings"
HEAD = ("mapping", "B", "pairs", "B / A: median", "min", "max", "minimum", "A per s", "B per s", "A us", "B us")
MINIMUM = {("structure", "generated"): ">= 0.55", ("values", "generated"): ">= 0.7"}
Play = Callable[[Sequence[Pair]], int]


@dataclass(frozen=True)
class Effort:
    """How much is measured: documents, pairs of rounds, and seconds of processor time per round."""

    documents: int = 1000
    pairs: int = 7
    seconds: float = 0.5


@dataclass(frozen=True)
class Contender:
    """One way to carry documents over; A is by hand, in the same directions."""

    name: str
    play: Play
    limit: Play


def both(push: Callable[..., Any], pull: Callable[..., Any]) -> Play:
    """Push and pull every pair; tells how many documents that were."""

    def play(chosen: Sequence[Pair]) -> int:
        for pair in chosen:
            push(pair.hub, pair.remote)
            pull(pair.remote, pair.hub)
        return 2 * len(chosen)

    return play


def one_way(push: Callable[..., Any], *more: Any) -> Play:
    """Push every pair."""

    def play(chosen: Sequence[Pair]) -> int:
        for pair in chosen:
            push(pair.hub, *more)
        return len(chosen)

    return play


def contenders(case: str, chosen: Sequence[Pair]) -> Iterator[Contender]:
    """Everything that runs a case; the hub's own are checked first."""
    spec = parse_mapping((FOLDER / f"{case}.yaml").read_text("utf-8"), f"{case}.yaml")
    push, pull = (getattr(handwritten, f"{way}_{case}") for way in ("push", "pull"))
    for name, mapping in (("generated", generate(spec)), ("closures", compile_mapping(spec))):
        for pair in chosen:
            assert mapping.push(pair.hub, pair.remote) == push(pair.hub, pair.remote)
            assert mapping.pull(pair.remote, pair.hub) == pull(pair.remote, pair.hub)
        yield Contender(name, both(mapping.push, mapping.pull), both(push, pull))
    for name, carry in peers(case).items():
        yield Contender(f"{name}, one way", one_way(carry), one_way(push, None))


def per_document(play: Play, chosen: Sequence[Pair], seconds: float) -> tuple[float, float]:
    """Wall and processor seconds per document in one round."""
    count, wall, cpu = 0, perf_counter(), process_time()
    while process_time() - cpu < seconds:
        count += play(chosen)
    return (perf_counter() - wall) / count, (process_time() - cpu) / count


def row(case: str, contender: Contender, chosen: Sequence[Pair], effort: Effort) -> list[str]:
    """One line: A and B in turn; the ratio is that of their processor time, which is what the code costs."""
    rounds = [
        (
            per_document(contender.limit, chosen, effort.seconds),
            per_document(contender.play, chosen, effort.seconds),
        )
        for _ in range(effort.pairs)
    ]
    ratios = [a[1] / b[1] for a, b in rounds]
    sides = [[one[side] for one in rounds] for side in (0, 1)]
    return [
        case, contender.name, str(len(rounds)), f"**{median(ratios):.3g}**", f"{min(ratios):.3g}",
        f"{max(ratios):.3g}", MINIMUM.get((case, contender.name), ""),
        *(f"{1 / median(cpu for _, cpu in side):.0f}" for side in sides),
        *(f"{median(cpu for _, cpu in side) * 1e6:.1f}" for side in sides),
    ]  # fmt: skip


def measure(effort: Effort) -> Iterator[list[str]]:
    """The lines of the table."""
    makers: Mapping[str, Any] = {"structure": documents.structure, "values": documents.values}
    for case, make in makers.items():
        chosen = list(pairs(make, getattr(handwritten, f"push_{case}"), count=effort.documents))
        for contender in contenders(case, chosen):
            yield row(case, contender, chosen, effort)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Lines as a Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in [HEAD, ["---"] * len(HEAD), *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5, help="processor time of one round")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--store", action="store_true", help="keep the table in docs/reference/benchmarks.md")
    asked = parser.parse_args()
    before = os.getloadavg()
    rows = list(measure(Effort(asked.documents, asked.pairs, asked.seconds)))
    text = f"{table(rows)}\n\n{machine(before)}"
    print(text)
    if asked.store:
        store("mapping", text)


if __name__ == "__main__":
    main()
