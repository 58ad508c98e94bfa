"""Lists for documents: those that are aligned by key, and those of which selectors take a member."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.paths import Condition, ListPath, Path, Select, satisfies
from hub.laws.documents import MappedField

MEMBERS = 4
FOREIGN = 2
SEVERAL = (1, 1, 2, 3)  # how many members a selector that takes the first one finds
NOW_AND_THEN = 0.2

Others = Mapping[str, tuple[Any, ...]]


@dataclass
class SelectedList:
    """A list of which selectors take members: none, one or several that match, and others that no rule means."""

    path: Path
    fields: dict[Select, list[MappedField]]  # their paths begin at the member
    ours: Callable[[float], Doc]
    foreign: Callable[[float], Doc]
    others: Others  # values of the fields that conditions ask for

    def fill(self, doc: Doc, rng: Random, share: float) -> None:
        """Write the list, unless nothing is in it and nothing must be."""
        listed = [member for select in self.fields for member in self._matching(select, rng, share)]
        listed += self._foreign(rng, share)
        rng.shuffle(listed)
        if listed or rng.random() < share:
            self.path.write(doc, listed)

    def _matching(self, select: Select, rng: Random, share: float) -> list[Doc]:
        needed = any(each.needed for each in self.fields[select])
        if not needed and (share == 0 or (share < 1 and rng.random() < NOW_AND_THEN)):
            return []
        count = rng.choice(SEVERAL) if select.first else 1
        return [self._member(select, rng, share) for _ in range(count)]

    def _member(self, select: Select, rng: Random, share: float) -> Doc:
        member = self.ours(share) | chosen(select.where, rng)
        for each in self.fields[select]:
            each.fill(member, rng, share)
        return member

    def _foreign(self, rng: Random, share: float) -> list[Doc]:
        made = [self.foreign(share) | self._other(rng) for _ in range(rng.randint(0, FOREIGN) if share else 0)]
        return [member for member in made if not any(satisfies(member, select.where) for select in self.fields)]

    def _other(self, rng: Random) -> Doc:
        return {name: rng.choice(values) for name, values in self.others.items() if values}


@dataclass
class KeyedList:
    """A list aligned by key: unique keys that both sides share in part, members without key, members of others."""

    side: ListPath
    keys: tuple[tuple[Any, ...], ...]
    member: Callable[[float], Doc]
    keyless: bool
    others: Others

    def fill(self, doc: Doc, rng: Random, share: float) -> None:
        """Write the list, or leave it out now and then."""
        if not self.keys or share == 0 or (share < 1 and rng.random() < NOW_AND_THEN):
            return
        count = rng.randint(2 if share == 1 else 0, MEMBERS)
        listed = [self._member(key, rng, share) for key in rng.sample(self.keys, min(count, len(self.keys)))]
        listed += self._strangers(rng, share)
        rng.shuffle(listed)
        self.side.path.write(doc, listed)

    def _member(self, key: tuple[Any, ...], rng: Random, share: float) -> Doc:
        member = self.member(share) | chosen(self.side.where, rng)
        for path, part in zip(self.side.keys, key, strict=True):
            path.write(member, part)
        return member

    def _strangers(self, rng: Random, share: float) -> list[Doc]:
        """Members that are not ours: without a key, or outside the conditions."""
        made = [self.member(share) | chosen(self.side.where, rng)] if self.keyless and rng.random() < share else []
        if self.side.where and rng.random() < share:
            key = rng.choice(self.keys)
            made.append(
                self._member(key, rng, share) | {name: rng.choice(values) for name, values in self.others.items()}
            )
        return [member for member in made if not self._clashes(member)]

    def _clashes(self, member: Doc) -> bool:
        """Whether a stranger would be taken for one of ours."""
        keyed = all(path.read(member) for path in self.side.keys)
        return bool(keyed) and bool(self.side.where) and satisfies(member, self.side.where)


def chosen(where: tuple[Condition, ...], rng: Random) -> Doc:
    """Fields that fulfil the conditions."""
    return {condition.name: rng.choice(condition.values) for condition in where}
