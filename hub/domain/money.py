"""Money: a Decimal and an ISO 4217 currency; ``round`` alone rounds: half up (commercial), to the currency's places."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from hub.domain.errors import InvalidError
from hub.domain.quantity import EXACT, parse_quantity

_NO_PLACES = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
_THREE_PLACES = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_FOUR_PLACES = ("CLF", "UYW")
_PLACES = {
    **dict.fromkeys(_NO_PLACES, 0),
    **dict.fromkeys(_THREE_PLACES, 3),
    **dict.fromkeys(_FOUR_PLACES, 4),
}
_USUAL_PLACES = 2
_CODE = re.compile(r"[A-Z]{3}")


def places(currency: str) -> int:
    """How many decimal places ISO 4217 gives the currency; fails on what is not a three-letter code."""
    if not _CODE.fullmatch(currency):
        raise InvalidError("'{currency}' is not an ISO 4217 currency code, such as CNY", currency=currency)
    return _PLACES.get(currency, _USUAL_PLACES)


@dataclass(frozen=True)
class Money:
    """An exact amount in one currency. Adding two currencies fails; multiplying does not round."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        places(self.currency)

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Self:
        """Make money from a decimal string; floats are refused."""
        return cls(parse_quantity(amount, path="amount"), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in this currency."""
        return cls(Decimal(0), currency)

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return self + -other

    def __neg__(self) -> "Money":
        return Money(EXACT.minus(self.amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> "Money":
        return Money(EXACT.multiply(self.amount, Decimal(factor)), self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def round(self) -> "Money":
        """Round half up to the currency's places: 2.345 CNY becomes 2.35, -2.345 becomes -2.35."""
        return Money(self.amount.quantize(_unit(self.currency), ROUND_HALF_UP, EXACT), self.currency)

    def text(self) -> str:
        """Write the decimal string of documents, always with the currency's places: 450.00."""
        return format(self.round().amount, "f")

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise InvalidError(
                "{left} and {right} cannot be added: convert one of them first",
                left=self.currency,
                right=other.currency,
            )


@dataclass(frozen=True)
class Taxed:
    """A price with its tax: ``net + tax == gross`` exactly, each rounded to the currency."""

    net: Money
    tax: Money
    gross: Money


def with_tax(price: Money, rate: Decimal, *, included: bool = False) -> Taxed:
    """Split or extend a price by tax at ``rate`` (0.13 is 13 %).

    ``included`` says that the price is gross. One of net and gross is the rounded price, the tax is rounded once, and
    the third is their exact difference or sum.
    """
    if rate < 0:
        raise InvalidError("A tax rate of {rate} is negative: give it as a share such as 0.13", rate=rate)
    if included:
        gross = price.round()
        net = Money(EXACT.divide(gross.amount, EXACT.add(rate, Decimal(1))), price.currency).round()
        return Taxed(net, gross - net, gross)
    net = price.round()
    tax = (net * rate).round()
    return Taxed(net, tax, net + tax)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add up; the sum of nothing is zero in ``currency``."""
    return sum(amounts, Money.zero(currency))


def allocate(whole: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share ``whole`` units by weights so that the shares add up: the largest remainder first, then the earlier one."""
    weight = sum(weights)
    if weight <= 0 or min(weights) < 0:
        raise InvalidError("The weights {weights} cannot share anything: give some above zero", weights=list(weights))
    shares = [whole * each // weight for each in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(whole * weights[index] % weight), index))
    for index in by_remainder[: whole - sum(shares)]:
        shares[index] += 1
    return tuple(shares)


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-places(currency))
