"""What there is to charge for a ticket: visits, hours, ways and parts, each with the rule that prices it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from hub.domain.business_hours import BusinessHours
from hub.domain.charge_cover import Item, Used
from hub.domain.charge_lines import Source
from hub.domain.charge_policy import ONE, ZERO, ChargePolicy, ChargeRule, Facts
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.domain.instants import parse_instant
from hub.domain.labour import worked
from hub.domain.quantity import EXACT, parse_quantity, write_quantity
from hub.domain.reasons import Reason, reason
from hub.domain.stock import HELD, quantity_of


@dataclass(frozen=True)
class Work:
    """What was done, on what, for whom.

    ``used`` is what of the contract's inclusions other tickets have used this contract year; ``waivers`` are the
    obligations that somebody waived, with the reason.
    """

    ticket: Doc
    customer: Doc
    visits: Sequence[Doc] = ()
    consumptions: Sequence[Doc] = ()
    parts: Mapping[str, Doc] = field(default_factory=dict)
    assets: Mapping[str, Doc] = field(default_factory=dict)
    contract: Doc | None = None
    site: Doc | None = None
    used: Used = field(default_factory=Used)
    waivers: Mapping[str, Reason] = field(default_factory=dict)

    @property
    def asset(self) -> Doc | None:
        """The asset that the labour is for: the ticket's first."""
        return self.assets.get(next(iter(self.ticket.get("asset_ids", ())), ""))

    def facts(self, **more: Doc | None) -> Facts:
        """What rules may look at."""
        known = {"ticket": self.ticket, "customer": self.customer, "contract": self.contract}
        return {**known, "site": self.site, "asset": self.asset, **more}


def items_of(work: Work, policy: ChargePolicy, hours: BusinessHours) -> list[Item]:
    """Everything that was done and that a rule charges for, in the order of the work, parts last."""
    return [*_of_visits(work, policy, hours), *_of_parts(work, policy, hours), *_of_ticket(work, policy, hours)]


def _of_visits(work: Work, policy: ChargePolicy, hours: BusinessHours) -> Iterator[Item]:
    """Call-out, labour and travel of every visit that was made."""
    made = [
        visit for visit in work.visits if visit["status"] in {"finished", "unfinished"} and "checked_in_at" in visit
    ]
    for visit in sorted(made, key=lambda each: (each["checked_in_at"], each["id"])):
        for category, count in _PER_VISIT.items():
            found = _find(category, work, policy, hours, parse_instant(visit["checked_in_at"]), visit=visit)
            if found is not None:
                yield from count(visit, found)


@dataclass(frozen=True)
class _Found:
    """A rule that applies, and around what."""

    rule: ChargeRule
    work: Work
    hours: BusinessHours
    at: datetime
    facts: Facts

    def item(self, source: Source, quantity: Decimal, rate: Decimal, *steps: Reason, asset: Doc | None = None) -> Item:
        """An item of this rule."""
        day = self.at.astimezone(self.hours.zone).date()
        return Item(self.rule, source, quantity, rate, self.at, day, steps, asset or self.work.asset, self.facts)


def _find(
    category: str, work: Work, policy: ChargePolicy, hours: BusinessHours, at: datetime, **more: Doc
) -> _Found | None:
    """The rule that applies; None: it is not charged."""
    facts = work.facts(**more)
    rule = policy.rule(category, at.astimezone(hours.zone).date(), facts)
    return None if rule is None else _Found(rule, work, hours, at, facts)


def _callout(visit: Doc, found: _Found) -> Iterator[Item]:
    yield found.item(Source("visit", visit["id"]), ONE, _rate(found.rule), reason("One call-out."))


