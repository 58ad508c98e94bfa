"""How each codec is written out: the branches for the values that it usually sees.

A branch is a condition on ``value`` with the lines under it. What no branch takes goes to the reference's part. A codec
without branches of its own is called as the reference calls it, unless it depends on more than the value.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

from hub.domain.mapping.codecs import Chain, Codec, Plain, Ref, ValueMap
from hub.domain.mapping.codecs.numbers import DecimalText, Number, Scale
from hub.domain.mapping.codecs.shapes import Cut, Join
from hub.domain.mapping.codecs.tables import Bool
from hub.domain.mapping.codecs.texts import Country, Email, EnumCase, Phone, Strip
from hub.domain.mapping.codecs.times import Date, DateTime, Epoch
from hub.domain.mapping.rules import OnOther
from hub.files.compiling.writer import Writer

_SCALAR = (DecimalText, Number, Scale, Date, DateTime, Epoch, Email, Phone, Strip, EnumCase, Country, Cut, Join)
"""Codecs to whose remote values equality of one type is equality of meaning."""
_SHORT_WAYS: dict[type[Codec], tuple[str, str, str]] = {
    DecimalText: ("fixed_text", "fixed_text", "fixed_text"),
    Number: ("number_out", "number_in", "number_in"),
    Scale: ("scaled_out", "scaled_in", "exact_number"),
    Date: ("day_text", "day_text", "day_text"),
}
"""Makers of the quick functions: to the remote, to the hub, and for what a remote value means."""


@dataclass(frozen=True)
class Spot:
    """Where a value is written: what stands there, and the lines that set it."""

    w: Writer
    get: str
    store: Callable[[str], None]
    fallback: Callable[[], None]

    def known(self) -> None:
        """Write the line that reads what stands there."""
        self.w.line(f"known = {self.get}")

    @contextmanager
    def otherwise(self) -> Iterator[None]:
        """What no branch takes is left to the reference's part."""
        yield
        with self.w.block("else"):
            self.fallback()


@dataclass(frozen=True)
class Carriage:
    """One codec in one direction; ``part`` is the name of its rule's part in the module."""

    codec: Codec
    part: str
    other: OnOther
    pushes: bool
    spot: Spot

    @property
    def w(self) -> Writer:
        """The text."""
        return self.spot.w

    @property
    def name(self) -> str:
        """The name of the codec in the module."""
        return self.w.let("codec", f"{self.part}.rule.codec")


ANY = "value is not None"
Branch = tuple[str, Callable[[], None]]
Branches = Callable[[Carriage], list[Branch] | None]


def branches(carriage: Carriage) -> list[Branch] | None:
    """The branches of a codec for values that are there; None leaves every value to the reference's part."""
    own = _OWN.get(type(carriage.codec))
    found = own(carriage) if own is not None else None
    return found if found is not None else _called(carriage)


# --- values as they are


def _plain(one: Carriage) -> list[Branch]:
    number = f"value.__class__ in NUMBERS and {one.spot.get}.__class__ is not float"
    return [("value.__class__ is str", lambda: one.spot.store("value")), (number, lambda: one.spot.store("value"))]


# --- tables


def _kind(values: tuple[Any, ...], *kinds: type) -> str | None:
    """The name of the one type that all values have."""
    found = {type(value) for value in values}
    return found.pop().__name__ if len(found) == 1 and found <= set(kinds) else None


def _table(one: Carriage) -> list[Branch] | None:
    table = one.codec
    if not isinstance(table, ValueMap):
        return None
    hub, remote = _kind(table.hub_values, str, bool), _kind(table.remote_values, str, bool, int)
    out = {mine: theirs[0] for mine, theirs in table.rows}
    back = {each: mine for mine, theirs in table.rows for each in theirs}
    if hub is None or remote is None or any(back[theirs] != mine for mine, theirs in out.items()):
        return None
    read = one.w.let("table", repr(back))
    if one.pushes:
        write = one.w.let("table", repr(out))
        one.w.line(f"other = {write}.get(value) if value.__class__ is {hub} else None")
        return [("other is not None", lambda: _keep_variant(one.spot, read, remote))]
    one.w.line(f"other = {read}.get(value) if value.__class__ is {remote} else None")
    return [("other is not None", lambda: one.spot.store("other"))]


def _keep_variant(spot: Spot, read: str, remote: str) -> None:
    """Any remote value of the row stays as it is."""
    w = spot.w
    spot.known()
    with spot.otherwise():
        with w.block(f"if known.__class__ is {remote}"), w.block(f"if {read}.get(known) != value"):
            spot.store("other")
        with w.block("elif known is None"):
            spot.store("other")


