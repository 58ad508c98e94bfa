"""The inbox: what arrived, raw, before anything is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol


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
    not_before: datetime | None = None
    subject: str | None = None  # the remote record that a hint is about: its hints are worked off one after another
    waits_for: str | None = None  # the subject without whose link it cannot be taken in


class Inbox(Protocol):
    """Received messages."""

    def receive(self, message: Message) -> Message:
        """Store it; when (source, key) is known for ever, or an equal hint waits or is dead, give that one back."""
        ...

    def get(self, message_id: str) -> Message | None:
        """One message."""
        ...

    def claim(self, source: str | None = None, *, now: datetime, lease_for: timedelta, limit: int) -> list[Message]:
        """Lease waiting messages (of one source), oldest first; none of a subject that is being worked on.

        A lease that ended is taken over with a higher fence.
        """
        ...

    def done(self, message: Message) -> None:
        """Mark processed; StaleError when another worker has taken over."""
        ...

    def later(self, message: Message, *, not_before: datetime, error: str) -> None:
        """Give back for a later attempt."""
        ...

    def park(self, message: Message, *, waits_for: str, not_before: datetime, error: str) -> None:
        """Give back until ``wake`` is called for what it waits for, or until ``not_before``."""
        ...

    def wake(self, source: str, subject: str) -> int:
        """Make what waits for a subject due now; says how many messages that were."""
        ...

    def waiting_for(self, source: str, subject: str) -> str | None:
        """What the parked message of a subject waits for; None where none is parked."""
        ...

    def dead(self, message: Message, *, error: str) -> None:
        """Give up: a person decides."""
        ...

    def replay(self, message_id: str) -> None:
        """Make a dead message new again; NotFoundError when it is not dead."""
        ...

    def release(self) -> int:
        """End every lease: for the one process that may write, when it starts after a crash; says how many."""
        ...

    def listing(self, *, state: str | None = None, limit: int = 100) -> list[Message]:
        """The newest messages."""
        ...
