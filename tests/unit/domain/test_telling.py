"""What is repeated of a text."""

import pytest

from hub.domain.telling import without_private, without_values


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('The value "Li" for field "Name" in “上海” is wrong', "The value … for field … in … is wrong"),
        ("Call 138 0013 8000 or li@example.com.", "Call *** or ***."),
        ("The period 2026-03 is closed.", "The period 2026-03 is closed."),
        ("Move 12 of 14 has status 422", "Move 12 of 14 has status 422"),
    ],
)
def test_what_is_quoted_or_looks_personal_is_left_out(text: str, kept: str) -> None:
    assert without_values(text) == kept


def test_quotes_of_our_own_stay() -> None:
    assert without_private('No role "x": li@example.com') == 'No role "x": ***'
