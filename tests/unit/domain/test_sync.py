"""The three-way merge, what a read-back settles, and the brake."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.mapping import Mapping, MissingLinkError
from hub.domain.mapping.rules import Guard
from hub.domain.sync import Braked, Merge, brake, merge, settle
from hub.testing.mappings import FakeLinks, make_mapping

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
FIELDS = "a <-> x: {owner: %s}\nb <-> y: {owner: hub}"


def three_way(mapping: Mapping, base: tuple[Doc, Doc], hub: Doc, remote: Doc, **more: Any) -> Merge:
    return merge(mapping, hub_base=base[0], remote_base=base[1], hub_now=hub, remote_now=remote, **more)


def again(mapping: Mapping, merged: Merge, **now: Any) -> Merge:
    """The next merge, from the shadow that was stored."""
    sides = {"hub_now": merged.hub, "remote_now": merged.remote_base} | now
    return merge(mapping, hub_base=merged.hub_base, remote_base=merged.remote_base, **sides)


def told(merged: Merge) -> list[tuple[str, str, str]]:
    return [(change.path, change.to, change.reason.value) for change in merged.changes]


BASE = {"a": 1, "b": 2}, {"x": 1, "y": 2}


def test_a_change_of_one_side_wins() -> None:
    merged = three_way(make_mapping(FIELDS % "review"), BASE, {"a": 5, "b": 2}, {"x": 1, "y": 7})
    assert (merged.hub, merged.remote, merged.conflicts) == ({"a": 5, "b": 7}, {"x": 5, "y": 7}, ())
    assert told(merged) == [("a", "remote", "hub_changed"), ("b", "hub", "remote_changed")]


@pytest.mark.parametrize(
    ("owner", "value", "reason"), [("hub", 5, ("a", "remote", "hub_owns")), ("remote", 6, ("a", "hub", "remote_owns"))]
)
def test_the_owner_wins_where_both_changed(owner: str, value: int, reason: tuple[str, str, str]) -> None:
    merged = three_way(make_mapping(FIELDS % owner), BASE, {"a": 5, "b": 2}, {"x": 6, "y": 2})
    assert (merged.hub["a"], merged.remote["x"]) == (value, value)
    assert told(merged) == [reason]


def test_both_changing_to_the_same_is_no_conflict() -> None:
    merged = three_way(make_mapping(FIELDS % "review"), BASE, {"a": 5, "b": 2}, {"x": 5, "y": 2})
    assert (merged.changes, merged.conflicts, merged.hub_base) == ((), (), {"a": 5, "b": 2})


@pytest.mark.parametrize(
    ("hub_at", "remote_at", "to"),
    [(LATER, NOON, ["remote"]), (NOON, LATER, ["hub"]), (NOON, NOON + timedelta(seconds=3), []), (None, LATER, [])],
)
def test_the_later_change_wins_and_what_is_too_close_is_reviewed(
    hub_at: datetime | None, remote_at: datetime, to: list[str]
) -> None:
    merged = three_way(
        make_mapping(FIELDS % "latest"), BASE, {"a": 5, "b": 2}, {"x": 6, "y": 2}, hub_at=hub_at, remote_at=remote_at
    )
    assert [change.to for change in merged.changes] == to
    assert [conflict.dispute.value for conflict in merged.conflicts] == ([] if to else ["times_unclear"])


def test_the_records_time_says_nothing_of_a_field_when_another_one_explains_it() -> None:
    both = three_way(
        make_mapping(FIELDS % "latest"), BASE, {"a": 5, "b": 2}, {"x": 6, "y": 9}, hub_at=NOON, remote_at=LATER
    )
    assert [conflict.path for conflict in both.conflicts] == ["a"]
    known = three_way(
        make_mapping(FIELDS % "latest"),
        BASE,
        {"a": 5, "b": 3},
        {"x": 6, "y": 2},
        field_times={"a": LATER},
        remote_at=NOON,
    )
    assert told(known)[0] == ("a", "remote", "hub_later")


# --- conflicts


def disputed() -> tuple[Mapping, Merge]:
    mapping = make_mapping(FIELDS % "review")
    return mapping, three_way(mapping, BASE, {"a": 5, "b": 3}, {"x": 6, "y": 2, "z": 1})


def test_a_conflict_holds_both_values_and_the_rest_moves_on() -> None:
    _, merged = disputed()
    (conflict,) = merged.conflicts
    assert (conflict.path, conflict.remote_path, conflict.base, conflict.hub, conflict.remote) == ("a", "x", 1, 5, 6)
    assert (merged.hub, merged.remote) == ({"a": 5, "b": 3}, {"x": 6, "y": 3, "z": 1})
    assert merged.push_due


def test_an_open_conflict_is_neither_sent_nor_forgotten() -> None:
    mapping, merged = disputed()
    outbound = again(mapping, merged)
    assert [conflict.path for conflict in outbound.conflicts] == ["a"]
    assert outbound.remote == {"x": 6, "y": 3, "z": 1}


@pytest.mark.parametrize(("side", "value"), [("hub", 5), ("remote", 6)])
def test_a_person_settles_a_conflict(side: str, value: int) -> None:
    mapping, merged = disputed()
    settled = again(mapping, merged, decided={"a": side})
    assert (settled.hub["a"], settled.remote["x"], settled.conflicts) == (value, value, ())
    assert "$held" not in settled.hub_base


def test_a_conflict_ends_when_one_side_takes_its_change_back_or_both_agree() -> None:
    mapping, merged = disputed()
    withdrawn = again(mapping, merged, hub_now={"a": 1, "b": 3})
    assert (withdrawn.hub["a"], withdrawn.conflicts) == (6, ())
    undone = again(mapping, merged, remote_now={"x": 1, "y": 2})
    assert (undone.remote["x"], undone.conflicts) == (5, ())
    same = again(mapping, merged, hub_now={"a": 6, "b": 3})
    assert (same.conflicts, [change.path for change in same.changes]) == ((), ["b"])


def test_a_computed_field_that_is_sent_does_not_settle_the_conflict_of_its_inputs() -> None:
    mapping = make_mapping("a <-> x: {owner: review}\nexpr 'a + \"!\"' -> title:")
    merged = three_way(mapping, ({"a": "1"}, {"x": "1", "title": "1!"}), {"a": "2"}, {"x": "3", "title": "1!"})
    assert merged.remote["title"] == "2!"
    done = settle(
        mapping,
        hub_base=merged.hub_base,
        remote_base=merged.remote_base,
        hub_now=merged.hub,
        sent=merged.remote,
        read_back={"x": "3", "title": "2! (REWRITTEN)"},
    )
    assert [conflict.path for conflict in done.conflicts] == ["a"]
    assert not done.push_due


def test_an_unknown_value_goes_to_review_where_the_rule_says_so_and_the_rest_moves_on() -> None:
    mapping = make_mapping("s <-> t: {map: t, other: review}\nb <-> y:", values="t: {open: Open, shut: Shut}")
    merged = three_way(
        mapping, ({"s": "open", "b": 1}, {"t": "Open", "y": 1}), {"s": "open", "b": 1}, {"t": "Ajar", "y": 2}
    )
    assert [(each.path, each.remote, each.dispute.value) for each in merged.conflicts] == [
        ("s", "Ajar", "no_counterpart")
    ]
    assert merged.hub == {"s": "open", "b": 2}


def test_an_unknown_value_is_an_error_by_default() -> None:
    mapping = make_mapping("s <-> t: {map: t}", values="t: {open: Open}")
    with pytest.raises(InvalidError, match="t: 'Ajar' is not one of Open"):
        three_way(mapping, ({}, {}), {}, {"t": "Ajar"})


# --- nothing agreed yet


def test_without_a_base_values_fill_gaps_and_nothing_is_cleared() -> None:
    merged = three_way(make_mapping(FIELDS % "review"), ({}, {}), {"id": "1", "a": 5}, {"y": 7})
    assert (merged.hub, merged.remote, merged.conflicts) == ({"id": "1", "a": 5, "b": 7}, {"x": 5, "y": 7}, ())


def test_without_a_base_two_values_go_by_owner() -> None:
    merged = three_way(make_mapping(FIELDS % "review"), ({}, {}), {"a": 5, "b": 1}, {"x": 6, "y": 2})
    assert [conflict.path for conflict in merged.conflicts] == ["a"]
    assert merged.remote["y"] == 1


def test_a_record_is_made_on_the_side_where_it_is_missing() -> None:
    mapping = make_mapping(
        "a <-> x: {create_only: both}\nconst k -> kind:\nl[id] <-> m[id]:\n  members: hub\n  v <-> v:\n"
    )
    there = merge(
        mapping, hub_base=None, remote_base=None, hub_now={"a": 1, "l": [{"id": "1", "v": 2}]}, remote_now=None
    )
    assert there.remote == mapping.push({"a": 1, "l": [{"id": "1", "v": 2}]}, None)
    here = merge(
        mapping, hub_base=None, remote_base=None, hub_now=None, remote_now={"x": 1, "m": [{"id": "1", "v": 2}]}
    )
    assert here.hub == {"a": 1, "l": [{"id": "1", "v": 2}]}
    assert [change.path for change in here.changes if change.to == "remote"] == ["-> kind"]


def test_a_reference_without_link_parks_the_record_only_when_it_has_to_be_carried() -> None:
    mapping = make_mapping("c <-> p: {ref: customer, owner: remote}\nb <-> y:")
    base = {"c": "C9", "b": 1}, {"p": "9", "y": 1}
    assert three_way(mapping, base, {"c": "C9", "b": 2}, base[1], refs=FakeLinks()).remote == {"p": "9", "y": 2}
    with pytest.raises(MissingLinkError):
        three_way(mapping, base, base[0], {"p": "8", "y": 1}, refs=FakeLinks())


# --- late, doubled and stale messages


def test_a_stale_redelivery_does_not_overwrite_a_newer_value_that_waits_to_be_sent() -> None:
    """crm-bisync#37, #13: an old state that comes once more is no change, whatever happened here since."""
    mapping = make_mapping(FIELDS % "remote")
    first = three_way(mapping, BASE, {"a": 5, "b": 2}, BASE[1])
    redelivered = again(mapping, first, remote_now=BASE[1])
    assert (redelivered.hub, redelivered.push_due, redelivered.remote["x"]) == ({"a": 5, "b": 2}, True, 5)


