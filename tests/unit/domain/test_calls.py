"""Calls over unreliable events."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.call_events import CallEvent, read_event
from hub.domain.call_source import CallSource
from hub.domain.calls import MOST_EVENTS, CallChange, call_record_id, expire, take_event
from hub.domain.documents import Doc
from hub.domain.events import CallAnswered, CallEnded, CallMissed, CallRang

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CHINA = CallSource(privacy_prefixes=("+8617010",))


def zammad(event: str, after: Any = 0, **values: Any) -> CallEvent:
    hook = {"event": event, "from": "13812345678", "to": "02188886666", "direction": "in", "callId": "c-1", **values}
    return read_event(hook, CHINA, system="pbx", now=NOW + timedelta(seconds=after))


def at(after: int) -> str:
    return (NOW + timedelta(seconds=after)).isoformat()


def play(*events: CallEvent) -> tuple[Doc, list[type]]:
    call: Doc | None = None
    news: list[type] = []
    for event in events:
        change = take_event(call, event)
        call = change.call
        news += [type(each) for each in change.events]
    assert call is not None
    return call, news


NEW, ANSWER = zammad("newCall"), zammad("answer", 5, answeringNumber="801", **{"user[]": ["李娜"]})
HANGUP = zammad("hangup", 90, cause="normalClearing")


def test_a_call_rings_is_answered_and_ends() -> None:
    call, news = play(NEW, ANSWER, HANGUP)
    assert news == [CallRang, CallAnswered, CallEnded]
    assert (call["id"], call["state"]) == (call_record_id("pbx", "c-1"), "ended")
    assert (call["agent"], call["cause"]) == ("李娜", "normalClearing")
    assert (call["from"], call["to"]) == ("+8613812345678", "+862188886666")
    assert [call[name] for name in ("started_at", "answered_at", "ended_at")] == [at(0), at(5), at(90)]
    assert call["legs"] == [{"id": "801", "agent": "李娜", "answered_at": at(5)}]


def test_a_call_that_nobody_took_is_missed() -> None:
    call, news = play(NEW, zammad("hangup", 30, cause="cancel"))
    assert (call["state"], news) == ("missed", [CallRang, CallMissed])


def test_an_answer_without_a_new_call_is_a_call() -> None:
    """zammad#3247: an answer without newCall gave an error 500."""
    call, news = play(ANSWER)
    assert (call["state"], news) == ("answered", [CallRang, CallAnswered])


def test_a_repeated_answer_after_the_hang_up_changes_nothing() -> None:
    """zammad#3247: a repeated answer after the hang-up gave an error 500."""
    call, _ = play(NEW, ANSWER, HANGUP)
    assert take_event(call, zammad("answer", 95, answeringNumber="801")) == CallChange(call, ())


def test_the_order_of_arrival_does_not_matter() -> None:
    """Events with times of their own: every order ends in the same call, and each thing is told once."""
    steps = (
        ("new", 0, ""),
        ("answer", 5, "801"),
        ("hangup", 60, "801"),
        ("answer", 61, "802"),
        ("hangup", 120, ""),
    )
    told = [generic(event, after, leg) for event, after, leg in steps]
    ends = [play(*order) for order in permutations(told)]
    first = {**ends[0][0], "told": []}
    assert all({**call, "told": []} == first for call, _ in ends)
    assert all(len(set(news)) == len(news) for _, news in ends)
    assert (first["state"], first["agent"], first["queue"]) == ("ended", "agent 802", "q120")


def generic(event: str, after: int, leg: str) -> CallEvent:
    who = {"leg": leg, "agent": f"agent {leg}"} if leg else {}
    facts = {"event": event, "call_id": "c-1", "direction": "in", "at": at(after), "queue": f"q{after}", **who}
    numbers = {"from": "+8613812345678", "to": "02188886666"} if event == "new" else {}
    source = CallSource(dialect="generic")
    return read_event(facts | numbers, source, system="pbx", now=NOW + timedelta(hours=1))


def test_a_transferred_call_goes_on_until_the_last_leg_hangs_up() -> None:
    second = zammad("answer", 30, answeringNumber="802", **{"user[]": "Bo"})
    first_leg_ends = zammad("hangup", 31, answeringNumber="801")
    call, news = play(NEW, ANSWER, second, first_leg_ends)
    assert (call["state"], call["agent"], "ended_at" in call) == ("answered", "Bo", False)
    assert news == [CallRang, CallAnswered]
    call, news = play(NEW, ANSWER, second, first_leg_ends, zammad("hangup", 60, answeringNumber="802"))
    assert (call["state"], call["ended_at"], news[-1]) == ("ended", at(60), CallEnded)
    assert [(leg["id"], leg["ended_at"]) for leg in call["legs"]] == [("801", at(31)), ("802", at(60))]


