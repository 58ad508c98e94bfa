"""Push and pull: what a rule carries, and what stays as it is."""

from typing import Any

import pytest

from hub.domain.errors import InvalidError
from hub.domain.mapping import MissingLinkError
from hub.testing.mappings import FakeLinks, make_mapping

PHONES = make_mapping("phone <-> contacts[type=phone, first].value: {as: phone(CN), null: omit, sensitive: true}")
LINES = "lines[id] <-> items[line_id]:\n  members: %s\n  qty <-> qty: {as: number(2)}\n  sku -> code:\n"


# --- nothing, in its three forms (b2c-crm-sync#276, MinnPost#331, SFDX-Data-Move-Utility#857)


@pytest.mark.parametrize(
    ("policy", "hub", "old", "new"),
    [
        ("clear", {}, {"b": 1}, {"b": None}),
        ("clear", {"a": None}, {"b": 1}, {"b": None}),
        ("clear", {"a": None}, {}, {}),
        ("clear", {}, {"b": None}, {"b": None}),
        ("omit", {"a": None}, {"b": 1, "c": 2}, {"c": 2}),
        ("omit", {}, {"b": None}, {"b": None}),
        ("keep", {}, {"b": 1}, {"b": 1}),
        ("keep", {"a": None}, {"b": 1}, {"b": 1}),
        ("clear", {"a": ""}, {"b": 1}, {"b": ""}),
        ("keep", {"a": ""}, {"b": 1}, {"b": ""}),
    ],
)
def test_null_absent_and_blank_are_pushed_as_the_rule_says(
    policy: str, hub: dict[str, Any], old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert make_mapping(f"a <-> b: {{null: {policy}}}").push(hub, old) == new


@pytest.mark.parametrize(
    ("policy", "remote", "old", "new"),
    [
        ("clear", {}, {"a": 1, "x": 2}, {"x": 2}),
        ("clear", {"b": None}, {"a": 1}, {}),
        ("keep", {"b": None}, {"a": 1}, {"a": 1}),
        ("keep", {}, {"a": 1}, {"a": 1}),
        ("clear", {"b": ""}, {"a": 1}, {"a": ""}),
    ],
)
def test_null_absent_and_blank_are_pulled_as_the_rule_says_and_the_hub_holds_no_nulls(
    policy: str, remote: dict[str, Any], old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert make_mapping(f"a <-> b: {{null: {policy}}}").pull(remote, old) == new


def test_a_partial_document_says_nothing_of_what_it_leaves_out() -> None:
    mapping = make_mapping("a <-> b:\nc <-> d:\nl[id] <-> m[id]:\n  x <-> x:\n", partial=True)
    assert mapping.pull({"b": None}, {"a": 1, "c": 2, "l": [{"id": "1"}]}) == {"c": 2, "l": [{"id": "1"}]}


# --- selectors


def test_the_telephone_is_cleared_by_taking_its_row_away() -> None:
    fax = {"type": "fax", "value": "1", "id": 3}
    remote = {"contacts": [fax, {"type": "phone", "value": "138 0013 8000", "id": 4}]}
    assert PHONES.push({}, remote) == {"contacts": [fax]}
    assert PHONES.pull(PHONES.push({}, remote), {"phone": "+8613800138000"}) == {}


def test_clearing_the_first_of_two_telephones_does_not_bring_the_second_forth() -> None:
    second = {"type": "phone", "value": "010 8888 6666"}
    pushed = PHONES.push({}, {"contacts": [{"type": "phone", "value": "138 0013 8000", "id": 4}, second]})
    assert pushed == {"contacts": [{"type": "phone", "value": None, "id": 4}, second]}
    assert PHONES.pull(pushed, {}) == {}


def test_a_row_that_two_rules_write_is_not_taken_away_by_one_of_them() -> None:
    rules = ("phone <-> contacts[type=phone, first].value: {null: omit}", "label <-> contacts[type=phone, first].name:")
    mapping = make_mapping("\n".join(rules))
    row = {"type": "phone", "value": "1", "name": "x", "id": 7}
    assert mapping.push({"label": "desk"}, {"contacts": [row]}) == {
        "contacts": [{"type": "phone", "name": "desk", "id": 7}]
    }


def test_a_value_that_means_the_same_is_kept_byte_for_byte_on_both_sides() -> None:
    remote = {"contacts": [{"type": "phone", "value": "138-0013-8000"}]}
    assert PHONES.push({"phone": "+8613800138000"}, remote) == remote
    assert PHONES.pull(remote, {"phone": "+86 138 0013 8000"}) == {"phone": "+86 138 0013 8000"}


def test_a_cut_text_stays_whole_in_the_hub() -> None:
    mapping = make_mapping("name <-> name: {max: 4}")
    assert mapping.push({"name": "abcdefg"}, None) == {"name": "abcd"}
    assert mapping.pull({"name": "abcd"}, {"name": "abcdefg"}) == {"name": "abcdefg"}
    assert mapping.pull({"name": "abXd"}, {"name": "abcdefg"}) == {"name": "abXd"}


# --- other values


TABLE = "t: {open: [Open, Opened], shut: Shut}"


def test_an_unknown_value_is_an_error_that_names_file_path_value_and_what_is_allowed() -> None:
    mapping = make_mapping("a.state <-> b.state: {map: t}\nn <-> n: {as: number}", values=TABLE)
    with pytest.raises(InvalidError) as caught:
        mapping.pull({"b": {"state": "Ajar"}, "n": "x"}, None)
    assert str(caught.value).startswith("sys/thing.yaml: thing has values")
    assert [str(field) for field in caught.value.fields] == [
        "b.state: 'Ajar' is not one of Open, Opened, Shut",
        "n: 'x' is not a number",
    ]


def test_an_unknown_value_of_the_hub_is_told_by_its_own_path() -> None:
    with pytest.raises(InvalidError, match=r"a\.state: 'ajar' is not one of open, shut"):
        make_mapping("a.state <-> b.state: {map: t}", values=TABLE).push({"a": {"state": "ajar"}}, None)


def test_an_unknown_value_may_leave_the_target_as_it_is() -> None:
    mapping = make_mapping("a <-> b: {map: t, other: keep}", values=TABLE)
    assert mapping.pull({"b": "Ajar"}, {"a": "open"}) == {"a": "open"}
    assert mapping.push({"a": "ajar"}, {"b": "Opened"}) == {"b": "Opened"}


def test_the_value_of_a_sensitive_field_is_not_told() -> None:
    with pytest.raises(InvalidError) as caught:
        PHONES.pull({"contacts": [{"type": "phone", "value": "secret words"}]}, None)
    assert "secret" not in str(caught.value)
    assert "contacts[type=phone, first].value: *** is not a telephone number" in str(caught.value)


def test_a_variant_is_kept_while_it_still_means_the_same() -> None:
    mapping = make_mapping("a <-> b: {map: t}", values=TABLE)
    assert mapping.push({"a": "open"}, {"b": "Opened"}) == {"b": "Opened"}
    assert mapping.push({"a": "shut"}, {"b": "Opened"}) == {"b": "Shut"}


def test_null_may_be_a_value_of_a_table() -> None:
    mapping = make_mapping("a <-> b: {map: t}", values="t: {none: [null, No], some: Yes}")
    assert mapping.pull({"b": None}, {}) == {"a": "none"}
    assert mapping.push({"a": "none"}, {"b": "Yes"}) == {"b": None}


# --- one way, once, and under a condition


def test_a_rule_goes_the_way_of_its_arrow() -> None:
    mapping = make_mapping("a -> b:\nc <- d:")
    assert mapping.push({"a": 1, "c": 2}, {"d": 3}) == {"b": 1, "d": 3}
    assert mapping.pull({"b": 1, "d": 3}, {"a": 4}) == {"a": 4, "c": 3}
    assert (mapping.pushes, mapping.pulls) == (True, True)
    assert (make_mapping("a -> b:").pulls, make_mapping("a <- b:").pushes) == (False, False)


def test_a_rule_may_write_only_what_it_makes() -> None:
    mapping = make_mapping("a <-> b: {create_only: push}\nc <-> d: {create_only: pull}")
    assert mapping.push({"a": 1, "c": 2}, None) == {"b": 1, "d": 2}
    assert mapping.push({"a": 1, "c": 2}, {}) == {"d": 2}
    assert mapping.pull({"b": 1, "d": 2}, None) == {"a": 1, "c": 2}
    assert mapping.pull({"b": 1, "d": 2}, {}) == {"a": 1}


def test_constants_and_formulas_are_pushed() -> None:
    mapping = make_mapping('const "Sales Invoice" -> doctype:\nexpr \'name + " / " + number\' -> title:')
    assert mapping.push({"name": "A", "number": "1"}, None) == {"doctype": "Sales Invoice", "title": "A / 1"}
    assert mapping.push({}, None) == {"doctype": "Sales Invoice"}


def test_formulas_and_constants_are_pulled() -> None:
    mapping = make_mapping("total <- expr 'number(net) + number(tax)': {as: decimal(2)}\nkind <- const organisation:")
    assert mapping.pull({"net": "1.10", "tax": "0.2"}, None) == {"total": "1.30", "kind": "organisation"}


def test_a_formula_that_does_not_go_together_is_told_with_its_field() -> None:
    with pytest.raises(InvalidError, match=r"-> title: .*do not go together"):
        make_mapping("expr 'a + 1' -> title:").push({"a": "x"}, None)


def test_a_condition_is_asked_of_the_hub_in_both_directions() -> None:
    mapping = make_mapping("kind <-> kind:\ncode <-> vat: {when: kind == 'organisation'}")
    assert mapping.push({"kind": "person", "code": "1"}, None) == {"kind": "person"}
    assert mapping.pull({"kind": "person", "vat": "1"}, None) == {"kind": "person"}
    assert mapping.pull({"kind": "organisation", "vat": "1"}, None) == {"kind": "organisation", "code": "1"}


def test_a_default_fills_a_gap_in_its_direction() -> None:
    mapping = make_mapping("a -> b: {default: x}\nc <- d: {default: y}")
    assert mapping.push({}, None) == {"b": "x"}
    assert mapping.pull({"b": "z"}, None) == {"c": "y"}


def test_an_amount_takes_the_currency_of_its_record_in_lines_too() -> None:
    mapping = make_mapping(
        "lines[id] <-> items[id]:\n  net <-> amount: {as: 'minor_units(by: currency)'}\n"
        "gross <-> total: {as: 'minor_units(by: currency)'}\ncurrency <-> cur:"
    )
    hub = {"currency": "JPY", "gross": "12", "lines": [{"id": "1", "net": "7"}]}
    remote = {"cur": "JPY", "total": 12, "items": [{"id": "1", "amount": 7}]}
    assert mapping.push(hub, None) == remote
    assert mapping.pull(remote, None) == hub


# --- references


def test_a_reference_without_link_parks_the_record() -> None:
    mapping = make_mapping("customer_id <-> party: {ref: customer, as: number}")
    links = FakeLinks({"customer": {"C1": "42"}})
    assert mapping.push({"customer_id": "C1"}, None, links) == {"party": 42}
    assert mapping.pull({"party": 42}, None, links) == {"customer_id": "C1"}
    with pytest.raises(MissingLinkError) as here:
        mapping.push({"customer_id": "C2"}, None, links)
    assert (here.value.entity, here.value.sought, here.value.side) == ("customer", "C2", "hub")
    with pytest.raises(MissingLinkError) as there:
        mapping.pull({"party": 43}, None, links)
    assert (there.value.sought, there.value.side) == ("43", "remote")


# --- lists


def test_members_are_aligned_by_key_and_keep_place_and_unmapped_fields() -> None:
    mapping = make_mapping(LINES % "hub")
    remote = {
        "items": [
            {"line_id": "B", "qty": 1, "idx": 1},
            {"line_id": None, "qty": 9},
            {"line_id": "A", "qty": 2, "idx": 2},
        ]
    }
    hub = {"lines": [{"id": "A", "qty": "5", "sku": "s"}, {"id": "B", "qty": "1.00"}, {"id": "C", "qty": "3"}]}
    assert mapping.push(hub, remote)["items"] == [
        {"line_id": "B", "qty": 1, "idx": 1},
        {"line_id": None, "qty": 9},
        {"line_id": "A", "qty": 5, "idx": 2, "code": "s"},
        {"line_id": "C", "qty": 3},
    ]


@pytest.mark.parametrize(
    ("who", "there", "here"),
    [("hub", ["A", "B"], ["A", "B"]), ("remote", ["B", "C"], ["B", "C"]), ("both", ["A", "B"], ["B", "C"])],
)
def test_who_decides_adds_and_removes_members(who: str, there: list[str], here: list[str]) -> None:
    mapping = make_mapping(LINES % who)
    hub = {"lines": [{"id": "A"}, {"id": "B"}]}
    remote = {"items": [{"line_id": "B"}, {"line_id": "C"}]}
    assert sorted(each["line_id"] for each in mapping.push(hub, remote)["items"]) == there
    assert sorted(each["id"] for each in mapping.pull(remote, hub)["lines"]) == here


def test_a_record_that_is_made_takes_its_members_along() -> None:
    hub, remote = {"lines": [{"id": "A", "qty": "1"}]}, {"items": [{"line_id": "A", "qty": 1}]}
    assert make_mapping(LINES % "remote").push(hub, None) == remote
    assert make_mapping(LINES % "hub").pull(remote, None) == hub


def test_two_members_with_one_key_cannot_be_told_apart() -> None:
    with pytest.raises(InvalidError, match="items: two members have the key A"):
        make_mapping(LINES % "hub").pull({"items": [{"line_id": "A"}, {"line_id": "A"}]}, None)
    with pytest.raises(InvalidError, match="lines: a member has no id"):
        make_mapping(LINES % "hub").push({"lines": [{"qty": "1"}]}, None)


def test_only_the_members_that_fulfil_the_conditions_count() -> None:
    mapping = make_mapping("lines[id] <-> items[key, type=line]:\n  members: hub\n  t <-> text:\n")
    comment = {"key": "x", "type": "comment", "text": "stays"}
    pushed = mapping.push({"lines": [{"id": "1", "t": "a"}]}, {"items": [comment]})
    assert pushed == {"items": [comment, {"type": "line", "key": "1", "text": "a"}]}
    assert mapping.push({"lines": []}, pushed) == {"items": [comment]}


def test_lists_in_lists_and_keys_of_two_fields() -> None:
    mapping = make_mapping("a[id] <-> b[id]:\n  c[x, y] <-> d[x, y]:\n    v <-> v: {as: number}\n")
    hub = {"a": [{"id": "1", "c": [{"x": "p", "y": "q", "v": "3"}]}]}
    assert mapping.push(hub, None) == {"b": [{"id": "1", "d": [{"x": "p", "y": "q", "v": 3}]}]}
    assert mapping.pull(mapping.push(hub, None), None) == hub
    with pytest.raises(InvalidError, match=r"b\[1\]\.d\[p\|q\]\.v: 'z' is not a number"):
        mapping.pull({"b": [{"id": "1", "d": [{"x": "p", "y": "q", "v": "z"}]}]}, None)


def test_members_whose_ids_the_remote_assigns_are_found_by_the_crosswalk() -> None:
    mapping = make_mapping("lines[id] <-> rows[id]:\n  ids: remote\n  v <-> v:\n")
    links = FakeLinks({"thing.lines": {"A": "7"}})
    remote = {"rows": [{"id": 7, "v": 1}, {"id": 8, "v": 2}]}
    assert mapping.pull(remote, None, links) == {"lines": [{"id": "A", "v": 1}, {"id": "sys:8", "v": 2}]}
    hub = {"lines": [{"id": "A", "v": 3}, {"id": "sys:8", "v": 2}, {"id": "N", "v": 4}]}
    pushed = mapping.push(hub, remote, links)
    assert pushed == {"rows": [{"id": 7, "v": 3}, {"id": 8, "v": 2}, {"v": 4}]}
    assert mapping.push(hub, pushed, links) == pushed


# --- what changed


def test_changes_are_told_in_canonical_form_over_mapped_paths() -> None:
    mapping = make_mapping("name <-> title: {owner: hub, sensitive: true}\n" + LINES % "hub")
    old = {"title": "a", "x": 1, "items": [{"line_id": "A", "qty": 1}, {"line_id": "B"}]}
    new = {"title": "b", "x": 2, "items": [{"line_id": "A", "qty": 1.0}, {"line_id": "C"}]}
    found = mapping.changed_remote(old, new)
    assert [(each.path, each.remote_path, each.old, each.new, each.sensitive) for each in found] == [
        ("name", "title", "a", "b", True),
        ("lines[B]", "items[B]", {"line_id": "B"}, None, True),
        ("lines[C]", "items[C]", None, {"line_id": "C"}, True),
    ]
    assert found[0].owner == "hub"
    assert mapping.same_remote(old, {**old, "x": 5})
    assert mapping.same_hub({"name": "a"}, {"name": "a", "y": 1})
    assert not mapping.same_hub({"name": "a"}, None)


def test_rules_are_found_by_canonical_path() -> None:
    mapping = make_mapping("a <-> b: {owner: latest}\nconst 1 -> c:\n" + LINES % "hub", owner="hub")
    assert {path: rule.owner.value for path, rule in mapping.rules.items()} == {
        "a": "latest",
        "-> c": "hub",
        "lines[].qty": "hub",
        "lines[].sku": "hub",
    }
