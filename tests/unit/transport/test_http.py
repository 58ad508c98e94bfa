"""HTTP: what a failure means for the caller, and the limits on what is taken."""

import socket
from collections.abc import Iterator

import pytest
import requests
import responses

from hub.domain.errors import (
    AuthError,
    HubError,
    RateLimitedError,
    RejectedError,
    RetryableError,
    UnknownOutcomeError,
)
from hub.ports.hearing import listening
from hub.transport.guard import guard_of
from hub.transport.http import HttpClient, Limits, Request, refusal

URL = "http://erp.example/rpc/"


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def post(*, write: bool, limits: Limits | None = None, url: str = URL) -> HubError:
    """Post, and return what the failure or the status means."""
    client = HttpClient("erp", limits, guard_of("erp", [url]))
    try:
        return refusal(client, client.post_json(url, {"a": 1}, headers={}, write=write), write=write)
    except HubError as error:
        return error


@pytest.mark.parametrize(
    ("status", "of_a_read", "of_a_write"),
    [
        (400, RejectedError, RejectedError),
        (401, AuthError, AuthError),
        (404, AuthError, AuthError),
        (413, RejectedError, RejectedError),
        (429, RateLimitedError, RateLimitedError),
        (503, RetryableError, RetryableError),
        (500, RetryableError, UnknownOutcomeError),
        (502, RetryableError, UnknownOutcomeError),
        (504, RetryableError, UnknownOutcomeError),
        (302, RetryableError, UnknownOutcomeError),
    ],
)
def test_a_status_means_what_to_do_next(
    wire: responses.RequestsMock, status: int, of_a_read: type[HubError], of_a_write: type[HubError]
) -> None:
    wire.post(URL, status=status, body="<html>secret</html>")
    assert type(post(write=False)) is of_a_read
    refused = post(write=True)
    assert type(refused) is of_a_write
    assert "secret" not in str(refused)


def test_patience_is_asked_for_in_seconds(wire: responses.RequestsMock) -> None:
    wire.post(URL, status=429, headers={"Retry-After": "17"})
    asked = post(write=True)
    assert isinstance(asked, RateLimitedError)
    assert asked.retry_after == 17


def test_a_date_is_told_by_the_clock_of_who_wrote_it(wire: responses.RequestsMock) -> None:
    """T17: Retry-After as an HTTP date; our own clock may be wrong, and is not asked."""
    dates = {"Date": "Wed, 21 Oct 2026 07:27:00 GMT", "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}
    wire.post(URL, status=429, headers=dates)
    asked = post(write=True)
    assert isinstance(asked, RateLimitedError)
    assert asked.retry_after == 60


@pytest.mark.parametrize("after", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "nonsense", "1e9"])
def test_what_is_no_number_of_seconds_is_left_to_the_back_off(wire: responses.RequestsMock, after: str) -> None:
    wire.post(URL, status=429, headers={"Retry-After": after})
    asked = post(write=True)
    assert isinstance(asked, RateLimitedError)
    assert asked.retry_after is None


@pytest.mark.parametrize(
    "broken",
    [
        requests.ReadTimeout(),
        requests.ConnectionError("reset by peer"),
        requests.exceptions.ChunkedEncodingError(),
        requests.exceptions.ContentDecodingError(),
    ],
)
def test_a_lost_answer_is_doubt_after_a_write_and_none_after_a_read(
    wire: responses.RequestsMock, broken: requests.RequestException
) -> None:
    wire.post(URL, body=broken)
    assert type(post(write=False)) is RetryableError
    assert type(post(write=True)) is UnknownOutcomeError


@pytest.mark.parametrize("never_sent", [requests.ConnectTimeout(), requests.exceptions.SSLError()])
def test_what_was_never_sent_may_be_sent_again(
    wire: responses.RequestsMock, never_sent: requests.RequestException
) -> None:
    wire.post(URL, body=never_sent)
    assert type(post(write=True)) is RetryableError


def test_a_refused_connection_is_never_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert type(post(write=True, url=f"http://127.0.0.1:{unused.getsockname()[1]}/")) is RetryableError


def test_an_answer_is_heard_and_a_closed_door_is_not(wire: responses.RequestsMock) -> None:
    wire.post(URL, status=400)
    with listening() as ear:
        post(write=True)
    assert ear.heard
    with listening() as ear:
        post(write=True, url="http://127.0.0.1:1/")
    assert not ear.heard


def test_an_address_that_is_none_pauses_the_system() -> None:
    assert type(post(write=False, url="erp.example/rpc/")) is AuthError


def test_an_answer_without_end_is_cut_off(wire: responses.RequestsMock) -> None:
    wire.post(URL, body=b"x" * 1000)
    assert "too large" in str(post(write=False, limits=Limits(size=999)))


def test_an_answer_that_drips_is_given_up(wire: responses.RequestsMock) -> None:
    wire.post(URL, body=b"x" * 1000)
    assert "too slow" in str(post(write=False, limits=Limits(total=-1)))


def test_the_machines_proxies_are_not_asked(monkeypatch: pytest.MonkeyPatch, wire: responses.RequestsMock) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    wire.post(URL, json={"ok": True})
    assert HttpClient("erp").post_json(URL, {}, headers={}, write=False).body == b'{"ok": true}'
    assert wire.calls[0].request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("body", [None, b"{}"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("If-Match", '"1"\r\nX-Evil: 1'),
        ("Authorization", "Bearer abc\n"),
        ("X-Key", "客户"),
        ("X-Key", "a\0b"),
        ("X-Key", " a"),
        ("X-Evil: 1\r\nX", "a"),
        ("", "a"),
    ],
)
def test_a_value_that_would_begin_another_header_is_never_sent(
    wire: responses.RequestsMock, name: str, value: str, body: bytes | None
) -> None:
    client = HttpClient("erp", guard=guard_of("erp", [URL]))
    with pytest.raises(RejectedError, match="can be sent in no header"):
        client.send(Request("POST", URL, {name: value}, body=body), write=True)
    assert len(wire.calls) == 0


@pytest.mark.parametrize("value", ["", "a", 'W/"a b\tc"', "é", "x" * 5000])
def test_what_a_header_may_say_is_sent(wire: responses.RequestsMock, value: str) -> None:
    wire.post(URL, body=b"{}")
    client = HttpClient("erp", guard=guard_of("erp", [URL]))
    assert client.send(Request("POST", URL, {"X-Key": value}, body=b"{}"), write=True).status == 200
