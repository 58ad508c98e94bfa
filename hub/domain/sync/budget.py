"""How much we may ask of a system, by second and by day; a share of the day is kept for live work.

Bulk work (initial loads, sweeps, mass replay) is parked when it has used its share; live work goes on until the whole
is used. A day is one of UTC.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from math import ceil

PORTIONS = 200  # a day's budget is taken from the table in so many portions: a restart may waste one


@dataclass(frozen=True)
class Budget:
    """What an operator allows; None: no limit. ``reserve``: percent that bulk work leaves to live work."""

    per_second: int | None = None
    per_day: int | None = None
    reserve: int = 20

    def ceiling(self, *, bulk: bool) -> int | None:
        """How much of the day such work may use."""
        if self.per_day is None:
            return None
        return self.per_day * (100 - self.reserve) // 100 if bulk else self.per_day

    @property
    def portion(self) -> int:
        """How much is taken from the day at a time."""
        return max((self.per_day or 0) // PORTIONS, 1)


@dataclass(frozen=True)
class Bucket:
    """Tokens of the second: full, it holds what one second allows; it fills as time goes by."""

    per_second: int
    tokens: float
    at: datetime

    def at_time(self, now: datetime) -> "Bucket":
        """The bucket as it is now."""
        passed = max((now - self.at).total_seconds(), 0)
        return replace(self, tokens=min(self.tokens + passed * self.per_second, self.per_second), at=now)

    def taken(self) -> "Bucket":
        """One token less."""
        return replace(self, tokens=self.tokens - 1)

    def next_at(self) -> datetime:
        """When there is a whole token again."""
        return self.at + timedelta(microseconds=ceil(max(1 - self.tokens, 0) / self.per_second * 1_000_000))


def next_day(now: datetime) -> datetime:
    """When the budget of a day begins anew."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
