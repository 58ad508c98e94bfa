"""Templates of calls: whatever a value is, it stays a value where it is put."""

from decimal import Decimal
from typing import Any

import pytest

from hub.domain.errors import RejectedError
from hub.transport.declared.body import form_text, json_text
from hub.transport.declared.templates import TemplateError, compiled, names_in, path_of, text_of

HOSTILE = "x' OR '1'='1"


@pytest.mark.parametrize(
    ("tree", "values", "text"),
    [
        ("{id}", {"id": 7}, 7),
        ({"a": "{gone}"}, {}, {"a": None}),
        ({"$if": "last", "$then": ["{last}"]}, {"last": "9"}, ["9"]),
        (["a", {"$if": "last", "$then": "b"}], {}, ["a"]),
        ({"a": {"$if": "last", "$then": "b"}}, {"last": ""}, {}),
        ({"$if": "last", "$then": 1, "$else": 2}, {}, 2),
        ({"$each": "items", "$as": {"id": "{item.id}", "s": "{own.s}"}}, {"items": [{"id": 1}], "own": {"s": "t"}},
         [{"id": 1, "s": "t"}]),
        ({"$merge": [{"kind": "x"}, "{doc}"]}, {"doc": {"a": "{id}"}}, {"kind": "x", "a": "{id}"}),
        ({"$concat": [[1], {"$if": "last", "$then": [2]}, [3]]}, {}, [1, 3]),
        ({"$text": "{fields}"}, {"fields": ["a", "b"]}, "a,b"),
        ({"$json": {"name": "{value}"}}, {"value": 'a"b'}, '{"name":"a\\"b"}'),
        ("{{since}} {since}", {"since": "1"}, "{since} 1"),
    ],
)  # fmt: skip
def test_a_tree_is_filled(tree: Any, values: dict[str, Any], text: Any) -> None:
    assert compiled(tree)(values) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("soql", r"Name = 'x\' OR \'1\'=\'1'"),
        ("ticketsql", r"Name = 'x\' OR \'1\'=\'1'"),
        ("sql", "Name = 'x'' OR ''1''=''1'"),
        ("odata", "Name = 'x'' OR ''1''=''1'"),
        ("lucene", "Name = \"x' OR '1'='1\""),
    ],
)
def test_a_value_cannot_leave_its_literal(language: str, text: str) -> None:
    filler = compiled({"$query": "{field} = {value}", "$language": language})
    assert filler({"field": "Name", "value": HOSTILE}) == text


def test_a_backslash_at_the_end_does_not_eat_the_quote() -> None:
    assert compiled({"$query": "n = {value}", "$language": "soql"})({"value": "\\"}) == "n = '\\\\'"


def test_what_no_language_can_say_is_refused() -> None:
    with pytest.raises(RejectedError):
        compiled({"$query": "n:{value}", "$language": "plain"})({"value": HOSTILE})
    with pytest.raises(RejectedError):
        compiled({"$query": "n = {value}", "$language": "sql"})({"value": "a\nb"})
    with pytest.raises(RejectedError):
        compiled({"$query": "{field} = 1", "$language": "sql"})({"field": "a = 1 OR b"})


def test_numbers_lists_and_times_are_literals_of_their_own() -> None:
    filler = compiled({"$query": "a = {value} AND id IN ({ids}) AND t > {since}", "$language": "soql"})
    told = filler({"value": Decimal("1.50"), "ids": ["a", "b'"], "since": "2026-01-01T00:00:00Z"})
    assert told == r"a = 1.50 AND id IN ('a', 'b\'') AND t > 2026-01-01T00:00:00Z"


def test_a_piece_of_a_query_stands_there_only_if_something_is_told() -> None:
    filler = compiled({"$query": ["a = 1", {"$if": "last", "$then": " AND id > {last}"}], "$language": "sql"})
    assert [filler({}), filler({"last": "7'"})] == ["a = 1", "a = 1 AND id > '7'''"]


def test_a_value_amid_text_must_say_in_which_language() -> None:
    with pytest.raises(TemplateError, match="query"):
        compiled("name = {value}")


def test_an_operator_that_nobody_knows_is_named() -> None:
    with pytest.raises(TemplateError, match="iff"):
        compiled({"$iff": "a"})


@pytest.mark.parametrize("told", ["", ".", "..", None])
def test_a_path_cannot_lead_upwards(told: str | None) -> None:
    with pytest.raises(RejectedError):
        path_of("/items/{id}/close")({"id": told})


def test_a_value_is_one_segment_of_a_path() -> None:
    assert path_of("/items/{id}")({"id": "a/../b?c#d é"}) == "/items/a%2F..%2Fb%3Fc%23d%20%C3%A9"
    assert path_of("/{own.model}/x")({"own": {"model": "crm/v3"}}) == "/crm/v3/x"


def test_texts_of_a_query_are_left_out_where_nothing_is_told() -> None:
    assert text_of("{last}")({}) is None
    assert text_of("{ids}")({"ids": [1, 2]}) == "1,2"
    assert text_of("{flag}")({"flag": True}) == "true"
    with pytest.raises(RejectedError):
        text_of("{doc}")({"doc": {}})


def test_names_are_known_but_for_those_of_members() -> None:
    tree = {"$each": "items", "$as": ["{item.id}", "{key}"], "more": {"$if": "last", "$then": "{cursor}"}}
    assert set(names_in(tree)) == {"items", "key", "last", "cursor"}


def test_decimals_go_out_digit_by_digit() -> None:
    assert json_text({"a": [Decimal("0.10"), 1, None, "é"]}) == '{"a":[0.10,1,null,"é"]}'
    assert json_text({"big": Decimal("1E+3"), "n": Decimal("12345678901234567890.123")}) == (
        '{"big":1000,"n":12345678901234567890.123}'
    )


def test_a_form_has_texts() -> None:
    assert form_text({"a": "x&y", "b": [1], "c": None, "d": True}) == "a=x%26y&b=%5B1%5D&d=true"
