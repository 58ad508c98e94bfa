"""charges.yaml: the shipped file reads, and every problem is told with its place."""

from decimal import Decimal
from pathlib import Path

import pytest

from hub.domain.charge_policy import ChargePolicy
from hub.domain.errors import InvalidError
from hub.files.data import data_dir
from hub.files.policies.rates import read_charges
from hub.files.policies.reading import Folder, Problems

SHIPPED = (data_dir("config") / "charges.yaml").read_text("utf-8")


def read(folder: Path, *changes: tuple[str, str]) -> ChargePolicy | None:
    text = SHIPPED
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "charges.yaml").write_text(text, "utf-8")
    problems = Problems()
    source = Folder([folder], data_dir("schemas"), problems).one("charges.yaml", "charges")
    policy = read_charges(source, {"standard": object()}) if source else None
    problems.refuse()
    return policy


def test_the_shipped_rules_read(tmp_path: Path) -> None:
    policy = read(tmp_path)
    assert policy is not None
    names = ["callout", "labour", "travel_zone", "travel_km", "part", "inspection"]
    assert [rule.name for rule in policy.rules] == names
    assert policy.tax.rates["part"] == Decimal("0.13")
    assert policy.rules[1].kinds["after_hours"].factor == Decimal("1.5")
    assert policy.rules[1].rounded(Decimal("1.26")) == Decimal("1.50")
    assert policy.approve_above == Decimal(5000)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('rate: "150.00"', "rate: 150.00", "rules[0].rate: 150.0 is not of type 'string'"),
        ("per: visit", "per: hour", "rules[0]"),
        ("price_places: 4", "price_place: 4", "'price_place' was unexpected"),
        ('part: "0.13"', 'parts: "0.13"', "'part' is a required property"),
        ("rule: labour", "rule: callout", "'callout' stands here twice"),
        ("when: customer.level", "when: custmer.level", "'custmer' is not known: there are asset, consumption"),
        ("when: customer.level", "when: customer.level ==", "discounts[0].when"),
        ("category: callout", 'category: callout\n    from: "2026-02-30"', "'2026-02-30' is no day"),
        (
            "category: callout",
            "category: callout\n    from: 2026-03-02\n    until: 2026-03-01",
            "the rule ends before it begins",
        ),
        ('    rate: "180.00"\n', "", "'rate' is a required property"),
        ("per: visit\n", 'per: visit\n    least: "2"\n', "only hours and kilometres have a smallest quantity"),
        ("calendar: standard", "calendar: lunar", "calendar: 'lunar' is not known: there are standard"),
    ],
)
def test_a_problem_is_told_with_its_place(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(tmp_path, (old, new))
    assert f"charges.yaml: {problem}" in str(refused.value) or problem in str(refused.value)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidError) as refused:
        read(tmp_path, ("currency: CNY", "currency: Yuan"), ("version: 1", "version: one"))
    assert [error.path for error in refused.value.fields] == ["charges.yaml: currency", "charges.yaml: version"]
