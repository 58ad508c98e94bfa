"""Which changes to ask a system for: closed bounds, an overlap, never beyond its present.

Times that a system keeps coarsely are asked for from the beginning of their step, in the zone in which it counts them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """A closed interval of changes; ``clamped`` where the cursor lay in the future, and was set back."""

    since: datetime
    until: datetime
    clamped: bool = False


def window(
    position: datetime | None, *, now: datetime, lag: timedelta, overlap: timedelta, zone: str, granularity: timedelta
) -> Window:
    """What to ask for next: from the cursor less the overlap, up to now less the lag.

    A cursor in the future was written under a clock that ran ahead, by at least as much as it lies ahead of now:
    what it may have jumped over is asked for again.
    """
    until = now - lag
    if position is None:
        return Window(BEGINNING, until)
    clamped = position > now
    known = now - (position - now) if clamped else min(position, until)
    return Window(floor(known - max(overlap, granularity), zone, granularity), until, clamped)


def floor(at: datetime, zone: str, granularity: timedelta) -> datetime:
    """The beginning of the step in which an instant lies, by the clock of a zone."""
    local = at.astimezone(ZoneInfo(zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if granularity >= DAY:
        return midnight.astimezone(UTC)
    since = at - midnight.astimezone(UTC)
    return at - since % granularity
