"""What a scrape asks of the tables, on both databases; and that it stays inside partial indexes."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from hub.ports.inbox import Message
from hub.ports.levels import Waiting
from hub.ports.outbox import Delivery
from hub.ports.reviews import Review
from hub.ports.store import Store, UnitOfWork
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock
from tests.conftest import START


def delivery(number: int, system: str = "erp", **values: object) -> Delivery:
    at = START + timedelta(seconds=number)
    return Delivery(f"d{number}", system, "customer", f"c{number}", "k", at, **values)  # type: ignore[arg-type] # facts by name


def message(number: int) -> Message:
    at = START + timedelta(seconds=number)
    return Message(f"m{number}", "erp", "hint", f"e{number}", b"{}", "k", at)


def test_an_empty_hub_has_nothing_waiting(store: Store) -> None:
    levels = store.read(lambda tx: (tx.levels.waiting(now=START), tx.levels.dead(), tx.levels.reviews()))
    assert levels == ([], {}, [])
    assert store.read(lambda tx: tx.levels.unsealed()).count == 0


def test_what_waits_is_told_by_system_direction_and_state(store: Store) -> None:
    def fill(tx: UnitOfWork) -> None:
        for number in range(3):
            tx.outbox.enqueue(delivery(number))
        tx.outbox.enqueue(delivery(3, "crm"))
        tx.inbox.receive(message(5))

    store.run(fill)
    told = {(one.system, one.direction): one for one in store.read(lambda tx: tx.levels.waiting(now=START))}
    assert sorted(told) == [("crm", "out"), ("erp", "in"), ("erp", "out")]
    assert told["erp", "out"].by_state == {"ready": 3}
    assert told["erp", "out"].oldest == START
    assert told["erp", "in"].oldest == START + timedelta(seconds=5)


def test_what_waits_for_a_later_attempt_is_old_but_not_due(store: Store) -> None:
    later = START + timedelta(minutes=10)
    store.run(lambda tx: tx.outbox.enqueue(delivery(1, not_before=later)))
    (one,) = store.read(lambda tx: tx.levels.waiting(now=START + timedelta(minutes=5)))
    assert one == Waiting("erp", "out", {"ready": 1}, START + timedelta(seconds=1), None)
    (one,) = store.read(lambda tx: tx.levels.waiting(now=later))
    assert one.oldest_due == START + timedelta(seconds=1)


def test_what_was_given_up_is_counted_apart(store: Store) -> None:
    def give_up(tx: UnitOfWork) -> None:
        tx.inbox.receive(message(1))
        (claimed,) = tx.inbox.claim(now=START, lease_for=timedelta(minutes=1), limit=1)
        tx.inbox.dead(claimed, error="no")

    store.run(give_up)
    assert store.read(lambda tx: tx.levels.dead()) == {("erp", "in"): 1}
    assert store.read(lambda tx: tx.levels.waiting(now=START)) == []


def test_open_reviews_and_unsealed_entries_have_a_count_and_an_age(store: Store) -> None:
    def fill(tx: UnitOfWork) -> None:
        tx.reviews.open(Review("r1", "conflict", "customer", "c1", "erp", {"path": "a"}, "k", START))
        tx.reviews.open(Review("r2", "conflict", "customer", "c1", "erp", {"path": "b"}, "k", START))
        tx.audit.write("li", "create", "customer", "c1", "k", {})

    store.run(fill)
    (asked,) = store.read(lambda tx: tx.levels.reviews())
    assert (asked.system, asked.kind, asked.count, asked.oldest) == ("erp", "conflict", 2, START)
    assert store.read(lambda tx: tx.levels.unsealed()).count == 1
    assert store.read(lambda tx: tx.levels.unsealed()).oldest == START
    store.run(lambda tx: tx.audit.seal(10))
    assert store.read(lambda tx: tx.levels.unsealed()).count == 0


@pytest.fixture
def plans(sqlite_store: SqliteStore, clock: FakeClock) -> list[str]:
    """How SQLite goes about each question of a scrape."""
    engine: Engine = sqlite_store._engine
    asked: list[tuple[str, object]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: asked.append((sql, values)))
    sqlite_store.run(lambda tx: tx.outbox.enqueue(delivery(1)))
    asked.clear()
    sqlite_store.read(lambda tx: (tx.levels.waiting(now=START), tx.levels.dead(), tx.levels.reviews()))
    questions = [one for one in asked if one[0].startswith("SELECT")]
    with engine.connect() as connection:
        return [
            str(row[3])
            for sql, values in questions
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)  # type: ignore[arg-type] # as it was sent
        ]


def test_no_question_of_a_scrape_walks_a_whole_table(plans: list[str]) -> None:
    touched = [step for step in plans if step.startswith(("SCAN", "SEARCH")) and "anon" not in step]
    assert len(touched) >= 5
    assert [step for step in touched if "INDEX" not in step] == []
