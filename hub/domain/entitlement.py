"""Entitlement: who pays for a kind of work on an asset at a time: warranty, contract or the customer; and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hub.domain.documents import Doc
from hub.domain.quantity import parse_quantity
from hub.domain.reasons import Reason


@dataclass(frozen=True)
class Coverage:
    """Who pays (none, warranty, contract, goodwill), by which record, and every ground that was looked at."""

    by: str
    reasons: tuple[Reason, ...]
    record_id: str | None = None

    @property
    def is_covered(self) -> bool:
        """Whether somebody else than the customer pays."""
        return self.by != "none"

    def document(self) -> Doc:
        """The ``coverage`` part of a charge."""
        record = {"record_id": self.record_id} if self.record_id else {}
        return {"by": self.by, "reasons": [reason.document() for reason in self.reasons], **record}


@dataclass(frozen=True)
class Usage:
    """What of a contract's inclusions was used before, in its present year."""

    visits: int = 0
    hours: Decimal = Decimal(0)


@dataclass(frozen=True)
class Work:
    """What is asked about: a category of charge on an asset at a time; ``hours`` only for labour."""

    category: str
    at: datetime
    zone: str
    asset: Doc | None = None
    cause: str | None = None
    hours: Decimal = Decimal(0)

    @property
    def day(self) -> date:
        """The local day of the work: what a warranty's last day is compared with."""
        return self.at.astimezone(ZoneInfo(self.zone)).date()


def coverage(work: Work, contracts: Iterable[Doc] = (), usage: Mapping[str, Usage] | None = None) -> Coverage:
    """Decide who pays: the warranty first, then the first contract that covers it, else the customer.

    ``usage`` is by contract id. When nobody does, the reasons name every ground that did not hold.
    """
    verdicts = [_warranty(work), *(_contract(work, each, (usage or {}).get(each["id"], Usage())) for each in contracts)]
    covering = next((verdict for verdict in verdicts if verdict.is_covered), None)
    return covering or Coverage("none", tuple(reason for verdict in verdicts for reason in verdict.reasons))


def issue_kind(work: Work, contracts: Iterable[Doc] = ()) -> str:
    """How a part leaves the stock: warranty, contract or billable."""
    by = coverage(work, contracts).by
    return "billable" if by == "none" else by


def is_in_force(starts_on: str | None, ends_on: str | None, day: date) -> bool:
    """Whether a day lies in the span, first and last day included; an open end has no limit."""
    after_start = not starts_on or date.fromisoformat(starts_on) <= day
    return after_start and (not ends_on or day <= date.fromisoformat(ends_on))


def _warranty(work: Work) -> Coverage:
    warranty: Doc = (work.asset or {}).get("warranty") or {}
    if not warranty.get("ends_on"):
        return _no("no warranty is known")
    span = {"from": warranty.get("starts_on", ""), "to": warranty["ends_on"]}
    if not is_in_force(warranty.get("starts_on"), warranty["ends_on"], work.day):
        return _no("out of warranty ({from} to {to})", span)
    if work.category not in warranty.get("covers", ()):
        return _no("the warranty does not cover {category}", {"category": work.category})
    if work.cause and work.cause in warranty.get("excluded_causes", ()):
        return _no("the warranty excludes the cause {cause}", {"cause": work.cause})
    return Coverage("warranty", (Reason("in warranty from {from} to {to}", span),), (work.asset or {}).get("id"))


def _contract(work: Work, contract: Doc, usage: Usage) -> Coverage:
    name = {"number": contract["number"]}
    if contract.get("state", "active") != "active":
        return _no("contract {number} is not active", name)
    if not is_in_force(contract.get("starts_on"), contract.get("ends_on"), work.day):
        return _no("contract {number} is not in force on that day", name)
    covered = contract.get("asset_ids", [])
    if covered and (work.asset or {}).get("id") not in covered:
        return _no("contract {number} does not cover this asset", name)
    if work.category not in contract.get("coverage", ()):
        return _no("contract {number} does not cover {category}", {**name, "category": work.category})
    return _inclusion(work, contract, usage)


def _inclusion(work: Work, contract: Doc, usage: Usage) -> Coverage:
    """Included visits limit call-outs, included hours limit labour; what does not fit whole is not covered."""
    included, name = contract.get("included", {}), {"number": contract["number"]}
    if work.category == "callout" and "visits" in included and usage.visits + 1 > included["visits"]:
        return _no("contract {number}: all {most} visits are used", {**name, "most": str(included["visits"])})
    if work.category == "labour" and "hours" in included:
        most = parse_quantity(included["hours"], path="included.hours")
        if usage.hours + work.hours > most:
            return _no("contract {number}: more than the {most} included hours", {**name, "most": str(most)})
    return Coverage("contract", (Reason("covered by contract {number}", name),), contract.get("id"))


def _no(why: str, params: Mapping[str, str] | None = None) -> Coverage:
    return Coverage("none", (Reason(why, params or {}),))
