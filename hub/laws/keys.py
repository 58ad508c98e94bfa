"""Keys of list members: the same on both sides, or joined by the crosswalk where the remote assigns them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from hub.domain.mapping.paths import Condition, ListPath
from hub.domain.mapping.rules import ListRule
from hub.laws.crosswalk import LINKED, Crosswalk
from hub.laws.lists import Others
from hub.laws.schema import Schema, at, fits
from hub.laws.sides import Sides

FURTHER = "|7"
"""The second and every further key of a member over there."""
MemberKey: TypeAlias = tuple[Any, ...]
UNKNOWN = (LINKED + 1, LINKED + 2)
"""Numbers of members that were born over there and that no crosswalk knows yet."""


@dataclass(frozen=True)
class Keys:
    """The keys of one list; ``entity`` is its crosswalk, ``inner`` are the schemas of its members."""

    rule: ListRule
    inner: Sides
    entity: str
    system: str
    links: Crosswalk

    def both(self) -> tuple[tuple[MemberKey, ...], tuple[MemberKey, ...]]:
        """The hub's and the remote's keys, of which a document holds some."""
        if self.rule.remote_ids:
            return self._assigned()
        shared = tuple(tuple(self._parts(number)) for number in range(1, LINKED))
        return shared, shared

    def _parts(self, number: int) -> Iterator[Any]:
        for index, (ours, theirs) in enumerate(zip(self.rule.hub.keys, self.rule.remote.keys, strict=True)):
            places = (at(self.inner.hub, ours), at(self.inner.remote, theirs))
            whole = any(place is not None and place.types and "string" not in place.types for place in places)
            yield number if whole else f"L{number}" if index == 0 else f"{'AB'[number % 2]}{index}"

    def _assigned(self) -> tuple[tuple[MemberKey, ...], tuple[MemberKey, ...]]:
        self.links.further[self.entity] = FURTHER * (len(self.rule.remote.keys) - 1)
        ids = [self.links.remote_id(self.entity, number) for number in (*range(1, LINKED), *UNKNOWN)]
        known = [(self.links.hub_id(self.entity, number),) for number in range(1, LINKED)]
        born_there = [(f"{self.system}:{each}",) for each in ids[-len(UNKNOWN) :]]
        return (*known, *born_there), tuple(tuple(self._typed(each)) for each in ids)

    def _typed(self, remote_id: str) -> Iterator[Any]:
        for path, part in zip(self.rule.remote.keys, remote_id.split("|"), strict=True):
            place = at(self.inner.remote, path)
            whole = place is not None and bool(place.types) and "string" not in place.types
            yield int(part) if whole else part


def names_in(side: ListPath) -> list[tuple[str, ...]]:
    """The names in a member that the list itself fills: its keys, and what its conditions ask for."""
    return [*(path.names for path in side.keys), *((each.name,) for each in side.where)]


def may_lack(side: ListPath, inner: Schema | None) -> bool:
    """Whether a member may be without key."""
    return inner is None or not {path.names[0] for path in side.keys} & inner.required


def others(where: tuple[Condition, ...], inner: Schema | None) -> Others:
    """For each field that a condition asks for: values that the schema allows and that fail it."""
    found = {}
    for each in where:
        place = None if inner is None else inner.field(each.name)
        choices = ("other", "fax") if place is None or place.choices is None else place.choices
        found[each.name] = tuple(choice for choice in choices if choice not in each.values and fits(place, choice))
    return {name: tried for name, tried in found.items() if tried}
