"""Charges: what the work on a ticket costs, line by line, from rules; pure and deterministic."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.domain.business_hours import Calendar
from hub.domain.charge_basis import BASES, Case, DoneWork, part_basis
from hub.domain.charge_lines import price
from hub.domain.charge_rules import ChargeRule, ChargeRules
from hub.domain.documents import Doc
from hub.domain.matching import matches
from hub.domain.quantity import EXACT, parse_quantity, write_quantity


def work_out(work: DoneWork, rules: ChargeRules, calendar: Calendar) -> tuple[Doc, ...]:
    """Work out all charge lines of a ticket, as drafts of revision 1 without ids, in a stable order.

    The same work and rules always give the same lines. InvalidError when a used part has no price.
    """
    lines = [
        price(work, rules, rule, basis)
        for visit in sorted((each for each in work.visits if _was_made(each)), key=lambda each: each["id"])
        for rule in _applying(work, rules, visit=visit)
        for basis in BASES[rule.kind](rules, rule, Case(work, calendar, visit))
    ]
    lines += [
        price(work, rules, rule, part_basis(work, rules, rule, use))
        for use in sorted(_uses(work.consumptions), key=lambda each: each["id"])
        for rule in _applying(work, rules, part=work.parts.get(use["part_id"], {}), consumption=use)
    ]
    return tuple(lines)


def _applying(work: DoneWork, rules: ChargeRules, **about: Doc) -> Iterator[ChargeRule]:
    """The first matching rule of every code, among those that charge visits or those that charge parts."""
    names: dict[str, Any] = {
        "ticket": work.ticket,
        "customer": work.customer,
        "site": work.site,
        "contract": next(iter(work.contracts), {}),
        **about,
    }
    taken: set[str] = set()
    for rule in rules.rules:
        concerned = ("part" in about) == (rule.kind == "part")
        if concerned and rule.code not in taken and matches(rule.match, names) and _holds(rule, names):
            taken.add(rule.code)
            yield rule


def _holds(rule: ChargeRule, names: Mapping[str, Any]) -> bool:
    return rule.when is None or bool(rule.when.evaluate(names))


def _was_made(visit: Doc) -> bool:
    """Whether the technician was there: an unfinished visit costs its trip, too."""
    return visit["status"] in {"finished", "unfinished"} and "checked_in_at" in visit


def _uses(consumptions: Sequence[Doc]) -> Iterator[Doc]:
    """Consumptions with the quantity that is left of them after corrections; refused ones do not count."""
    counted = [each for each in consumptions if each["state"] not in {"refused", "cancelled"}]
    for use in counted:
        taken_back = [parse_quantity(each["quantity"]) for each in counted if each.get("corrects_id") == use.get("id")]
        left = EXACT.subtract(parse_quantity(use["quantity"]), sum(taken_back, Decimal(0)))
        if "corrects_id" not in use and left > 0:
            yield {**use, "quantity": write_quantity(left)}
