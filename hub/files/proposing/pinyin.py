"""How our Chinese titles are read: many systems name fields by pinyin, in full or by initials."""

from collections.abc import Iterator
from functools import cache
from itertools import islice, product

MOST = 8
"""Readings of one title that are tried; few titles have two."""


@cache
def spellings(title: str) -> tuple[str, ...]:
    """A title in pinyin without spaces and tones, in all its readings."""
    return tuple("".join(each) for each in _syllables(title))


@cache
def initials(title: str) -> tuple[str, ...]:
    """The first letters of a title's syllables: 客户名称 is khmc."""
    return tuple(dict.fromkeys("".join(syllable[0] for syllable in each) for each in _syllables(title)))


def _syllables(title: str) -> Iterator[tuple[str, ...]]:
    from pypinyin import Style, pinyin  # noqa: PLC0415 - its dictionary takes longer to load than any other command runs

    read = pinyin(title.replace(" ", "").lower(), style=Style.NORMAL, heteronym=True)
    return islice(product(*read), MOST)
