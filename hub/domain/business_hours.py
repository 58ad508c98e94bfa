"""Business hours: adding and measuring time that counts, by cumulative sums and bisection.

A calendar's open times are laid out once as UTC intervals with running totals, so that both questions cost one
bisection, however long the time. Instants are whole microseconds since 1970 inside; aware datetimes outside.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hub.domain.errors import InvalidError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
MINUTES_A_DAY = 1440
FIRST_YEAR, LAST_YEAR = 1990, 2100
_YEARS_AROUND = 2


@dataclass(frozen=True)
class Interval:
    """Part of a day, in minutes after local midnight; ``end`` may be 1440."""

    start: int
    end: int


@dataclass(frozen=True)
class Calendar:
    """When service is open: intervals for Monday to Sunday, holidays, and make-up working days with their hours."""

    name: str
    zone: str
    week: tuple[tuple[Interval, ...], ...]
    holidays: Mapping[date, str] = field(default_factory=dict)
    make_up_days: Mapping[date, str] = field(default_factory=dict)
    make_up_hours: tuple[Interval, ...] = ()
    version: int = 1

    def intervals(self, day: date) -> tuple[Interval, ...]:
        """Give the open intervals of one local day. A make-up day wins over a holiday, a holiday over the week."""
        if day in self.make_up_days:
            return self.make_up_hours
        if day in self.holidays:
            return ()
        return self.week[day.weekday()]


@dataclass(frozen=True)
class Piece:
    """A stretch of time that is open or closed throughout, and what kind of time it is.

    ``kind`` is working_hours, make_up_day, holiday, day_off or after_hours; ``name`` is the holiday's name.
    """

    start: datetime
    end: datetime
    is_open: bool
    kind: str
    day: date
    name: str = ""


@dataclass(frozen=True)
class _Table:
    """Open intervals of whole years: starts, ends and the open time before each start, in microseconds."""

    years: range
    first: int
    last: int
    starts: list[int]
    ends: list[int]
    before: list[int]


class BusinessHours:
    """Arithmetic on one calendar; fails at once on a calendar that is never open or whose intervals are wrong."""

    def __init__(self, calendar: Calendar) -> None:
        _check(calendar)
        self.calendar = calendar
        self.zone = ZoneInfo(calendar.zone)
        self._table = _Table(range(LAST_YEAR, FIRST_YEAR), 1, 0, [], [], [])

    def add(self, start: datetime, span: timedelta) -> datetime:
        """Find the earliest instant by which ``span`` of open time has passed since ``start``."""
        return EPOCH + self.add_microseconds((start - EPOCH) // MICROSECOND, span // MICROSECOND) * MICROSECOND

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Measure the open time from ``start`` to ``end``; nothing when ``end`` is not later."""
        first, last = (start - EPOCH) // MICROSECOND, (end - EPOCH) // MICROSECOND
        return self.microseconds_between(first, last) * MICROSECOND

    def add_microseconds(self, start: int, span: int) -> int:
        """``add`` on microseconds since 1970, for loops over many timers."""
        if span <= 0:
            return start
        table = self._table
        if not table.first <= start <= table.last:
            table = self._cover(_year(start), _year(start))
        while (goal := _passed(table, start) + span) > table.before[-1]:
            table = self._cover(table.years.start, table.years.stop + len(table.years))
        index = bisect_left(table.before, goal) - 1
        return table.starts[index] + goal - table.before[index]

    def microseconds_between(self, start: int, end: int) -> int:
        """``between`` on microseconds since 1970."""
        if end <= start:
            return 0
        table = self._table
        if not table.first <= start <= end <= table.last:
            table = self._cover(_year(start), _year(end))
        return _passed(table, end) - _passed(table, start)

    def is_open(self, at: datetime) -> bool:
        """Whether ``at`` lies in open time; the end of an interval is closed."""
        return self.between(at, at + MICROSECOND) > timedelta(0)

    def next_open(self, at: datetime) -> datetime:
        """``at`` itself when open, else the start of the next open interval."""
        return self.add(at, MICROSECOND) - MICROSECOND

    def pieces(self, start: datetime, end: datetime) -> Iterator[Piece]:
        """Cut ``start`` to ``end`` into open and closed stretches, day by day, without gaps or overlaps."""
        day = start.astimezone(self.zone).date()
        while start < end:
            for piece in self._day_pieces(day):
                if piece.end > start and piece.start < end:
                    yield replace(piece, start=max(piece.start, start), end=min(piece.end, end))
            day += DAY
            start = max(start, self._instant(day, 0))

    def _day_pieces(self, day: date) -> Iterator[Piece]:
        closed_kind, open_kind, name = self._kinds(day)
        at = self._instant(day, 0)
        for start, end in self._open(day):
            if at < start:
                yield Piece(at, start, is_open=False, kind=closed_kind, day=day, name=name)
            yield Piece(start, end, is_open=True, kind=open_kind, day=day, name=name)
            at = end
        midnight = self._instant(day + DAY, 0)
        if at < midnight:
            yield Piece(at, midnight, is_open=False, kind=closed_kind, day=day, name=name)

    def _open(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Give the day's open intervals as instants, in order and apart even where the clock changes."""
        last = self._instant(day, 0)
        for interval in self.calendar.intervals(day):
            start, end = max(self._instant(day, interval.start), last), self._instant(day, interval.end)
            if start < end:
                yield start, end
                last = end

    def _kinds(self, day: date) -> tuple[str, str, str]:
        """Say what closed and open time of the day is called, and the day's own name."""
        if day in self.calendar.make_up_days:
            return "after_hours", "make_up_day", self.calendar.make_up_days[day]
        if day in self.calendar.holidays:
            return "holiday", "working_hours", self.calendar.holidays[day]
        return "after_hours" if self.calendar.week[day.weekday()] else "day_off", "working_hours", ""

    def _instant(self, day: date, minute: int) -> datetime:
        """Turn a local time into an instant; a time that a clock change skips is read by the offset before it."""
        if minute == MINUTES_A_DAY:
            day, minute = day + DAY, 0
        local = datetime.combine(day, time(minute // 60, minute % 60), self.zone)
        return local.astimezone(UTC)

    def _cover(self, first: int, last: int) -> _Table:
        """Lay out more years, so that ``first`` and ``last`` lie inside with room around them."""
        known = self._table.years
        if known.stop == LAST_YEAR and last >= LAST_YEAR:
            raise InvalidError("The time reaches beyond the year {year}", year=LAST_YEAR)
        years = range(
            max(FIRST_YEAR, min(known.start, first - _YEARS_AROUND)),
            min(LAST_YEAR, max(known.stop, last + 1 + _YEARS_AROUND)),
        )
        self._table = self._lay_out(years)
        return self._table

    def _lay_out(self, years: range) -> _Table:
        starts: list[int] = []
        ends: list[int] = []
        before = [0]
        first, behind = date(years.start, 1, 1), date(years.stop, 1, 1)
        for number in range(first.toordinal(), behind.toordinal()):
            for start, end in self._open(date.fromordinal(number)):
                starts.append((start - EPOCH) // MICROSECOND)
                ends.append((end - EPOCH) // MICROSECOND)
                before.append(before[-1] + ends[-1] - starts[-1])
        edges = (self._instant(first, 0) - EPOCH) // MICROSECOND, (self._instant(behind, 0) - EPOCH) // MICROSECOND
        return _Table(years, *edges, starts, ends, before)


def _passed(table: _Table, at: int) -> int:
    """Open time from the table's beginning to ``at``."""
    index = bisect_right(table.starts, at) - 1
    return table.before[index] + min(at, table.ends[index]) - table.starts[index] if index >= 0 else 0


def _year(microseconds: int) -> int:
    year = (EPOCH + microseconds * MICROSECOND).year
    if not FIRST_YEAR < year < LAST_YEAR - 1:
        raise InvalidError(
            "The year {year} is not between {first} and {last}", year=year, first=FIRST_YEAR, last=LAST_YEAR
        )
    return year


def _check(calendar: Calendar) -> None:
    if not any(calendar.week):
        raise InvalidError("The calendar {name} is never open: give some weekday an interval", name=calendar.name)
    if not all(map(_in_order, (*calendar.week, calendar.make_up_hours))):
        raise InvalidError("The calendar {name} has intervals that overlap or end too early", name=calendar.name)


def _in_order(intervals: tuple[Interval, ...]) -> bool:
    """Whether the intervals lie in the day one after the other; they may touch."""
    apart = all(left.end <= right.start for left, right in pairwise(intervals))
    return apart and all(0 <= each.start < each.end <= MINUTES_A_DAY for each in intervals)
