"""Coverage of charge items: warranty and contract, with a contract's included visits and hours counted down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from hub.domain.charge_lines import Source
from hub.domain.charge_policy import ChargeRule, Facts
from hub.domain.documents import Doc
from hub.domain.entitlement import NOBODY, entitlement
from hub.domain.quantity import EXACT, parse_quantity, write_quantity
from hub.domain.reasons import Reason, reason

NOTHING = Decimal(0)
INCLUDED = "included"


@dataclass(frozen=True)
class Used:
    """What of a contract's inclusions was used before, in the present contract year."""

    visits: int = 0
    hours: Decimal = NOTHING


@dataclass(frozen=True)
class Item:
    """Something to charge: by which rule, from what, how much at which rate, when (``day`` is local), and why."""

    rule: ChargeRule
    source: Source
    quantity: Decimal
    rate: Decimal
    at: datetime
    day: date
    steps: tuple[Reason, ...]
    asset: Doc | None
    facts: Facts


@dataclass(frozen=True)
class Covered:
    """An item with who pays for it and why."""

    item: Item
    by: str
    why: Reason
    record_id: str | None = None


def cover(items: Sequence[Item], contract: Doc | None, used: Used, *, cause: str | None) -> Iterator[Covered]:
    """Say of each item who pays; an item that the included hours cover in part becomes two."""
    left = _Left(contract or {}, used)
    for item in items:
        if item.facts.get("consumption", {}).get("issue_kind") == "goodwill":
            yield Covered(item, "goodwill", reason("The part was given as goodwill."))
            continue
        found = entitlement(item.asset, contract, category=item.rule.category, cause=cause, on=item.day)
        if found.by == "contract":
            yield from left.take(item, found.why, found.record_id)
        else:
            yield Covered(item, found.by, found.why, found.record_id)


class _Left:
    """What is left of a contract's inclusions while items are covered one after the other."""

    def __init__(self, contract: Doc, used: Used) -> None:
        included = contract.get("included", {})
        self._number = contract.get("number", "")
        self._most_visits: int | None = included.get("visits")
        self._hours = parse_quantity(included["hours"]) if "hours" in included else None
        self._used = used
        self._visits: list[str] = []

    def take(self, item: Item, why: Reason, record_id: str | None) -> Iterator[Covered]:
        """Cover what is left to cover of an item."""
        if item.source.entity == "visit" and not self._includes_visit(item.source.id):
            most = str(self._most_visits)
            template = "The {most} visits included in the contract {contract} are used up."
            yield Covered(item, NOBODY, reason(template, most=most, contract=self._number))
        elif item.rule.category == "labour" and self._hours is not None:
            yield from self._take_hours(item, why, record_id)
        else:
            yield Covered(item, "contract", why, record_id)

    def _includes_visit(self, visit_id: str) -> bool:
        if self._most_visits is None or visit_id in self._visits:
            return True
        if self._used.visits + len(self._visits) >= self._most_visits:
            return False
        self._visits.append(visit_id)
        return True

    def _take_hours(self, item: Item, why: Reason, record_id: str | None) -> Iterator[Covered]:
        most = self._hours or NOTHING
        left = max(EXACT.subtract(most, self._used.hours), NOTHING)
        inside = min(left, item.quantity)
        self._used = replace(self._used, hours=EXACT.add(self._used.hours, inside))
        over = EXACT.subtract(item.quantity, inside)
        if inside:
            part = item.source.part if not over else f"{item.source.part} {INCLUDED}"
            covered = replace(item, quantity=inside, source=replace(item.source, part=part))
            yield Covered(covered, "contract", why, record_id)
        if over:
            template = "The {most} hours included in the contract {contract} are used up."
            beyond = reason(template, most=write_quantity(most), contract=self._number)
            yield Covered(replace(item, quantity=over), NOBODY, beyond)
