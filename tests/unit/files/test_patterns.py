"""Patterns of schemas are matched quickly, whatever they are."""

import pytest

from hub.files.patterns import matches


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^x_", "x_vip", True),
        ("^x_", "vip", False),
        ("^(?!y)x", "xy", True),  # look-around needs the other engine
        ("(", "(", False),
        ("a{1000}{1000}{1000}", "a", False),
        (r"^(\w+)\1$", "abab", True),
    ],
)
def test_a_pattern_is_found_or_not(pattern: str, text: str, *, found: bool) -> None:
    assert matches(pattern, text) is found


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", r"^(?=(a+)+b)c", r"^(a+)+\1$", "^(([a-z])+.)+[A-Z]([a-z])+$"]
)
def test_a_pattern_that_would_go_back_and_forth_for_ever_is_given_up(pattern: str) -> None:
    assert matches(pattern, "a" * 5000 + "!") is False
