"""A crosswalk for documents that are made: every id has exactly one counterpart, and another one for each entity."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

STRIDE = 1000
LINKED = 6
"""Numbers below this are linked; a remote id above is one that was born over there and that nobody here knows yet."""


MEMBER = re.compile(r"\[[^\]]*\]")


@dataclass
class Crosswalk:
    """Hub ids are ``entity-3``; remote ids are numbers written as text, apart for each entity: ``2003``.

    Members of members have the same ids in each member around them. Members that have several keys over there have
    the same further ones: ``2003|K``.
    """

    entities: list[str] = field(default_factory=list)
    further: dict[str, str] = field(default_factory=dict)

    def hub_id(self, entity: str, number: int) -> str:
        """The hub's id of a record."""
        return f"{plain(entity)}-{number}"

    def remote_id(self, entity: str, number: int) -> str:
        """The remote's id of the same record."""
        name = plain(entity)
        if name not in self.entities:
            self.entities.append(name)
        return f"{STRIDE * (1 + self.entities.index(name)) + number}{self.further.get(name, '')}"

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        """The remote id, or None where there is no link."""
        name, _, number = hub_id.rpartition("-")
        linked = name == plain(entity) and number.isdigit() and int(number) < LINKED
        return self.remote_id(entity, int(number)) if linked else None

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        """The hub id, or None where there is no link."""
        known = {self.remote_id(entity, number): number for number in range(LINKED)}
        return self.hub_id(entity, known[remote_id]) if remote_id in known else None


def plain(entity: str) -> str:
    """The crosswalk of a list, whichever member it stands in: ``invoice.lines[A].parts`` is ``invoice.lines.parts``."""
    return MEMBER.sub("", entity)


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
