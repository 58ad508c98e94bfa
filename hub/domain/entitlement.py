"""Entitlement: who pays for a kind of charge on an asset at a time, and why."""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hub.domain.documents import Doc
from hub.domain.reasons import Reason, reason

NOBODY = "none"


@dataclass(frozen=True)
class Entitlement:
    """Who covers it (warranty, contract, goodwill; none: the customer pays), by which record, and why."""

    by: str
    record_id: str | None
    why: Reason

    @property
    def is_covered(self) -> bool:
        """Whether the customer does not pay."""
        return self.by != NOBODY


def entitlement(asset: Doc | None, contract: Doc | None, *, category: str, cause: str | None, on: date) -> Entitlement:
    """Find who pays for a category (callout, labour, travel, part) of work done on a day for a fault's cause.

    The warranty comes before the contract. A contract's included visits and hours are a matter of quantity: charges
    count them.
    """
    refusals = []
    for by, record, refusal in _grounds(asset, contract, category, cause, on):
        if record is None:
            continue
        if refusal is None:
            return Entitlement(by, record["id"], _granted(by, asset, contract, category))
        refusals.append(refusal)
    return Entitlement(NOBODY, None, refusals[0] if refusals else reason("There is neither warranty nor contract."))


def _grounds(
    asset: Doc | None, contract: Doc | None, category: str, cause: str | None, on: date
) -> Iterator[tuple[str, Doc | None, Reason | None]]:
    """Each ground in the order in which it counts: who, by which record, and what speaks against it."""
    has_warranty = asset is not None and "warranty" in asset
    yield "warranty", asset if has_warranty else None, _against_warranty(asset or {}, category, cause, on)
    yield "contract", contract, _against_contract(contract or {}, asset, category, on)


def _granted(by: str, asset: Doc | None, contract: Doc | None, category: str) -> Reason:
    if by == "warranty" and asset is not None:
        ends = asset["warranty"].get("ends_on", "")
        return reason(
            "The warranty of {asset} covers {category} until {day}.", asset=asset["serial"], category=category, day=ends
        )
    number = (contract or {}).get("number", "")
    return reason("The contract {contract} covers {category}.", contract=number, category=category)


def _against_warranty(asset: Doc, category: str, cause: str | None, on: date) -> Reason | None:
    warranty, name = asset.get("warranty", {}), asset.get("serial", "")
    if "ends_on" not in warranty or on > date.fromisoformat(warranty["ends_on"]):
        return reason("The warranty of {asset} ended on {day}.", asset=name, day=warranty.get("ends_on", "-"))
    if "starts_on" in warranty and on < date.fromisoformat(warranty["starts_on"]):
        return reason("The warranty of {asset} starts on {day} only.", asset=name, day=warranty["starts_on"])
    if "covers" in warranty and category not in warranty["covers"]:
        return reason("The warranty of {asset} does not cover {category}.", asset=name, category=category)
    if cause is not None and cause in warranty.get("excluded_causes", ()):
        return reason("The warranty of {asset} excludes the cause {cause}.", asset=name, cause=cause)
    return None


def _against_contract(contract: Doc, asset: Doc | None, category: str, on: date) -> Reason | None:
    number = contract.get("number", "")
    if not is_in_force(contract, on):
        state, day = contract.get("state", "active"), on.isoformat()
        return reason(
            "The contract {contract} ({state}) is not in force on {day}.", contract=number, state=state, day=day
        )
    if contract.get("asset_ids") and (asset is None or asset["id"] not in contract["asset_ids"]):
        return reason("The contract {contract} does not cover this asset.", contract=number)
    if category not in contract.get("coverage", ()):
        return reason("The contract {contract} does not cover {category}.", contract=number, category=category)
    return None


def is_in_force(contract: Doc, on: date) -> bool:
    """Whether a contract holds on a day; its first and last day count."""
    in_time = contract.get("starts_on", "0001-01-01") <= on.isoformat() <= contract.get("ends_on", "9999-12-31")
    return bool(contract) and contract.get("state", "active") == "active" and in_time


def contract_year(contract: Doc, on: date) -> tuple[date, date]:
    """The first day of the contract year around a day, and the first day of the next: included work counts per year."""
    start = date.fromisoformat(contract.get("starts_on", f"{on.year}-01-01"))
    begun = _anniversary(start, on.year)
    year = on.year if begun <= on else on.year - 1
    return _anniversary(start, year), _anniversary(start, year + 1)


def _anniversary(start: date, year: int) -> date:
    """The same day of another year; what began on 29 February counts from 1 March in other years."""
    leap_day = (start.month, start.day) == (2, 29)
    return date(year, 3, 1) if leap_day and not isleap(year) else start.replace(year=year)
