"""Reviews: what a person has to settle (conflicts, adoptions, facts that break a guard)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Review:
    """One open question about one record."""

    id: str
    kind: str  # conflict | adoption | fact | inbound
    entity: str
    record_id: str
    system: str
    detail: Doc
    correlation: str
    created_at: datetime
    state: str = "open"  # open | settled


class Reviews(Protocol):
    """The review queue."""

    def open(self, review: Review) -> None:
        """Ask; an equal open question (kind, record, system, detail path) is asked once."""
        ...

    def get(self, review_id: str) -> Review | None:
        """One review."""
        ...

    def settle(self, review_id: str) -> None:
        """Close the question; ConflictError when it is closed already."""
        ...

    def listing(self, *, state: str = "open", limit: int = 100) -> list[Review]:
        """The newest reviews."""
        ...
