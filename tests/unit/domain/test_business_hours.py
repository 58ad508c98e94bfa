from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.business_hours import BusinessHours, Calendar, Interval
from hub.domain.errors import InvalidError

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NOON_BREAK = (Interval(9 * 60, 12 * 60), Interval(13 * 60, 18 * 60))
ALL_DAY = (Interval(0, 1440),)
HOUR = timedelta(hours=1)


def calendar(zone: str = "Asia/Shanghai", working: Sequence[Interval] = NOON_BREAK, workdays: int = 5) -> Calendar:
    return Calendar(
        name="office",
        zone=zone,
        week=tuple(tuple(working) if day < workdays else () for day in range(7)),
        holidays={date(2026, 10, day): "National Day" for day in range(1, 8)},
        make_up_days={date(2026, 9, 20): "National Day", date(2026, 10, 10): "National Day"},
        make_up_hours=(Interval(9 * 60, 17 * 60),),
    )


OFFICE = BusinessHours(calendar())
BERLIN_OFFICE = BusinessHours(calendar("Europe/Berlin"))
ALWAYS = BusinessHours(Calendar("always", "Europe/Berlin", (ALL_DAY,) * 7))
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
SPANS = st.timedeltas(timedelta(0), timedelta(days=90))
ALL_HOURS = st.sampled_from([OFFICE, BERLIN_OFFICE, ALWAYS])


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-06-05T10:00", 1, "2026-06-05T11:00"),
        ("2026-06-05T11:30", 1, "2026-06-05T13:30"),
        ("2026-06-05T17:00", 1, "2026-06-05T18:00"),
        ("2026-06-05T17:00", 2, "2026-06-08T10:00"),
        ("2026-06-06T03:00", 1, "2026-06-08T10:00"),
        ("2026-06-05T12:30", 0, "2026-06-05T12:30"),
        ("2026-09-30T17:00", 2, "2026-10-08T10:00"),
        ("2026-09-19T10:00", 8, "2026-09-20T17:00"),
    ],
    ids=["morning", "lunch", "to-closing", "weekend", "from-weekend", "nothing", "holidays", "make-up-sunday"],
)
def test_open_time_is_added(start: str, hours: int, due: str) -> None:
    """frappe/helpdesk#2212 (lunch break), chatwoot#14009 (several intervals a day)."""
    assert OFFICE.add(local(start), hours * HOUR) == local(due)


def test_a_make_up_working_day_counts_although_it_is_a_saturday() -> None:
    assert OFFICE.between(local("2026-10-10T00:00"), local("2026-10-11T00:00")) == 8 * HOUR
    assert OFFICE.between(local("2026-10-17T00:00"), local("2026-10-18T00:00")) == timedelta(0)


def test_nothing_passes_backwards() -> None:
    assert OFFICE.between(local("2026-06-05T12:00"), local("2026-06-05T10:00")) == timedelta(0)


def test_a_week_without_monday_is_counted_right() -> None:
    """osTicket#6739: a weekly schedule was wrong unless Monday was in it."""
    hours = BusinessHours(Calendar("late", "Asia/Shanghai", ((), NOON_BREAK, (), (), (), (), ())))
    assert hours.add(local("2026-06-01T08:00"), HOUR) == local("2026-06-02T10:00")
    assert hours.add(local("2026-06-02T17:00"), 2 * HOUR) == local("2026-06-09T10:00")


def test_the_day_of_a_clock_change_has_its_true_length() -> None:
    """fivetran/dbt_zendesk#25 and #117: business minutes off by DST and by the UTC offset."""
    assert ALWAYS.between(local("2026-03-29T00:00", BERLIN), local("2026-03-30T00:00", BERLIN)) == 23 * HOUR
    assert ALWAYS.between(local("2026-10-25T00:00", BERLIN), local("2026-10-26T00:00", BERLIN)) == 25 * HOUR
    assert BERLIN_OFFICE.add(local("2026-03-27T17:00", BERLIN), 2 * HOUR) == local("2026-03-30T10:00", BERLIN)


def test_intervals_at_a_clock_change_never_count_twice() -> None:
    night = (Interval(120, 135), Interval(180, 240))
    hours = BusinessHours(Calendar("night", "Europe/Berlin", (night,) * 7))
    assert hours.between(local("2026-03-29T00:00", BERLIN), local("2026-03-30T00:00", BERLIN)) == HOUR


