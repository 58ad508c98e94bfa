"""A crosswalk for documents that are made: every id has exactly one counterpart, and another one for each entity."""

from collections.abc import Mapping
from dataclasses import dataclass, field

STRIDE = 1000
LINKED = 6
"""Numbers below this are linked; a remote id above is one that was born over there and that nobody here knows yet."""


@dataclass
class Crosswalk:
    """Hub ids are ``entity-3``; remote ids are numbers written as text, apart for each entity: ``2003``."""

    entities: list[str] = field(default_factory=list)

    def hub_id(self, entity: str, number: int) -> str:
        """The hub's id of a record."""
        return f"{entity}-{number}"

    def remote_id(self, entity: str, number: int) -> str:
        """The remote's id of the same record."""
        if entity not in self.entities:
            self.entities.append(entity)
        return str(STRIDE * (1 + self.entities.index(entity)) + number)

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        """The remote id, or None where there is no link."""
        name, _, number = hub_id.rpartition("-")
        linked = name == entity and number.isdigit() and int(number) < LINKED
        return self.remote_id(entity, int(number)) if linked else None

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        """The hub id, or None where there is no link."""
        first = int(self.remote_id(entity, 0))
        number = int(remote_id) - first if remote_id.isdigit() else -1
        return self.hub_id(entity, number) if 0 <= number < LINKED else None


@dataclass(frozen=True)
class RecordedLinks:
    """The crosswalk that a recorded pair states: entity to hub id to remote id."""

    pairs: Mapping[str, Mapping[str, str]]

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        """The remote id that was recorded."""
        return self.pairs.get(entity, {}).get(hub_id)

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        """The hub id that was recorded."""
        return next((ours for ours, theirs in self.pairs.get(entity, {}).items() if theirs == remote_id), None)