def test_what_was_agreed_is_not_written_again_at_every_poll() -> None:
    """crm-bisync#11: times say when, not what; only values decide."""
    merged = three_way(make_mapping(FIELDS % "latest"), BASE, *BASE, hub_at=LATER, remote_at=NOON)
    assert (merged.changes, merged.conflicts, merged.push_due, merged.hub_changed) == ((), (), False, False)


def test_a_change_here_that_is_not_sent_yet_meets_a_later_change_there() -> None:
    mapping = make_mapping(FIELDS % "review")
    waiting = three_way(mapping, BASE, {"a": 5, "b": 2}, BASE[1])
    assert waiting.hub_base == BASE[0]
    assert [conflict.path for conflict in again(mapping, waiting, remote_now={"x": 6, "y": 2}).conflicts] == ["a"]


def test_partial_documents_change_only_what_they_mention() -> None:
    mapping = make_mapping("a <-> x.p:\nb <-> x.q:", owner="remote", partial=True)
    base = {"a": 1, "b": 2}, {"x": {"p": 1, "q": 2}}
    merged = three_way(mapping, base, base[0], {"x": {"q": 3}})
    assert (merged.hub, merged.remote_base) == ({"a": 1, "b": 3}, {"x": {"p": 1, "q": 3}})


def test_nothing_is_cleared_where_the_rule_keeps() -> None:
    """MinnPost/object-sync-for-salesforce#331: an empty field over there wiped ours."""
    mapping = make_mapping("a <-> x: {null: keep}", owner="remote")
    merged = three_way(mapping, ({"a": 1}, {"x": 1}), {"a": 1}, {"x": None})
    assert (merged.hub, merged.changes) == ({"a": 1}, ())
    assert three_way(mapping, ({"a": 1}, {"x": 1}), {}, {"x": 1}).remote == {"x": 1}


