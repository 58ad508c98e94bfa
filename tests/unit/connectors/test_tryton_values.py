"""Values between documents and Tryton's JSON."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tryton.values import decimal_text, decode, encode, instant, tell_decimal, tell_instant
from hub.domain.errors import RejectedError

PAIRS: list[tuple[str, Any, Any]] = [
    ("numeric", "1280.00", {"__class__": "Decimal", "decimal": "1280.00"}),
    ("float", "2.5", 2.5),
    ("float", "3", 3.0),
    ("date", "2026-01-31", {"__class__": "date", "year": 2026, "month": 1, "day": 31}),
    ("many2one", "12", 12),
    ("integer", 7, 7),
    ("boolean", True, True),
    ("char", "工单", "工单"),
    ("char", None, None),
]


@pytest.mark.parametrize(("kind", "ours", "theirs"), PAIRS)
def test_a_value_goes_there_and_comes_back(kind: str, ours: Any, theirs: Any) -> None:
    assert encode(kind, ours, where="x") == theirs
    assert decode(kind, theirs) == ours


def test_sqlite_tells_truth_as_a_number() -> None:
    assert decode("boolean", 1) is True
    assert decode("boolean", 0) is False


def test_an_instant_keeps_its_microseconds_and_says_that_it_is_utc() -> None:
    moment = datetime(2026, 11, 22, 5, 12, 22, 814781, tzinfo=UTC)
    assert instant(tell_instant(moment)) == moment
    assert decode("timestamp", tell_instant(moment)) == "2026-11-22T05:12:22.814781+00:00"


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [("numeric", "many"), ("float", "much"), ("date", "31.1.2026"), ("many2one", "STO"), ("numeric", "NaN.1")],
)
def test_what_is_no_value_of_the_field_names_the_field(kind: str, wrong: str) -> None:
    with pytest.raises(RejectedError, match=r"stock\.move\.quantity: .* is no " + kind):
        encode(kind, wrong, where="stock.move.quantity")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_decimal_loses_no_digit(number: Decimal) -> None:
    text = format(number, "f")
    assert decode("numeric", tell_decimal(text)) == text


@given(st.integers(min_value=-(10**9), max_value=10**9), st.integers(min_value=0, max_value=4))
def test_a_quantity_survives_tryton_s_floats(units: int, places: int) -> None:
    number = Decimal(units).scaleb(-places)
    assert Decimal(decimal_text(float(number))) == number
    assert "E" not in decimal_text(float(number))
