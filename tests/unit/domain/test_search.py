import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.search import tokens_for_index, tokens_for_query

TEXT = "空调AC-100漏水了, compressors are leaking; S/N SN-2024/0815-A, 请在 18:30 前上门"

MARKS = "-_/.:;,\"'*()&|!<>"


def found(query: str, text: str = TEXT) -> bool:
    tokens = tokens_for_query(query)
    return bool(tokens) and set(tokens) <= set(tokens_for_index(text))


@pytest.mark.parametrize(
    "query",
    [
        *("漏水", "空调", "水", "漏水了", "上门", "ac-100", "AC100", "Ａｃ－１００", "leaks", "leak", "Compressor"),
        *("SN-2024/0815-A", "sn20240815a", "2024-0815", "0815", "compressor 漏水", "18:30"),
    ],
)
def test_what_the_text_says_is_found(query: str) -> None:
    assert found(query)


@pytest.mark.parametrize("query", ["水漏", "空调漏水", "冰箱", "fridge", "SN-2025", "081", "", "  ,!"])
def test_what_the_text_does_not_say_is_not_found(query: str) -> None:
    assert not found(query)


def test_a_pair_never_spans_two_runs() -> None:
    assert not found("调漏", "空调 漏水")
    assert not found("调漏", "空调A漏水")


def test_a_serial_of_many_parts_stays_bounded() -> None:
    assert len(tokens_for_index("-".join(["a1"] * 400))) == 401
    assert max(map(len, tokens_for_index("9" * 5000))) == 64


def test_a_text_that_ends_with_a_mark_loses_it() -> None:
    assert tokens_for_query("leaking.") == ["leak"]
    assert tokens_for_index("see e-mail") == ["see", "e", "mail"]


@given(st.text(max_size=60))
def test_a_text_finds_itself_and_tokens_are_letters_and_digits_alone(text: str) -> None:
    assert set(tokens_for_query(text)) <= set(tokens_for_index(text))
    assert not [char for token in tokens_for_index(text) for char in token if char.isspace() or char in MARKS]