def test_a_rule_whose_condition_comes_true_carries_what_stood_there_before() -> None:
    mapping = make_mapping(
        "kind <-> kind:\ncode <-> vat: {when: kind == 'firm'}\nname <-> vat_name: {when: kind == 'firm'}"
    )
    person = three_way(mapping, ({}, {}), {"kind": "person", "code": "1"}, {"kind": "person", "vat_name": "N"})
    assert (person.changes, person.conflicts) == ((), ())
    firm = again(mapping, person, hub_now={"kind": "firm", "code": "1"})
    assert (firm.remote, firm.hub) == (
        {"kind": "firm", "vat": "1", "vat_name": "N"},
        {"kind": "firm", "code": "1", "name": "N"},
    )
    at_send = again(mapping, firm)
    assert at_send.remote == firm.remote
    done = sent(mapping, at_send, {"kind": "FIRM", "vat": "01", "vat_name": "N"})
    assert (done.push_due, again(mapping, done).push_due) == (False, False)


def test_a_formula_that_does_not_go_together_stops_the_merge_with_its_field() -> None:
    with pytest.raises(InvalidError, match=r"sys/thing\.yaml.*-> title"):
        three_way(make_mapping("expr 'a + 1' -> title:"), ({}, {}), {"a": "x"}, {})


