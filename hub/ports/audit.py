"""The audit trail: who did what to which record, when; sealed into a chain."""

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

    def verify(self) -> Verdict:
        """Recompute every commitment and the chain."""
        ...

    def erase(self, entity: str, record_id: str) -> int:
        """Drop payloads and salts of a record's entries, keeping their commitments; says how many."""
        ...
