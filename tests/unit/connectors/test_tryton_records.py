"""Tryton's optimistic lock where it counts whole seconds: what changed in the running second is read again."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.tryton.models import Models
from connectors.tryton.records import Records
from connectors.tryton.series import Series
from connectors.tryton.shapes import Shape, shape_of
from hub.domain.errors import RetryableError
from hub.ports.connector import Remote

SHAPE: Shape = shape_of("customer", {"model": "party.party", "fields": {"name": {}}})


class Tryton:
    """One party; its clock goes on when somebody waits, and so does whoever writes to it again and again."""

    system, series = "erp", Series("7.0", "", ("write_date",))

    def __init__(self, *, stamp: str = "", restless: bool = False) -> None:
        self.second, self.changed, self.reads, self.waits = 30, 30, 0, 0
        self.restless, self.stamp = restless, stamp
        self.sent: list[dict[str, Any]] = []

    def version(self) -> tuple[str, datetime]:
        return "7.0", datetime(2026, 3, 2, 8, 0, self.second, tzinfo=UTC)

    def wait(self, seconds: float) -> None:
        self.second += int(seconds)
        self.waits += 1
        if self.restless:
            self.changed = self.second

    def read(self, method: str, *arguments: object, **context: object) -> Any:
        match method.removeprefix("party.party."):
            case "fields_get":
                return {"name": {"type": "char"}}
            case "search":
                return [1]
            case _:
                self.reads += 1
                at = dict(zip(("year", "month", "day", "hour", "minute"), (2026, 3, 2, 8, 0), strict=True))
                dated = {"__class__": "datetime", **at, "second": self.changed, "microsecond": 500_000}
                return [{"id": 1, "name": "A", "_timestamp": self.stamp or f"{self.changed}", "write_date": dated}]

    def write(self, method: str, *arguments: object, **context: Any) -> None:
        self.sent.append(context["_timestamp"])

    def after_write(self, work: Any) -> Any:
        return work()


def updated(tryton: Tryton) -> None:
    records = Records(tryton, Models(tryton), pause=tryton.wait)  # type: ignore[arg-type]  # as much of a wire as it asks
    records.update(SHAPE, Remote("1", {"name": "A"}), {"name": "B"})


def test_a_record_that_changed_in_this_second_is_read_again_in_the_next() -> None:
    tryton = Tryton()
    updated(tryton)
    assert tryton.waits == 1
    assert tryton.sent == [{"party.party,1": "30"}]


def test_a_record_that_changed_before_is_written_at_once() -> None:
    tryton = Tryton()
    tryton.second = 31
    updated(tryton)
    assert tryton.waits == 0


def test_a_lock_finer_than_a_second_is_trusted() -> None:
    tryton = Tryton(stamp="30.25")
    updated(tryton)
    assert tryton.waits == 0
    assert tryton.reads == 2  # before and after


def test_a_record_that_changes_every_second_is_left_for_later() -> None:
    tryton = Tryton(restless=True)
    with pytest.raises(RetryableError, match="changed there every second"):
        updated(tryton)
    assert tryton.sent == []
