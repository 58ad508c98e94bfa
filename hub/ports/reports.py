"""Reports: what a comparison of a system with the hub found, kept as it was made, and signed off where it counts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Report:
    """One report; ``object`` is empty for one over a whole system, ``position`` is where the next one goes on."""

    id: str
    kind: str
    system: str
    object: str
    state: str  # running | done | failed | signed
    started_at: datetime
    position: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    ended_at: datetime | None = None
    detail: Doc = field(default_factory=dict)


class Reports(Protocol):
    """What was found."""

    def save(self, run: Report) -> None:
        """Insert or replace."""
        ...

    def get(self, run_id: str) -> Report | None:
        """One report."""
        ...

    def last(self, kind: str, system: str, name: str, *, state: str | None = None) -> Report | None:
        """The newest report of a kind over an object of a system; of one state where asked."""
        ...

    def listing(self, *, kind: str, system: str | None = None, limit: int = 100) -> list[Report]:
        """The newest reports of a kind, newest first."""
        ...
