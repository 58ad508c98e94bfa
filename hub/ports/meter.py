"""What the hub measures of itself: every metric on one table, and the instrument that keeps the counters."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

PREFIX = "tickethub_"
COUNTER, HISTOGRAM, MOMENT, LEVEL = "counter", "histogram", "moment", "level"


@dataclass(frozen=True)
class Metric:
    """``counter`` and ``histogram`` add up in a process, ``moment`` is when something last happened in it.

    A ``level`` is read from the tables when it is asked for, and so the same from every process, but for those that the
    text calls its own.
    """

    kind: str
    labels: tuple[str, ...]
    about: str
    buckets: tuple[float, ...] = ()


SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
WAY = ("system", "direction")  # direction: in | out

METRICS: dict[str, Metric] = {
    "done_total": Metric(COUNTER, WAY, "Messages taken in and deliveries made, by system"),
    "errors_total": Metric(COUNTER, (*WAY, "error"), "Attempts that failed, by class of error"),
    "polls_total": Metric(COUNTER, ("system", "object"), "Polls of an object that came to their end"),
    "polled_records_total": Metric(COUNTER, ("system", "object"), "Records that polls gave, news or not"),
    "done_timestamp_seconds": Metric(MOMENT, WAY, "When this process last agreed on a change"),
    "request_seconds": Metric(HISTOGRAM, ("method", "route", "status"), "Requests answered, by route", SECONDS),
    "commit_group_size": Metric(HISTOGRAM, (), "Functions that one commit of the store made durable", SIZES),
    "queue_length": Metric(LEVEL, (*WAY, "state"), "Messages and deliveries that are not done; counted up to 100,000"),
    "dead_letters": Metric(LEVEL, WAY, "Messages and deliveries that were given up: a person decides"),
    "lag_seconds": Metric(LEVEL, WAY, "Age of the oldest message or delivery that is due now; 0 when none is"),
    "oldest_waiting_seconds": Metric(LEVEL, WAY, "Age of the oldest one, also of those that wait for a later attempt"),
    "poll_age_seconds": Metric(LEVEL, ("system", "object"), "How far back the polling position of an object lies"),
    "reviews_open": Metric(LEVEL, ("system", "kind"), "Conflicts and other questions that a person is to settle"),
    "oldest_review_seconds": Metric(LEVEL, ("system", "kind"), "Age of the oldest of them"),
    "drift_fields": Metric(LEVEL, ("system", "entity"), "Fields that differed in the sample of the last field audit"),
    "drift_records": Metric(LEVEL, ("system", "entity"), "Records that differed or were missing in that sample"),
    "audit_age_seconds": Metric(LEVEL, ("system", "entity"), "How long ago the last field audit ended"),
    "unsealed_entries": Metric(LEVEL, (), "Audit entries that the sealer has not chained; counted up to 10,000"),
    "unsealed_seconds": Metric(LEVEL, (), "Age of the oldest of them"),
    "held_mappings": Metric(LEVEL, ("system", "entity"), "Mappings that this process holds back"),
    "breaker_open": Metric(LEVEL, ("system", "operation"), "Of this process: 1 open, 0.5 probing, 0 closed"),
    "worker_trouble": Metric(LEVEL, ("worker",), "Workers of this process whose last turn failed"),
}


@dataclass(frozen=True)
class Level:
    """One value of a metric that is read, not counted."""

    name: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


class Meter(Protocol):
    """Keeps the counters of one process; names and labels are those of the table."""

    def count(self, name: str, amount: float = 1, /, **labels: str) -> None:
        """Add to a counter."""
        ...

    def observe(self, name: str, value: float, /, **labels: str) -> None:
        """Put a value into a histogram."""
        ...

    def mark(self, name: str, at: float, /, **labels: str) -> None:
        """Say when something last happened, in seconds since 1970."""
        ...

    def text(self, levels: Iterable[Level]) -> bytes:
        """Everything, with these levels, in the text format of Prometheus."""
        ...


class NoMeter:
    """Measures nothing."""

    def count(self, name: str, amount: float = 1, /, **labels: str) -> None:
        """Forget it."""

    def observe(self, name: str, value: float, /, **labels: str) -> None:
        """Forget it."""

    def mark(self, name: str, at: float, /, **labels: str) -> None:
        """Forget it."""

    def text(self, levels: Iterable[Level]) -> bytes:
        """Nothing."""
        del levels
        return b""
