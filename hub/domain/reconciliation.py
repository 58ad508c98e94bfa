"""Whether two sides have the same money: documents side by side, sums by currency, and what stands for a report."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from hub.domain.documents import Doc
from hub.domain.money import Money

BOTH, HERE, THERE = "both", "hub", "system"


@dataclass(frozen=True)
class MoneyDocument:
    """One document of money, with its figures on each side by name; None for a side that does not have it."""

    kind: str
    id: str
    remote_id: str
    number: str
    currency: str
    hub: dict[str, str] | None
    system: dict[str, str] | None
    remote_currency: str | None = None  # where it is another one

    @property
    def where(self) -> str:
        """Which side has it."""
        if self.hub is None:
            return THERE
        return HERE if self.system is None else BOTH


@dataclass(frozen=True)
class Sums:
    """The sums of one figure in one currency."""

    kind: str
    figure: str
    currency: str
    documents: int
    hub: str
    system: str
    difference: str


@dataclass
class _Total:
    documents: int = 0
    sides: dict[str, Money] = field(default_factory=dict)


def sums(documents: Iterable[MoneyDocument]) -> list[Sums]:
    """Each figure by kind and currency, on both sides, to the smallest coin."""
    totals: dict[tuple[str, str, str], _Total] = defaultdict(_Total)
    for one in documents:
        for side, figures, currency in (
            (HERE, one.hub, one.currency),
            (THERE, one.system, one.remote_currency or one.currency),
        ):
            for name, amount in (figures or {}).items():
                total = totals[one.kind, name, currency]
                total.sides[side] = total.sides.get(side, Money.zero(currency)) + Money.of(amount, currency)
                total.documents += side == HERE or one.hub is None or one.remote_currency is not None
    return [told(*key, total) for key, total in sorted(totals.items())]


def told(kind: str, figure: str, currency: str, total: _Total) -> Sums:
    """One line of sums."""
    here, there = (total.sides.get(side, Money.zero(currency)) for side in (HERE, THERE))
    return Sums(kind, figure, currency, total.documents, here.text(), there.text(), (here - there).text())


def differing(documents: Iterable[MoneyDocument]) -> list[MoneyDocument]:
    """The documents that are not the same on both sides, to the smallest coin."""
    return [one for one in documents if one.where != BOTH or one.remote_currency is not None or amounts_differ(one)]


def amounts_differ(one: MoneyDocument) -> bool:
    """Whether a figure is another one over there."""
    here, there = one.hub or {}, one.system or {}
    return any(
        Money.of(here.get(name, "0"), one.currency) != Money.of(there.get(name, "0"), one.currency)
        for name in {*here, *there}
    )


def digest(figures: Doc) -> str:
    """What stands for the figures of a report: another figure, another digest."""
    return hashlib.sha256(orjson.dumps(figures, option=orjson.OPT_SORT_KEYS)).hexdigest()
