"""Works that share one commit do not share their failures."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from hub.domain.errors import ConflictError, RetryableError
from hub.ports.store import Store, UnitOfWork
from hub.ports.timers import Timer
from hub.ports.trace import Stop
from hub.storage.group import GroupWriter, Outcome
from hub.testing.clock import FakeClock

Work = Callable[[UnitOfWork], Any]


def together(store: Store, works: list[Work]) -> list[Future[Any]]:
    """Queue all of them while another one holds the writer, so that they are committed as one group."""
    held, free = threading.Event(), threading.Event()
    queued = store._writer._queue  # type: ignore[attr-defined]

    def hold(_tx: UnitOfWork) -> None:
        held.set()
        free.wait(30)

    with ThreadPoolExecutor(len(works) + 1) as pool:
        holder = pool.submit(store.run, hold)
        held.wait(30)
        futures = []
        for number, work in enumerate(works, 1):
            futures.append(pool.submit(store.run, work))
            while queued.qsize() < number:
                threading.Event().wait(0.001)
        free.set()
        holder.result(30)
    return futures


def adds(record_id: str) -> Work:
    return lambda tx: tx.records.add("part", {"id": record_id, "name": record_id})


def names(store: Store) -> list[str]:
    return [part.id for part in store.read(lambda tx: tx.records.all("part"))]


def test_a_refused_work_leaves_the_others_of_its_commit(store: Store) -> None:
    def refused(tx: UnitOfWork) -> None:
        adds("b")(tx)
        tx.audit.write("li", "part.add", "part", "b", "k", {})
        raise ConflictError("No.")

    first, second, third = together(store, [adds("a"), refused, adds("c")])
    assert (first.result().id, third.result().id) == ("a", "c")
    with pytest.raises(ConflictError):
        second.result()
    assert names(store) == ["a", "c"]
    assert store.read(lambda tx: tx.audit.of_record("part", "b")) == []


def test_the_second_of_two_equal_records_is_the_one_that_is_refused(store: Store) -> None:
    first, second, third = together(store, [adds("a"), adds("a"), adds("c")])
    assert (first.result().id, third.result().id) == ("a", "c")
    with pytest.raises(ConflictError):
        second.result()
    assert names(store) == ["a", "c"]


def test_a_write_that_nobody_waits_for_fails_the_work_that_asked_for_it(store: Store, clock: FakeClock) -> None:
    def twice(tx: UnitOfWork) -> None:
        adds("b")(tx)
        timer = Timer("part", "b", "repair", "warn", clock.now())
        tx.timers.arm("part", "b", (timer, timer))

    first, second, third = together(store, [adds("a"), twice, adds("c")])
    assert (first.result().id, third.result().id) == ("a", "c")
    with pytest.raises((RetryableError, IntegrityError)):
        second.result()
    assert names(store) == ["a", "c"]


def test_a_commit_that_breaks_in_an_unforeseen_way_is_answered_and_the_writer_goes_on() -> None:
    outcomes: list[list[Outcome]] = [[("done", None)]]

    def commit(_group: Sequence[Work]) -> list[Outcome]:
        if not outcomes:
            raise MemoryError
        return outcomes.pop()

    writer = GroupWriter(commit)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(writer.run, adds("a")).result(30) == "done"
        with pytest.raises(MemoryError):
            pool.submit(writer.run, adds("b")).result(30)
        outcomes.append([("done", None)])
        assert pool.submit(writer.run, adds("c")).result(30) == "done"
    writer.close()


@pytest.mark.postgres
def test_an_error_of_ours_that_hides_a_lost_race_has_the_group_tried_one_by_one(postgres_store: Store) -> None:
    lost = OperationalError("", None, LostRaceError())
    attempts: list[str] = []

    def once(tx: UnitOfWork) -> str:
        attempts.append("b")
        if len(attempts) == 1:
            raise ConflictError("Another one was faster.") from lost
        record: str = adds("b")(tx).id
        return record

    first, second, third = together(postgres_store, [adds("a"), once, adds("c")])
    assert (first.result(30).id, second.result(30), third.result(30).id) == ("a", "b", "c")
    assert names(postgres_store) == ["a", "b", "c"]


class LostRaceError(Exception):
    """What the driver raises when another transaction was faster."""

    sqlstate = "40001"


def test_what_is_written_late_is_read_in_time(store: Store, clock: FakeClock) -> None:
    def work(tx: UnitOfWork) -> list[str]:
        tx.timers.arm("part", "b", (Timer("part", "b", "repair", "warn", clock.now()),))
        return [timer.kind for timer in tx.timers.take_due(now=clock.now(), limit=10)]

    assert store.run(work) == ["warn"]


def stop(at: FakeClock, correlation: str, number: int) -> Stop:
    return Stop(correlation, at.now(), "received", "erp", "part", "", "Number {number}", {"number": number})


def numbers(store: Store, correlation: str) -> list[object]:
    stops = store.read(lambda tx: tx.trace.of_correlation(correlation))
    return [one.params["number"] for one in stops]


@pytest.mark.parametrize("count", [1, 3, 4, 67, 150])
def test_rows_that_are_written_together_keep_their_order(store: Store, clock: FakeClock, count: int) -> None:
    def notes(correlation: str) -> Work:
        def work(tx: UnitOfWork) -> None:
            for number in range(count):
                tx.trace.note(stop(clock, correlation, number))

        return work

    for future in together(store, [notes("a"), notes("b")]):
        future.result()
    assert numbers(store, "a") == numbers(store, "b") == list(range(count))


def test_rows_that_wait_are_those_of_the_works_that_did_not_fail(store: Store, clock: FakeClock) -> None:
    def fails(tx: UnitOfWork) -> None:
        tx.trace.note(stop(clock, "b", 1))
        raise ConflictError("No.")

    works: list[Work] = [
        lambda tx: tx.trace.note(stop(clock, "a", 1)),
        fails,
        lambda tx: tx.trace.note(stop(clock, "c", 1)),
    ]
    outcomes = together(store, works)
    assert [future.exception() is None for future in outcomes] == [True, False, True]
    assert [numbers(store, one) for one in "abc"] == [[1], [], [1]]


def test_an_attempt_that_fails_takes_back_its_own_rows_alone(store: Store, clock: FakeClock) -> None:
    def work(tx: UnitOfWork) -> None:
        def part() -> None:
            tx.trace.note(stop(clock, "a", 2))
            raise ConflictError("No.")

        tx.trace.note(stop(clock, "a", 1))
        assert isinstance(tx.attempt(part), ConflictError)
        tx.trace.note(stop(clock, "a", 3))

    store.run(work)
    assert numbers(store, "a") == [1, 3]


def test_a_work_reads_the_rows_that_it_has_just_written(store: Store, clock: FakeClock) -> None:
    def work(tx: UnitOfWork) -> int:
        tx.trace.note(stop(clock, "a", 1))
        tx.audit.write("li", "part.add", "part", "b", "k", {})
        return len(tx.trace.of_correlation("a")) + len(tx.audit.of_record("part", "b"))

    assert store.run(work) == 2
