"""When is tried again: later each time, as the system asks, and never at once."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.retry import LEAST, LONGEST, PATIENCE, next_attempt

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


def test_pauses_grow_up_to_the_longest() -> None:
    pauses = [next_attempt("r", attempt, now=NOW) - NOW for attempt in (1, 4, 8, 99)]
    assert pauses == sorted(pauses)
    assert timedelta(seconds=1) <= pauses[0] <= timedelta(seconds=2)
    assert LONGEST / 2 <= pauses[-1] <= LONGEST


@pytest.mark.parametrize(
    ("asked", "pause"), [(7, timedelta(seconds=7)), (0, LEAST), (-3, LEAST), (10**9, PATIENCE), (0.2, LEAST)]
)
def test_a_system_that_asks_for_patience_gets_it_within_bounds(asked: float, pause: timedelta) -> None:
    """Patience of no time would have it asked at once, and again."""
    assert next_attempt("r", 1, now=NOW, retry_after=asked) == NOW + pause
