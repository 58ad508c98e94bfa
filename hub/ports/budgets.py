"""What was asked of a system today, so that a restart does not begin the day anew."""

from datetime import date
from typing import Protocol


class Budgets(Protocol):
    """Calls by system and day."""

    def take(self, system: str, day: date, amount: int, *, ceiling: int) -> int:
        """Take so many calls from the day, as far as the ceiling allows; says how many were taken."""
        ...

    def used(self, system: str, day: date) -> int:
        """How many calls were taken from the day."""
        ...
