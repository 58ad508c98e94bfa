"""The outbox: what is to be sent, written in the transaction that made it due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hub.domain.documents import Doc
from hub.ports.failure import Failure

OPEN_STATES = ("ready", "sent", "unknown")


@dataclass(frozen=True)
class Delivery:
    """One obligation to tell one system about one record."""

    id: str
    system: str
    entity: str
    record_id: str
    correlation: str
    created_at: datetime
    goal: str | None = None  # the remote state a document must reach; None: a record synced by state
    state: str = "ready"  # ready | sent | unknown | done | dead
    payload: Doc | None = None  # frozen once sent
    attempt: int = 0
    not_before: datetime | None = None
    fence: int = 0
    sent_at: datetime | None = None
    error: str | None = None
    failure: Failure | None = None  # of what was given up
    bulk: bool = False  # may wait until live work is done, and until tomorrow's budget
    leased_until: datetime | None = None


class Outbox(Protocol):
    """Deliveries, in order per record, parallel across records."""

    def enqueue(self, delivery: Delivery) -> None:
        """Add; a record's delivery that still waits unsent absorbs a second one for the same system."""
        ...

    def get(self, delivery_id: str) -> Delivery | None:
        """One delivery."""
        ...

    def bind(self, entity: str, record_id: str, system: str) -> bool:
        """Choose the one route of an obligation, for ever; whether it is this system."""
        ...

    def rebind(self, entity: str, record_id: str, system: str) -> None:
        """Choose another route for an obligation, by a person's decision."""
        ...

    def claim(
        self, system: str, *, now: datetime, lease_for: timedelta, limit: int, live_only: bool = False
    ) -> list[Delivery]:
        """Lease due deliveries, at most one per record; a lease that ended is taken over with a higher fence."""
        ...

    def intend(self, delivery: Delivery, payload: Doc, *, now: datetime, until: datetime) -> Delivery:
        """Freeze what is about to be sent, before the call, and extend the lease; StaleError when taken over."""
        ...

    def uncertain(self, delivery: Delivery, *, not_before: datetime, error: str) -> None:
        """The call may have happened: look there before writing again."""
        ...

    def later(self, delivery: Delivery, *, not_before: datetime, error: str) -> None:
        """It certainly did not happen: try again later."""
        ...

    def hand_back(
        self, delivery: Delivery, *, not_before: datetime, doubt: bool = False, error: str | None = None
    ) -> None:
        """Nothing was attempted, so no attempt counts; due again at a time to come, with the doubt there was."""
        ...

    def done(self, *deliveries: Delivery) -> None:
        """Delivered, all of them; StaleError when one was taken over."""
        ...

    def dead(self, delivery: Delivery, *, error: str, failure: Failure | None = None) -> None:
        """Give up: a person decides."""
        ...

    def replay(self, delivery_id: str, *, bulk: bool = False, not_before: datetime | None = None) -> None:
        """Make a dead delivery due again, from then on; NotFoundError when it is not dead."""
        ...

    def drop(self, delivery_id: str) -> None:
        """Give a dead one up for good; NotFoundError when it is not dead."""
        ...

    def dead_ones(self, *, since: datetime | None = None, after: str = "", limit: int = 500) -> list[Delivery]:
        """Those that were given up, oldest first, a page after an id; ``since`` is when they came."""
        ...

    def waiting(self, entity: str, record_id: str) -> list[Delivery]:
        """Open and dead deliveries of a record."""
        ...

    def of_record(self, entity: str, record_id: str, *, limit: int = 50) -> list[Delivery]:
        """The newest deliveries of a record, in every state, oldest first."""
        ...

    def listing(self, *, system: str | None = None, state: str | None = None, limit: int = 100) -> list[Delivery]:
        """The newest deliveries."""
        ...

    def release(self) -> int:
        """End every lease: for the one process that may write, when it starts after a crash; says how many."""
        ...

    def open_count(self) -> int:
        """How many are not done and not dead."""
        ...

    def in_flight(self, system: str, entity: str) -> frozenset[str]:
        """Our ids of records with a call of which the outcome is not recorded yet."""
        ...