def _labour(visit: Doc, found: _Found) -> Iterator[Item]:
    rule = found.rule
    for each in worked(visit, rule, found.hours):
        kind = rule.kinds.get(each.kind)
        factor = kind.factor if kind else ONE
        steps = [
            reason(
                "{minutes} minutes of work ({kind}), billed as {hours} hours in steps of {step}.",
                minutes=write_quantity(each.minutes.quantize(Decimal("0.1"))),
                kind=each.kind,
                hours=write_quantity(each.billed),
                step=write_quantity(rule.step),
            )
        ]
        if factor != ONE:
            steps.append(reason("The rate times {factor} for {kind}.", factor=write_quantity(factor), kind=each.kind))
        rate = EXACT.multiply(_rate(rule), factor)
        yield found.item(Source("visit", visit["id"], each.kind), each.billed, rate, *steps)


def _travel(visit: Doc, found: _Found) -> Iterator[Item]:
    rule, source, zone = found.rule, Source("visit", visit["id"]), (found.work.site or {}).get("travel_zone")
    if rule.per == "zone":
        if zone is None or zone not in rule.zones:
            raise ConflictError(
                "The travel zone {zone} has no price in rule {rule}: give the site a zone that has one.",
                zone=zone or "-",
                rule=rule.name,
            )
        yield found.item(source, ONE, rule.zones[zone], reason("A trip to zone {zone}.", zone=zone))
    elif "travel_km" in visit:
        driven = parse_quantity(visit["travel_km"])
        billed = max(rule.rounded(driven), rule.least)
        step = reason("{km} km driven, {billed} billed.", km=write_quantity(driven), billed=write_quantity(billed))
        if billed:
            yield found.item(source, billed, _rate(rule), step)


_PER_VISIT = {"callout": _callout, "labour": _labour, "travel": _travel}


def _of_parts(work: Work, policy: ChargePolicy, hours: BusinessHours) -> Iterator[Item]:
    """Every part that was used, less what was taken back."""
    for used in sorted(work.consumptions, key=lambda each: (each.get("at", ""), each["id"])):
        quantity = quantity_of(
            (each for each in work.consumptions if used["id"] in (each["id"], each.get("corrects_id"))), HELD
        )
        if used.get("corrects_id") or quantity <= ZERO:
            continue
        part, at = work.parts[used["part_id"]], parse_instant(used.get("at") or used["created_at"])
        found = _find("part", work, policy, hours, at, part=part, consumption=used)
        if found is not None:
            step = reason("{quantity} x {part} used.", quantity=write_quantity(quantity), part=part["sku"])
            rate, asset = _part_price(part, found.rule, policy), work.assets.get(used.get("asset_id", ""))
            yield found.item(Source("consumption", used["id"]), quantity, rate, step, asset=asset)


def _of_ticket(work: Work, policy: ChargePolicy, hours: BusinessHours) -> Iterator[Item]:
    """What is charged once a ticket, such as an inspection fee."""
    found = _find("other", work, policy, hours, _end_of_work(work))
    if found is not None:
        yield found.item(Source("ticket", work.ticket["id"]), ONE, _rate(found.rule), reason("Once for the ticket."))


def _end_of_work(work: Work) -> datetime:
    ticket = work.ticket
    return parse_instant(ticket.get("completed_at") or ticket.get("opened_at") or ticket["created_at"])


def _part_price(part: Doc, rule: ChargeRule, policy: ChargePolicy) -> Decimal:
    if part["sku"] in rule.prices:
        return rule.prices[part["sku"]]
    if rule.rate is not None:
        return rule.rate
    if "list_price" not in part:
        raise ConflictError(
            "The part {part} has no list price: give it one, or a price in charges.yaml.", part=part["sku"]
        )
    same_currency(part.get("currency"), policy, "part", part["sku"])
    return parse_quantity(part["list_price"])


def _rate(rule: ChargeRule) -> Decimal:
    if rule.rate is None:
        raise ConflictError("The charge rule {rule} has no rate: give it one in charges.yaml.", rule=rule.name)
    return rule.rate


def same_currency(currency: str | None, policy: ChargePolicy, what: str, name: str) -> None:
    """ConflictError when a price is in another currency than the rules."""
    if currency not in (None, policy.currency):
        raise ConflictError(
            "The {what} {name} is priced in {currency}, the charge rules in {ours}: settle this ticket by hand.",
            what=what,
            name=name,
            currency=currency,
            ours=policy.currency,
        )