def test_a_rule_of_one_way_carries_changes_of_its_own_side_only() -> None:
    mapping = make_mapping("a -> x:\nb <- y:")
    merged = three_way(mapping, BASE, {"a": 1, "b": 9}, {"x": 9, "y": 2})
    assert (merged.changes, merged.hub, merged.remote) == ((), {"a": 1, "b": 9}, {"x": 9, "y": 2})


# --- lists

LISTS = "l[id] <-> m[id]:\n  members: %s\n  v <-> v: {owner: hub}\n"
ONE: tuple[Doc, Doc] = ({"l": [{"id": "1", "v": 1}]}, {"m": [{"id": "1", "v": 1}]})


def test_members_that_come_or_go_on_one_side_do_so_on_the_other() -> None:
    mapping = make_mapping(LISTS % "both")
    merged = three_way(mapping, ONE, {"l": [{"id": "2", "v": 2}]}, {"m": [{"id": "1", "v": 1}, {"id": "3", "v": 3}]})
    assert merged.hub == {"l": [{"id": "2", "v": 2}, {"id": "3", "v": 3}]}
    assert merged.remote == {"m": [{"id": "3", "v": 3}, {"id": "2", "v": 2}]}
    assert sorted(each["id"] for each in merged.hub_base["l"]) == ["1", "3"]


@pytest.mark.parametrize(
    ("hub", "remote", "dispute"),
    [
        ({"l": []}, {"m": [{"id": "1", "v": 9}]}, "deleted_here"),
        ({"l": [{"id": "1", "v": 9}]}, {"m": []}, "deleted_there"),
    ],
)
def test_a_deletion_against_an_edit_is_a_conflict_that_a_person_settles(hub: Doc, remote: Doc, dispute: str) -> None:
    mapping = make_mapping(LISTS % "both")
    merged = three_way(mapping, ONE, hub, remote)
    assert [(each.path, each.dispute.value) for each in merged.conflicts] == [("l[1]", dispute)]
    assert (merged.hub, merged.remote, merged.changes) == (hub, remote, ())
    assert [each.path for each in again(mapping, merged).conflicts] == ["l[1]"]
    by_hub, by_remote = (again(mapping, merged, decided={"l[1]": side}) for side in ("hub", "remote"))
    assert len(by_hub.remote["m"]) == len(hub["l"])
    assert len(by_remote.hub["l"]) == len(remote["m"])


def test_who_does_not_decide_about_members_cannot_take_them_away() -> None:
    hubs = three_way(make_mapping(LISTS % "hub"), ONE, ONE[0], {"m": [{"id": "7", "v": 7}]})
    assert hubs.hub == ONE[0]
    assert hubs.remote == {"m": [{"id": "7", "v": 7}, {"id": "1", "v": 1}]}
    theirs = three_way(make_mapping(LISTS % "remote"), ONE, {"l": [{"id": "8", "v": 8}]}, ONE[1])
    assert theirs.remote == ONE[1]
    assert theirs.hub == {"l": [{"id": "8", "v": 8}, {"id": "1", "v": 1}]}


# --- read-back


def sent(mapping: Mapping, merged: Merge, read_back: Doc, **more: Any) -> Merge:
    given = {"hub_now": merged.hub, "sent": merged.remote} | more
    return settle(mapping, hub_base=merged.hub_base, remote_base=merged.remote_base, read_back=read_back, **given)


