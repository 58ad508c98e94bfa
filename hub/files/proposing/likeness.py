"""How likely two fields hold the same: by their names, their labels in both languages, and by pinyin."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from hub.files.proposing.aliases import ALIASES
from hub.files.proposing.pinyin import initials, spellings
from hub.files.proposing.places import Place
from hub.files.proposing.words import squeezed, words_of


@dataclass(frozen=True)
class Likeness:
    """Between 0 and 1, and what it was seen by."""

    share: float
    why: str


_PREFIX = re.compile(r"^F(?=[A-Z])|^[a-z]_")
"""Letters that some systems put before every name."""


def likeness(ours: Place, theirs: Place) -> Likeness:
    """The best of all signs."""
    signs = (
        Likeness(_by_name(ours, theirs), "name"),
        Likeness(_by_alias(ours, theirs), "a name that it often has"),
        Likeness(_by_label(ours, theirs), "label"),
        Likeness(_by_chinese(ours, theirs), "Chinese label"),
        Likeness(_by_pinyin(ours, theirs), "pinyin"),
    )
    best = max(signs, key=lambda sign: sign.share)
    return Likeness(best.share, "same name" if best.why == "name" and best.share == 1 else best.why)


def _by_name(ours: Place, theirs: Place) -> float:
    if squeezed(ours.path) == squeezed(theirs.path) != "":
        return 1.0
    points = any(_points(place) for place in (ours, theirs))
    here, there = (_words(place, points=points) for place in (ours, theirs))
    own = _share(here[0], there[0])
    whole = _share(here[0] | here[1], there[0] | there[1])
    return min(0.97, max(own * (1.0 if here[1] <= there[0] | there[1] else 0.85), whole) * 0.97)


def _points(place: Place) -> bool:
    """Whether a field holds another record's id."""
    return any(place.node.says(keyword) for keyword in ("x-ref", "x-refers-to", "prefixItems"))


def _words(place: Place, *, points: bool) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a field, and of the objects around it; the ``id`` of a reference is no word of its own."""
    last = words_of(place.name)
    own = last[:-1] if len(last) > 1 and last[-1] == "id" and points else last
    around = (word for name in place.names[:-1] for word in words_of(name))
    return frozenset(own), frozenset(around)


def _by_alias(ours: Place, theirs: Place) -> float:
    others = _aliases(".".join(ours.names)) | _aliases(ours.name)
    if squeezed(theirs.title("zh")) in others or squeezed(theirs.title("en")) in others:
        return 0.92
    names = (".".join(theirs.names[-2:]), theirs.name, _PREFIX.sub("", theirs.name))
    return next((share for share, name in zip((0.94, 0.92, 0.9), names, strict=True) if squeezed(name) in others), 0.0)


@cache
def _aliases(path: str) -> frozenset[str]:
    return frozenset(squeezed(name) for name in ALIASES.get(path, "").split(",") if name.strip())


def _by_label(ours: Place, theirs: Place) -> float:
    label = theirs.title("en")
    if not label:
        return 0.0
    there = frozenset(words_of(label))
    return 0.93 * max(_share(frozenset(words_of(text)), there) for text in (ours.title("en"), ours.name))


def _by_chinese(ours: Place, theirs: Place) -> float:
    one, other = ours.title("zh"), theirs.title("zh")
    if not one or not other:
        return 0.0
    return 0.98 if one == other else 0.9 * _near(one, other)


@cache
def _near(one: str, other: str) -> float:
    """How much of two labels is the same; one within the other, such as 名称 in 客户名称, counts for much."""
    if len(one) > 1 and len(other) > 1 and (one in other or other in one):
        return 0.8 + 0.2 * min(len(one), len(other)) / max(len(one), len(other))
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _by_pinyin(ours: Place, theirs: Place) -> float:
    title, name = ours.title("zh"), squeezed(theirs.name)
    if not title or not name.isascii():
        return 0.0
    if name in spellings(title):
        return 0.95
    if len(name) > 2 and name in initials(title):  # noqa: PLR2004 - two letters are anybody's initials
        return 0.72
    inside = any(len(title) > 1 and name.endswith(spelling) for spelling in spellings(title))
    return 0.7 if inside else 0.0


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
