"""Reviews: what a person has to settle (conflicts, adoptions, deletions, duplicates, facts that break a guard)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Review:
    """One question about one record; ``detail`` may hold personal values, and is sealed where it is kept."""

    id: str
    kind: str  # conflict | adoption | gone | duplicate | fact
    entity: str
    record_id: str
    system: str
    detail: Doc
    correlation: str
    created_at: datetime
    state: str = "open"  # open | settled | ended: nobody had to decide any more
    settled_at: datetime | None = None
    settled_by: str = ""


@dataclass(frozen=True)
class Wanted:
    """Which reviews a listing is to have; empty means any. ``after`` is the id that a page goes on behind."""

    state: str = "open"
    kind: str = ""
    system: str = ""
    entity: str = ""
    record_id: str = ""
    after: str = ""


class Reviews(Protocol):
    """The review queue."""

    def open(self, review: Review) -> None:
        """Ask; an equal open question (kind, record, system, detail path) is asked once, with the present values."""
        ...

    def get(self, review_id: str) -> Review | None:
        """One review."""
        ...

    def ask_anew(self, review_id: str, detail: Doc) -> None:
        """Put present values into an open question."""
        ...

    def settle(self, review_id: str, *, by: str = "", at: datetime | None = None, detail: Doc | None = None) -> None:
        """Close the question, with what was decided in ``detail``; ConflictError when it is closed already."""
        ...

    def end(self, review_id: str) -> None:
        """Close an open question that nobody has to decide any more."""
        ...

    def listing(self, wanted: Wanted = Wanted(), *, limit: int = 100) -> list[Review]:
        """The newest reviews."""
        ...

    def counts(self) -> dict[str, int]:
        """How many are open, by kind."""
        ...
