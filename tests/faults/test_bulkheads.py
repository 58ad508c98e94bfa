"""One system that hangs on every call holds up nobody who wants something of another: SYNC.md's bulkheads.

No clock decides here: the hanging system hangs on an event, and the other one's work must end while it does.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.jobs.schedule import Clockwork, jobs
from hub.jobs.workers import Workers
from hub.ports.connector import Page, Remote
from hub.ports.store import Store
from hub.services import comparing, gate, outbound
from hub.services.gate import DESK_CALLS, NotNowError
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.outbound_bench import Pair, deliveries, pair
from tests.sync_bench import SPECS, as_the_erp_writes

PATIENCE = 30.0  # seconds until a test that waits for a thread gives up
NEVER = timedelta(days=1)


class Hanging(FakeSystem):
    """Answers nothing until it is let go."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock, SPECS, as_the_erp_writes)
        self.free = threading.Event()
        self.callers = threading.Semaphore(0)

    def hang(self) -> None:
        self.callers.release()
        assert self.free.wait(PATIENCE)

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        self.hang()
        return super().changes(name, since=since, until=until, after=after)

    def get(self, name: str, remote_id: str) -> Remote | None:
        self.hang()
        return super().get(name, remote_id)

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        self.hang()
        return super().find(name, field, value)

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        self.hang()
        return super().create(name, doc, key=key)


class Still(Clockwork):
    """A clockwork that nobody winds."""

    def every(self, interval: timedelta, name: str, knock: Callable[[], None]) -> None:
        pass

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass


@pytest.fixture
def hanging(clock: FakeClock) -> Iterator[Hanging]:
    system = Hanging(clock)
    yield system
    system.free.set()


@pytest.fixture
def both(store: Store, clock: FakeClock, hanging: Hanging) -> Pair:
    return pair(store, clock, erp=hanging, concurrency=3)


def aside(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_deliveries_to_the_other_system_go_on(both: Pair, hanging: Hanging) -> None:
    both.add(12)
    stuck = aside(lambda: outbound.deliver(both.hub, "erp", 200))
    assert all(hanging.callers.acquire(timeout=PATIENCE) for _ in range(3))
    both.deliver("crm")
    assert len(deliveries(both.hub, system="crm", state="done")) == 12
    assert deliveries(both.hub, system="erp", state="done") == []
    hanging.free.set()
    stuck.join(PATIENCE)
    assert len(deliveries(both.hub, system="erp", state="done")) == 12


def test_the_workers_of_the_other_system_go_on(both: Pair, hanging: Hanging) -> None:
    """Poll, inbox and deliveries, as ``tickethub up`` runs them."""
    both.add(5)
    both.crm.create("party", {"name": "From there"})
    both.clock.pass_by(timedelta(seconds=1))
    intervals = MappingProxyType(dict.fromkeys(("inbox", "seal", "sweep", "deliver"), NEVER))
    wanted = [job for job in jobs(both.hub, intervals) if job.name not in {"sweep timers", "end silent calls", "seal"}]
    workers = Workers(wanted, Still())
    workers.start()
    try:
        assert hanging.callers.acquire(timeout=PATIENCE)
        for _ in range(int(PATIENCE / 0.02)):
            if len(deliveries(both.hub, system="crm", state="done")) == 5 and len(customers(both)) == 6:
                break
            for what in ("inbox", "outbox"):
                workers.hear(what)
            threading.Event().wait(0.02)
        assert len(deliveries(both.hub, system="crm", state="done")) >= 5
        assert len(customers(both)) == 6
    finally:
        hanging.free.set()
        workers.stop(PATIENCE)


def customers(both: Pair) -> list[Any]:
    return both.hub.store.read(lambda tx: tx.records.all("customer"))


def test_people_who_look_at_the_hanging_system_do_not_fill_the_desk(both: Pair, hanging: Hanging) -> None:
    """Two may wait; whoever comes then is told at once, and looks at the other system as ever."""
    known = link(both)
    both.hub.store.run(lambda tx: tx.links.save(known))
    waiting = [aside(lambda: comparing.compare(both.hub, "erp", "1")) for _ in range(DESK_CALLS)]
    assert all(hanging.callers.acquire(timeout=PATIENCE) for _ in waiting)
    with pytest.raises(NotNowError, match="slow at present"):
        comparing.compare(both.hub, "erp", "1")
    assert comparing.compare(both.hub, "crm", "1").remote_id == "1"
    hanging.free.set()
    for thread in waiting:
        thread.join(PATIENCE)


def test_who_finds_no_turn_to_call_does_not_try_at_once_again(
    store: Store, clock: FakeClock, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers must not hand a delivery to and fro, as fast as they can, for as long as the gate is full."""
    monkeypatch.setattr(gate, "TURN", timedelta())
    both = pair(store, clock, erp=hanging)
    both.add(1)
    stuck = aside(lambda: outbound.deliver(both.hub, "erp"))
    assert hanging.callers.acquire(timeout=PATIENCE)
    both.add(2)
    assert [outbound.deliver(both.hub, "erp") for _ in range(2)] == [2, 0]
    hanging.free.set()
    stuck.join(PATIENCE)
    clock.pass_by(gate.SOON)
    both.deliver("erp")
    assert len(deliveries(both.hub, system="erp", state="done")) == 3


def link(both: Pair) -> Any:
    """A customer that both systems know."""
    both.add(1)
    both.deliver("crm")
    (known,) = both.hub.store.read(lambda tx: tx.links.all_of_record("customer", customers(both)[0].id))
    both.hub.systems["erp"].connector.connector.store["party", "1"] = Remote("1", {}, "1")  # type: ignore[attr-defined]
    return type(known)("erp", "party", "1", "customer", known.record_id)


def test_a_process_that_ends_does_not_wait_for_a_call_that_hangs(both: Pair, hanging: Hanging) -> None:
    both.add(12)
    before = set(threading.enumerate())
    aside(lambda: outbound.deliver(both.hub, "erp", 200))
    assert all(hanging.callers.acquire(timeout=PATIENCE) for _ in range(3))
    assert all(thread.daemon for thread in set(threading.enumerate()) - before)