def test_a_call_that_is_passed_on_after_the_first_hang_up_is_answered_again_and_told_once() -> None:
    blind = (zammad("hangup", 31, answeringNumber="801"), zammad("answer", 40, answeringNumber="802"))
    call, news = play(NEW, ANSWER, *blind)
    assert (call["state"], news) == ("answered", [CallRang, CallAnswered, CallEnded])
    call, news = play(NEW, ANSWER, *blind, zammad("hangup", 60, answeringNumber="802"))
    assert (call["state"], call["ended_at"]) == ("ended", at(60))
    assert len(set(news)) == len(news)


def test_a_leg_that_gives_up_does_not_end_what_another_answers() -> None:
    given_up = zammad("hangup", 3, answeringNumber="801")
    assert play(NEW, given_up)[0]["state"] == "missed"
    assert play(NEW, given_up, zammad("answer", 5, answeringNumber="802"))[0]["state"] == "answered"
    assert play(NEW, zammad("answer", 5, answeringNumber="802"), given_up)[0]["state"] == "answered"


def test_freepbx_943_a_call_without_a_hang_up_ends_by_time_out_and_a_late_one_corrects_it() -> None:
    call, _ = play(NEW, ANSWER)
    assert expire(call, now=NOW + timedelta(hours=4)) is None
    change = expire(call, now=NOW + timedelta(hours=4, seconds=5))
    assert change is not None
    assert (change.call["state"], change.call["is_estimated_end"]) == ("ended", True)
    assert [type(each) for each in change.events] == [CallEnded]
    late = take_event(change.call, HANGUP)
    assert ("is_estimated_end" in late.call, late.call["ended_at"], late.events) == (False, at(90), ())


def test_a_call_that_rings_for_an_hour_was_missed() -> None:
    ringing, _ = play(NEW)
    assert expire(ringing, now=NOW + timedelta(minutes=59)) is None
    missed = expire(ringing, now=NOW + timedelta(hours=1))
    assert missed is not None
    assert (missed.call["state"], [type(each) for each in missed.events]) == ("missed", [CallMissed])
    assert expire(missed.call, now=NOW + timedelta(days=1)) is None


def test_a_withheld_number_and_a_privacy_number_are_not_kept() -> None:
    withheld, _ = play(zammad("newCall", **{"from": "anonymous"}))
    assert ("from" in withheld, withheld["is_anonymous"], withheld["is_privacy_number"]) == (False, True, False)
    lent, _ = play(zammad("newCall", **{"from": "17010123456"}))
    assert ("from" in lent, lent["is_anonymous"], lent["is_privacy_number"]) == (False, False, True)
    assert "17010123456" not in str(lent)


def test_an_outbound_call_keeps_who_was_called_apart_from_who_called() -> None:
    call, _ = play(zammad("newCall", direction="out", **{"from": "02188886666", "to": "13812345678"}))
    assert (call["from"], call["to"]) == ("+862188886666", "+8613812345678")
    lent, _ = play(zammad("newCall", direction="out", **{"from": "801", "to": "17010123456"}))
    assert ("from" in lent, "to" in lent, lent["is_privacy_number"]) == (False, False, True)


def test_a_number_that_a_later_report_tells_is_kept() -> None:
    call, _ = play(zammad("answer", **{"from": "", "to": ""}), NEW)
    assert (call["from"], call["is_anonymous"]) == ("+8613812345678", False)


def test_a_telephone_system_that_never_stops_reporting_does_not_fill_the_record() -> None:
    call: Doc | None = None
    for leg in range(MOST_EVENTS + 1):
        call = take_event(call, zammad("hangup", answeringNumber=f"x{leg}")).call
    assert call is not None
    assert (len(call["events"]), len(call["legs"])) == (MOST_EVENTS, 100)


REPORTS = st.lists(
    st.tuples(st.sampled_from(["newCall", "answer", "hangup"]), st.integers(0, 3), st.sampled_from(["", "801", "802"])),
    min_size=1,
    max_size=12,
)


@given(REPORTS, st.randoms(use_true_random=False))
def test_any_stream_in_any_order_gives_one_call_and_tells_nothing_twice(
    reports: Sequence[tuple[str, int, str]], chance: Random
) -> None:
    events = [zammad(event, after, answeringNumber=leg) for event, after, leg in reports]
    unique = list({event.key: event for event in events}.values())
    shuffled = unique + unique
    chance.shuffle(shuffled)
    one, news = play(*unique)
    other, other_news = play(*shuffled)
    assert {**one, "told": []} == {**other, "told": []}
    assert len(set(news)) == len(news)
    assert len(set(other_news)) == len(other_news)
