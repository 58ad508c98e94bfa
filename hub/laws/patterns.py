"""Texts that a regular expression allows."""

from collections.abc import Callable
from random import Random
from re import _constants, _parser  # type: ignore[attr-defined]  # the parsed pattern has no public form
from typing import Any

MOST = 6  # repetitions beyond the least, where the pattern sets no end
LONGEST = 64  # repetitions at all: a pattern within a pattern may ask for millions
LETTERS = "abcXYZ019 -_甲乙😀"
CLASSES: dict[Any, str] = {
    _constants.CATEGORY_DIGIT: "0189",
    _constants.CATEGORY_NOT_DIGIT: "ax甲",
    _constants.CATEGORY_SPACE: " ",
    _constants.CATEGORY_NOT_SPACE: "a9甲",
    _constants.CATEGORY_WORD: "aZ0_",
    _constants.CATEGORY_NOT_WORD: "- ",
}


def sample(pattern: str, rng: Random) -> str:
    """A text that the pattern probably finds; look-arounds are not understood, so the caller checks it."""
    return _texts(_parser.parse(pattern), rng)


def _texts(tree: Any, rng: Random) -> str:
    return "".join(_text(kind, value, rng) for kind, value in tree)


def _text(kind: Any, value: Any, rng: Random) -> str:
    writer = WRITERS.get(kind)
    return writer(value, rng) if writer is not None else ""


def _one_of(members: Any, rng: Random) -> str:
    if members and members[0][0] is _constants.NEGATE:
        refused = {_member(kind, value, rng) for kind, value in members[1:]}
        return rng.choice([letter for letter in LETTERS if letter not in refused])
    kind, value = rng.choice(members)
    return _member(kind, value, rng)


def _member(kind: Any, value: Any, rng: Random) -> str:
    if kind is _constants.RANGE:
        return chr(rng.randint(*value))
    return rng.choice(CLASSES[value]) if kind is _constants.CATEGORY else chr(value)


def _repeated(value: Any, rng: Random) -> str:
    least, most, tree = value
    least = min(least, LONGEST)
    return "".join(_texts(tree, rng) for _ in range(rng.randint(least, min(int(most), least + MOST))))


WRITERS: dict[Any, Callable[[Any, Random], str]] = {
    _constants.LITERAL: lambda value, _: chr(value),
    _constants.NOT_LITERAL: lambda value, rng: rng.choice(LETTERS.replace(chr(value), "")),
    _constants.ANY: lambda _, rng: rng.choice(LETTERS),
    _constants.IN: _one_of,
    _constants.BRANCH: lambda value, rng: _texts(rng.choice(value[1]), rng),
    _constants.SUBPATTERN: lambda value, rng: _texts(value[3], rng),
    _constants.MAX_REPEAT: _repeated,
    _constants.MIN_REPEAT: _repeated,
}
