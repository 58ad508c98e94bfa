"""Hooks of call centres: T06, T07 at the door, and what bad input gets."""

import logging
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.process.logs import TextLines
from hub.testing.clock import FakeClock
from hub.transport.webhooks import key_of, sign
from tests.unit.web.clients import SECRET, Calls

FORM = "application/x-www-form-urlencoded"
PBX = "/webhooks/calls/pbx/hook-token-of-the-pbx"
CLOUD = "/webhooks/calls/cloud/hook-token-of-the-cloud"


def post(client: FlaskClient, path: str, data: bytes, kind: str = FORM, **headers: str) -> TestResponse:
    return client.post(path, data=data, headers={"Content-Type": kind, **headers})


def signed(client: FlaskClient, clock: FakeClock, body: bytes, **other: Any) -> TestResponse:
    stamp = int(clock.now().timestamp())
    facts = {
        "webhook-id": "ev1",
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(key_of(SECRET), "ev1", stamp, body),
    }
    return post(client, CLOUD, body, "application/json", **{**facts, **other})


def test_a_form_is_handed_on_with_repeated_fields_as_lists(client: FlaskClient, calls: Calls) -> None:
    answer = post(client, PBX, "event=newCall&from=%2B8613800138000&user%5B%5D=李&user%5B%5D=Wang&to=".encode())
    assert (answer.status_code, answer.get_json()) == (200, {"status": "received"})
    system, raw, headers, values = calls.seen[0]
    assert (system, raw[:13]) == ("pbx", b"event=newCall")
    assert headers == {"content-type": FORM}
    assert values == {"event": "newCall", "from": "+8613800138000", "user[]": ["李", "Wang"], "to": ""}


def test_json_is_handed_on(client: FlaskClient, calls: Calls) -> None:
    assert post(client, PBX, b'{"event": "answer"}', "application/json").status_code == 200
    assert calls.seen[0][3] == {"event": "answer"}


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/calls/pbx/wrong",
        "/webhooks/calls/other/hook-token-of-the-pbx",
        "/webhooks/calls/pbx/ü",
        "/webhooks/calls/x/no%20system%20has%20this%20token",
    ],
)
def test_a_wrong_token_is_refused_without_telling_what_is_wrong(client: FlaskClient, calls: Calls, path: str) -> None:
    answer = post(client, path, b"event=newCall")
    assert answer.status_code == 401
    assert answer.get_json()["detail"].startswith("The address of this web hook is not known")
    assert calls.seen == []


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"event", FORM),
        (b"event=%ff", FORM),
        (b"event=%00", FORM),
        (b"a=1&" * 300 + b"b=2", FORM),
        (b"", FORM),
        (b'{"event": "new", "event": "x"}', "application/json"),
        (b"[]", "application/json"),
        (b"event=newCall", "text/plain"),
        (b"<event/>", "application/xml"),
        (b"event=nonsense", FORM),
    ],
)
def test_malformed_bodies_are_refused_with_the_reason(
    client: FlaskClient, calls: Calls, data: bytes, kind: str
) -> None:
    answer = post(client, PBX, data, kind)
    assert answer.status_code in {400, 422}
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["detail"]
    assert calls.seen == []


def test_a_compressed_body_is_refused_unopened(client: FlaskClient, calls: Calls) -> None:
    assert post(client, PBX, b"\x1f\x8b", FORM, **{"Content-Encoding": "gzip"}).status_code == 400


def test_a_huge_body_is_refused_and_the_next_request_served(client: FlaskClient, calls: Calls) -> None:
    assert post(client, PBX, b"a=" + b"x" * 300_000).status_code == 413
    assert post(client, PBX, b"event=newCall").status_code == 200


def test_a_signed_event_is_taken_within_the_tolerance_with_its_id(
    client: FlaskClient, clock: FakeClock, calls: Calls
) -> None:
    assert signed(client, clock, b'{"event": "new"}').status_code == 200
    assert calls.seen[0][2]["webhook-id"] == "ev1"
    assert "webhook-signature" not in calls.seen[0][2]


def test_t07_a_bad_signature_is_refused(client: FlaskClient, clock: FakeClock, calls: Calls) -> None:
    assert signed(client, clock, b"{}", **{"webhook-signature": "v1,AAAA"}).status_code == 401
    assert signed(client, clock, b"{}", **{"webhook-timestamp": "1"}).status_code == 401
    assert post(client, CLOUD, b"{}", "application/json").status_code == 401
    assert calls.seen == []


def test_t06_an_old_signature_is_refused(client: FlaskClient, clock: FakeClock, calls: Calls) -> None:
    old = str(int(clock.now().timestamp()) - 301)
    stale = {"webhook-timestamp": old, "webhook-signature": sign(key_of(SECRET), "ev1", int(old), b"{}")}
    assert signed(client, clock, b"{}", **stale).status_code == 401


def test_the_signature_counts_before_the_body_is_read(client: FlaskClient, clock: FakeClock) -> None:
    assert signed(client, clock, b"not json", **{"webhook-signature": "v1,AAAA"}).status_code == 401
    assert signed(client, clock, b"not json").status_code == 400


def test_the_token_reaches_no_log(app: Flask, calls: Calls, caplog: pytest.LogCaptureFixture) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("hook-token-of-the-pbx")

    calls.__class__ = type("Broken", (Calls,), {"__call__": explode})
    with caplog.at_level(logging.DEBUG):
        assert post(app.test_client(), PBX, b"event=newCall").status_code == 500
    logged = "\n".join(map(TextLines().format, caplog.records))
    assert "RuntimeError" in logged
    assert "hook-token" not in logged
