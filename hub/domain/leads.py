"""Leads: what service sees coming that sales should know; each end of a warranty or contract makes one for ever."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from hub.domain.documents import Doc
from hub.domain.templates import filled

CAUSES = ("warranty_ends", "contract_ends", "asset_ages")
NAMES: Mapping[str, tuple[str, ...]] = {
    "warranty_ends": ("asset", "day"),
    "contract_ends": ("contract", "day"),
    "asset_ages": ("asset", "day", "years"),
}
"""What the title of a rule may name."""
LONGEST = 200  # characters of a title
LEAP_DAY = 29


@dataclass(frozen=True)
class LeadRule:
    """When one cause makes a lead: from ``days_before`` a day to ``days_after`` it; titles by language.

    The day on which an asset is old is that of its installation after ``years``, or what ``products`` say by its code.
    """

    enabled: bool
    title: Mapping[str, str]
    days_before: int = 0
    days_after: int = 0
    years: int = 0
    products: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class LeadPolicy:
    """config/leads.yaml: its rules by cause, and the language of customers who have not said theirs."""

    version: int
    language: str
    rules: Mapping[str, LeadRule]


def of_asset(policy: LeadPolicy, asset: Doc, product: Doc, customer: Doc, *, today: date) -> Iterator[Doc]:
    """The leads that an asset gives today: its warranty is about to end, or it has become old."""
    if asset.get("status") == "retired":
        return
    ages, code = policy.rules["asset_ages"], product.get("code", "")
    years = ages.products.get(code, ages.years)
    ends, since = asset.get("warranty", {}).get("ends_on"), asset.get("installed_on")
    facts = {"asset": asset.get("name") or product.get("name") or asset.get("serial") or asset["id"], "years": years}
    due = {"warranty_ends": ends, "asset_ages": anniversary(since, years) if since else None}
    for cause, day in due.items():
        if day and is_due(policy.rules[cause], day, today):
            yield lead_of(policy, cause, day, customer, asset["id"], facts, {"asset_id": asset["id"]})


def of_contract(policy: LeadPolicy, contract: Doc, customer: Doc, *, today: date) -> Iterator[Doc]:
    """The lead that an active contract gives today: it is about to end."""
    day = contract.get("ends_on")
    if contract.get("state") == "active" and day and is_due(policy.rules["contract_ends"], day, today):
        facts = {"contract": contract.get("name") or contract.get("number") or contract["id"]}
        yield lead_of(policy, "contract_ends", day, customer, contract["id"], facts, {"contract_id": contract["id"]})


def is_due(rule: LeadRule, day: str, today: date) -> bool:
    """Whether a day is near enough."""
    left = date.fromisoformat(day) - today
    return rule.enabled and timedelta(days=-rule.days_after) <= left <= timedelta(days=rule.days_before)


def lead_of(
    policy: LeadPolicy, cause: str, day: str, customer: Doc, about: str, facts: Mapping[str, object], refs: Doc
) -> Doc:
    """A new lead; the same cause, record and day give the same id."""
    titles = policy.rules[cause].title
    language = str(customer.get("language", ""))[:2]
    title = filled(titles.get(language, titles[policy.language]), {**facts, "day": day})
    digest = hashlib.sha256(f"{cause} {about} {day}".encode()).hexdigest()
    return {
        "id": f"{cause}-{digest[:32]}",
        "customer_id": customer["id"],
        "company": customer["name"],
        **refs,
        "cause": cause,
        "title": title[:LONGEST],
        "due_on": day,
        "state": "new",
    }


def anniversary(since: str, years: int) -> str:
    """The same day some years later; of a leap day the one before it, where that year has none."""
    day = date.fromisoformat(since)
    if (day.month, day.day) == (2, LEAP_DAY):
        day -= timedelta(days=1)
    return day.replace(year=day.year + years).isoformat()
