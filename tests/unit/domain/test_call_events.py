"""What call centres send, in one form."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.call_events import CallEvent, read_event
from hub.domain.call_source import CallSource
from hub.domain.errors import InvalidError

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ZAMMAD = CallSource(privacy_prefixes=("+8617010",))
GENERIC = CallSource(dialect="generic")


def hook(event: object, **values: Any) -> dict[str, Any]:
    return {"event": event, "from": "13812345678", "to": "02188886666", "direction": "in", "callId": "c-1", **values}


def ours(event: str, **values: Any) -> dict[str, Any]:
    return {"event": event, "call_id": "c-1", "direction": "in", "from": "+8613812345678", **values}


def read(values: dict[str, Any], source: CallSource = ZAMMAD) -> CallEvent:
    return read_event(values, source, system="pbx", now=NOW)


def test_a_form_and_json_are_read_alike() -> None:
    form = {**hook("answer", answeringNumber="801"), "user[]": ["李娜", "Bo"], "from": ["13812345678"]}
    json = {**hook("answer", answeringNumber=801), "user": ["李娜", "Bo"]}
    assert read(form) == read(json)
    assert (read(form).agent, read(form).leg) == ("李娜", "801")


def test_who_is_rung_has_not_answered() -> None:
    assert read({**hook("newCall"), "user[]": ["Ann", "Bo"]}).agent == ""


def test_the_other_side_of_an_outbound_call_is_whom_it_calls() -> None:
    out = read(hook("newCall", direction="outbound", **{"from": "801", "to": "13812345678"}))
    assert (out.direction, out.other.e164, out.caller.kind) == ("out", "+8613812345678", "internal")
    assert read(hook("newCall")).other.e164 == "+8613812345678"


def test_the_hook_of_zammad_tells_no_time_so_things_happen_when_they_are_heard_of() -> None:
    assert read(hook("newCall", at="2020-01-01T00:00:00+00:00")).at == NOW


def test_our_own_hook_tells_the_time_but_never_a_time_to_come() -> None:
    assert read(ours("new", at="2026-03-02T08:00:00+08:00"), GENERIC).at == NOW - timedelta(hours=1)
    assert read(ours("new", at="2026-03-02T10:00:00+08:00"), GENERIC).at == NOW
    assert read(ours("new"), GENERIC).at == NOW


def test_an_agent_stands_for_a_leg_that_has_no_name() -> None:
    answer = read(ours("answer", agent="li"), GENERIC)
    assert (answer.agent, answer.leg) == ("li", "li")
    assert read(ours("answer", agent="li", leg="801"), GENERIC).leg == "801"


def test_words_are_kept_on_one_line_and_no_longer_than_a_record_keeps_them() -> None:
    event = read(hook("hangup", cause="normal\r\n\x1bClearing", queue="q" * 300))
    assert (event.cause, len(event.queue)) == ("normalClearing", 80)


def test_a_recording_is_linked() -> None:
    link = "https://pbx.example/recordings/1.wav?" + "x" * 300
    assert read(ours("hangup", recording_url=link), GENERIC).recording_url == link


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"event": "ring"}, ["event", "direction", "callId"]),
        (hook("newCall", direction="sideways"), ["direction"]),
        (hook("newCall", callId=""), ["callId"]),
        (hook("newCall", callId="x" * 201), ["callId"]),
        (hook("newCall", callId=None), ["callId"]),
        (hook("newCall", callId={"a": "1"}), ["callId"]),
        (hook({"a": 1}), ["event"]),
        (hook(["newCall"], callId=True), ["callId"]),
    ],
)
def test_a_hook_that_cannot_be_read_names_every_wrong_field(values: dict[str, Any], wrong: list[str]) -> None:
    with pytest.raises(InvalidError) as refusal:
        read(values)
    assert [problem.path for problem in refusal.value.fields] == wrong
    assert all(str(problem) for problem in refusal.value.fields)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"at": "yesterday"}, "at: 'yesterday' is not an ISO 8601 instant"),
        ({"at": "2026-03-02T10:00:00"}, "at: .* has no offset from UTC"),
        ({"recording_url": "javascript:alert(1)"}, "recording_url: is no web address"),
        ({"recording_url": "http://[broken"}, "recording_url: is no web address"),
        ({"recording_url": "https://pbx.example/" + "x" * 500}, "recording_url: is no web address"),
    ],
)
def test_our_own_hook_is_refused_with_the_reason(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidError, match=message):
        read(ours("new", **values), GENERIC)
