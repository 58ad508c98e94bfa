"""The charge rules as parsed from charges.yaml: what is charged, at which rate, and how time is rounded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from hub.domain.expression import Expression
from hub.domain.matching import MatchTable


@dataclass(frozen=True)
class Band:
    """A kind of labour time: ``days`` is workday, weekend, holiday or any; minutes after local midnight; a factor."""

    name: str
    title: Mapping[str, str]
    days: str
    start: int
    end: int
    factor: Decimal


@dataclass(frozen=True)
class ChargeRule:
    """One rule. ``kind`` says what it charges: callout, labour, travel_distance, travel_zone or part.

    The first rule of a code that matches applies; ``when`` is for what a match table cannot say.
    """

    name: str
    code: str
    kind: str
    title: Mapping[str, str]
    unit: str
    tax_rate: Decimal
    rate: Decimal | None = None
    tax_included: bool = False
    match: MatchTable = field(default_factory=dict)
    when: Expression | None = None
    round_up_to: timedelta = timedelta(minutes=30)
    minimum: timedelta = timedelta(0)
    included_km: Decimal = Decimal(0)
    zones: Mapping[str, Decimal] = field(default_factory=dict)
    markup_percent: Decimal = Decimal(0)

    @property
    def category(self) -> str:
        """What a warranty or contract covers or not: callout, labour, travel or part."""
        return self.kind.split("_", maxsplit=1)[0]


@dataclass(frozen=True)
class ChargeRules:
    """One version of all charge rules. ``approve_above`` is the gross sum from which a second person approves."""

    version: int
    currency: str
    zone: str
    calendar: str
    approve_above: Decimal
    bands: tuple[Band, ...]
    rules: tuple[ChargeRule, ...]
    price_lists: Mapping[str, Mapping[str, Decimal]]
