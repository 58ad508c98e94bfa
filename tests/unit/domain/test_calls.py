from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.call_events import CallEvent, Dialing, from_generic, from_zammad
from hub.domain.calls import CallChange, Hit, expire, lookup_number, match, open_call_backs, take_event
from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.events import CallAnswered, CallEnded, CallMissed, CallRang
from hub.domain.telephone import read_number

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CHINA = Dialing("CN", ("+8617010",))


def hook(event: object, **values: Any) -> dict[str, Any]:
    return {"event": event, "from": "13812345678", "to": "02188886666", "direction": "in", "callId": "c-1", **values}


def zammad(event: str, after: Any = 0, **values: Any) -> CallEvent:
    received = NOW + timedelta(seconds=after)
    return from_zammad(hook(event, **values), system="pbx", received_at=received, dialing=CHINA)


def play(*events: CallEvent) -> tuple[Doc, list[type]]:
    call: Doc | None = None
    news: list[type] = []
    for event in events:
        change = take_event(call, event, call_record_id="K1")
        call = change.call
        news += [type(each) for each in change.events]
    assert call is not None
    return call, news


NEW, ANSWER = zammad("newCall"), zammad("answer", 5, answeringNumber="801", **{"user[]": ["Ann"]})
HANGUP = zammad("hangup", 90, cause="normalClearing")


def test_a_call_rings_is_answered_and_ends() -> None:
    call, news = play(NEW, ANSWER, HANGUP)
    assert news == [CallRang, CallAnswered, CallEnded]
    assert (call["state"], call["agent"], call["cause"]) == ("ended", "Ann", "normalClearing")
    assert (call["from"], call["to"]) == ("+8613812345678", "+862188886666")
    assert call["started_at"] == NOW.isoformat()
    assert call["answered_at"] == (NOW + timedelta(seconds=5)).isoformat()
    assert call["legs"] == [{"id": "801", "agent": "Ann", "answered_at": call["answered_at"]}]


def test_a_call_that_nobody_took_is_missed() -> None:
    assert play(NEW, HANGUP)[1] == [CallRang, CallMissed]


def test_an_answer_without_a_new_call_is_a_call() -> None:
    """zammad#3247: an answer without newCall gave an error 500."""
    call, news = play(ANSWER)
    assert (call["state"], news) == ("answered", [CallRang, CallAnswered])


def test_a_repeated_answer_after_the_hang_up_changes_nothing() -> None:
    """zammad#3247: a repeated answer after the hang-up gave an error 500."""
    call, _ = play(NEW, ANSWER, HANGUP)
    change = take_event(call, zammad("answer", 95, answeringNumber="801"), call_record_id="K1")
    assert change == CallChange(call, ())


def test_the_order_of_arrival_does_not_matter() -> None:
    """Events with times of their own: every order ends in the same call, and each thing is told once."""
    told = [
        from_generic(
            {"event": event, "call_id": "c-1", "direction": "in", "from": "+8613812345678", "at": at, "leg": leg},
            system="pbx",
            received_at=NOW,
            dialing=CHINA,
        )
        for event, at, leg in (
            ("new", "2026-03-02T01:00:00+00:00", ""),
            ("answer", "2026-03-02T01:00:05+00:00", "801"),
            ("hangup", "2026-03-02T01:01:00+00:00", "801"),
            ("answer", "2026-03-02T01:01:01+00:00", "802"),
            ("hangup", "2026-03-02T01:02:00+00:00", ""),
        )
    ]
    ends = [play(*order) for order in permutations(told)]
    first = settled(ends[0][0])
    assert all(settled(call) == first for call, _ in ends)
    assert all(len(set(news)) == len(news) for _, news in ends)
    assert first["state"] == "ended"


def settled(call: Doc) -> Doc:
    """The call without the order in which its parts became known."""
    return {**call, "legs": sorted(call["legs"], key=str), "told": []}


def test_a_transferred_call_goes_on_until_the_last_leg_hangs_up() -> None:
    second = zammad("answer", 30, answeringNumber="802")
    first_leg_ends = zammad("hangup", 31, answeringNumber="801")
    call, _ = play(NEW, ANSWER, second, first_leg_ends)
    assert call["state"] == "answered"
    call, news = play(NEW, ANSWER, second, first_leg_ends, zammad("hangup", 60, answeringNumber="802"))
    assert (call["state"], news[-1]) == ("ended", CallEnded)
    assert call["ended_at"] == (NOW + timedelta(seconds=60)).isoformat()


