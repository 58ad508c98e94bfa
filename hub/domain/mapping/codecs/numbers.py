"""Numbers: decimal strings in the hub, never floats; rounded half up, and only where the codec says places."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, ClassVar

from hub.domain.mapping.codecs.base import NUMBER, TEXT, Codec
from hub.domain.mapping.links import Refs
from hub.domain.mapping.refusal import UnfitError
from hub.domain.money import places as currency_places

_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
_MAX_DIGITS = 40  # longer than any amount or quantity; stops 1e999999 from filling the memory


def number_of(value: Any) -> Decimal:
    """Read a number from a decimal string or a JSON number; fails on anything else, NaN and monsters."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal) or _is_grouped(value):
        raise UnfitError("{value} is not a number", value=repr(value))
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation as error:
        raise UnfitError("{value} is not a number", value=repr(value)) from error
    if not number.is_finite() or abs(number.adjusted()) > _MAX_DIGITS:
        raise UnfitError("{value} is not a number that can be carried over", value=repr(value))
    return number


def _is_grouped(value: Any) -> bool:
    """Whether it is written as Python groups digits, 1_000, which no system does."""
    return isinstance(value, str) and "_" in value


def rounded(number: Decimal, places: int) -> Decimal:
    """Round half up to so many places."""
    return number.quantize(Decimal(1).scaleb(-places), context=_WIDE)


def plain(number: Decimal) -> str:
    """Write without exponent and trailing zeros."""
    text = format(number.normalize(_WIDE), "f")
    return "0" if text == "-0" else text


def json_number(number: Decimal) -> int | float:
    """The JSON number; fails where a float would not hold every digit, for money must not change on the wire."""
    if number == number.to_integral_value():
        return int(number)
    wire = float(number)
    if Decimal(repr(wire)) != number:
        raise UnfitError("{value} has more digits than a JSON number keeps: use decimal(n)", value=plain(number))
    return wire


@dataclass(frozen=True)
class DecimalText(Codec):
    """A decimal string with a fixed number of places on both sides; a JSON number is understood."""

    places: int = 2
    calls: ClassVar[tuple[str, ...]] = (
        "decimal",
        "decimal(4)",
        "decimal(0)",
    )
    word: ClassVar[str] = "decimal"
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = TEXT
    reads: ClassVar[frozenset[str]] = NUMBER

    def encode(self, value: Any) -> str:
        """The decimal string, rounded to the places."""
        text = format(rounded(number_of(value), self.places), "f")
        return text.removeprefix("-") if not text.strip("-0.") else text

    def decode(self, value: Any) -> str:
        """The decimal string, rounded to the places."""
        return self.encode(value)

    def hub_edges(self) -> tuple[Any, ...]:
        """Zero, signs, the rounding point, many digits."""
        return ("0", "-0", "0.005", "-1.005", "999999999999999.99", "1e3")

    def remote_edges(self) -> tuple[Any, ...]:
        """The same as numbers."""
        return ("0.00", 0, 0.1, -1.005, 12, "12.5")


@dataclass(frozen=True)
class Number(Codec):
    """A JSON number over there, a decimal string here, with at most so many places."""

    places: int = 0
    calls: ClassVar[tuple[str, ...]] = (
        "number(3)",
        "number",
    )
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = NUMBER
    reads: ClassVar[frozenset[str]] = TEXT

    def encode(self, value: Any) -> int | float:
        """The JSON number, rounded to the places."""
        return json_number(rounded(number_of(value), self.places))

    def decode(self, value: Any) -> str:
        """The decimal string without trailing zeros."""
        return plain(rounded(number_of(value), self.places))

    def hub_edges(self) -> tuple[Any, ...]:
        """Zero, signs, the rounding point."""
        return ("0", "-0", "2.5", "-0.0005", "1234567.891")

    def remote_edges(self) -> tuple[Any, ...]:
        """Integers, floats and texts."""
        return (0, 0.0, 2.5, -1, 1e3, "7")


