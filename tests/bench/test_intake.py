"""A tiny round of the intake benchmark: it ends, and its table has every line and column. No time is asserted."""

import sqlite3
from pathlib import Path

import pytest

from bench import report
from bench.installation import CALLERS, install
from bench.intake import Effort, measure
from bench.report import HEAD, round_of, store, table
from bench.servers import Server, load

TINY = Effort(pairs=1, seconds=0.5, most=4)


def test_a_round_is_summed_up_as_rate_latencies_and_processor_time_per_operation() -> None:
    one = round_of([0.002] * 98 + [0.004, 0.010], elapsed=0.5, cpu=0.1)
    assert (one.rate, one.p50, one.p99, one.cpu) == (200, 0.002, 0.010, 0.001)


def test_a_table_is_kept_between_its_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- intake: begin -->\nold\n<!-- intake: end -->\nafter\n", "utf-8")
    monkeypatch.setattr(report, "PAGE", page)
    store("intake", "new")
    assert page.read_text("utf-8") == "before\n<!-- intake: begin -->\nnew\n<!-- intake: end -->\nafter\n"


@pytest.mark.slow
def test_one_report_becomes_everything_that_the_benchmark_says(tmp_path: Path) -> None:
    install(tmp_path, "sqlite:///hub.db")
    with Server(tmp_path / "log", "hub.cli", "--dir", str(tmp_path), "up") as hub:
        answer = load([hub.url], clients=2, seconds=60, most=3)
    assert len(answer["latencies"]) == 6
    with sqlite3.connect(tmp_path / "hub.db") as database:
        (statuses,) = database.execute("SELECT group_concat(DISTINCT status) FROM record_ticket").fetchone()
        counts = {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("inbox", "record_call", "record_ticket", "outbox", "record_customer")
        }
        (timers,) = database.execute("SELECT count(DISTINCT record_id) FROM timer").fetchone()
    assert statuses == "triaged"
    assert counts == {"inbox": 6, "record_call": 6, "record_ticket": 6, "outbox": 6, "record_customer": len(CALLERS)}
    assert timers == 6


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database", "lines"),
    [("sqlite", ["G1", "G3"]), pytest.param("postgres", ["G2"], marks=pytest.mark.postgres)],
)
def test_the_table_has_every_line_and_column(database: str, lines: list[str]) -> None:
    rows = measure(TINY, [database])
    assert [line[0].split()[0] for line in rows] == lines
    assert {len(line) for line in rows} == {len(HEAD)}
    assert {text.count("|") for text in table(rows).splitlines()} == {len(HEAD) + 1}