def test_a_rewritten_field_is_normalised_and_never_written_again() -> None:
    mapping = make_mapping(FIELDS % "remote")
    merged = three_way(mapping, ({"a": "x"}, {"x": "x"}), {"a": "Acme "}, {"x": "x"})
    done = sent(mapping, merged, {"x": "ACME"})
    assert (done.hub, done.changes, done.hub_base, done.remote_base) == (
        {"a": "Acme "},
        (),
        {"a": "Acme "},
        {"x": "ACME"},
    )
    assert not again(mapping, done).changes
    assert not again(mapping, done, remote_now={"x": "ACME", "z": 1}).changes


def test_what_we_did_not_send_and_came_back_different_is_news() -> None:
    mapping = make_mapping(FIELDS % "review")
    done = sent(mapping, three_way(mapping, BASE, {"a": 5, "b": 2}, BASE[1]), {"x": 5, "y": 8, "z": 9})
    assert (done.hub, told(done), done.push_due) == ({"a": 5, "b": 8}, [("b", "hub", "remote_changed")], False)
    assert done.remote_base == {"x": 5, "y": 8, "z": 9}


def test_a_change_made_here_while_the_write_was_under_way_is_still_to_be_sent() -> None:
    mapping = make_mapping(FIELDS % "review")
    merged = three_way(mapping, BASE, {"a": 5, "b": 2}, BASE[1])
    done = sent(mapping, merged, {"x": 5, "y": 2}, hub_now={"a": 6, "b": 2})
    assert (done.push_due, done.remote["x"], done.hub_base["a"], done.conflicts) == (True, 6, 5, ())


def test_a_rewrite_that_may_be_somebody_elses_is_news_once_and_normalised_the_second_time() -> None:
    mapping = make_mapping(FIELDS % "remote")
    merged = three_way(mapping, ({"a": "x"}, {"x": "x"}), {"a": "acme"}, {"x": "x"})
    first = sent(mapping, merged, {"x": "Acme Corp"}, ours=False)
    assert first.hub == {"a": "Acme Corp"}
    resent = again(mapping, first, hub_now={"a": "acme"})
    assert resent.push_due
    second = sent(mapping, resent, {"x": "Acme Corp"}, ours=False)
    assert (second.hub, second.push_due) == ({"a": "acme"}, False)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("acme", "ACME"), (" acme ", "acme"), ("Cooling and Söhne", "Cooling and"), ("1.125", "1.13"), ("1.999", "1.99")],
)
def test_what_looks_like_our_value_rewritten_is_no_news_even_where_it_may_be_somebody_elses(
    ours: str, theirs: str
) -> None:
    mapping = make_mapping(FIELDS % "remote")
    merged = three_way(mapping, ({"a": "x"}, {"x": "x"}), {"a": ours}, {"x": "x"})
    done = sent(mapping, merged, {"x": theirs}, ours=False)
    assert (done.hub, done.push_due) == ({"a": ours}, False)


def test_computed_and_fixed_values_are_sent_once_whatever_comes_back() -> None:
    mapping = make_mapping("const k -> kind:\nexpr 'a + \"!\"' -> title:\na <-> x:")
    merged = merge(mapping, hub_base=None, remote_base=None, hub_now={"a": "1"}, remote_now=None)
    done = sent(mapping, merged, {"kind": "K", "title": "rewritten", "x": "1"})
    assert not done.push_due
    assert not again(mapping, done).push_due
    assert again(mapping, done, hub_now={"a": "2"}).remote == {"kind": "K", "title": "2!", "x": "2"}


def test_a_computed_value_that_went_back_before_it_was_sent_is_not_sent() -> None:
    mapping = make_mapping("expr 'a + \"!\"' -> title:")
    agreed = sent(
        mapping, merge(mapping, hub_base=None, remote_base=None, hub_now={"a": "1"}, remote_now=None), {"title": "T"}
    )
    waiting = again(mapping, agreed, hub_now={"a": "2"})
    assert waiting.push_due
    assert not again(mapping, waiting, hub_now={"a": "1"}).push_due


