"""Approved matches: what a person has said about a remote record that the ladder of adoption could not place."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Match:
    """A remote record is this record of ours, or new (no record); ``given`` are values that a new one is to have."""

    system: str
    object: str
    external_id: str
    entity: str
    record_id: str | None
    by: str
    at: datetime
    given: Doc = field(default_factory=dict)


class Matches(Protocol):
    """Approved matches by remote record."""

    def get(self, system: str, name: str, external_id: str) -> Match | None:
        """What was said about a remote record."""
        ...

    def save(self, match: Match) -> None:
        """Remember, in place of what was said before."""
        ...
