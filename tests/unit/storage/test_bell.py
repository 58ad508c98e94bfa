"""Workers hear of new work after its commit, and of nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.ports.inbox import Message
from hub.ports.outbox import Delivery
from hub.ports.store import UnitOfWork
from hub.storage.bell import Bell, RingingStore
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock


@pytest.fixture
def rung() -> list[str]:
    return []


@pytest.fixture
def ringing(sqlite_store: SqliteStore, rung: list[str]) -> RingingStore:
    bell = Bell()
    bell.listen(rung.append)
    return RingingStore(sqlite_store, bell)


def delivery(clock: FakeClock) -> Delivery:
    return Delivery("d1", "erp", "customer", "c1", "k", clock.now())


def message(clock: FakeClock) -> Message:
    return Message("m1", "erp", "hint", None, b"{}", "k", clock.now())


def test_a_delivery_and_a_message_ring_once_they_are_committed(
    ringing: RingingStore, rung: list[str], clock: FakeClock
) -> None:
    def work(tx: UnitOfWork) -> None:
        tx.outbox.enqueue(delivery(clock))
        tx.inbox.receive(message(clock))
        assert rung == []

    ringing.run(work)
    assert rung == ["inbox erp", "outbox erp"]


def test_a_message_that_was_worked_on_as_it_came_does_not_ring(
    ringing: RingingStore, rung: list[str], clock: FakeClock
) -> None:
    ringing.run(lambda tx: tx.inbox.receive(replace(message(clock), state="done")))
    assert rung == []


def test_what_was_rolled_back_does_not_ring(ringing: RingingStore, rung: list[str], clock: FakeClock) -> None:
    def work(tx: UnitOfWork) -> None:
        tx.outbox.enqueue(delivery(clock))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        ringing.run(work)
    assert rung == []


def test_claiming_and_finishing_do_not_ring(ringing: RingingStore, rung: list[str], clock: FakeClock) -> None:
    ringing.run(lambda tx: tx.outbox.enqueue(delivery(clock)))
    rung.clear()
    (claimed,) = ringing.run(
        lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=timedelta(minutes=1), limit=1)
    )
    ringing.run(lambda tx: tx.outbox.dead(claimed, error="no"))
    assert rung == []
    ringing.run(lambda tx: tx.outbox.replay(claimed.id, not_before=claimed.created_at, bulk=True))
    assert rung == ["outbox"]
    assert ringing.read(lambda tx: tx.outbox.open_count()) == 1
