"""The inbox: what arrived, raw, before anything is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hub.ports.failure import Failure


@dataclass(frozen=True)
class Message:
    """A received message; ``key`` is the sender's event id where it has one."""

    id: str
    source: str
    kind: str
    key: str | None
    raw: bytes
    correlation: str
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    state: str = "new"  # new | done | dead
    attempt: int = 0
    fence: int = 0
    error: str | None = None
    failure: Failure | None = None  # of what was given up
    not_before: datetime | None = None


class Inbox(Protocol):
    """Received messages."""

    def receive(self, message: Message) -> Message:
        """Store it; when (source, key) is known for ever, or an equal hint waits or is dead, give that one back."""
        ...

    def get(self, message_id: str) -> Message | None:
        """One message."""
        ...

    def claim(self, *, now: datetime, lease_for: timedelta, limit: int) -> list[Message]:
        """Lease waiting messages, oldest first; a lease that ended is taken over with a higher fence."""
        ...

    def done(self, message: Message) -> None:
        """Mark processed; StaleError when another worker has taken over."""
        ...

    def later(self, message: Message, *, not_before: datetime, error: str) -> None:
        """Give back for a later attempt."""
        ...

    def dead(self, message: Message, *, error: str, failure: Failure | None = None) -> None:
        """Give up: a person decides."""
        ...

    def replay(self, message_id: str, *, not_before: datetime | None = None) -> None:
        """Make a dead message new again, from then on; NotFoundError when it is not dead."""
        ...

    def drop(self, message_id: str) -> None:
        """Give a dead one up for good; NotFoundError when it is not dead."""
        ...

    def dead_ones(self, *, since: datetime | None = None, after: str = "", limit: int = 500) -> list[Message]:
        """Those that were given up, oldest first, a page after an id; ``since`` is when they came."""
        ...

    def release(self) -> int:
        """End every lease: for the one process that may write, when it starts after a crash; says how many."""
        ...

    def listing(self, *, state: str | None = None, limit: int = 100) -> list[Message]:
        """The newest messages."""
        ...
