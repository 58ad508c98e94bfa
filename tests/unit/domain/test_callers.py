"""Whom a call's number belongs to."""

from typing import Any

import pytest

from hub.domain.callers import Hit, lookup_number, match
from hub.domain.documents import Doc


def call(**more: Any) -> Doc:
    return {"direction": "in", "is_anonymous": False, "is_privacy_number": False, **more}


@pytest.mark.parametrize(
    ("hits", "result"),
    [
        ((), ("none", None, None)),
        ((Hit("C1"),), ("one", "C1", None)),
        ((Hit("C1"), Hit("C1")), ("one", "C1", None)),
        ((Hit("C1"), Hit("C1", "P1")), ("one", "C1", "P1")),
        ((Hit("C1", "P1"), Hit("C1", "P2")), ("one", "C1", None)),
        ((Hit("C1"), Hit("C2")), ("several", None, None)),
        ((Hit("C1"), Hit("C2", "P2")), ("several", None, None)),
        ((Hit(None, "P7"),), ("one", None, "P7")),
        ((Hit(None, "P7"), Hit("C1")), ("one", "C1", None)),
    ],
)
def test_whom_a_number_belongs_to(hits: tuple[Hit, ...], result: tuple[str, str | None, str | None]) -> None:
    """znuny/Znuny4OTRS-CTI#3: several customers on one number; zammad#2144: a maybe could not be confirmed."""
    found = match(call(), hits)
    assert (found["match"], found.get("customer_id"), found.get("contact_id")) == result


def test_every_match_is_offered_once() -> None:
    found = match(call(), [Hit("C1"), Hit("C1"), Hit("C2", "P2")])
    assert found["matches"] == [
        {"id": "C1", "entity": "customer", "customer_id": "C1"},
        {"id": "P2", "entity": "contact", "customer_id": "C2", "contact_id": "P2"},
    ]
    assert len(match(call(), [Hit(f"C{number}") for number in range(300)])["matches"]) == 100


def test_a_choice_that_an_agent_made_is_kept() -> None:
    assert match(call(customer_id="C9"), [Hit("C1")])["customer_id"] == "C9"


def test_a_withheld_number_matches_nobody_and_a_privacy_number_is_nobodys() -> None:
    assert match(call(is_anonymous=True), [])["match"] == "anonymous"
    assert match(call(is_privacy_number=True), [])["match"] == "none"


def test_the_other_side_of_an_outbound_call_is_the_one_that_was_called() -> None:
    numbers = {"from": "+861", "to": "+862"}
    assert lookup_number(call(**numbers)) == "+861"
    assert lookup_number(call(**numbers) | {"direction": "out"}) == "+862"
    assert lookup_number(call()) is None
