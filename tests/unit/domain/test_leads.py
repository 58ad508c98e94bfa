"""When an asset or a contract makes a lead, and how it is called."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.domain.documents import Doc
from hub.domain.leads import LeadPolicy, anniversary, of_asset, of_contract
from hub.files.policies import load_policies

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 3, 2)
HUAXIN: Doc = {"id": "c1", "name": "Huaxin", "language": "en-GB"}


@pytest.fixture(scope="module")
def policy() -> LeadPolicy:
    return load_policies([ROOT / "config"], ROOT / "schemas").leads


def asset(**more: object) -> Doc:
    return {"id": "a1", "serial": "S1", **more}


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(("days", "leads"), [(61, 0), (60, 1), (0, 1), (-1, 0)])
def test_a_warranty_makes_a_lead_in_the_sixty_days_before_its_end(policy: LeadPolicy, days: int, leads: int) -> None:
    found = list(of_asset(policy, asset(warranty={"ends_on": day(days)}), {}, HUAXIN, today=TODAY))
    assert len(found) == leads


def test_a_lead_says_what_it_is_about_in_the_language_of_the_customer(policy: LeadPolicy) -> None:
    worn = asset(warranty={"ends_on": "2026-04-01"})
    (lead,) = of_asset(policy, worn, {"name": "V60"}, HUAXIN, today=TODAY)
    assert {name: value for name, value in lead.items() if name != "id"} == {
        "customer_id": "c1",
        "company": "Huaxin",
        "asset_id": "a1",
        "cause": "warranty_ends",
        "title": "Warranty of V60 ends on 2026-04-01",
        "due_on": "2026-04-01",
        "state": "new",
    }
    (chinese,) = of_asset(policy, worn, {}, {"id": "c1", "name": "华信", "language": "zh"}, today=TODAY)
    (unsaid,) = of_asset(policy, worn, {}, {"id": "c1", "name": "华信"}, today=TODAY)
    assert chinese["title"] == unsaid["title"] == "S1 质保将于 2026-04-01 到期"


def test_the_same_end_is_the_same_lead_and_another_end_another_one(policy: LeadPolicy) -> None:
    def lead(ends_on: str, today: date) -> str:
        (found,) = of_asset(policy, asset(warranty={"ends_on": ends_on}), {}, HUAXIN, today=today)
        return str(found["id"])

    assert lead("2026-04-01", TODAY) == lead("2026-04-01", TODAY + timedelta(days=9))
    assert lead("2026-04-01", TODAY) != lead("2026-04-02", TODAY)
    assert len(lead("2026-04-01", TODAY)) <= 64


@pytest.mark.parametrize(("days", "state", "leads"), [(90, "active", 1), (91, "active", 0), (9, "draft", 0)])
def test_only_an_active_contract_makes_a_lead(policy: LeadPolicy, days: int, state: str, leads: int) -> None:
    contract: Doc = {"id": "k1", "number": "HT-17", "state": state, "ends_on": day(days)}
    found = list(of_contract(policy, contract, HUAXIN, today=TODAY))
    assert [lead["title"] for lead in found] == [f"Contract HT-17 ends on {day(days)}"] * leads


@pytest.mark.parametrize(
    ("installed_on", "code", "titles"),
    [
        ("2018-03-02", "X", ["S1 is 8 years old since 2026-03-02"]),
        ("2018-03-03", "X", []),
        ("2021-01-01", "V60", ["S1 is 5 years old since 2026-01-01"]),
        ("2010-01-01", "X", []),
    ],
)
def test_an_asset_that_became_old_lately_makes_a_lead(
    policy: LeadPolicy, installed_on: str, code: str, titles: list[str]
) -> None:
    ages = replace(policy.rules["asset_ages"], products={"V60": 5})
    policy = replace(policy, rules={**policy.rules, "asset_ages": ages})
    found = of_asset(policy, asset(installed_on=installed_on), {"code": code}, HUAXIN, today=TODAY)
    assert [lead["title"] for lead in found] == titles


def test_what_is_out_of_use_makes_none(policy: LeadPolicy) -> None:
    retired = asset(status="retired", warranty={"ends_on": day(9)}, installed_on="2018-01-01")
    assert list(of_asset(policy, retired, {}, HUAXIN, today=TODAY)) == []


def test_a_leap_day_comes_on_the_day_before_it_in_other_years() -> None:
    assert anniversary("2020-02-29", 8) == "2028-02-28"
    assert anniversary("2020-02-29", 5) == "2025-02-28"
