"""Telephone numbers and extensions, as call centres show them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.telephone import LONGEST_LEG, read_leg, read_number

PRIVACY = ("+8617010", "+86162")


@pytest.mark.parametrize(
    ("shown", "e164"),
    [
        ("13812345678", "+8613812345678"),
        (" +86 138 1234 5678 ", "+8613812345678"),
        ("008613812345678", "+8613812345678"),
        ("8613812345678", "+8613812345678"),
        ("021/8888 6666", "+862188886666"),
        ("(021) 8888-6666", "+862188886666"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("+49 30/901820", "+4930901820"),
        ("4930901820", "+4930901820"),
        ("+8612012345678", "+8612012345678"),
    ],
)
def test_a_number_is_read_in_whatever_form_it_comes(shown: str, e164: str) -> None:
    """zammad#4872 and #5128: a slash in a number broke the match; #4555, #5117: number formats."""
    number = read_number(shown, region="CN", privacy_prefixes=PRIVACY)
    assert (number.kind, number.e164) == ("number", e164)


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        ("17010123456", "privacy"),
        ("+86 170 1012 3456", "privacy"),
        ("8617010123456", "privacy"),
        ("17010123456-1234", "privacy"),
        ("16212345678", "privacy"),
        ("anonymous", "anonymous"),
        ("<unknown>", "anonymous"),
        ("sip:alice", "anonymous"),
        ("未知", "anonymous"),
        ("+", "anonymous"),
        ("", "anonymous"),
        ("801", "internal"),
        ("95588", "internal"),
        ("+801", "unreadable"),
        ("88886666", "unreadable"),
        ("123456789012345678", "unreadable"),
        ("sip13812345678x", "unreadable"),
    ],
)
def test_what_is_nobodys_own_number_has_no_number(shown: str, kind: str) -> None:
    number = read_number(shown, region="CN", privacy_prefixes=PRIVACY)
    assert (number.kind, number.e164) == (kind, None)


def test_national_numbers_are_those_of_the_region() -> None:
    assert read_number("030 901820", region="DE").e164 == "+4930901820"
    assert read_number("030 901820", region="CN").e164 is None


@given(st.text(max_size=40))
def test_no_number_is_too_strange_to_be_read(shown: str) -> None:
    number = read_number(shown, region="CN", privacy_prefixes=PRIVACY)
    assert (number.e164 is not None) == (number.kind == "number")


@pytest.mark.parametrize(
    ("shown", "leg"),
    [
        ("801", "801"),
        (" 8 01\r\n", "801"),
        ("８０１", "801"),
        ("PJSIP/801-000a", "PJSIP/801-000a"),
        ("李娜", "李娜"),
        ("<b>801</b>", "b801/b"),
        ("'; DROP TABLE call; --", "DROPTABLEcall--"),
        ("", ""),
    ],
)
def test_a_leg_is_named_by_letters_digits_and_separators(shown: str, leg: str) -> None:
    assert read_leg(shown) == leg


@pytest.mark.parametrize("shown", ["13812345678", "+86 138 1234 5678", "138-1234-5678", "sip:13812345678@pbx"])
def test_an_outside_number_that_answers_is_known_by_its_last_digits_alone(shown: str) -> None:
    """Legs stand in the clear, and on outbound calls the telephone that answers is the customer's."""
    leg = read_leg(shown)
    assert "*5678" in leg
    assert "1234" not in leg


@given(st.text(max_size=200))
def test_no_leg_is_too_strange_to_be_named(shown: str) -> None:
    assert len(read_leg(shown)) <= LONGEST_LEG
