"""Which field of the hub goes with which field of another system: the best pairs, each field once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.domain.mapping.rules import Direction
from hub.files.proposing.carrying import ALL_WAYS, Carriage, Locale, carriage
from hub.files.proposing.forms import form_of
from hub.files.proposing.likeness import likeness
from hub.files.proposing.places import Place, is_writable, places_of
from hub.files.schema_tree import SchemaNode

LEAST = 0.5
"""Confidence below which two fields are no pair."""
LIKELY = 90
"""Percent from which a field may well be the partner of another one."""
OURS_ALONE = frozenset({"id", "version", "created_at", "updated_at"})
"""Fields that the hub writes for itself."""
KEYS = ("id", "line_id", "name", "code", "key", "uuid", "number")
POSITIONS = frozenset({"idx", "index", "line_no", "pos", "position", "row", "seq", "sequence", "line_number"})


@dataclass(frozen=True)
class Pair:
    """A field of each side, how sure it is that they belong together, and how the value is carried.

    A pair of lists has ``members``, and the keys by which their members are aligned.
    """

    ours: Place
    theirs: Place
    confidence: int
    why: str
    carriage: Carriage
    members: "tuple[Pair, ...]" = ()
    keys: tuple[str, str] | None = None

    @property
    def ways(self) -> tuple[Direction, ...]:
        """The directions to try, in this order."""
        return self.carriage.ways


@dataclass(frozen=True)
class Paired:
    """The pairs in the order of the hub's schema, and what has no partner over there."""

    pairs: tuple[Pair, ...]
    ours_left: tuple[Place, ...]
    theirs_left: tuple[Place, ...]


def pair_up(ours: SchemaNode, theirs: SchemaNode, where: Locale, depth: int = 0) -> Paired:
    """The pairs between two objects."""
    here = [place for place in places_of(ours) if _is_open(place) and all(map(is_writable, place.names))]
    there = places_of(theirs)
    taken_here: set[tuple[str, ...]] = set()
    taken_there: set[tuple[str, ...]] = set()
    pairs: list[Pair] = []
    candidates = _candidates(here, there, where, depth)
    likely = Counter(pair.ours.names for pair in candidates if pair.confidence >= LIKELY)
    for pair in sorted(candidates, key=lambda pair: _rank(pair, contested=likely[pair.ours.names] > 1)):
        if pair.ours.names not in taken_here and pair.theirs.names not in taken_there:
            taken_here.add(pair.ours.names)
            taken_there.add(pair.theirs.names)
            pairs.append(pair)
    order = {place.names: index for index, place in enumerate(here)}
    return Paired(
        tuple(sorted(pairs, key=lambda pair: order[pair.ours.names])),
        tuple(place for place in here if place.names not in taken_here),
        tuple(place for place in there if place.names not in taken_there),
    )


def _is_open(place: Place) -> bool:
    return not (len(place.names) == 1 and place.name in OURS_ALONE) and not place.node.says("readOnly")


def _rank(pair: Pair, *, contested: bool) -> tuple[int, bool, int, int, str, str]:
    """The surest first; of two that are as sure, the same name: unless another field could well be that one of ours."""
    another = pair.ours.name != pair.theirs.name or contested
    return -pair.confidence, another, len(pair.ours.names), len(pair.theirs.names), pair.ours.path, pair.theirs.path


def _candidates(here: Sequence[Place], there: Sequence[Place], where: Locale, depth: int) -> list[Pair]:
    found = []
    for theirs in (place for place in there if all(map(is_writable, place.names))):
        for ours in here:
            pair = (
                _lists(ours, theirs, where, depth) if ours.is_list and theirs.is_list else _values(ours, theirs, where)
            )
            if pair is not None and pair.confidence >= LEAST * 100:
                found.append(pair)
    return found


def _values(ours: Place, theirs: Place, where: Locale) -> Pair | None:
    sign = likeness(ours, theirs)
    if sign.share < LEAST:
        return None
    found = carriage(ours.node, theirs.node, where)
    if found is None:
        return None
    if theirs.required and "null" in found.options:  # it must be there: nothing can neither be left out nor written
        found = replace(found, options={name: value for name, value in found.options.items() if name != "null"})
    special = form_of(ours.node)
    meets = special not in ("text", "enum") and special == form_of(theirs.node)
    return Pair(ours, theirs, _percent(sign.share * found.fit + (0.05 if meets else 0.0)), sign.why, found)


def _lists(ours: Place, theirs: Place, where: Locale, depth: int) -> Pair | None:
    sign = likeness(ours, theirs)
    mine, other = ours.node.items, theirs.node.items
    if sign.share < LEAST or mine is None or other is None or depth > 1:
        return None
    keys = _key(ours.node, mine), _key(theirs.node, other)
    if keys[0] is None or keys[1] is None:
        return None
    inside = pair_up(mine, other, where, depth + 1)
    members = tuple(pair for pair in inside.pairs if pair.ours.names != (keys[0],) and pair.theirs.names != (keys[1],))
    if not members:
        return None
    read_only = theirs.node.says("readOnly")
    ways = (Direction.PULL,) if read_only else ALL_WAYS
    return Pair(ours, theirs, _percent(sign.share * 0.9), sign.why, Carriage({}, ways), members, (keys[0], keys[1]))


def _key(node: SchemaNode, member: SchemaNode) -> str | None:
    """The field that tells members apart: what the schema says, else a field that is usually one."""
    stated = node.says("x-key")
    if isinstance(stated, str) and stated in member.properties and stated.lower() not in POSITIONS:
        return stated
    names = {name.lower(): name for name in member.properties}
    return next((names[name] for name in KEYS if name in names), None)


def _percent(share: float) -> int:
    return max(0, min(99, round(share * 100)))