def test_a_cleared_field_is_settled_too() -> None:
    mapping = make_mapping("phone <-> c[t=p, first].v: {null: omit, owner: latest}")
    base = {"phone": "1"}, {"c": [{"id": 7, "t": "p", "v": "1"}]}
    merged = three_way(mapping, base, {"phone": None}, base[1])
    assert (merged.remote, merged.push_due) == ({"c": []}, True)
    done = sent(mapping, merged, {"c": []})
    assert (done.push_due, done.hub, done.changes) == (False, {"phone": None}, ())


IDS = "l[id] <-> m[id]:\n  ids: remote\n  v <-> v:\n  c <- code:\n"


def test_new_members_get_the_ids_of_the_remote_and_the_pairs_are_told() -> None:
    mapping = make_mapping(IDS)
    hub = {"l": [{"id": "A", "v": "a"}, {"id": "B", "v": "b"}]}
    merged = three_way(mapping, ({}, {"m": []}), hub, {"m": []})
    assert merged.remote == {"m": [{"v": "a"}, {"v": "b"}]}
    done = sent(
        mapping, merged, {"m": [{"id": 8, "v": "B"}, {"id": 7, "v": "a", "code": 1}, {"id": 9, "v": "b", "code": 2}]}
    )
    assert done.lines == {"l": {"A": "7", "B": "9"}}
    assert done.hub["l"] == [{"id": "A", "v": "a", "c": 1}, {"id": "B", "v": "b", "c": 2}, {"id": "sys:8", "v": "B"}]
    assert not done.push_due


def test_a_new_member_that_the_remote_refuses_stays_ours_and_is_not_sent_again() -> None:
    mapping = make_mapping(LISTS % "hub")
    merged = three_way(mapping, ({}, {"m": []}), {"l": [{"id": "1", "v": 1}]}, {"m": []})
    done = sent(mapping, merged, {"m": []})
    assert (done.push_due, done.hub) == (False, {"l": [{"id": "1", "v": 1}]})
    assert not again(mapping, done).push_due


def test_a_member_that_was_taken_away_is_gone_on_both_sides() -> None:
    mapping = make_mapping(LISTS % "both")
    done = sent(mapping, three_way(mapping, ONE, {"l": []}, ONE[1]), {"m": []})
    assert (done.push_due, done.hub_base, done.conflicts) == (False, {"l": []}, ())


def test_a_member_that_vanished_over_there_while_we_changed_it_is_a_conflict() -> None:
    mapping = make_mapping(LISTS % "both")
    merged = three_way(mapping, ONE, {"l": [{"id": "1", "v": 2}]}, ONE[1])
    assert [each.path for each in sent(mapping, merged, {"m": []}).conflicts] == ["l[1]"]


NESTED = "l[id] <-> m[id]:\n  ids: remote\n  v <-> v:\n  p[id] <-> q[id]:\n    ids: remote\n    w <-> w:\n"


def test_members_within_members_get_their_ids_for_each_member_around_them() -> None:
    """Ids within a line count from one again: 'p1' of line A and 'p1' of line B are two."""
    mapping = make_mapping(NESTED)
    parts = [{"id": "p1", "w": "x"}, {"id": "p2", "w": "y"}]
    hub = {"l": [{"id": "A", "v": "a", "p": parts}, {"id": "B", "v": "b", "p": parts[:1]}]}
    merged = three_way(mapping, ({}, {"m": []}), hub, {"m": []})
    rows = [{"w": "x"}, {"w": "y"}]
    assert merged.remote == {"m": [{"v": "a", "q": rows}, {"v": "b", "q": rows[:1]}]}
    answer = {
        "m": [
            {"id": 7, "v": "a", "q": [{"id": 2, "w": "y"}, {"id": 1, "w": "x"}]},
            {"id": 8, "v": "b", "q": [{"id": 1, "w": "x"}]},
        ]
    }
    done = sent(mapping, merged, answer)
    assert done.lines == {"l": {"A": "7", "B": "8"}, "l[A].p": {"p1": "1", "p2": "2"}, "l[B].p": {"p1": "1"}}
    assert (done.hub, done.push_due) == (hub, False)
    known = FakeLinks({f"thing.{path}": pairs for path, pairs in done.lines.items()})
    assert mapping.pull(answer, None, known) == {
        "l": [{"id": "A", "v": "a", "p": parts[::-1]}, {"id": "B", "v": "b", "p": parts[:1]}]
    }
    answer["m"][1]["q"] = [{"id": 1, "w": "z"}, {"id": 5, "w": "new"}]
    later = merge(
        mapping,
        hub_base=done.hub_base,
        remote_base=done.remote_base,
        hub_now=done.hub,
        remote_now=answer,
        refs=known,
    )
    assert later.hub["l"][1]["p"] == [{"id": "p1", "w": "z"}, {"id": "sys:5", "w": "new"}]
    assert later.hub["l"][0] == hub["l"][0]
    assert mapping.push(later.hub, answer, known) == answer


