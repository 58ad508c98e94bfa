"""What a connector may also do: let its system describe its objects, in that system's own words."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Description:
    """A system's description of one object; ``kind`` is the kind of schema import that reads it."""

    kind: str
    document: Doc


@runtime_checkable
class Describing(Protocol):
    """A connector whose system describes itself."""

    def describe(self, name: str) -> Description | None:
        """What the system says of an object now; None of one that only the connector knows."""
        ...
