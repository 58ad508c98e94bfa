"""What runs by itself and how often, on one table; and the clockwork that knocks on the workers' doors."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from hub.services import (
    audit,
    auditing,
    calls,
    inbound,
    leads,
    letters,
    outbound,
    service_summary,
    sla,
    suggesting,
    sweeping,
)
from hub.services.context import Hub
from hub.services.letters import Post

SWEPT = timedelta(minutes=1)  # how often it is asked whether a sweep is due
BATCH = 32  # messages that one worker takes at a time
DELIVERIES = 200  # they share the transaction that leases them, and the commits of those that are under way at once
SUMMED = timedelta(seconds=5)  # how often the trail is read for news that the summaries of customers need
LOOKED = timedelta(minutes=30)  # how often it is asked whether leads were looked for on this day
AUDIT_LOOK = timedelta(hours=1)  # how often it is asked whether a weekly field audit is due


@dataclass(frozen=True)
class Job:
    """Something to do: ``work`` says how much it did. ``hears``: the bell that makes it run at once, as ``outbox erp``.

    A job that ``drains`` is called again while there was something to do; the others once per turn.
    """

    name: str
    every: timedelta
    work: Callable[[], int]
    hears: str | None = None
    drains: bool = True


def jobs(
    hub: Hub, intervals: Mapping[str, timedelta], post: Post | None = None, watch: Job | None = None
) -> Iterator[Job]:
    """The table: every job of one installation; each runs in a worker of its own, so that none waits for another."""
    yield Job("seal", intervals["seal"], partial(audit.seal, hub))
    yield Job("sweep timers", intervals["sweep"], partial(sla.sweep, hub))
    yield Job("end silent calls", intervals["sweep"], partial(calls.end_silent, hub))
    yield Job("look for duplicates", intervals["deliver"], partial(suggesting.search, hub))
    yield Job("sum up service", SUMMED, partial(service_summary.follow, hub))
    yield Job("look for leads", LOOKED, partial(leads.look, hub), drains=False)
    if post is not None:
        yield Job("mail", intervals["deliver"], partial(letters.deliver, hub, post), hears=f"outbox {letters.MAIL}")
    if watch is not None:
        yield watch
    for system in hub.systems.values():
        if not system.paused:
            taken = partial(inbound.process, hub, system.name, BATCH)
            yield Job(f"inbox {system.name}", intervals["inbox"], taken, hears=f"inbox {system.name}")
            yield Job(f"poll {system.name}", system.poll_every, partial(inbound.poll, hub, system), drains=False)
            yield Job(f"sweep {system.name}", SWEPT, partial(sweeping.step, hub, system))
            work = partial(outbound.deliver, hub, system.name, DELIVERIES)
            yield Job(f"deliver {system.name}", intervals["deliver"], work, hears=f"outbox {system.name}")
            look = partial(auditing.audit_due, hub, system, hub.clock.now())
            yield Job(f"audit {system.name}", AUDIT_LOOK, look, drains=False)


class Clockwork:
    """Calls functions at intervals; they must return at once."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(timezone=UTC, daemon=True)

    def every(self, interval: timedelta, name: str, knock: Callable[[], None]) -> None:
        """Call ``knock`` at each interval; a missed time is made up for by one call."""
        seconds = max(interval.total_seconds(), 0.1)
        self._scheduler.add_job(
            knock, "interval", seconds=seconds, name=name, coalesce=True, max_instances=1, misfire_grace_time=None
        )

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """End at once; nothing happens when it is not running."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
