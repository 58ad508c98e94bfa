"""Full-text tokens, made here so that every database finds the same records.

Tokens hold letters and digits alone, so that no database takes them apart again. Chinese, Japanese and Korean runs
become single characters and pairs; words become English stems; numbers and serials stay whole, and of a serial that is
written with separators (SN-2024/0815) every run of neighbouring parts is found too.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import snowballstemmer

_KANA_AND_MARKS = "\u3005\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff"
_CJK = _KANA_AND_MARKS + "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = rf"[^\W_{_CJK}]+"
_RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<word>{_WORD}(?:[-_/.]{_WORD})*)")
_PARTS = re.compile(r"[-_/.]")
_DIGIT = re.compile(r"\d")
_MOST_PARTS = 8
MAX_TOKEN = 64
_STEMMER = snowballstemmer.stemmer("english")


def tokens_for_index(text: str) -> list[str]:
    """The tokens under which a text is found, in the order of the text, repeats included."""
    return [token for kind, run in _runs(text) for token in _INDEXED[kind](run)]


def tokens_for_query(text: str) -> list[str]:
    """The tokens that a record must all have, each once; none when the text holds no letter or digit."""
    return list(dict.fromkeys(token for kind, run in _runs(text) for token in _ASKED[kind](run)))


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Runs of one script: ``cjk``, ``word`` (words joined by marks count one by one) or ``serial``."""
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).casefold()):
        run = match[0]
        if match["cjk"]:
            yield "cjk", run
        elif _DIGIT.search(run):
            yield "serial", run
        else:
            yield from (("word", word) for word in _PARTS.split(run))


def _pairs(run: str) -> list[str]:
    return [left + right for left, right in pairwise(run)]


def _cjk_asked(run: str) -> list[str]:
    return [run] if len(run) == 1 else _pairs(run)


def _serial_indexed(run: str) -> list[str]:
    """Every run of neighbouring parts; of very long serials the parts and the whole."""
    parts = _PARTS.split(run)
    if len(parts) > _MOST_PARTS:
        return [*(part[:MAX_TOKEN] for part in parts), "".join(parts)[:MAX_TOKEN]]
    ends = range(1, len(parts) + 1)
    return ["".join(parts[start:end])[:MAX_TOKEN] for start in range(len(parts)) for end in ends if start < end]


def _serial_asked(run: str) -> list[str]:
    return [_PARTS.sub("", run)[:MAX_TOKEN]]


@lru_cache(maxsize=10_000)
def _stem(word: str) -> str:
    stem: str = _STEMMER.stemWord(word)
    return stem[:MAX_TOKEN]


_INDEXED = {"cjk": lambda run: [*run, *_pairs(run)], "word": lambda run: [_stem(run)], "serial": _serial_indexed}
_ASKED = {"cjk": _cjk_asked, "word": lambda run: [_stem(run)], "serial": _serial_asked}
