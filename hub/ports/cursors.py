"""Where polling goes on, per system and object."""

from datetime import datetime
from typing import Protocol


class Cursors(Protocol):
    """Polling positions."""

    def get(self, system: str, name: str) -> datetime | None:
        """The lower bound of the next poll, or None before the first."""
        ...

    def save(self, system: str, name: str, position: datetime) -> None:
        """Move the position; it never moves backwards."""
        ...
