"""Entitlement: who pays, and why."""

from datetime import date
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.entitlement import Entitlement, contract_year, entitlement

DAY = date(2026, 3, 2)
COVERED: Doc = {"starts_on": "2025-03-02", "ends_on": "2026-03-02", "covers": ["labour", "part"]}


def asset(**warranty: Any) -> Doc:
    return {"id": "a1", "serial": "HX-200-0001", "warranty": COVERED | warranty}


def contract(**rest: Any) -> Doc:
    return {"id": "k1", "number": "SC-7", "state": "active", "coverage": ["labour", "callout"], **rest}


def who(a: Doc | None, k: Doc | None, category: str = "labour", cause: str | None = None) -> Entitlement:
    return entitlement(a, k, category=category, cause=cause, on=DAY)


def test_the_last_day_of_the_warranty_still_counts() -> None:
    found = who(asset(), None)
    assert (found.by, found.record_id) == ("warranty", "a1")
    assert str(found.why) == "The warranty of HX-200-0001 covers labour until 2026-03-02."


@pytest.mark.parametrize(
    ("warranty", "why"),
    [
        ({"ends_on": "2026-03-01"}, "ended on 2026-03-01"),
        ({"starts_on": "2026-03-03"}, "starts on 2026-03-03 only"),
        ({"covers": ["part"]}, "does not cover labour"),
        ({"excluded_causes": ["misuse"]}, "excludes the cause misuse"),
    ],
)
def test_a_warranty_that_does_not_hold_says_why(warranty: Doc, why: str) -> None:
    found = who(asset(**warranty), None, cause="misuse")
    assert not found.is_covered
    assert why in str(found.why)


def test_a_warranty_without_a_list_covers_everything_and_one_without_an_end_nothing() -> None:
    assert who({"id": "a", "serial": "s", "warranty": {"ends_on": "2027-01-01"}}, None, "travel").is_covered
    assert not who({"id": "a", "serial": "s", "warranty": {}}, None).is_covered


def test_the_warranty_comes_before_the_contract_and_the_contract_covers_what_it_leaves() -> None:
    assert who(asset(), contract()).by == "warranty"
    found = who(asset(), contract(), "callout")
    assert (found.by, found.record_id) == ("contract", "k1")
    assert str(found.why) == "The contract SC-7 covers callout."


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"state": "draft"}, "(draft) is not in force"),
        ({"starts_on": "2026-03-03"}, "is not in force on 2026-03-02"),
        ({"ends_on": "2026-03-01"}, "is not in force on 2026-03-02"),
        ({"asset_ids": ["other"]}, "does not cover this asset"),
        ({"coverage": ["part"]}, "does not cover labour"),
    ],
)
def test_a_contract_that_does_not_hold_says_why(terms: Doc, why: str) -> None:
    found = who(None, contract(**terms))
    assert not found.is_covered
    assert why in str(found.why)


def test_with_neither_the_customer_pays() -> None:
    found = who(None, None)
    assert (found.by, str(found.why)) == ("none", "There is neither warranty nor contract.")


def test_the_reason_survives_being_written_down() -> None:
    why = who(asset(), None).why
    assert type(why).of(why.doc()) == why


@pytest.mark.parametrize(
    ("starts_on", "on", "year"),
    [
        ("2024-05-01", date(2026, 4, 30), (date(2025, 5, 1), date(2026, 5, 1))),
        ("2024-05-01", date(2026, 5, 1), (date(2026, 5, 1), date(2027, 5, 1))),
        ("2024-02-29", date(2026, 2, 28), (date(2025, 3, 1), date(2026, 3, 1))),
        ("2024-02-29", date(2028, 2, 29), (date(2028, 2, 29), date(2029, 3, 1))),
    ],
)
def test_a_contract_year_begins_on_the_anniversary(starts_on: str, on: date, year: tuple[date, date]) -> None:
    assert contract_year({"starts_on": starts_on}, on) == year


def test_a_contract_without_a_start_counts_by_calendar_years() -> None:
    assert contract_year({}, DAY) == (date(2026, 1, 1), date(2027, 1, 1))
