"""Runs: long works over a whole system, how far they came and what they found."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Run:
    """One run; ``object`` is empty for one over a whole system, ``position`` is where it goes on."""

    id: str
    kind: str
    system: str
    object: str
    state: str  # running | done | failed
    started_at: datetime
    position: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    ended_at: datetime | None = None
    detail: Doc = field(default_factory=dict)


class Runs(Protocol):
    """What was run."""

    def save(self, run: Run) -> None:
        """Insert or replace."""
        ...

    def get(self, run_id: str) -> Run | None:
        """One run."""
        ...

    def last(self, kind: str, system: str, name: str, *, state: str | None = None) -> Run | None:
        """The newest run of a kind over an object of a system; of one state where asked."""
        ...

    def listing(self, *, kind: str, system: str | None = None, limit: int = 100) -> list[Run]:
        """The newest runs of a kind, newest first."""
        ...
