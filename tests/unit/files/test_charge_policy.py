"""charges.yaml: the shipped file reads, and every problem is told with its line."""

from decimal import Decimal

import pytest

from hub.domain.charge_policy import ChargePolicy
from hub.domain.errors import InvalidError
from hub.files.charge_policy import read_charges
from hub.files.data import data_dir

SHIPPED = (data_dir("config") / "charges.yaml").read_text("utf-8")


def read(old: str = "", new: str = "") -> ChargePolicy:
    assert old in SHIPPED
    return read_charges(SHIPPED.replace(old, new, 1), "charges.yaml")


def test_the_shipped_rules_read() -> None:
    policy = read()
    assert [rule.name for rule in policy.rules] == [
        "callout",
        "labour",
        "travel_zone",
        "travel_km",
        "part",
        "inspection",
    ]
    assert policy.tax.rates["part"] == Decimal("0.13")
    assert policy.rules[1].kinds["after_hours"].factor == Decimal("1.5")
    assert policy.rules[1].rounded(Decimal("1.26")) == Decimal("1.50")
    assert policy.approve_above == Decimal(5000)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('rate: "150.00"', "rate: 150.00", 'rules.0.rate: 150.0 is not of type "string"'),
        ("per: visit", "per: hour", "rules.0.category"),
        ("price_places: 4", "price_place: 4", "price_place: is not known here; did you mean 'price_places'?"),
        ('part: "0.13"', 'parts: "0.13"', '"part" is a required property'),
        ("rule: labour", "rule: callout", "'callout' stands here twice"),
        ("when: customer.level", "when: custmer.level", "'custmer.level' is not known: there are asset, consumption"),
        ("when: customer.level", "when: customer.level ==", "cannot be read"),
        ("category: callout", "category: callout\n    from: 2026-02-30", "'2026-02-30' is no day"),
        (
            "category: callout",
            "category: callout\n    from: 2026-03-02\n    until: 2026-03-01",
            "the rule ends before it begins",
        ),
        ('    rate: "180.00"\n', "", '"rate" is a required property'),
        ("per: visit\n", 'per: visit\n    least: "2"\n', "only hours and kilometres have a smallest quantity"),
    ],
)
def test_a_problem_is_told_with_its_place(old: str, new: str, problem: str) -> None:
    with pytest.raises(InvalidError, match=r"charges\.yaml:\d+: ") as refused:
        read(old, new)
    assert problem in str(refused.value)


def test_every_problem_is_told_at_once() -> None:
    text = SHIPPED.replace("currency: CNY", "currency: Yuan").replace("version: 1", "version: one")
    with pytest.raises(InvalidError) as refused:
        read_charges(text, "charges.yaml")
    assert [error.path.rsplit(" ", 1)[1] for error in refused.value.fields] == ["version", "currency"]
