"""One SLA clock: what the history of a ticket did to it, as stints of running, paused and stopped time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.domain.business_hours import BusinessHours
from hub.domain.documents import Doc
from hub.domain.instants import parse_instant

ZERO = timedelta(0)


@dataclass(frozen=True)
class Change:
    """The state of a ticket from ``at`` on, and the event that brought it there."""

    at: datetime
    event: str
    status: str
    priority: str
    hold: str | None = None
    stops_clock: bool = False
    calendar: str | None = None

    @classmethod
    def of(cls, entry: Doc) -> "Change":
        """Read one entry of a ticket's ``history``."""
        return cls(
            at=parse_instant(entry["at"], path="history.at"),
            event=entry["event"],
            status=entry["status"],
            priority=entry.get("priority", "p3"),
            hold=entry.get("hold"),
            stops_clock=entry.get("stops_clock", False),
            calendar=entry.get("calendar"),
        )


@dataclass(frozen=True)
class Condition:
    """Matches a change by its event, or by the status or hold that it led to; an empty one matches nothing."""

    events: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    stopped_clock: bool = False

    def matches(self, change: Change) -> bool:
        """Whether the change fulfils any part of the condition."""
        return (
            change.event in self.events
            or change.status in self.statuses
            or change.hold in self.holds
            or (self.stopped_clock and change.stops_clock)
        )


@dataclass(frozen=True)
class Conditions:
    """The six conditions of a target. Without ``resume`` a pause ends when ``pause`` no longer matches."""

    start: Condition
    stop: Condition
    pause: Condition = Condition()
    resume: Condition | None = None
    cancel: Condition = Condition()
    reset: Condition = Condition()


@dataclass(frozen=True)
class Stint:
    """A time in one mode of the clock: running, paused, stopped, cancelled, or discarded by a reset."""

    start: datetime
    end: datetime
    mode: str
    priority: str
    calendar: str
    hold: str | None = None
    is_retroactive: bool = False


@dataclass(frozen=True)
class Clock:
    """The stints up to now, the mode and priority that hold now, and since when the count and the promise do."""

    stints: tuple[Stint, ...]
    mode: str
    priority: str
    started_at: datetime
    promised_at: datetime
    stopped_at: datetime | None

    def length(self, hours: Mapping[str, BusinessHours], mode: str = "running") -> timedelta:
        """Measure the business time spent in one mode."""
        return sum((counted(stint, hours) for stint in self.stints if stint.mode == mode), ZERO)

    def reaches(self, hours: Mapping[str, BusinessHours], count: timedelta) -> datetime | None:
        """When the running time reaches ``count``; a running clock runs on, any other may never get there."""
        running = [stint for stint in self.stints if stint.mode == "running"]
        for stint in running:
            length = counted(stint, hours)
            goes_on = stint is running[-1] and self.mode == "running"
            if length >= count or goes_on:
                return hours[stint.calendar].add(stint.start, max(count, ZERO))
            count -= length
        return None


def counted(stint: Stint, hours: Mapping[str, BusinessHours]) -> timedelta:
    """The business time of a stint by the calendar that held in it."""
    return hours[stint.calendar].between(stint.start, stint.end)


def run_clock(
    conditions: Conditions, history: Sequence[Change], *, calendar: str, start_at: datetime | None, now: datetime
) -> Clock | None:
    """Replay the history up to ``now``; None when nothing has started the clock.

    The first start counts from ``start_at`` where that is earlier (a call's ticket counts from the first ring); what
    happened between the two is replayed as well. ``calendar`` holds until a change names another.
    """
    changes = sorted((change for change in history if change.at <= now), key=lambda change: change.at)
    first = next((index for index, change in enumerate(changes) if conditions.start.matches(change)), None)
    if first is None:
        return None
    starter = changes[first]
    begin = min(start_at or starter.at, starter.at)
    earlier = [change for change in changes[:first] if change.at < begin]
    state = _Replay(conditions, begin, starter, calendar_of([*earlier, starter], calendar))
    for change in changes[len(earlier) :]:
        state.take(change)
    return state.clock(now)


def calendar_of(changes: Sequence[Change], default: str) -> str:
    """The calendar that the last change to name one named."""
    return next((change.calendar for change in reversed(changes) if change.calendar), default)


class _Replay:
    """The running state while a history is replayed."""

    def __init__(self, conditions: Conditions, begin: datetime, starter: Change, calendar: str) -> None:
        self.conditions = conditions
        self.starter = starter
        self.started_at = begin
        self.promised_at = begin
        self.stopped_at: datetime | None = None
        self.stints: list[Stint] = []
        self.current = Stint(begin, begin, "running", starter.priority, calendar, is_retroactive=begin < starter.at)

    def take(self, change: Change) -> None:
        """Close the present stint at the change and open the next."""
        self._close(change.at)
        mode = self._mode_after(change)
        if mode == "reset":
            self._discard(change.at)
            mode = "paused" if self.conditions.pause.matches(change) else "running"
        if mode != "stopped":
            self.stopped_at = None
        elif self.current.mode != "stopped":
            self.stopped_at = change.at
        priority = change.priority if mode in {"running", "paused"} else self.current.priority
        if priority != self.current.priority:
            self.promised_at = change.at
        self.current = Stint(
            start=change.at,
            end=change.at,
            mode=mode,
            priority=priority,
            calendar=change.calendar or self.current.calendar,
            hold=change.hold,
            is_retroactive=change.at < self.starter.at,
        )

    def clock(self, now: datetime) -> Clock:
        """Give the clock as it stands at ``now``; the last stint goes on and may be empty yet."""
        return Clock(
            stints=(*self.stints, replace(self.current, end=now)),
            mode=self.current.mode,
            priority=self.current.priority,
            started_at=self.started_at,
            promised_at=self.promised_at,
            stopped_at=self.stopped_at,
        )

    def _mode_after(self, change: Change) -> str:
        mode, conditions = self.current.mode, self.conditions
        if mode == "cancelled" or conditions.cancel.matches(change):
            return "cancelled"
        if conditions.reset.matches(change):
            return "reset"
        if mode == "stopped":
            return "running" if change is not self.starter and conditions.start.matches(change) else "stopped"
        if conditions.stop.matches(change):
            return "stopped"
        return self._paused_or_running(change)

    def _paused_or_running(self, change: Change) -> str:
        if self.conditions.pause.matches(change):
            return "paused"
        stays = self.current.mode == "paused" and self.conditions.resume is not None
        return "paused" if stays and not self.conditions.resume.matches(change) else "running"  # type: ignore[union-attr]  # ``stays`` says it is there

    def _close(self, at: datetime) -> None:
        if at > self.current.start:
            self.stints.append(replace(self.current, end=at))

    def _discard(self, at: datetime) -> None:
        self.stints = [replace(stint, mode="discarded") for stint in self.stints]
        self.started_at = self.promised_at = at