@dataclass(frozen=True)
class Scale(Codec):
    """The hub's decimal times a factor is the remote's JSON number: ``scale(100, 2)`` makes 13 of 0.13."""

    factor: Decimal
    places: int = 0
    calls: ClassVar[tuple[str, ...]] = (
        "scale(100, 2)",
        "scale(0.001, 6)",
        "scale(3)",
    )
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = NUMBER
    reads: ClassVar[frozenset[str]] = TEXT

    def encode(self, value: Any) -> Any:
        """The product, rounded to the places."""
        return json_number(rounded(_WIDE.multiply(number_of(value), self.factor), self.places))

    def decode(self, value: Any) -> str:
        """The quotient without trailing zeros."""
        return plain(_WIDE.divide(rounded(number_of(value), self.places), self.factor))

    def canon(self, value: Any) -> Decimal:
        """The remote's number at its places."""
        return rounded(number_of(value), self.places)

    def hub_edges(self) -> tuple[Any, ...]:
        """Zero, usual tax rates, many digits."""
        return ("0", "0.13", "0.06", "1", "0.333333")

    def remote_edges(self) -> tuple[Any, ...]:
        """Zero, usual percentages."""
        return (0, 13, 6.5, 100, "13.00")


@dataclass(frozen=True)
class ScaleText(Scale):
    """As ``scale``, where the remote's number is a text: ``scale_text(100, 2)`` makes "13" of 0.13."""

    calls: ClassVar[tuple[str, ...]] = ("scale_text(100, 2)", "scale_text(0.001, 6)")
    remote: ClassVar[frozenset[str]] = TEXT
    reads: ClassVar[frozenset[str]] = NUMBER

    def encode(self, value: Any) -> Any:
        """The product, rounded to the places, without trailing zeros."""
        return plain(rounded(_WIDE.multiply(number_of(value), self.factor), self.places))


@dataclass(frozen=True)
class Money(Codec):
    """A decimal string with the places of the currency that stands in the hub field ``by``; never rounds."""

    by: str = "currency"
    currency: str | None = None
    calls: ClassVar[tuple[str, ...]] = (
        "money",
        "money(by: currency)",
    )
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = TEXT
    reads: ClassVar[frozenset[str]] = NUMBER

    @property
    def companion(self) -> str:
        """The field that holds the currency."""
        return self.by

    def at(self, refs: Refs, companion: Any) -> "Money":
        """The codec of one currency."""
        del refs
        return replace(self, currency=companion)

    def encode(self, value: Any) -> Any:
        """The decimal string with the currency's places; fails where that would lose a digit."""
        return format(self._exact(number_of(value)), "f")

    def decode(self, value: Any) -> str:
        """The decimal string with the currency's places; fails where that would lose a digit."""
        return format(self._exact(number_of(value)), "f")

    def canon(self, value: Any) -> Decimal:
        """The amount."""
        return number_of(value)

    def _exact(self, amount: Decimal) -> Decimal:
        exact = rounded(amount, self.places)
        if exact != amount:
            raise UnfitError(
                "{value} has more places than {currency} allows", value=plain(amount), currency=self.currency
            )
        return abs(exact) if exact.is_zero() else exact

    @property
    def places(self) -> int:
        """The places of the currency; fails where the document names none."""
        if not isinstance(self.currency, str):
            raise UnfitError("the amount has no currency: fill {by}", by=self.by)
        return currency_places(self.currency)

    def hub_edges(self) -> tuple[Any, ...]:
        """Zero and whole amounts, which every currency has."""
        return ("0", "-1", "1234567")

    def remote_edges(self) -> tuple[Any, ...]:
        """The same as numbers."""
        return (0, -1, "1234567")


@dataclass(frozen=True)
class MinorUnits(Money):
    """An amount over there in the currency's smallest unit, as an integer: 1234 is 12.34 CNY and 1234 JPY."""

    calls: ClassVar[tuple[str, ...]] = ("minor_units(by: currency)",)
    word: ClassVar[str] = "minor_units"
    remote: ClassVar[frozenset[str]] = NUMBER
    reads: ClassVar[frozenset[str]] = TEXT

    def encode(self, value: Any) -> int:
        """The integer; fails where the amount has a part of the smallest unit."""
        return int(self._exact(number_of(value)).scaleb(self.places))

    def decode(self, value: Any) -> str:
        """The decimal string with the currency's places."""
        units = number_of(value)
        if units != units.to_integral_value():
            raise UnfitError("{value} is not a whole number of the currency's smallest unit", value=repr(value))
        return format(self._exact(units.scaleb(-self.places, _WIDE)), "f")
