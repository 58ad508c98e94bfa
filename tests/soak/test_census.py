"""The comparison of two rounds sees what is missing, doubled or different; the same seed plans the same kills."""

import pytest

from hub.testing.story import Story
from tests.soak.census import Row, differences
from tests.soak.killer import KILLS, plan

TABLE: list[Row] = [
    ("invoice gross", "475.67", "475.67"),
    ("hub: invoices issued", "1", ""),
    ("ERP: internal shipments", "", "3"),
]
STEPS = [name for name, step in vars(Story).items() if not name.startswith("_") and callable(step)]


def test_two_rounds_that_ended_alike_do_not_differ() -> None:
    assert differences(TABLE, list(reversed(TABLE))) == []


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([*TABLE[:2], ("ERP: internal shipments", "", "4")], "surplus: ERP: internal shipments  4"),
        (TABLE[:2], "missing: ERP: internal shipments  3"),
        ([("invoice gross", "475.67", "951.34"), *TABLE[1:]], "invoice gross: hub 475.67, ERP 951.34"),
        ([*TABLE, ("undone", "dead", "too little stock")], "undone: hub dead, ERP too little stock"),
    ],
)
def test_what_is_doubled_missing_or_given_up_is_told(found: list[Row], told: str) -> None:
    assert told in differences(TABLE, found)


def test_a_seed_plans_the_same_kills_again_and_some_for_each() -> None:
    assert plan(7, STEPS) == plan(7, STEPS) != plan(8, STEPS)
    for who, (least, most) in KILLS.items():
        assert all(least <= sum(kill.who == who for kill in plan(seed, STEPS)) <= most for seed in range(50))
