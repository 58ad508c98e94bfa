"""One charge line: full price, then who pays, then discount, then tax; rounded once, and explained."""

from decimal import Decimal

from hub.domain.charge_basis import HUNDRED, Basis, DoneWork
from hub.domain.charge_rules import ChargeRule, ChargeRules
from hub.domain.documents import Doc
from hub.domain.entitlement import Coverage, Work, coverage
from hub.domain.instants import write_instant
from hub.domain.matching import value_at
from hub.domain.money import Money, with_tax
from hub.domain.quantity import EXACT, parse_quantity, write_quantity
from hub.domain.reasons import Reason

UNIT_PRICE_PLACES = Decimal("0.000001")


def obligation_key(ticket_id: str, source: Doc, code: str) -> str:
    """The key of what makes a line due: ticket, source and code."""
    part = f":{source['part']}" if "part" in source else ""
    return f"{ticket_id}/{source['entity']}:{source['id']}{part}/{code}"


def price(work: DoneWork, rules: ChargeRules, rule: ChargeRule, basis: Basis) -> Doc:
    """Price one basis: full price, then who pays, then discount, then tax; rounded once."""
    paid_by = _paid_by(work, rules, rule, basis)
    discount, why = _discount(work, rule)
    full = Money(EXACT.multiply(basis.quantity, basis.rate), rules.currency)
    share = Decimal(0) if paid_by.is_covered else EXACT.divide(HUNDRED - discount, HUNDRED)
    taxed = with_tax(full * share, rule.tax_rate, included=rule.tax_included)
    without_cover = with_tax(full, rule.tax_rate, included=rule.tax_included).net
    unit_price = EXACT.divide(taxed.net.amount, basis.quantity).quantize(UNIT_PRICE_PLACES, context=EXACT)
    reasons = (*basis.explanation, *(why if not paid_by.is_covered else ()))
    line: Doc = {
        "obligation": obligation_key(work.ticket["id"], basis.source, basis.code),
        "revision": 1,
        "kind": "charge",
        "ticket_id": work.ticket["id"],
        "source": basis.source,
        "code": basis.code,
        "category": rule.category,
        "description": basis.description,
        "rule": rule.name,
        "rule_version": rules.version,
        "quantity": write_quantity(basis.quantity),
        "unit": rule.unit,
        "rate": write_quantity(basis.rate),
        "unit_price": write_quantity(unit_price),
        "tax_rate": write_quantity(rule.tax_rate),
        "currency": rules.currency,
        "net": taxed.net.text(),
        "tax": taxed.tax.text(),
        "gross": taxed.gross.text(),
        "coverage": {**paid_by.document(), "list_net": without_cover.text()},
        "explanation": [reason.document() for reason in reasons],
        "state": "draft",
        "at": write_instant(basis.at),
    }
    optional = {
        "customer_id": work.ticket.get("customer_id"),
        "part_id": basis.part_id,
        "tax_included": rule.tax_included or None,
        "discount_percent": write_quantity(discount) if discount and not paid_by.is_covered else None,
    }
    return line | {name: value for name, value in optional.items() if value is not None}


def _paid_by(work: DoneWork, rules: ChargeRules, rule: ChargeRule, basis: Basis) -> Coverage:
    """Who pays: for several assets each must be covered; then goodwill of the whole."""
    concerned: list[Doc | None] = [asset for asset in work.assets if basis.asset_id in {None, asset.get("id")}]
    hours = basis.quantity if rule.category == "labour" else Decimal(0)
    cause = value_at(work.ticket, "fault.cause")
    verdicts = [
        coverage(Work(rule.category, basis.at, rules.zone, asset, cause, hours), work.contracts, work.usage)
        for asset in concerned or [None]
    ]
    verdict = next((each for each in verdicts if not each.is_covered), verdicts[0])
    gift = _gift(work, rule, basis)
    return Coverage("goodwill", (*verdict.reasons, gift)) if gift and not verdict.is_covered else verdict


def _gift(work: DoneWork, rule: ChargeRule, basis: Basis) -> Reason | None:
    if basis.is_gift:
        return Reason("the part was issued as goodwill")
    goodwill = work.goodwill
    if goodwill and goodwill.percent == HUNDRED and rule.category in goodwill.categories:
        return Reason("goodwill: {reason}", {"reason": goodwill.reason})
    return None


def _discount(work: DoneWork, rule: ChargeRule) -> tuple[Decimal, tuple[Reason, ...]]:
    """The larger of the contract's discount and partial goodwill; they do not add up."""
    offers = [
        (parse_quantity(each["discount_percent"]), Reason("discount of contract {number}", {"number": each["number"]}))
        for each in work.contracts
        if "discount_percent" in each
    ]
    if work.goodwill and rule.category in work.goodwill.categories:
        offers.append((work.goodwill.percent, Reason("goodwill: {reason}", {"reason": work.goodwill.reason})))
    percent, why = max(offers, key=lambda offer: offer[0], default=(Decimal(0), None))
    return percent, (why,) if why and percent else ()
