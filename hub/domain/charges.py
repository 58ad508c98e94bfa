"""Charges: the lines that are owed for the work done on a ticket, each once, each explained; a pure function.

The order of a sum is always: quantity (rounded up to the rule's step), rate (times the factor of the time), coverage
(warranty, contract, goodwill), discount, rounding to money, the smallest invoice, tax.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from hub.domain.business_hours import BusinessHours
from hub.domain.charge_cover import Covered, Item, cover
from hub.domain.charge_items import Work, items_of, same_currency
from hub.domain.charge_lines import ChargeLine, Cover, Source
from hub.domain.charge_policy import HUNDRED, ONE, ZERO, ChargePolicy, in_language
from hub.domain.charge_prices import Pricing, priced, settle_taxes
from hub.domain.entitlement import is_in_force
from hub.domain.money import Money, total
from hub.domain.quantity import parse_quantity, write_quantity
from hub.domain.reasons import Reason, reason

MINIMUM = "minimum"
__all__ = ["ChargeLine", "ChargePolicy", "Work", "waived", "work_out"]


def work_out(work: Work, policy: ChargePolicy, hours: BusinessHours, *, revision: int = 1) -> tuple[ChargeLine, ...]:
    """Work out every line that the ticket owes; the same work gives the same lines.

    ConflictError when a price is missing or in another currency: it says which and what now.
    """
    same_currency(work.customer.get("invoicing", {}).get("currency"), policy, "customer", work.customer["name"])
    cause = work.ticket.get("fault", {}).get("cause")
    covered = cover(items_of(work, policy, hours), work.contract, work.used, cause=cause)
    lines = [_line(each, work, policy, revision) for each in covered]
    return settle_taxes([*lines, *_up_to_minimum(lines, work, policy, revision)], policy.tax)


def _line(covered: Covered, work: Work, policy: ChargePolicy, revision: int) -> ChargeLine:
    item, rule, part = covered.item, covered.item.rule, covered.item.facts.get("part")
    tax_rate = policy.tax.rates[rule.category]
    off, steps = _taken_off(covered, policy)
    pricing = Pricing(policy.currency, policy.price_places)
    price = priced(item.quantity, item.rate, off, tax_rate, policy.tax, pricing)
    line = ChargeLine(
        ticket_id=work.ticket["id"],
        source=item.source,
        code=rule.code,
        category=rule.category,
        description=_described(item, work.customer.get("language", "en")),
        rule=rule.name,
        rule_version=policy.version,
        quantity=item.quantity,
        unit=part["uom"] if part else rule.per,
        rate=item.rate,
        discount_percent=off,
        unit_price=price.unit_price,
        tax_rate=tax_rate,
        net=price.net,
        tax=price.tax,
        gross=price.net + price.tax,
        cover=Cover(covered.by, covered.why, price.list_net, covered.record_id),
        explanation=(*item.steps, *steps),
        at=item.at,
        customer_id=work.customer["id"],
        part_id=part["id"] if part else None,
        revision=revision,
    )
    return waived(line, work.waivers)


def _taken_off(covered: Covered, policy: ChargePolicy) -> tuple[Decimal, tuple[Reason, ...]]:
    """How many per cent are taken off the list price, and why."""
    if covered.by != "none":
        return HUNDRED, (covered.why,)
    discount = policy.discount(covered.item.rule.category, covered.item.facts)
    agreed = _agreed_discount(covered.item)
    if agreed > (discount.percent if discount else ZERO):
        number = (covered.item.facts.get("contract") or {}).get("number", "")
        return agreed, (
            covered.why,
            reason("{percent} % off by the contract {contract}.", percent=write_quantity(agreed), contract=number),
        )
    if discount is None:
        return ZERO, (covered.why,)
    percent = write_quantity(discount.percent)
    return discount.percent, (covered.why, reason("{percent} % off: {name}.", percent=percent, name=discount.name))


def _agreed_discount(item: Item) -> Decimal:
    """What the contract takes off work that it does not cover, while it is in force."""
    contract = item.facts.get("contract") or {}
    return parse_quantity(contract.get("discount_percent", "0")) if is_in_force(contract, item.day) else ZERO


def _described(item: Item, language: str) -> str:
    part = item.facts.get("part")
    if part is not None:
        return f"{part['name']} ({part['sku']})"
    title = in_language(item.rule.title, language)
    kind = item.rule.kinds.get(item.source.part.partition(" ")[0])
    return f"{title} ({in_language(kind.title, language)})" if kind and kind.factor != ONE else title


def waived(line: ChargeLine, waivers: Mapping[str, Reason]) -> ChargeLine:
    """The line at nothing, where somebody waived it; what it would have cost stays to be seen."""
    why = waivers.get(line.obligation)
    if why is None or line.cover.by != "none":
        return line
    nothing = Money.zero(line.net.currency)
    return replace(
        line,
        discount_percent=HUNDRED,
        unit_price=ZERO,
        net=nothing,
        tax=nothing,
        gross=nothing,
        cover=replace(line.cover, by="goodwill", why=why),
        explanation=(*line.explanation, why),
    )


def _up_to_minimum(
    lines: Sequence[ChargeLine], work: Work, policy: ChargePolicy, revision: int
) -> Iterator[ChargeLine]:
    """The line that raises a small invoice to the smallest one; nothing where nothing is due."""
    net = total((line.net for line in lines), policy.currency)
    lacking = Money(policy.minimum_net, policy.currency) - net
    if not net or lacking.amount <= ZERO:
        return
    step = reason("The smallest invoice is {least} {currency}.", least=policy.minimum_net, currency=policy.currency)
    tax_rate = policy.tax.rates["other"]
    price = priced(
        ONE, lacking.amount, ZERO, tax_rate, replace(policy.tax, included=False), Pricing(policy.currency, 4)
    )
    yield ChargeLine(
        ticket_id=work.ticket["id"],
        source=Source("ticket", work.ticket["id"]),
        code=MINIMUM,
        category="other",
        description=in_language(policy.minimum_title, work.customer.get("language", "en")),
        rule=MINIMUM,
        rule_version=policy.version,
        quantity=ONE,
        unit="ticket",
        rate=lacking.amount,
        discount_percent=ZERO,
        unit_price=lacking.amount,
        tax_rate=tax_rate,
        net=price.net,
        tax=price.tax,
        gross=price.net + price.tax,
        cover=Cover("none", step, price.net),
        explanation=(step,),
        at=max(line.at for line in lines),
        customer_id=work.customer["id"],
        revision=revision,
    )
