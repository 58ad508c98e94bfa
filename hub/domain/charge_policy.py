"""The rules of charging, as charges.yaml says them: versioned, dated, chosen by the first that fits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from hub.domain.expression import Expression
from hub.domain.quantity import EXACT

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
Facts = Mapping[str, Any]
"""What a ``when`` may look at: ticket, visit, customer, site, contract, asset, part, consumption."""


@dataclass(frozen=True)
class TimeKind:
    """What an hour of a kind of time (after_hours, holiday, day_off ...) costs, as a factor on the rate."""

    factor: Decimal
    title: Mapping[str, str]


@dataclass(frozen=True)
class ChargeRule:
    """One rule: what it charges, per what, from when to when, for which price list.

    ``rate`` None takes the part's own list price. ``step`` rounds a quantity up; ``least`` is the smallest billed one.
    """

    name: str
    category: str
    code: str
    per: str  # visit | hour | km | zone | each
    title: Mapping[str, str]
    rate: Decimal | None = None
    starts_on: date = date.min
    ends_on: date = date.max
    price_list: str | None = None
    when: Expression | None = None
    step: Decimal = ZERO
    least: Decimal = ZERO
    kinds: Mapping[str, TimeKind] = field(default_factory=dict)
    zones: Mapping[str, Decimal] = field(default_factory=dict)
    prices: Mapping[str, Decimal] = field(default_factory=dict)

    def fits(self, category: str, day: date, facts: Facts) -> bool:
        """Whether the rule applies to this kind of charge on a local day."""
        in_time = self.category == category and self.starts_on <= day <= self.ends_on
        contract = facts.get("contract") or {}
        for_list = self.price_list in (None, contract.get("price_list"))
        return in_time and for_list and (self.when is None or bool(self.when.evaluate(facts)))

    def rounded(self, quantity: Decimal) -> Decimal:
        """A quantity rounded up to the rule's step."""
        if not self.step:
            return quantity
        steps = EXACT.divide(quantity, self.step).to_integral_value("ROUND_CEILING")
        return EXACT.multiply(steps, self.step)


@dataclass(frozen=True)
class Discount:
    """A percentage off some categories."""

    name: str
    title: Mapping[str, str]
    percent: Decimal
    categories: frozenset[str]
    when: Expression | None = None


@dataclass(frozen=True)
class TaxRules:
    """Tax shares by category; whether prices hold the tax; and how the receiving ERP rounds it."""

    rates: Mapping[str, Decimal]
    included: bool = False
    rounding: str = "document"  # document: once per rate and invoice; line: every line by itself
    ties: str = "half_up"  # half_up | half_even


@dataclass(frozen=True)
class ChargePolicy:
    """All rules of one version. ``price_places`` is how many places a unit price may have in the ERP."""

    version: int
    currency: str
    calendar: str
    tax: TaxRules
    rules: tuple[ChargeRule, ...]
    discounts: tuple[Discount, ...] = ()
    price_places: int = 4
    minimum_net: Decimal = ZERO
    minimum_title: Mapping[str, str] = field(default_factory=dict)
    approve_above: Decimal | None = None

    def rule(self, category: str, day: date, facts: Facts) -> ChargeRule | None:
        """The first rule that fits; None: this is not charged at all."""
        return next((rule for rule in self.rules if rule.fits(category, day, facts)), None)

    def discount(self, category: str, facts: Facts) -> Discount | None:
        """The largest discount that fits."""
        fitting = [
            each
            for each in self.discounts
            if category in each.categories and (each.when is None or each.when.evaluate(facts))
        ]
        return max(fitting, key=lambda each: each.percent, default=None)


def in_language(title: Mapping[str, str], language: str) -> str:
    """A title in a customer's language, else in English."""
    return title.get(language.partition("-")[0]) or title.get("en", "")
