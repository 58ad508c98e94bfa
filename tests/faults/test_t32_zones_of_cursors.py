"""T32, the part of sync: cursors in zones on both sides of UTC, over changes of summer time and leap days."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.sync.window import floor, window

ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "America/St_Johns")
MOMENTS = (
    datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC),  # New York goes to summer time a second later
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # New York has this hour twice
    datetime(2026, 4, 4, 14, 15, tzinfo=UTC),  # Auckland has this hour twice
    datetime(2028, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 12, 31, 16, 0, tzinfo=UTC),
)
STEPS = (timedelta(milliseconds=1), timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", MOMENTS)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_begins_before_its_instants_and_belongs_to_itself(zone: str, at: datetime, step: timedelta) -> None:
    """airbyte#48492, #79653, #83778, #43953, dlt-hub/dlt#1020: the zone of the query is that of the value."""
    begun = floor(at, zone, step)
    assert begun <= at
    assert at - begun <= step + timedelta(hours=1)  # a day has up to 25 hours
    assert floor(begun, zone, step) == begun


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", MOMENTS)
def test_a_system_that_dates_by_the_day_is_asked_from_its_own_midnight(zone: str, at: datetime) -> None:
    """A day in Shanghai begins at 16:00 of the day before in UTC: asked from UTC's midnight, eight hours are lost."""
    due = window(
        at,
        now=at + timedelta(minutes=1),
        lag=timedelta(0),
        overlap=timedelta(0),
        zone=zone,
        granularity=timedelta(days=1),
    )
    assert due.since <= at - timedelta(days=1)
    assert due.until == at + timedelta(minutes=1)


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(hours=1), timedelta(days=400)])
def test_a_cursor_in_the_future_is_mirrored_into_the_past(ahead: timedelta) -> None:
    now = MOMENTS[0]
    due = window(
        now + ahead, now=now, lag=timedelta(0), overlap=timedelta(0), zone="UTC", granularity=timedelta(seconds=1)
    )
    assert due.clamped
    assert due.since <= now - ahead
    assert due.until == now
