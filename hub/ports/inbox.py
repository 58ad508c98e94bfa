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

    def done(self, *messages: Message) -> None:
        """Mark processed; StaleError when another worker has taken over one of them."""
        ...

    def later(self, message: Message, *, not_before: datetime, error: str) -> None:
        """Give back for a later attempt."""
        ...

    def park(self, message: Message, *, waits_for: str, not_before: datetime, error: str) -> None:
        """Give back until ``wake`` is called for what it waits for, or until ``not_before``."""
        ...

    def wake(self, source: str, subject: str) -> int:
        """Make what waits for a subject due now, dead or not; says how many messages that were."""
        ...

    def waiting_for(self, source: str, subject: str) -> str | None:
        """What the parked message of a subject waits for; None where none is parked."""
        ...

    def has_new(self, source: str, subject: str) -> bool:
        """Whether a message of the subject is yet to be processed."""
        ...

    def dead(
        self, message: Message, *, error: str, failure: Failure | None = None, waits_for: str | None = None
    ) -> None:
        """Give up: a person decides, or the subject that it waits for comes after all."""
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