def test_a_member_may_have_a_key_of_several_fields_over_there_and_one_id_here() -> None:
    mapping = make_mapping("l[id] <-> m[order, row]:\n  ids: remote\n  v <-> v:\n")
    remote = {"m": [{"order": "a|b", "row": 1, "v": "x"}, {"order": "a", "row": "b|1", "v": "y"}]}
    known = FakeLinks({"thing.l": {"A": "a\\\\|b|1"}})
    pulled = mapping.pull(remote, None, known)
    assert [each["v"] for each in pulled["l"]] == ["x", "y"]
    assert len({each["id"] for each in pulled["l"]}) == 2
    assert mapping.push(pulled, remote, known) == remote


@pytest.mark.parametrize("members", ["hub", "remote", "both"])
def test_who_adds_and_removes_within_members_is_the_inner_lists_own_rule(members: str) -> None:
    mapping = make_mapping(
        f"l[id] <-> m[id]:\n  v <-> v:\n  p[a, b] <-> q[c, d]:\n    members: {members}\n    w <-> w:\n"
    )
    base = (
        {"l": [{"id": "1", "v": 1, "p": [{"a": "x", "b": "y", "w": 1}]}]},
        {"m": [{"id": "1", "v": 1, "q": [{"c": "x", "d": "y", "w": 1}]}]},
    )
    here = {"l": [{"id": "1", "v": 1, "p": [{"a": "x", "b": "y", "w": 1}, {"a": "h", "b": "h", "w": 2}]}]}
    there = {"m": [{"id": "1", "v": 1, "q": [{"c": "x", "d": "y", "w": 1}, {"c": "r", "d": "r", "w": 3}]}]}
    merged = three_way(mapping, base, here, there)
    mine = {each["a"] for each in merged.hub["l"][0]["p"]}
    theirs = {each["c"] for each in merged.remote["m"][0]["q"]}
    assert ("r" in mine, "h" in theirs) == (members != "hub", members != "remote")


def test_a_member_within_a_member_deleted_here_and_edited_there_is_a_conflict() -> None:
    mapping = make_mapping(NESTED.replace("    ids: remote\n", "").replace("  ids: remote\n", ""))
    hub = {"l": [{"id": "1", "v": 1, "p": [{"id": "2", "w": 1}]}]}
    remote = {"m": [{"id": "1", "v": 1, "q": [{"id": "2", "w": 1}]}]}
    gone = {"l": [{"id": "1", "v": 1, "p": []}]}
    edited = {"m": [{"id": "1", "v": 1, "q": [{"id": "2", "w": 9}]}]}
    merged = three_way(mapping, (hub, remote), gone, edited)
    assert [(each.path, each.dispute.value) for each in merged.conflicts] == [("l[1].p[2]", "deleted_here")]
    assert (merged.hub, merged.remote) == (gone, edited)


# --- the brake


@pytest.mark.parametrize(
    ("linked", "changed", "deleted", "stops"),
    [
        (1000, 200, 10, False),
        (1000, 201, 0, True),
        (1000, 0, 11, True),
        (10, 50, 0, False),
        (10, 51, 0, True),
        (0, 50, 0, False),
    ],
)
def test_a_run_that_would_change_or_delete_too_much_stops(
    linked: int, changed: int, deleted: int, *, stops: bool
) -> None:
    guard = Guard(max_changed=Decimal("0.2"), max_deleted=10, floor=50)
    found = brake(guard, linked=linked, changed=changed, deleted=deleted)
    assert found == (Braked(changed, max(50, linked // 5), deleted, 10) if stops else None)
