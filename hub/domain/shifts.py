"""When a technician is free: shifts, less absences, less what is already planned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.domain.documents import Doc
from hub.domain.instants import parse_instant
from hub.domain.visit import is_open_visit

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """A span of time with a start and a later end."""

    start: datetime
    end: datetime


def free_windows(technician: Doc, visits: Sequence[Doc], span: Window) -> list[Window]:
    """The free times of a technician within ``span``'s local days, cut at its start, in order.

    A window goes on to the end of the shift even when ``span`` ends sooner: so "free from end to end" can be asked.
    """
    busy = sorted((*_absences(technician), *_planned(visits)), key=lambda window: window.start)
    shifts = (shift for shift in working_windows(technician, span) if shift.end > span.start)
    cut = (Window(max(shift.start, span.start), shift.end) for shift in shifts)
    return [free for window in cut for free in _without(window, busy)]


def working_windows(technician: Doc, span: Window) -> Iterator[Window]:
    """The technician's shifts on the local days of ``span``, in order; shifts that touch are one."""
    zone = ZoneInfo(technician.get("time_zone", "UTC"))
    day, last = span.start.astimezone(zone).date(), span.end.astimezone(zone).date()
    current: Window | None = None
    while day <= last:
        for shift in _shifts_on(technician, day, zone):
            if current and shift.start <= current.end:
                current = Window(current.start, max(current.end, shift.end))
                continue
            if current:
                yield current
            current = shift
        day += _DAY
    if current:
        yield current


def _shifts_on(technician: Doc, day: date, zone: ZoneInfo) -> list[Window]:
    shifts = [each for each in technician.get("shifts", ()) if each["weekday"] == _WEEKDAYS[day.weekday()]]
    windows = [Window(_at(day, each["from"], zone), _at(day, each["to"], zone)) for each in shifts]
    return sorted((each for each in windows if each.start < each.end), key=lambda window: window.start)


def _at(day: date, clock: str, zone: ZoneInfo) -> datetime:
    hour, minute = map(int, clock.split(":"))
    midnight_after, hour = divmod(hour, 24)
    return datetime.combine(day + midnight_after * _DAY, time(hour, minute), zone).astimezone(UTC)


def _absences(technician: Doc) -> Iterator[Window]:
    return (Window(parse_instant(each["from"]), parse_instant(each["to"])) for each in technician.get("absences", ()))


def _planned(visits: Sequence[Doc]) -> Iterator[Window]:
    """What is booked; a visit without an end of its window is a moment that blocks nothing."""
    booked = (visit for visit in visits if is_open_visit(visit) and {"window_start", "window_end"} <= visit.keys())
    return (Window(parse_instant(each["window_start"]), parse_instant(each["window_end"])) for each in booked)


def _without(window: Window, busy: Sequence[Window]) -> Iterator[Window]:
    start = window.start
    for taken in busy:
        if taken.start >= window.end or taken.end <= start:
            continue
        if taken.start > start:
            yield Window(start, taken.start)
        start = max(start, taken.end)
    if start < window.end:
        yield Window(start, window.end)
