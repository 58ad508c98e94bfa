"""How full the queues are, and since when: what a scrape asks of the tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Waiting:
    """The open rows of one system in one direction: how many by state, since when the oldest waits or is due."""

    system: str
    direction: str  # in | out
    by_state: dict[str, int]
    oldest: datetime | None
    oldest_due: datetime | None


@dataclass(frozen=True)
class Asked:
    """The open reviews of a kind: how many, and since when the oldest waits."""

    system: str
    kind: str
    count: int
    oldest: datetime


@dataclass(frozen=True)
class Unsealed:
    """The audit entries that are not chained yet."""

    count: int
    oldest: datetime | None


class Levels(Protocol):
    """Small, indexed questions; a scrape asks all of them."""

    def waiting(self, *, now: datetime) -> list[Waiting]:
        """What is in the queues and not done, by system and direction; counts end at 100,000 each."""
        ...

    def outgoing(self, system: str) -> dict[str, tuple[int, datetime | None]]:
        """How many wait to be sent to a system, and since when the oldest does, by entity; counts end at 100,000."""
        ...

    def dead(self) -> dict[tuple[str, str], int]:
        """What was given up, by system and direction."""
        ...

    def positions(self) -> dict[tuple[str, str], datetime]:
        """Polling positions by system and object."""
        ...

    def reviews(self) -> list[Asked]:
        """Open reviews by system and kind."""
        ...

    def unsealed(self) -> Unsealed:
        """Audit entries without a seal; the count ends at 10,000."""
        ...
