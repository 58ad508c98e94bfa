"""The trace: the stops that a message passed, with times."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

STOPS = ("received", "taken_up", "fetched", "pulled", "merged", "applied", "reacted", "delivered")


@dataclass(frozen=True)
class Stop:
    """One stop of one message: an English template with parameters says what happened there."""

    correlation: str
    at: datetime
    stop: str
    system: str
    entity: str
    record_id: str
    template: str
    params: dict[str, object]


class Trace(Protocol):
    """Stops by correlation and by record."""

    def note(self, stop: Stop) -> None:
        """Remember that a message passed a stop."""
        ...

    def of_correlation(self, correlation: str) -> list[Stop]:
        """The stops of a message, in order."""
        ...

    def of_record(self, entity: str, record_id: str, *, limit: int = 200) -> list[Stop]:
        """The stops that concerned a record, in order."""
        ...

    def recent(self, *, limit: int = 50) -> list[Stop]:
        """The newest stop of each of the newest messages."""
        ...
