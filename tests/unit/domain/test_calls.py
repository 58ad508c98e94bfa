"""Calls over unreliable events."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from hub.domain.calls import CallSource, fold, match_of, read_event, read_number, silent_end
from hub.domain.documents import Doc
from hub.domain.errors import InvalidError

SOURCE = CallSource(privacy_prefixes=("+86170",))
T0 = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def zammad(event: str, minute: int = 0, **values: str) -> Doc:
    return {"event": event, "callId": "c1", "from": "13800138000", "to": "02112345678", "direction": "in", **values} | {
        "minute": minute
    }


def folded(*reports: Doc) -> Doc:
    call: Doc | None = None
    for report in reports:
        event = read_event(report, SOURCE, now=T0 + timedelta(minutes=report["minute"]))
        call = fold(call, event, system="pbx", source=SOURCE)
    assert call is not None
    return call


def test_a_call_rings_is_answered_and_ends() -> None:
    reports = zammad("newCall"), zammad("answer", 1, answeringNumber="801"), zammad("hangup", 5, cause="normalClearing")
    call = folded(*reports)
    assert (call["state"], call["agent"], call["cause"]) == ("ended", "801", "normalClearing")
    assert call["started_at"] == "2026-03-02T01:00:00+00:00"
    assert call["from"] == "+8613800138000"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_zammad_3247_the_order_of_reports_does_not_matter(order: tuple[int, ...]) -> None:
    reports = [zammad("newCall"), zammad("answer", 1, answeringNumber="801"), zammad("hangup", 5)]
    call = folded(*(reports[index] for index in order))
    assert call["state"] == "ended"
    assert call["answered_at"] == "2026-03-02T01:01:00+00:00"
    assert call["ended_at"] == "2026-03-02T01:05:00+00:00"


def test_zammad_3247_a_repeated_answer_after_the_hang_up_changes_nothing() -> None:
    reports = zammad("newCall"), zammad("answer", 1), zammad("hangup", 5)
    assert folded(*reports, zammad("answer", 9)) == folded(*reports)


def test_a_call_that_nobody_answered_is_missed() -> None:
    assert folded(zammad("newCall"), zammad("hangup", 1, cause="cancel"))["state"] == "missed"


@pytest.mark.parametrize(
    ("shown", "e164"),
    [
        ("138 0013 8000", "+8613800138000"),
        ("021/1234 5678", "+862112345678"),
        ("+49 30 123456", "+4930123456"),
        ("anonymous", None),
        ("", None),
        ("<unknown>", None),
        ("sip:alice", None),
    ],
)
def test_zammad_4872_numbers_are_read_as_they_are_shown(shown: str, e164: str | None) -> None:
    number = read_number(shown, SOURCE)
    assert number.e164 == e164
    assert number.is_anonymous == (e164 is None)


def test_a_lent_number_belongs_to_nobody() -> None:
    call = folded(zammad("newCall") | {"from": "17012345678"})
    assert call["is_privacy_number"]
    assert match_of(call, [{"id": "x", "entity": "customer", "customer_id": "x"}]) == "anonymous"


def test_a_number_of_a_customer_and_his_contact_is_one_match() -> None:
    call = folded(zammad("newCall"))
    entries = [{"id": "a", "customer_id": "a"}, {"id": "b", "contact_id": "b", "customer_id": "a"}]
    assert match_of(call, entries) == "one"
    assert match_of(call, [*entries, {"id": "c", "customer_id": "c"}]) == "several"
    assert match_of(call, []) == "none"


@pytest.mark.parametrize(
    ("report", "field"),
    [
        ({"event": "newCall"}, "callId"),
        ({"event": "dance", "callId": "1"}, "event"),
        ({"event": "answer", "callId": "1", "direction": "sideways"}, "direction"),
        ({"event": "answer", "callId": ["1"]}, "callId"),
    ],
)
def test_a_report_that_cannot_be_read_names_the_field(report: Doc, field: str) -> None:
    with pytest.raises(InvalidError, match=field):
        read_event(report, SOURCE, now=T0)


def test_the_generic_dialect_tells_its_own_time() -> None:
    source = CallSource(dialect="generic")
    report = {
        "event": "answered",
        "call_id": "7",
        "from": "+8613800138000",
        "agent": "li",
        "at": "2026-03-02T09:00:00+08:00",
    }
    event = read_event(report, source, now=T0 + timedelta(hours=3))
    assert (event.at, event.event, event.agent) == (T0, "answer", "li")


def test_freepbx_943_a_call_without_a_hang_up_ends_unheard() -> None:
    call = folded(zammad("newCall"), zammad("answer", 1))
    assert silent_end(call, now=T0 + timedelta(hours=3)) is None
    end = silent_end(call, now=T0 + timedelta(hours=5))
    assert end is not None
    assert (end["state"], end["is_estimated_end"]) == ("ended", True)
