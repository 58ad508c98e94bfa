"""What charges rest on: the work that was done, and each rule's basis in it: how much, at which rate, and why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from hub.domain.business_hours import Calendar
from hub.domain.charge_rules import ChargeRule, ChargeRules
from hub.domain.documents import Doc
from hub.domain.entitlement import Usage
from hub.domain.errors import InvalidError
from hub.domain.instants import parse_instant
from hub.domain.labour import billed_time, labour_windows
from hub.domain.quantity import EXACT, parse_quantity, write_quantity
from hub.domain.reasons import Reason

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Goodwill:
    """What we give away: a share of the price of some categories, and why."""

    percent: Decimal
    reason: str
    categories: frozenset[str] = frozenset({"callout", "labour", "travel", "part"})


@dataclass(frozen=True)
class DoneWork:
    """Everything that a ticket's charges are worked out from. ``assets`` are the ticket's, ``parts`` are by id."""

    ticket: Doc
    visits: Sequence[Doc]
    consumptions: Sequence[Doc] = ()
    parts: Mapping[str, Doc] = field(default_factory=dict)
    customer: Doc = field(default_factory=dict)
    site: Doc = field(default_factory=dict)
    assets: Sequence[Doc] = ()
    contracts: Sequence[Doc] = ()
    usage: Mapping[str, Usage] = field(default_factory=dict)
    goodwill: Goodwill | None = None


@dataclass(frozen=True)
class Basis:
    """What one line is about: its source and code, how much at which rate, and how that came about."""

    source: Doc
    code: str
    quantity: Decimal
    rate: Decimal
    at: datetime
    explanation: tuple[Reason, ...]
    description: str
    part_id: str | None = None
    asset_id: str | None = None
    is_gift: bool = False


@dataclass(frozen=True)
class Case:
    """One visit of the work, and the calendar of its days."""

    work: DoneWork
    calendar: Calendar
    visit: Doc


def _callout(_rules: ChargeRules, rule: ChargeRule, case: Case) -> Iterator[Basis]:
    trip = Reason("trip {number}", {"number": str(case.visit.get("sequence", 1))})
    yield _of_visit(case.visit, rule, Decimal(1), _rate(rule), (trip,))


def _labour(rules: ChargeRules, rule: ChargeRule, case: Case) -> Iterator[Basis]:
    """One line per band of the day; the band is part of the code."""
    windows = labour_windows(case.visit)
    spent = sum((window.end - window.start for window in windows), timedelta(0))
    rounding = Reason(
        "{spent} min worked, rounded up to {step} min, at least {minimum} min",
        {"spent": _minutes(spent), "step": _minutes(rule.round_up_to), "minimum": _minutes(rule.minimum)},
    )
    for time in billed_time(windows, rules.bands, case.calendar, step=rule.round_up_to, minimum=rule.minimum):
        factor = {"band": time.band.title["en"], "factor": write_quantity(time.band.factor)}
        rate = EXACT.multiply(_rate(rule), time.band.factor)
        hours = EXACT.divide(Decimal(time.length // timedelta(minutes=1)), Decimal(60))
        reasons = (rounding, Reason("{band}: rate x {factor}", factor))
        yield _of_visit(case.visit, rule, hours, rate, reasons, code=f"{rule.code}_{time.band.name}")


def _travel_distance(_rules: ChargeRules, rule: ChargeRule, case: Case) -> Iterator[Basis]:
    driven = parse_quantity(case.visit.get("travel_km", "0"), path="travel_km")
    charged = driven - rule.included_km
    if charged > 0:
        params = {"driven": write_quantity(driven), "free": write_quantity(rule.included_km)}
        reason = Reason("{driven} km driven, {free} km are included", params)
        yield _of_visit(case.visit, rule, charged, _rate(rule), (reason,))


def _travel_zone(_rules: ChargeRules, rule: ChargeRule, case: Case) -> Iterator[Basis]:
    zone = str(case.work.site.get("travel_zone", ""))
    if zone in rule.zones:
        reason = Reason("travel zone {zone}", {"zone": zone})
        yield _of_visit(case.visit, rule, Decimal(1), rule.zones[zone], (reason,))


BASES: Mapping[str, Callable[[ChargeRules, ChargeRule, Case], Iterator[Basis]]] = {
    "callout": _callout,
    "labour": _labour,
    "travel_distance": _travel_distance,
    "travel_zone": _travel_zone,
}


def _of_visit(
    visit: Doc, rule: ChargeRule, quantity: Decimal, rate: Decimal, reasons: tuple[Reason, ...], code: str | None = None
) -> Basis:
    at = parse_instant(visit["checked_in_at"])
    source = {"entity": "visit", "id": visit["id"]}
    return Basis(source, code or rule.code, quantity, rate, at, reasons, rule.title["en"])


def part_basis(work: DoneWork, rules: ChargeRules, rule: ChargeRule, use: Doc) -> Basis:
    """The basis of a used part; InvalidError when it has no price in the currency of the charges."""
    part = work.parts.get(use["part_id"], {})
    price, reason = _part_price(work, rules, rule, part, use)
    return Basis(
        source={"entity": "consumption", "id": use["id"]},
        code=rule.code,
        quantity=parse_quantity(use["quantity"]),
        rate=price,
        at=parse_instant(use["at"]),
        explanation=(reason,),
        description=str(part.get("name", rule.title["en"])),
        part_id=use["part_id"],
        asset_id=use.get("asset_id"),
        is_gift=use.get("issue_kind") == "goodwill",
    )


def _part_price(work: DoneWork, rules: ChargeRules, rule: ChargeRule, part: Doc, use: Doc) -> tuple[Decimal, Reason]:
    """The price list of the contract first, then the part's list price with the rule's markup."""
    name = next((each["price_list"] for each in work.contracts if "price_list" in each), None)
    listed = rules.price_lists.get(name or "", {}).get(part.get("sku", ""))
    if listed is not None:
        return listed, Reason("price list {name}", {"name": str(name)})
    if "list_price" not in part:
        raise InvalidError(
            "Part {part} has no price: give it a list price in {currency}", part=use["part_id"], currency=rules.currency
        )
    if part.get("currency", rules.currency) != rules.currency:
        raise InvalidError(
            "Part {part} is priced in {other}, charges are in {currency}: give it a price in {currency}",
            part=part["sku"],
            other=part["currency"],
            currency=rules.currency,
        )
    factor = EXACT.divide(HUNDRED + rule.markup_percent, HUNDRED)
    price = EXACT.multiply(parse_quantity(part["list_price"]), factor)
    return price, Reason("list price plus {markup} %", {"markup": write_quantity(rule.markup_percent)})


def _rate(rule: ChargeRule) -> Decimal:
    """The rule's rate; policies without one where it is needed do not load."""
    if rule.rate is None:
        raise InvalidError("The charge rule {rule} has no rate: give it one in charges.yaml", rule=rule.name)
    return rule.rate


def _minutes(span: timedelta) -> str:
    return str(span // timedelta(minutes=1))
