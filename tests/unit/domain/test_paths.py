"""Paths and selectors: absent, null and value are three things; what a path does not mean stays as it is."""

from copy import deepcopy
from typing import Any

import pytest

from hub.domain.errors import InvalidError
from hub.domain.mapping.paths import Condition, Key, Path, Select
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.rules import Const, Direction, Formula, Spread
from hub.domain.mapping.syntax import parse_list_path, parse_operand, parse_path, split_rule
from hub.domain.mapping.values import ABSENT

PHONE = parse_path("contacts[type=phone, first].value")
FAX = {"type": "fax", "value": "1", "id": 9}


@pytest.mark.parametrize(
    ("doc", "found"),
    [
        ({}, ABSENT),
        ({"contacts": None}, None),
        ({"contacts": []}, None),
        ({"contacts": [FAX]}, None),
        ({"contacts": [{"type": "phone"}]}, ABSENT),
        ({"contacts": [{"type": "phone", "value": None}]}, None),
        ({"contacts": [FAX, {"type": "phone", "value": "2"}, {"type": "phone", "value": "3"}]}, "2"),
    ],
)
def test_a_selector_reads_absent_null_and_the_first_value_apart(doc: dict[str, Any], found: object) -> None:
    assert PHONE.read(doc) == found


def test_writing_through_a_selector_makes_the_member_with_its_fields() -> None:
    doc: dict[str, Any] = {"contacts": [FAX]}
    PHONE.write(doc, "2")
    assert doc == {"contacts": [FAX, {"type": "phone", "value": "2"}]}


def test_writing_through_a_selector_makes_the_list_too() -> None:
    doc: dict[str, Any] = {"contacts": None}
    PHONE.write(doc, "2")
    assert doc == {"contacts": [{"type": "phone", "value": "2"}]}


def test_writing_through_a_selector_leaves_the_other_members_byte_for_byte() -> None:
    doc = {"contacts": [FAX, {"type": "phone", "value": "2", "id": 1}, {"type": "phone", "value": "3", "id": 2}]}
    PHONE.write(doc, "4")
    assert doc["contacts"] == [FAX, {"type": "phone", "value": "4", "id": 1}, {"type": "phone", "value": "3", "id": 2}]


def test_a_selector_of_several_values_reads_any_and_writes_the_first() -> None:
    path = parse_path("contacts[type=mobile|phone, first].value")
    doc: dict[str, Any] = {"contacts": [{"type": "phone", "value": "2"}]}
    assert path.read(doc) == "2"
    empty: dict[str, Any] = {}
    path.write(empty, "3")
    assert empty == {"contacts": [{"type": "mobile", "value": "3"}]}


def test_without_first_several_matches_are_an_error() -> None:
    path = parse_path("contacts[type=phone].value")
    with pytest.raises(UnfitError, match="2 members match"):
        path.read({"contacts": [{"type": "phone"}, {"type": "phone"}]})


def test_leaving_out_takes_the_only_member_away_but_never_uncovers_another() -> None:
    one = {"contacts": [FAX, {"type": "phone", "value": "2"}]}
    PHONE.leave_out(one)
    assert one == {"contacts": [FAX]}
    two = {"contacts": [{"type": "phone", "value": "2", "id": 1}, {"type": "phone", "value": "3"}]}
    PHONE.leave_out(two)
    assert two == {"contacts": [{"type": "phone", "value": None, "id": 1}, {"type": "phone", "value": "3"}]}


def test_leaving_out_of_nothing_does_nothing() -> None:
    for doc in ({}, {"contacts": None}, {"contacts": [FAX]}):
        before = deepcopy(doc)
        PHONE.leave_out(doc)
        assert doc == before


def test_true_is_not_one_in_a_condition() -> None:
    path = parse_path("addresses[active=true].city")
    assert path.read({"addresses": [{"active": 1, "city": "a"}, {"active": True, "city": "b"}]}) == "b"


def test_a_path_through_something_else_than_an_object_is_told() -> None:
    with pytest.raises(UnfitError, match="code is looked for in 'x', which is no object"):
        parse_path("party.code").read({"party": "x"})
    with pytest.raises(UnfitError, match="which is no list"):
        PHONE.read({"contacts": {"type": "phone"}})


def test_deleting_takes_the_field_and_leaves_what_leads_to_it() -> None:
    doc = {"party": {"code": 1}}
    parse_path("party.code").delete(doc)
    parse_path("other.code").delete(doc)
    assert doc == {"party": {}}


def test_a_path_is_read_word_by_word() -> None:
    assert parse_path('a."Field Name"[k=v|"w x", n=1, b=true, z=null, first].c') == Path(
        (
            Key("a"),
            Key("Field Name"),
            Select(
                (Condition("k", ("v", "w x")), Condition("n", (1,)), Condition("b", (True,)), Condition("z", (None,))),
                first=True,
            ),
            Key("c"),
        )
    )


@pytest.mark.parametrize(
    "text", ["", "[a=b].c", "a.", "a..b", "a[b=c]", "a[].b", "a[first].b", "a[b].c", "a b", ".a", "a(b)"]
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        parse_path(text)


def test_a_list_path_has_keys_and_conditions() -> None:
    path = parse_list_path("doc.items[line_id, type=line]")
    assert (str(path.path), [str(key) for key in path.keys], path.where) == (
        "doc.items",
        ["line_id"],
        (Condition("type", ("line",)),),
    )


@pytest.mark.parametrize("text", ["items", "items[]", "items[first, id]", "items[a=b]", "[id]"])
def test_what_is_no_keyed_list_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        parse_list_path(text)


def test_a_rule_is_cut_at_its_arrow_outside_quotes() -> None:
    assert split_rule("""expr 'a -> b' -> title""") == ("expr 'a -> b'", Direction.PUSH, "title")
    assert split_rule("a   <->   b.c") == ("a", Direction.BOTH, "b.c")
    with pytest.raises(InvalidError, match="is no rule"):
        split_rule("a = b")


def test_operands_are_paths_spreads_constants_and_formulas() -> None:
    assert parse_operand('const "Sales Invoice"') == Const("Sales Invoice")
    assert parse_operand("const 1") == Const(1)
    assert isinstance(parse_operand("expr 'a + b'"), Formula)
    assert isinstance(parse_operand("posting_date + posting_time"), Spread)
    assert parse_operand("a.b") == parse_path("a.b")
