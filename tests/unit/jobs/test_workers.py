"""Workers wake at once, survive errors, hold up nobody, and end when they are asked to."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from hub.domain.errors import RetryableError
from hub.jobs.schedule import Clockwork, Job
from hub.jobs.workers import Workers

NEVER = timedelta(days=1)
PATIENCE = 10.0  # seconds until a test that waits for a thread gives up


class StillClock(Clockwork):
    """A clockwork that a test winds by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.knocks: dict[str, Callable[[], None]] = {}

    def every(self, interval: timedelta, name: str, knock: Callable[[], None]) -> None:
        self.knocks[name] = knock

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass


class Bench:
    """A job whose turns a test can count."""

    def __init__(self, *results: int | Exception) -> None:
        self._results = list(results)
        self.turns = threading.Semaphore(0)

    def work(self) -> int:
        result = self._results.pop(0) if self._results else 0
        self.turns.release()
        if isinstance(result, Exception):
            raise result
        return result

    def took_turn(self) -> bool:
        return self.turns.acquire(timeout=PATIENCE)

    def is_idle(self) -> bool:
        return not self.turns.acquire(blocking=False)


@pytest.fixture
def clockwork() -> StillClock:
    return StillClock()


@pytest.fixture
def started(clockwork: StillClock) -> Iterator[Callable[..., Workers]]:
    running: list[Workers] = []

    def start(*jobs: Job) -> Workers:
        workers = Workers(jobs, clockwork)
        workers.start()
        running.append(workers)
        return workers

    yield start
    for workers in running:
        workers.stop(within=PATIENCE)


def test_a_worker_takes_a_turn_when_it_starts_and_drains_what_is_there(started: Callable[..., Workers]) -> None:
    bench = Bench(3, 1, 0)
    workers = started(Job("inbox", NEVER, bench.work))
    assert all(bench.took_turn() for _ in range(3))
    assert workers.stop() == []
    assert bench.is_idle()


def test_a_job_that_does_not_drain_takes_one_turn(started: Callable[..., Workers]) -> None:
    bench = Bench(3, 3)
    workers = started(Job("poll", NEVER, bench.work, drains=False))
    assert bench.took_turn()
    workers.stop()
    assert bench.is_idle()


def test_the_bell_wakes_those_who_listen_for_it_and_no_others(started: Callable[..., Workers]) -> None:
    inbox, outbox = Bench(), Bench()
    workers = started(Job("in", NEVER, inbox.work, hears="inbox"), Job("out", NEVER, outbox.work, hears="outbox"))
    assert inbox.took_turn()
    assert outbox.took_turn()
    workers.hear("outbox")
    assert outbox.took_turn()
    workers.stop()
    assert inbox.is_idle()


def test_the_bell_of_one_system_wakes_its_worker_and_that_of_nobody_knows_which_wakes_all(
    started: Callable[..., Workers],
) -> None:
    erp, crm = Bench(), Bench()
    workers = started(Job("erp", NEVER, erp.work, hears="outbox erp"), Job("crm", NEVER, crm.work, hears="outbox crm"))
    assert erp.took_turn()
    assert crm.took_turn()
    workers.hear("outbox crm")
    assert crm.took_turn()
    workers.hear("outbox")
    assert erp.took_turn()
    assert crm.took_turn()
    workers.stop()
    assert erp.is_idle()


def test_the_interval_wakes_a_worker(started: Callable[..., Workers], clockwork: StillClock) -> None:
    bench = Bench()
    started(Job("poll", NEVER, bench.work))
    assert bench.took_turn()
    clockwork.knocks["poll"]()
    assert bench.took_turn()


def test_a_system_that_hangs_holds_up_nobody_else(started: Callable[..., Workers]) -> None:
    hung, other = threading.Event(), Bench()

    def hang() -> int:
        hung.wait(PATIENCE)
        return 0

    workers = started(Job("deliver crm", NEVER, hang), Job("deliver erp", NEVER, other.work, hears="outbox"))
    assert other.took_turn()
    workers.hear("outbox")
    assert other.took_turn()
    assert workers.stop(within=0.01) == ["deliver crm"]
    hung.set()


def test_an_error_ends_a_turn_and_not_the_worker(
    started: Callable[..., Workers], caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(RetryableError("erp: no answer"), RetryableError("erp: no answer"), 0)
    workers = started(Job("poll erp", NEVER, bench.work, hears="outbox"))
    assert bench.took_turn()
    workers.hear("outbox")
    assert bench.took_turn()
    workers.hear("outbox")
    assert bench.took_turn()
    workers.stop()
    assert [record.message for record in caplog.records] == ["a worker fails", "a worker works again"]
    assert caplog.records[0].reason == "erp: no answer"  # type: ignore[attr-defined] # given as extra


def test_what_fails_at_present_is_told_by_job(started: Callable[..., Workers]) -> None:
    bench = Bench(RetryableError("erp: no answer"))
    workers = started(Job("poll erp", NEVER, bench.work))
    assert bench.took_turn()
    workers.stop()
    assert workers.troubles() == {"poll erp": "erp: no answer"}


def test_a_mistake_of_ours_is_logged_with_its_place_and_survived(
    started: Callable[..., Workers], caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(ZeroDivisionError(), 0)
    workers = started(Job("seal", NEVER, bench.work, hears="outbox"))
    assert bench.took_turn()
    workers.hear("outbox")
    assert bench.took_turn()
    workers.stop()
    assert any(record.exc_info for record in caplog.records)


def test_what_is_in_hand_is_finished_before_the_end(started: Callable[..., Workers]) -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        may_end.wait(PATIENCE)
        ended.set()
        return 0

    workers = started(Job("deliver erp", NEVER, work))
    assert begun.wait(PATIENCE)
    threading.Timer(0.05, may_end.set).start()
    assert workers.stop(within=PATIENCE) == []
    assert ended.is_set()
