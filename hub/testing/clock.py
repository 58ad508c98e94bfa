"""A clock that moves when it is told to, and ids that count."""

from datetime import datetime, timedelta
from itertools import count


class FakeClock:
    """Time stands until ``pass_by`` moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The present instant."""
        return self._now

    def pass_by(self, duration: timedelta) -> None:
        """Let time go by."""
        self._now += duration


class SerialIds:
    """Ids in the order of their making: readable in a failing test."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> str:
        """The next id."""
        return f"id{next(self._numbers):06d}"
