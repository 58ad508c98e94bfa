from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import InvalidError
from hub.domain.money import Money, allocate, places, total, with_tax
from hub.domain.quantity import parse_quantity, write_quantity

AMOUNTS = st.decimals(min_value="-999999999", max_value="999999999", places=6)
RATES = st.sampled_from([Decimal(text) for text in ("0", "0.06", "0.09", "0.13", "0.19", "0.077")])
CURRENCIES = st.sampled_from(["CNY", "EUR", "JPY", "KWD"])


def test_a_currency_has_the_places_of_iso_4217() -> None:
    assert [places(code) for code in ("CNY", "EUR", "JPY", "KWD", "CLF")] == [2, 2, 0, 3, 4]


@pytest.mark.parametrize("code", ["cny", "RMB ", "", "EURO"])
def test_what_is_no_currency_code_is_refused(code: str) -> None:
    with pytest.raises(InvalidError, match="ISO 4217"):
        Money.of("1", code)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("2.345", "CNY", "2.35"),
        ("-2.345", "CNY", "-2.35"),
        ("2.344", "CNY", "2.34"),
        ("450", "CNY", "450.00"),
        ("450.5", "JPY", "451"),
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_rounding_is_half_up_to_the_currencys_places(amount: str, currency: str, text: str) -> None:
    assert Money.of(amount, currency).text() == text


@pytest.mark.parametrize("value", [1.5, True, "1,5", "NaN", "Infinity", "", None])
def test_a_float_or_a_word_is_never_an_amount(value: object) -> None:
    """rustledger/rustfava#205: floats crept into amounts."""
    with pytest.raises(InvalidError, match=r"amount: .* is not a decimal number"):
        Money.of(value, "CNY")  # type: ignore[arg-type]  # the wrong type is the point


def test_two_currencies_are_not_added() -> None:
    with pytest.raises(InvalidError, match="CNY and EUR cannot be added"):
        Money.of("1", "CNY") + Money.of("1", "EUR")
    with pytest.raises(InvalidError, match="CNY and EUR cannot be added"):
        assert Money.of("1", "CNY") < Money.of("1", "EUR")


def test_multiplying_stays_exact_until_it_is_rounded() -> None:
    huge = Money.of("999999999999999.999999", "CNY") * Decimal("999999999999999.999999")
    assert str(huge.amount) == "999999999999999999998000000000.000000000001"
    assert (Money.of("0.333333", "CNY") * 3).round().text() == "1.00"


def test_a_price_without_tax_gains_it() -> None:
    taxed = with_tax(Money.of("99.99", "CNY"), Decimal("0.13"))
    assert (taxed.net.text(), taxed.tax.text(), taxed.gross.text()) == ("99.99", "13.00", "112.99")


def test_a_price_with_tax_is_taken_apart() -> None:
    taxed = with_tax(Money.of("100.00", "CNY"), Decimal("0.13"), included=True)
    assert (taxed.net.text(), taxed.tax.text(), taxed.gross.text()) == ("88.50", "11.50", "100.00")


def test_a_negative_tax_rate_is_refused() -> None:
    with pytest.raises(InvalidError, match="negative"):
        with_tax(Money.of("1", "CNY"), Decimal("-0.1"))


@given(AMOUNTS, RATES, CURRENCIES, st.booleans())
def test_net_plus_tax_is_always_gross(amount: Decimal, rate: Decimal, currency: str, included: bool) -> None:  # noqa: FBT001  # drawn by the property
    taxed = with_tax(Money(amount, currency), rate, included=included)
    assert taxed.net + taxed.tax == taxed.gross
    assert all(each == each.round() for each in (taxed.net, taxed.tax, taxed.gross))
    assert (taxed.gross if included else taxed.net) == Money(amount, currency).round()


@given(st.lists(AMOUNTS, max_size=20), CURRENCIES)
def test_a_sum_of_rounded_lines_is_exact(amounts: list[Decimal], currency: str) -> None:
    lines = [Money(amount, currency).round() for amount in amounts]
    assert total(lines, currency).text() == Money(sum((line.amount for line in lines), Decimal(0)), currency).text()


@given(st.integers(0, 10_000), st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any))
def test_shares_add_up_and_are_off_by_less_than_one(whole: int, weights: list[int]) -> None:
    shares = allocate(whole, weights)
    assert sum(shares) == whole
    assert all(abs(share - whole * each / sum(weights)) < 1 for share, each in zip(shares, weights, strict=True))


def test_nothing_can_be_shared_by_zero_weights() -> None:
    with pytest.raises(InvalidError, match="cannot share"):
        allocate(3, [0, 0])


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value="-1e12", max_value="1e12"))
def test_a_quantity_survives_writing_and_has_one_text(number: Decimal) -> None:
    text = write_quantity(number)
    assert parse_quantity(text) == number
    assert "E" not in text
    assert write_quantity(parse_quantity(text)) == text
    assert not (text.endswith("0") and "." in text)
