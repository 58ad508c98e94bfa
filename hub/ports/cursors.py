"""Where polling goes on, per system and object."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Cursor:
    """Up to where a system's changes were taken in completely, and what was seen of its feed.

    ``polled_at`` is the last complete poll, ``told_at`` the last one that was told anything, ``note`` why the feed was
    read anew the last time (an English sentence).
    """

    system: str
    object: str
    position: datetime
    polled_at: datetime | None = None
    told_at: datetime | None = None
    note: str | None = None


class Cursors(Protocol):
    """Polling positions."""

    def get(self, system: str, name: str) -> datetime | None:
        """The lower bound of the next poll, or None before the first."""
        ...

    def save(self, system: str, name: str, position: datetime) -> None:
        """Move the position; it never moves backwards."""
        ...

    def polled(self, system: str, name: str, *, at: datetime, told: bool) -> None:
        """Remember a complete poll, and whether the system told anything at all."""
        ...

    def set_back(self, system: str, name: str, position: datetime, note: str) -> None:
        """Put the position where it must be, also backwards, and say why."""
        ...

    def listing(self) -> list[Cursor]:
        """All of them."""
        ...
