"""T26: the database drops connections, or somebody else holds its lock: deliveries end once all the same."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.domain.errors import RetryableError
from hub.storage.postgres import PostgresStore
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock
from tests.sync_bench import Bench, bench

PLACES = ("outbox.claimed", "outbox.sent", "outbox.called", "outbox.linked", "outbox.stepped", "outbox.done")
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Once:
    """Does something when a point is reached for the first time."""

    def __init__(self, name: str, act: Callable[[], object]) -> None:
        self.name, self.act, self.did = name, act, False

    def reach(self, name: str) -> None:
        if name == self.name and not self.did:
            self.did = True
            self.act()


def work(b: Bench) -> None:
    """An invoice is sent and posted, whatever a single turn comes to."""
    customer = b.add("customer", name="A")
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    for _ in range(60):
        with suppress(RetryableError):
            b.run(1)
        b.clock.pass_by(b.hub.systems["erp"].request_limit)
    b.settle()


def check(b: Bench) -> None:
    """Everything is over there, once."""
    assert len(b.erp.records("party")) == 1
    assert [bill.doc["state"] for bill in b.erp.records("bill")] == ["posted"]
    assert [call[0] for call in b.erp.calls].count("post") == 1
    assert b.open_count() == 0


@pytest.mark.postgres
@pytest.mark.parametrize("place", PLACES)
def test_connections_that_are_killed_cost_nothing(postgres_store: PostgresStore, clock: FakeClock, place: str) -> None:
    def kill() -> None:
        with postgres_store._engine.connect() as connection:
            connection.execute(text(OTHERS))

    points = Once(place, kill)
    b = bench(postgres_store, clock, points)
    work(b)
    assert points.did
    check(b)


@pytest.mark.parametrize("place", PLACES)
def test_a_lock_that_a_foreign_program_holds_is_waited_out(
    sqlite_store: SqliteStore, clock: FakeClock, tmp_path: Path, place: str
) -> None:
    foreign = sqlite3.connect(tmp_path / "hub.db", isolation_level=None, check_same_thread=False)
    points = Once(place, lambda: foreign.execute("BEGIN IMMEDIATE"))
    b = bench(sqlite_store, clock, points)
    customer = b.add("customer", name="A")
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    sqlite_store._writing.exec_driver_sql("PRAGMA busy_timeout=1")  # type: ignore[union-attr] # it has written; no second of a test is waited
    for _ in range(30):
        with suppress(RetryableError):
            b.run(1)
        if points.did:
            break
    assert points.did
    foreign.execute("ROLLBACK")
    foreign.close()
    b.settle()
    b.settle()
    check(b)


def test_a_foreign_reader_and_a_backup_hold_up_nobody(
    sqlite_store: SqliteStore, clock: FakeClock, tmp_path: Path
) -> None:
    reader = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM outbox").fetchone()
    b = bench(sqlite_store, clock)
    copy = sqlite3.connect(tmp_path / "copy.db")
    work(b)
    reader.backup(copy)
    check(b)
    copy.close()
    reader.close()
