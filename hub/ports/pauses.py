"""Systems that a person has paused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Pause:
    """Who has paused a system, when and why."""

    system: str
    at: datetime
    by: str
    reason: str


class Pauses(Protocol):
    """At most one for each system."""

    def get(self, system: str) -> Pause | None:
        """The pause of a system."""
        ...

    def all(self) -> Mapping[str, Pause]:
        """All there are, by system."""
        ...

    def put(self, pause: Pause) -> None:
        """Pause a system."""
        ...

    def end(self, system: str) -> None:
        """End its pause."""
        ...