def test_a_leg_that_gives_up_does_not_end_what_another_answers() -> None:
    call, _ = play(NEW, zammad("hangup", 3, answeringNumber="801"), zammad("answer", 5, answeringNumber="802"))
    assert call["state"] == "answered"


def test_a_call_without_a_hang_up_ends_by_time_out_and_a_late_one_corrects_it() -> None:
    """FreePBX/issue-tracker#943: the hook at the end of a call sometimes never fired."""
    limits = {"ringing_for": timedelta(minutes=3), "talking_for": timedelta(hours=2)}
    call, _ = play(NEW, ANSWER)
    assert expire(call, now=NOW + timedelta(hours=1), **limits) is None
    change = expire(call, now=NOW + timedelta(hours=3), **limits)
    assert change is not None
    assert (change.call["state"], change.call["is_estimated_end"]) == ("ended", True)
    assert [type(each) for each in change.events] == [CallEnded]
    late = take_event(change.call, HANGUP, call_record_id="K1").call
    assert ("is_estimated_end" in late, late["ended_at"]) == (False, (NOW + timedelta(seconds=90)).isoformat())
    ringing, _ = play(NEW)
    missed = expire(ringing, now=NOW + timedelta(minutes=3), **limits)
    assert missed is not None
    assert missed.call["state"] == "missed"
    assert expire(missed.call, now=NOW + timedelta(days=1), **limits) is None


@pytest.mark.parametrize(
    ("raw", "kind", "e164"),
    [
        ("13812345678", "number", "+8613812345678"),
        ("+86 138 1234 5678", "number", "+8613812345678"),
        ("008613812345678", "number", "+8613812345678"),
        ("8613812345678", "number", "+8613812345678"),
        ("021/8888 6666", "number", "+862188886666"),
        ("(021) 8888-6666", "number", "+862188886666"),
        ("１３８１２３４５６７８", "number", "+8613812345678"),
        ("+49 30/901820", "number", "+4930901820"),
        ("4930901820", "number", "+4930901820"),
        ("17010123456", "privacy", "+8617010123456"),
        ("anonymous", "anonymous", None),
        ("Anonymous", "anonymous", None),
        ("", "anonymous", None),
        (None, "anonymous", None),
        ("801", "internal", None),
        ("123456789012345678", "unreadable", None),
        ("sip13812345678x", "unreadable", None),
    ],
)
def test_a_number_is_read_in_whatever_form_it_comes(raw: str | None, kind: str, e164: str | None) -> None:
    """zammad#4872 and #5128: a slash in a number broke the match; #4555 and #5117: number formats."""
    number = read_number(raw, region="CN", privacy_prefixes=("+8617010",))
    assert (number.kind, number.e164) == (kind, e164)


@given(st.text(max_size=40))
def test_no_number_is_too_strange_to_be_read(raw: str) -> None:
    number = read_number(raw, region="CN")
    assert (number.e164 is None) == (number.kind in {"anonymous", "internal", "unreadable"})


def matched(call: Doc, *hits: Hit) -> tuple[str, str | None, str | None]:
    found = match(call, hits)
    return found["match"], found.get("customer_id"), found.get("contact_id")


@pytest.mark.parametrize(
    ("hits", "result"),
    [
        ((), ("none", None, None)),
        ((Hit("C1"),), ("one", "C1", None)),
        ((Hit("C1"), Hit("C1", "P1")), ("one", "C1", "P1")),
        ((Hit("C1", "P1"), Hit("C1", "P2")), ("one", "C1", None)),
        ((Hit("C1"), Hit("C2")), ("several", None, None)),
        ((Hit(None, "P7"),), ("one", None, "P7")),
        ((Hit("C1"), Hit("C1")), ("one", "C1", None)),
    ],
)
def test_whom_a_number_belongs_to(hits: tuple[Hit, ...], result: tuple[str, str | None, str | None]) -> None:
    """znuny/Znuny4OTRS-CTI#3: several customers on one number; zammad#2144: a maybe could not be confirmed."""
    assert matched(play(NEW)[0], *hits) == result