def _bool(one: Carriage) -> list[Branch] | None:
    words = one.codec
    kind = _kind((words.yes, words.no), str, int, bool) if isinstance(words, Bool) else None
    if not isinstance(words, Bool) or kind is None or words.yes == words.no:
        return None
    if one.pushes:
        word = f"({words.yes!r} if value else {words.no!r})"
        exact = "" if kind != "int" else f" and {one.spot.get}.__class__ is not float"
        return [(f"(value is True or value is False){exact}", lambda: one.spot.store(word))]
    read = one.w.let("table", repr({words.yes: True, words.no: False}))
    one.w.line(f"other = {read}.get(value) if value.__class__ is {kind} else None")
    return [("other is not None", lambda: one.spot.store("other"))]


# --- references


def _ref(one: Carriage) -> list[Branch] | None:
    ref = one.codec
    if not isinstance(ref, Ref) or {each.name for each in fields(ref)} != {"entity", "refs"}:
        return None
    if one.pushes:
        return [("value.__class__ is str", lambda: _ref_out(one.spot, repr(ref.entity)))]
    one.w.line("if value.__class__ is int: value = str(value)")
    return [("value.__class__ is str and value", lambda: _ref_in(one.spot, repr(ref.entity)))]


def _ref_out(spot: Spot, entity: str) -> None:
    w = spot.w
    spot.known()
    with spot.otherwise(), w.block("if known is None or known.__class__ is str"):
        w.line(f"other = refs.to_remote({entity}, value)")
        w.line("if other is None: raise GaveUpError")
        spot.store("other")


def _ref_in(spot: Spot, entity: str) -> None:
    w = spot.w
    spot.known()
    usual, means_another = "known is None or known.__class__ is str", f"refs.to_remote({entity}, known) != value"
    with spot.otherwise(), w.block(f"if {usual}"), w.block(f"if known is None or {means_another}"):
        w.line(f"other = refs.to_hub({entity}, value)")
        w.line("if other is None: raise GaveUpError")
        spot.store("other")


# --- every other codec


def _called(one: Carriage) -> list[Branch] | None:
    """The codec's own functions, where the value alone decides and an unfit value is to be refused."""
    if one.other is OnOther.KEEP or not depends_on_value_alone(one.codec):
        return None
    return [(ANY, lambda: _carry(one))]


def _carry(one: Carriage) -> None:
    w, spot = one.w, one.spot
    w.line(f"other = {_way(one)}(value)")
    spot.known()
    scalar = isinstance(one.codec, _SCALAR)
    with w.block("if other is None"), w.block("if known is not None"):
        spot.fallback()
    with w.block("elif known is None"):
        spot.store("other" if scalar else "clone(other)")
    meaning = _meaning_of(one)
    there, here = (f"{meaning}(known)", "other") if one.pushes else (f"{_carried_by(one)}(known)", "value")
    differs = f"{there} != {'other' if _says_what_it_means(one) else f'{meaning}({here})'}"
    quick = "(known.__class__ is not other.__class__ or known != other) and " if scalar else ""
    with w.block(f"elif {quick}{differs}"):
        spot.store("other" if scalar else "clone(other)")


def _short(codec: Codec) -> tuple[str, str, str] | None:
    """The quick functions of a codec, where it has some."""
    plain_date = not isinstance(codec, Date) or codec.form == "iso"
    return _SHORT_WAYS.get(type(codec)) if plain_date else None


def _says_what_it_means(one: Carriage) -> bool:
    """Say whether what the quick function gives is also what the remote value means: then it is not asked twice."""
    short = _short(one.codec)
    return short is not None and short[0 if one.pushes else 1] == short[2]


def _way(one: Carriage) -> str:
    """The name of the function that carries a value over."""
    short, rest = _short(one.codec), f"{one.name}.{'to_remote' if one.pushes else 'to_hub'}"
    return one.w.let("carry", rest if short is None else f"{short[0 if one.pushes else 1]}({one.name}, {rest})")


def _meaning_of(one: Carriage) -> str:
    """The name of the function that says what a remote value means."""
    short, rest = _short(one.codec), f"meaning_of({one.name})"
    return one.w.let("meaning", rest if short is None else f"{short[2]}({one.name}, {rest})")


def _carried_by(one: Carriage) -> str:
    """The name of the function that says what a hub value would mean over there."""
    short = _short(one.codec)
    if short is None:
        return one.w.let("carried", f"carried_by({one.name}.to_remote, {one.name}.meaning)")
    there = one.w.let("carry", f"{short[0]}({one.name}, {one.name}.to_remote)")
    return one.w.let("carried", f"carried_by({there}, {_meaning_of(one)})")


def depends_on_value_alone(codec: Codec) -> bool:
    """Say whether a codec needs neither the crosswalk nor another field."""
    if codec.companion is not None:
        return False
    if isinstance(codec, Chain):
        return all(map(depends_on_value_alone, codec.parts))
    return type(codec).at is Codec.at


_OWN: dict[type[Codec], Branches] = {Plain: _plain, ValueMap: _table, Bool: _bool, Ref: _ref}
