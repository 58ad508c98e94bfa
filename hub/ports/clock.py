"""Time, asked for and never taken."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...
