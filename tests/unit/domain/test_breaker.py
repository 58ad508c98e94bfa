"""The circuit breaker: opens after failures in a row, lets one probe through, and comes back slowly."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.sync.breaker import FAILURES, FIRST_WIDTH, LONGEST_PAUSE, Breaker, Position, pause_after

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LONG = timedelta(days=1)


def failing(breaker: Breaker, times: int, now: datetime = NOW) -> Breaker:
    for _ in range(times):
        breaker = breaker.entered().failed(breaker.openings, now, "retryable")
    return breaker


@pytest.fixture
def opened() -> Breaker:
    return failing(Breaker("erp:write"), FAILURES)


def test_it_opens_after_failures_in_a_row_and_not_before() -> None:
    almost = failing(Breaker("erp:write"), FAILURES - 1)
    assert (almost.position, almost.room(NOW)) == (Position.CLOSED, None)
    answered = almost.entered().succeeded(0, full=8)
    assert failing(answered, FAILURES - 1).position is Position.CLOSED
    assert failing(almost, 1).position is Position.OPEN


def test_an_open_one_lets_nobody_through_and_then_one_probe(opened: Breaker) -> None:
    assert opened.room(NOW) == 0
    assert opened.until is not None
    assert opened.room(opened.until) == 1
    probing = opened.entered()
    assert (probing.position, probing.room(opened.until + LONG)) == (Position.HALF_OPEN, 0)


def test_a_probe_that_fails_doubles_the_pause_up_to_a_limit(opened: Breaker) -> None:
    again = opened.entered().failed(opened.openings, NOW + LONG, "retryable")
    assert (again.position, again.openings) == (Position.OPEN, 2)
    pauses = [pause_after("erp:write", openings) for openings in range(12)]
    assert all(2 * LONGEST_PAUSE >= 2 * pause >= min(2**n * timedelta(seconds=5), LONGEST_PAUSE)
               for n, pause in enumerate(pauses))  # fmt: skip
    assert pause_after("a", 3) != pause_after("b", 3)


def test_after_a_probe_that_works_calls_come_back_slowly(opened: Breaker) -> None:
    """T28: no stampede."""
    back = opened.entered().succeeded(opened.openings, full=8)
    assert (back.position, back.room(NOW)) == (Position.CLOSED, FIRST_WIDTH)
    widths = []
    while (room := back.room(NOW)) is not None:
        widths.append(room)
        back = back.entered().succeeded(back.openings, full=8)
    assert widths == list(range(FIRST_WIDTH, 9))
    assert back.openings == 0


def test_a_failure_while_it_comes_back_opens_it_again(opened: Breaker) -> None:
    back = opened.entered().succeeded(opened.openings, full=8)
    assert failing(back, 1).position is Position.OPEN


def test_what_began_before_it_opened_says_nothing_about_the_probe(opened: Breaker) -> None:
    probing = opened.entered()
    assert probing.failed(0, NOW, "retryable").position is Position.HALF_OPEN
    assert probing.succeeded(0, full=8).position is Position.HALF_OPEN
    assert opened.failed(0, NOW, "retryable").until == opened.until


def test_a_probe_that_ended_without_a_word_leaves_room_for_another(opened: Breaker) -> None:
    assert opened.until is not None
    assert opened.entered().left(opened.openings).room(opened.until) == 1