def test_opening_is_found() -> None:
    assert OFFICE.next_open(local("2026-06-05T12:30")) == local("2026-06-05T13:00")
    assert OFFICE.next_open(local("2026-06-05T13:30")) == local("2026-06-05T13:30")
    assert OFFICE.is_open(local("2026-06-05T09:00"))
    assert not OFFICE.is_open(local("2026-06-05T18:00"))


def test_each_piece_says_why_it_counts_or_not() -> None:
    """zammad#390: a holiday from a feed moved the deadline and nobody could see why."""
    pieces = list(OFFICE.pieces(local("2026-09-30T17:00"), local("2026-10-02T00:00")))
    assert [(piece.is_open, piece.kind, piece.name) for piece in pieces] == [
        (True, "working_hours", ""),
        (False, "after_hours", ""),
        (False, "holiday", "National Day"),
    ]
    kinds = {piece.kind for piece in OFFICE.pieces(local("2026-10-10T08:00"), local("2026-10-12T00:00"))}
    assert kinds == {"make_up_day", "after_hours", "day_off"}


def test_a_span_of_decades_is_laid_out_when_asked_for() -> None:
    hours = BusinessHours(calendar())
    assert hours.add(local("2026-06-05T10:00"), 40_000 * HOUR).year == 2045
    assert hours.between(local("1999-01-01T00:00"), local("2045-01-01T00:00")) > 90_000 * HOUR


def test_a_year_out_of_reach_is_refused() -> None:
    hours = BusinessHours(calendar())
    with pytest.raises(InvalidError, match="beyond the year 2100"):
        hours.add(local("2026-06-05T10:00"), 400_000 * HOUR)
    with pytest.raises(InvalidError, match="1890 is not between"):
        hours.between(local("1890-06-05T10:00"), local("2026-06-05T10:00"))


@pytest.mark.parametrize(
    ("working", "problem"),
    [
        ((), "never open"),
        ((Interval(540, 720), Interval(700, 800)), "overlap"),
        ((Interval(720, 540),), "overlap"),
        ((Interval(540, 1441),), "overlap"),
    ],
)
def test_a_calendar_that_cannot_be_meant_is_refused(working: tuple[Interval, ...], problem: str) -> None:
    with pytest.raises(InvalidError, match=problem):
        BusinessHours(calendar(working=working))


@given(ALL_HOURS, INSTANTS, SPANS)
def test_what_is_added_can_be_measured(hours: BusinessHours, start: datetime, span: timedelta) -> None:
    assert hours.between(start, hours.add(start, span)) == span


@given(ALL_HOURS, INSTANTS, SPANS)
def test_a_due_time_is_never_outside_open_hours(hours: BusinessHours, start: datetime, span: timedelta) -> None:
    """glpi#9082: a deadline was pushed outside working hours."""
    due = hours.add(start, span)
    assert span == timedelta(0) or hours.is_open(due - timedelta(microseconds=1))


@given(ALL_HOURS, INSTANTS, SPANS, SPANS)
def test_business_hours_add_up(hours: BusinessHours, start: datetime, one: timedelta, two: timedelta) -> None:
    middle, end = start + one, start + one + two
    assert hours.between(start, middle) + hours.between(middle, end) == hours.between(start, end)
    assert hours.add(hours.add(start, one), two) == hours.add(start, one + two)


@given(ALL_HOURS, INSTANTS, st.timedeltas(timedelta(seconds=1), timedelta(days=9)))
def test_pieces_cover_the_time_and_their_open_ones_add_up(
    hours: BusinessHours, start: datetime, span: timedelta
) -> None:
    pieces = list(hours.pieces(start, start + span))
    assert (pieces[0].start, pieces[-1].end) == (start, start + span)
    assert all(left.end == right.start for left, right in pairwise(pieces))
    counted = sum((piece.end - piece.start for piece in pieces if piece.is_open), timedelta(0))
    assert counted == hours.between(start, start + span)


@given(INSTANTS, SPANS)
def test_bisection_agrees_with_walking_minute_by_minute(start: datetime, span: timedelta) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start + min(span, timedelta(days=3))
    end = end.replace(second=0, microsecond=0)
    minutes = (end - start) // timedelta(minutes=1)
    walked = sum(_open_at(start + timedelta(minutes=passed)) for passed in range(minutes))
    assert OFFICE.between(start, end) == timedelta(minutes=walked)


def _open_at(at: datetime) -> bool:
    moment = at.astimezone(SHANGHAI)
    minute = moment.hour * 60 + moment.minute
    return any(each.start <= minute < each.end for each in calendar().intervals(moment.date()))
