"""Timers are data: a due time per ticket and target, fired by one set-based sweep."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Timer:
    """Something to do for a record at a time: ``kind`` warn | breach | escalate_N | call_timeout ..."""

    entity: str
    record_id: str
    name: str
    kind: str
    due_at: datetime


class Timers(Protocol):
    """Armed timers."""

    def arm(self, entity: str, record_id: str, timers: tuple[Timer, ...]) -> None:
        """Replace the record's timers by these."""
        ...

    def take_due(self, *, now: datetime, limit: int) -> list[Timer]:
        """Take due timers away, earliest first: who takes them acts on them in the same transaction."""
        ...
