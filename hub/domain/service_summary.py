"""What service knows of a customer, in short: for the customer's page, and for sales in their CRM."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from hub.domain.documents import Doc

OPEN = ("new", "triaged", "assigned", "in_service")
PAST = ("completed", "closed", "cancelled", "rejected")
MEAN = Decimal("0.1")  # a mean of scores from 1 to 5 says no more than this


@dataclass(frozen=True)
class Facts:
    """The documents of one customer that its summary is made of; those that ended are the newest ones."""

    open_tickets: Sequence[Doc] = ()
    past_tickets: Sequence[Doc] = ()
    visits: Sequence[Doc] = ()
    answers: Sequence[Doc] = ()
    assets: Sequence[Doc] = ()
    contracts: Sequence[Doc] = ()
    invoices: Sequence[Doc] = ()


def summary_of(facts: Facts) -> Doc:
    """The summary; what is not known is left out."""
    tickets = [*facts.open_tickets, *facts.past_tickets]
    mean = mean_score(facts.answers)
    open_by = balances(facts.invoices)
    told: Doc = {
        "open_tickets": len(facts.open_tickets),
        "last_ticket_at": latest(ticket.get("opened_at", ticket["created_at"]) for ticket in tickets),
        "last_visit_at": latest(visit.get("checked_in_at") for visit in facts.visits),
        "satisfaction": None if mean is None else str(mean.quantize(MEAN, ROUND_HALF_UP)),
        "warranty_ends_on": latest(asset.get("warranty", {}).get("ends_on") for asset in facts.assets),
        "contract_ends_on": latest(contract.get("ends_on") for contract in facts.contracts),
        "balances": [{"currency": one, "amount": f"{open_by[one]:f}"} for one in sorted(open_by)] or None,
        "balance": "; ".join(f"{open_by[one]:f} {one}" for one in sorted(open_by))[:255] or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def with_summary(customer: Doc, told: Doc, as_of: str) -> Doc:
    """A customer with its summary; as it is where that says nothing new, or nothing at all."""
    known = {name: value for name, value in customer.get("service", {}).items() if name != "as_of"}
    if told == known or (not known and told == summary_of(Facts())):
        return customer
    return {**customer, "service": {**told, "as_of": as_of}}


def balances(invoices: Iterable[Doc]) -> Mapping[str, Decimal]:
    """What is still open of invoices, by currency; credit notes count against it."""
    open_by: dict[str, Decimal] = {}
    for invoice in invoices:
        amount = Decimal(invoice.get("payment", {}).get("open_amount", "0"))
        due = -abs(amount) if invoice.get("kind") == "credit_note" else amount
        currency = invoice["currency"]
        open_by[currency] = open_by.get(currency, Decimal(0)) + due
    return {currency: amount for currency, amount in open_by.items() if amount}


def mean_score(answers: Iterable[Doc]) -> Decimal | None:
    """The mean of the scores that were given; None when there is none."""
    scores = [Decimal(answer["score"]) for answer in answers if "score" in answer]
    return sum(scores, Decimal(0)) / len(scores) if scores else None


def latest(values: Iterable[str | None]) -> str | None:
    """The latest of instants or days, as texts; None when there is none."""
    return max((value for value in values if value), default=None)
