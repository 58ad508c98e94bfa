"""The audit trail: who did what to which record, when; sealed into a chain."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Entry:
    """One audited act; ``payload`` is None after erasure."""

    id: int
    at: datetime
    actor: str
    action: str
    entity: str
    record_id: str
    correlation: str
    payload: Doc | None


@dataclass(frozen=True)
class Verdict:
    """What verification found; ``broken`` names the first bad row, None when the chain holds."""

    sealed: int
    unsealed: int
    head: str
    broken: str | None = None


@dataclass(frozen=True)
class Unread:
    """What a reader of the trail has not seen: from which place to which, its entries, and whether that is all."""

    entries: tuple[Entry, ...]
    since: int
    place: int
    at_end: bool


class Audit(Protocol):
    """The trail."""

    def write(self, actor: str, action: str, entity: str, record_id: str, correlation: str, payload: Doc) -> None:
        """Record an act in the present transaction, with its salted commitment."""
        ...

    def of_record(self, entity: str, record_id: str, *, limit: int = 200) -> list[Entry]:
        """The acts on a record, oldest first."""
        ...

    def of_correlation(self, correlation: str) -> list[Entry]:
        """The acts of one correlation, oldest first."""
        ...

    def seal(self, limit: int) -> int:
        """Chain committed entries that are not chained yet; says how many."""
        ...

    def unread(self, reader: str, entities: Collection[str], *, limit: int) -> Unread:
        """The acts on some kinds of records among the next ``limit`` that are sealed, in the order of their seals.

        What is sealed is committed, and what is committed later is sealed later: a reader misses nothing.
        """
        ...

    def read_up_to(self, reader: str, place: int) -> None:
        """Keep how far a reader has come."""
        ...

    def verify(self) -> Verdict:
        """Recompute every commitment and the chain."""
        ...

    def erase(self, entity: str, record_id: str) -> int:
        """Drop payloads and salts of a record's entries, keeping their commitments; says how many."""
        ...
