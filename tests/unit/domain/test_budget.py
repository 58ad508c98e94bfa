"""How much may be asked: by the second, by the day, and what is kept for live work."""

from datetime import UTC, datetime, timedelta

from hub.domain.sync.budget import Bucket, Budget, next_day

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


def test_bulk_work_leaves_a_share_to_live_work() -> None:
    budget = Budget(per_day=1000, reserve=20)
    assert (budget.ceiling(bulk=True), budget.ceiling(bulk=False), budget.portion) == (800, 1000, 5)
    assert Budget().ceiling(bulk=True) is None


def test_a_second_has_no_more_than_its_tokens_and_they_come_back() -> None:
    bucket = Bucket(2, 2, NOW).taken().taken()
    assert bucket.tokens == 0
    assert bucket.next_at() == NOW + timedelta(seconds=0.5)
    assert bucket.at_time(NOW + timedelta(seconds=0.5)).tokens == 1
    assert bucket.at_time(NOW + timedelta(hours=1)).tokens == 2
    assert bucket.at_time(NOW - timedelta(hours=1)).tokens == 0


def test_what_lacks_a_part_of_a_token_waits_however_small_that_is() -> None:
    assert Bucket(1000, 0.99999, NOW).next_at() > NOW


def test_a_day_begins_at_midnight_utc() -> None:
    assert next_day(NOW) == datetime(2026, 3, 3, tzinfo=UTC)
