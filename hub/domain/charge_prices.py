"""What a line costs, and its tax: exact, so that the ERP's own arithmetic on the same line gives the same.

``net`` is quantity times unit price, rounded once (half up), and ``net + tax == gross``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from hub.domain.charge_lines import ChargeLine
from hub.domain.charge_policy import HUNDRED, ONE, TaxRules
from hub.domain.money import Money, places, total, with_tax
from hub.domain.quantity import EXACT

DOCUMENT_PLACES = 6  # what a decimal of a document holds after the point
_TIES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


@dataclass(frozen=True)
class Price:
    """What a quantity costs: the net and what it was worked out from."""

    unit_price: Decimal
    list_net: Money
    net: Money
    tax: Money


def priced(quantity: Decimal, rate: Decimal, off: Decimal, tax_rate: Decimal, tax: TaxRules, at: "Pricing") -> Price:
    """Price a quantity at a list rate, ``off`` per cent less; the tax is that of the line by itself."""
    share = EXACT.divide(EXACT.subtract(HUNDRED, off), HUNDRED)
    unit_price = EXACT.multiply(rate, share).quantize(ONE.scaleb(-at.price_places), ROUND_HALF_UP, EXACT)
    listed, due = (Money(EXACT.multiply(quantity, each), at.currency).round() for each in (rate, unit_price))
    if not tax.included:
        return Price(unit_price, listed, due, rounded_tax(due, tax_rate, tax.ties))
    divisor = EXACT.add(ONE, tax_rate)
    net_unit = EXACT.divide(unit_price, divisor).quantize(ONE.scaleb(-DOCUMENT_PLACES), ROUND_HALF_UP, EXACT)
    split = with_tax(due, tax_rate, included=True)
    return Price(net_unit, with_tax(listed, tax_rate, included=True).net, split.net, split.tax)


@dataclass(frozen=True)
class Pricing:
    """The currency of prices, and the places that a unit price may have."""

    currency: str
    price_places: int


def rounded_tax(net: Money, rate: Decimal, ties: str) -> Money:
    """The tax of a net amount, rounded to the currency as the rules say."""
    exact = EXACT.multiply(net.amount, rate)
    return Money(exact.quantize(_unit(net.currency), _TIES[ties], EXACT), net.currency)


def settle_taxes(
    lines: Sequence[ChargeLine], tax: TaxRules, fixed: Iterable[ChargeLine] = ()
) -> tuple[ChargeLine, ...]:
    """Give the lines of one invoice their taxes, so that they add up to what the ERP works out for the whole.

    With rounding by document, the tax of each rate is rounded once and shared among its lines, the largest remainder
    first. ``fixed`` lines (credits) stand on the same invoice and keep their tax.
    """
    if tax.included or tax.rounding == "line":
        return tuple(lines)
    shares: dict[str, Money] = {}
    stay = list(fixed)
    for rate in {line.tax_rate for line in lines}:
        group = [line for line in lines if line.tax_rate == rate and line.net]
        shares |= _shared([line for line in stay if line.tax_rate == rate], group, rate, tax.ties)
    return tuple(_with_tax(line, shares.get(line.id, line.tax)) for line in lines)


def _shared(fixed: Sequence[ChargeLine], group: Sequence[ChargeLine], rate: Decimal, ties: str) -> dict[str, Money]:
    """The tax of each line of one rate."""
    if not group:
        return {}
    currency = group[0].net.currency
    unit = _unit(currency)
    whole = rounded_tax(total((line.net for line in (*fixed, *group)), currency), rate, ties)
    left = whole - total((line.tax for line in fixed), currency)
    exact = [EXACT.divide(EXACT.multiply(line.net.amount, rate), unit) for line in group]
    units = [int(each.to_integral_value(ROUND_FLOOR)) for each in exact]
    every, some = divmod(int(EXACT.divide(left.amount, unit)) - sum(units), len(group))
    by_remainder = sorted(range(len(group)), key=lambda index: (units[index] - exact[index], index))
    for place, index in enumerate(by_remainder):
        units[index] += every + (place < some)
    return {
        line.id: Money(EXACT.multiply(Decimal(count), unit), currency) for line, count in zip(group, units, strict=True)
    }


def _with_tax(line: ChargeLine, tax: Money) -> ChargeLine:
    return replace(line, tax=tax, gross=line.net + tax)


def _unit(currency: str) -> Decimal:
    return ONE.scaleb(-places(currency))
