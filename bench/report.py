"""Rounds in pairs, their ratios, and the table that is printed and kept."""

import os
import platform
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "benchmarks.md"
HEAD = (
    "metric", "A", "B", "pairs", "B / A: median", "min", "max", "minimum", "target",
    "A per s", "B per s", "A p50/p99 ms", "B p50/p99 ms", "A CPU us/op", "B CPU us/op",
)  # fmt: skip

SHORT = (
    "metric", "A", "B", "pairs", "B / A: median", "min", "max", "minimum", "target", "A per s", "B per s",
    "A CPU us/op", "B CPU us/op",
)  # fmt: skip


@dataclass(frozen=True)
class Round:
    """What one round of load showed: operations a second, latencies in seconds, processor seconds per operation."""

    rate: float
    p50: float
    p99: float
    cpu: float


@dataclass(frozen=True)
class Metric:
    """One line of the table: what A and B are, which ratio counts, and what is asked of it."""

    name: str
    a: str
    b: str
    of: Callable[[Round], float]
    minimum: str
    target: str


def round_of(latencies: Sequence[float], elapsed: float, cpu: float) -> Round:
    """Sum up one round."""
    ordered = sorted(latencies)
    return Round(
        rate=len(ordered) / elapsed,
        p50=ordered[len(ordered) // 2],
        p99=ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        cpu=cpu / len(ordered),
    )


def row(metric: Metric, pairs: Sequence[tuple[Round, Round]]) -> list[str]:
    """One line: medians over the rounds, and the ratio of each pair."""
    ratios = [metric.of(b) / metric.of(a) for a, b in pairs]
    sides = tuple(zip(*pairs, strict=True))
    return [
        metric.name, metric.a, metric.b, str(len(pairs)),
        f"**{median(ratios):.2f}**", f"{min(ratios):.2f}", f"{max(ratios):.2f}", metric.minimum, metric.target,
        *(f"{median(one.rate for one in side):.0f}" for side in sides),
        *(f"{ms(side, 'p50')} / {ms(side, 'p99')}" for side in sides),
        *(f"{median(one.cpu for one in side) * 1e6:.0f}" for side in sides),
    ]  # fmt: skip


def short_row(metric: Metric, pairs: Sequence[tuple[Round, Round]]) -> list[str]:
    """The same without latencies, which work in bulk has none of."""
    whole = row(metric, pairs)
    return [*whole[:11], *whole[13:]]


def ms(side: Sequence[Round], name: str) -> str:
    """A median in milliseconds."""
    return f"{median(getattr(one, name) for one in side) * 1000:.1f}"


def table(rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> str:
    """Lines as a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def short_table(rows: Sequence[Sequence[str]]) -> str:
    """Lines without latencies as a Markdown table."""
    return table(rows, SHORT)


def machine(before: tuple[float, float, float]) -> str:
    """Where it ran, and how busy that was before and after."""
    told = Path("/proc/cpuinfo").read_text("utf-8")
    names = re.findall(r"^model name\s*: (.*)$", told, re.MULTILINE) or [platform.machine()]
    load = ", ".join(f"{one:.1f}" for one in (before[0], os.getloadavg()[0]))
    return (
        f"{os.cpu_count()} x {names[0]}, {platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}; load average before and after: {load}."
    )


def store(name: str, text: str) -> None:
    """Put the text between the marks of its name into the page."""
    page = PAGE.read_text("utf-8")
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    head, tail = page.split(begin)[0], page.split(end)[1]
    PAGE.write_text(f"{head}{begin}\n{text}\n{end}{tail}", "utf-8")