def test_a_choice_that_an_agent_made_is_kept() -> None:
    call = {**play(NEW)[0], "customer_id": "C9"}
    assert match(call, [Hit("C1")])["customer_id"] == "C9"


def test_a_withheld_number_matches_nobody() -> None:
    call, _ = play(zammad("newCall", **{"from": "anonymous"}))
    assert ("from" in call, call["is_anonymous"], lookup_number(call)) == (False, True, None)
    assert matched(call, Hit("C1"))[0] == "anonymous"


def test_a_privacy_number_is_neither_kept_nor_matched() -> None:
    call, _ = play(zammad("newCall", **{"from": "17010123456"}))
    assert ("from" in call, call["is_privacy_number"], lookup_number(call)) == (False, True, None)
    assert matched(call, Hit("C1"))[0] == "none"


def test_an_outbound_call_is_looked_up_by_the_number_called() -> None:
    call, _ = play(zammad("newCall", direction="out", **{"from": "801", "to": "13812345678"}))
    assert (lookup_number(call), call["is_anonymous"]) == ("+8613812345678", False)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"event": "ring"}, ["event", "direction", "callId"]),
        (hook("newCall", direction="sideways"), ["direction"]),
        (hook("newCall", callId=""), ["callId"]),
        (hook("newCall", callId="x" * 201), []),
        (hook("newCall", callId=None), ["callId"]),
        (hook({"a": 1}), ["event"]),
    ],
)
def test_a_hook_that_cannot_be_read_names_every_wrong_field(values: dict[str, Any], wrong: list[str]) -> None:
    if not wrong:
        assert from_zammad(values, system="pbx", received_at=NOW, dialing=CHINA).call_id == "x" * 200
        return
    with pytest.raises(InvalidError) as refusal:
        from_zammad(values, system="pbx", received_at=NOW, dialing=CHINA)
    assert [field.path for field in refusal.value.fields] == wrong


def test_a_generic_hook_with_a_wrong_time_is_refused() -> None:
    values = {"event": "new", "direction": "in", "call_id": "c-1", "at": "yesterday"}
    with pytest.raises(InvalidError, match="at: 'yesterday' is not an ISO 8601 instant"):
        from_generic(values, system="pbx", received_at=NOW, dialing=CHINA)


def test_a_form_and_json_are_read_alike() -> None:
    form = {**hook("answer"), "user[]": ["Ann", "Bo"], "from": ["13812345678"]}
    json = {**hook("answer"), "user": ["Ann", "Bo"]}
    read = [from_zammad(each, system="pbx", received_at=NOW, dialing=CHINA) for each in (form, json)]
    assert read[0] == read[1]


def missed(number: str, minute: int, state: str = "missed", direction: str = "in") -> Doc:
    numbers = {"from": number} if direction == "in" else {"to": number}
    return {"direction": direction, "state": state, "started_at": f"2026-03-02T01:{minute:02}:00+00:00", **numbers}


def test_a_number_that_called_in_vain_is_rung_back_once() -> None:
    calls = [
        missed("+861", 1),
        missed("+861", 5),
        missed("+862", 2),
        missed("+862", 9, "ended", "out"),
        missed("+863", 3, "answered"),
    ]
    assert {number: call["started_at"][14:16] for number, call in open_call_backs(calls).items()} == {"+861": "05"}


REPORTS = st.lists(
    st.tuples(st.sampled_from(["newCall", "answer", "hangup"]), st.integers(0, 3), st.sampled_from(["", "801", "802"])),
    min_size=1,
    max_size=12,
)


@given(REPORTS, st.randoms(use_true_random=False))
def test_any_stream_in_any_order_gives_one_call_and_tells_nothing_twice(
    reports: Sequence[tuple[str, int, str]], chance: Any
) -> None:
    events = [zammad(event, after, answeringNumber=leg) for event, after, leg in reports]
    unique = list({event.key: event for event in events}.values())
    shuffled = unique + unique
    chance.shuffle(shuffled)
    one, news = play(*unique)
    other, other_news = play(*shuffled)
    assert one["state"] == other["state"]
    assert (one.get("answered_at"), one.get("ended_at")) == (other.get("answered_at"), other.get("ended_at"))
    assert len(set(news)) == len(news)
    assert len(set(other_news)) == len(other_news)
