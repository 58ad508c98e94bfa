"""One table says what runs; each system has workers of its own."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from hub.jobs.schedule import Clockwork, jobs
from hub.services.context import Hub, System
from hub.testing.clock import FakeClock

EVERY = {name: timedelta(seconds=1) for name in ("inbox", "deliver", "seal", "sweep")}


class Wired:
    """As much of a hub as the table looks at."""

    def __init__(self, systems: Mapping[str, System]) -> None:
        self.systems = systems
        self.clock = FakeClock(datetime(2026, 3, 2, tzinfo=UTC))


def system(name: str, **facts: Any) -> System:
    return System(name, connector=cast("Any", None), objects={}, mappings={}, **facts)


def names(*systems: System) -> list[str]:
    hub = cast("Hub", Wired({one.name: one for one in systems}))
    return [job.name for job in jobs(hub, EVERY)]


def test_each_system_is_polled_and_delivered_to_by_workers_of_its_own() -> None:
    found = names(system("erp"), system("crm"))
    assert {"poll erp", "deliver erp", "poll crm", "deliver crm"} < set(found)


def test_a_paused_system_is_left_alone() -> None:
    assert not [name for name in names(system("erp", paused=True)) if "erp" in name]


def test_a_poll_keeps_the_systems_own_interval() -> None:
    hub = cast("Hub", Wired({"erp": system("erp", poll_every=timedelta(minutes=7))}))
    assert {job.every for job in jobs(hub, EVERY) if job.name == "poll erp"} == {timedelta(minutes=7)}


def test_the_clockwork_knocks_at_its_interval() -> None:
    clockwork, knocked = Clockwork(), threading.Semaphore(0)
    clockwork.every(timedelta(seconds=0.1), "tick", knocked.release)
    clockwork.start()
    assert knocked.acquire(timeout=10)
    assert knocked.acquire(timeout=10)
    clockwork.stop()
