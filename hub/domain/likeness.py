"""How likely two records are the same party: by telephone, mail, tax number, name and address.

Nothing is ever decided by likeness; it only says which records a person should look at side by side.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce
from typing import Any

from hub.domain.documents import Doc

Spell = Callable[[str], tuple[str, ...]]
"""Reads a Chinese name in pinyin, without spaces and tones, in all its readings."""

STRONG = {"tax_id": 0.9, "code": 0.6, "phone": 0.6, "landline": 0.6, "email": 0.5, "serial": 0.9}
"""How much an equal value says, alone: a telephone may be shared by the firms of one building."""
LIKELY = 0.6
NAME_WEIGHT, PINYIN_WEIGHT, PLACE_WEIGHT = 0.75, 0.65, 0.4
NEAR = 0.72  # from here on, two names read alike
FORMS = (
    "股份有限公司", "有限责任公司", "有限公司", "集团公司", "集团", "公司", "分公司", "company limited", "co ltd",
    "limited", "company", "corporation", "corp", "inc", "ltd", "gmbh", "co", "ag",
)  # fmt: skip
_NOISE = re.compile(r"[\s·・.,，。、'’\"“”()（）\[\]【】&+/_-]+")


@dataclass(frozen=True)
class Likeness:
    """From 0 to 1, and the fields that it was seen by."""

    share: float
    why: tuple[str, ...]


def likeness(one: Doc, other: Doc, spell: Spell = lambda _: ()) -> Likeness:
    """How likely two documents describe the same party; each sign makes it likelier."""
    signs = dict(_signs(one, other, spell))
    doubt = reduce(lambda left, share: left * (1 - share), signs.values(), 1.0)
    return Likeness(round(1 - doubt, 2), tuple(signs))


def core(name: object) -> str:
    """A name without spaces, marks and legal form: what people call the firm."""
    text = str(name or "").casefold()
    words = _NOISE.sub(" ", text).strip()
    for form in FORMS:
        if words.endswith(form) and len(words) > len(form):
            words = words[: -len(form)].strip()
    return words.replace(" ", "")


def _signs(one: Doc, other: Doc, spell: Spell) -> Iterator[tuple[str, float]]:
    for name, share in STRONG.items():
        if one.get(name) and _same(one[name], other.get(name)):
            yield name, share
    share = _names(core(one.get("name")), core(other.get("name")), spell)
    if share:
        yield "name", share
    if (near := _near(_place(one), _place(other))) >= NEAR:
        yield "addresses", PLACE_WEIGHT * near


def _same(one: Any, other: Any) -> bool:
    return str(one).casefold().strip() == str(other or "").casefold().strip()


def _names(one: str, other: str, spell: Spell) -> float:
    if not one or not other:
        return 0.0
    near = _near(one, other)
    written = NAME_WEIGHT * near if near >= NEAR else 0.0
    spelled = set(_read(one, spell)) & set(_read(other, spell))
    return max(written, PINYIN_WEIGHT if spelled else 0.0)


def _read(name: str, spell: Spell) -> tuple[str, ...]:
    return (name,) if name.isascii() else spell(name)


def _near(one: str, other: str) -> float:
    """How much of two texts is the same; one within the other, such as 上海机电 in 上海机电设备, counts for much."""
    if not one or not other:
        return 0.0
    if min(len(one), len(other)) > 2 and (one in other or other in one):  # noqa: PLR2004 - two letters are in anything
        return 0.8 + 0.2 * min(len(one), len(other)) / max(len(one), len(other))
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _place(doc: Doc) -> str:
    rows = doc.get("addresses") or [doc.get("address") or {}]
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    return core(f"{first.get('city', '')}{first.get('line1', '')}") if first.get("line1") else ""
