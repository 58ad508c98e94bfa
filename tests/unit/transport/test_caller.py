"""One call: signed, sent, judged by the declared table, with a renewed token once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
import responses

from hub.domain.errors import (
    AuthError,
    HubError,
    NotFoundError,
    PositionLostError,
    RateLimitedError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.ports.connector import Setup
from hub.transport.auth import auth_of
from hub.transport.auth.fixed import FixedAuth
from hub.transport.caller import Caller
from hub.transport.http import HttpClient, Request, http_of
from hub.transport.outcomes import outcomes_of

URL = "https://erp.example/api"
TABLE = outcomes_of(
    [
        {"status": 200, "at": "body.errorCode", "is": [20016, 20017], "do": "refresh_token"},
        {"status": 200, "at": "body.errorCode", "is": 100, "do": "rate_limited", "wait": "body.wait"},
        {"status": 200, "at": "body.errorCode", "is": 0, "do": "success"},
        {"at": "body.ok", "is": False, "matches": "x", "do": "retry"},
        {"at": "body.error.message", "matches": "(?i)duplicate", "do": "ignore"},
        {"at": "body.error.gone", "do": "not_found"},
        {"at": "header.X-Locked", "do": "locked_out"},
        {"status": 410, "at": "body.error.code", "is": "resyncRequired", "do": "position_lost"},
        {"status": ["4xx", 599], "at": "body.code", "is": "STALE", "do": "stale"},
        {"status": 200, "at": "body.errorCode", "matches": ".", "do": "fail", "reason": "body.errorMessage"},
    ]
)


@dataclass
class Tokens:
    """Signs with the token of the day, of which there are so many."""

    left: int = 1
    renewed: list[str] = field(default_factory=list)

    def sign(self, request: Request) -> Request:
        return replace(request, headers={**request.headers, "X-Token": f"t{len(self.renewed)}"})

    def renew(self, stale: Request) -> bool:
        self.renewed.append(stale.headers["X-Token"])
        return len(self.renewed) <= self.left


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def outcome(*, write: bool = True, auth: Tokens | None = None) -> object:
    try:
        client = http_of(Setup("erp", {}, {}, {}), URL)
        return Caller(client, auth or FixedAuth(), TABLE).call(Request("POST", URL), write=write).doc
    except HubError as error:
        return error


@pytest.mark.parametrize(
    ("status", "told", "means"),
    [
        (200, {"errorCode": 100, "wait": 7}, RateLimitedError),
        (410, {"error": {"code": "resyncRequired"}}, PositionLostError),
        (410, {"error": {"code": "itemNotFound"}}, NotFoundError),
        (200, {"errorCode": 5, "errorMessage": "Bad unit"}, RejectedError),
        (200, {"error": {"gone": True}}, NotFoundError),
        (409, {"code": "STALE"}, StaleError),
        (599, {"code": "STALE"}, StaleError),
        (500, {"code": "STALE"}, UnknownOutcomeError),
        (403, {}, AuthError),
        (404, {}, NotFoundError),
        (412, {}, StaleError),
        (429, {}, RateLimitedError),
        (503, {}, RetryableError),
        (422, {}, RejectedError),
        (302, {}, UnknownOutcomeError),
    ],
)
def test_the_first_line_that_is_met_decides_else_the_status(
    wire: responses.RequestsMock, status: int, told: object, means: type[HubError]
) -> None:
    wire.post(URL, status=status, json=told)
    assert type(outcome()) is means


@pytest.mark.parametrize("told", [{"errorCode": 0}, {"errorCode": "0"}, {"error": {"message": "Duplicate key"}}, {}])
def test_a_success_gives_the_document(wire: responses.RequestsMock, told: object) -> None:
    wire.post(URL, json=told)
    assert outcome() == told


def test_the_systems_own_words_are_told_without_the_values_in_them(wire: responses.RequestsMock) -> None:
    wire.post(URL, json={"errorCode": 5, "errorMessage": 'Unit "Furlong" of li@acme.example is wrong'})
    assert str(outcome()) == "erp refused: Unit … of *** is wrong"


def test_patience_is_asked_for_in_the_body(wire: responses.RequestsMock) -> None:
    wire.post(URL, json={"errorCode": 100, "wait": "1.5"})
    asked = outcome()
    assert isinstance(asked, RateLimitedError)
    assert asked.retry_after == 1.5


@pytest.mark.parametrize("refusal", [{"status": 401}, {"json": {"errorCode": 20016}}])
def test_a_refused_token_is_renewed_once_and_the_call_repeated(
    wire: responses.RequestsMock, refusal: dict[str, object]
) -> None:
    wire.post(URL, **refusal)
    wire.post(URL, json={"id": 7})
    auth = Tokens()
    assert outcome(auth=auth) == {"id": 7}
    assert auth.renewed == ["t0"]
    assert [call.request.headers["X-Token"] for call in wire.calls] == ["t0", "t1"]


def test_what_lies_elsewhere_is_asked_for_without_credentials(wire: responses.RequestsMock) -> None:
    wire.get("https://files.example/1", json={"id": 1})
    wire.get("https://files.example/2", status=401)
    caller = Caller(http_of(Setup("erp", {}, {}, {}), URL), Tokens(), TABLE)
    assert caller.call(Request("GET", "https://files.example/1"), write=False).doc == {"id": 1}
    with pytest.raises(AuthError):
        caller.call(Request("GET", "https://files.example/2"), write=False)
    assert ["X-Token" in call.request.headers for call in wire.calls] == [False, False]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            {"serial": ["This field must be unique.", "Too long."], "name": None},
            "serial: This field must be unique.; Too long.",
        ),
        ([{"lines": {"qty": ["A number is required."]}}], "lines: qty: A number is required."),
        ({"tax_id": ['"91310000X" is taken']}, "tax_id: … is taken"),
        ({}, "status 400"),
        ("", "status 400"),
    ],
)
def test_a_reason_may_be_a_list_for_each_field(wire: responses.RequestsMock, said: object, told: str) -> None:
    wire.get(URL, status=400, json=said)
    rules = outcomes_of([{"status": 400, "do": "fail", "reason": "body"}])
    with pytest.raises(RejectedError, match=f"{re.escape(told)}$"):
        Caller(http_of(Setup("erp", {}, {}, {}), URL), FixedAuth(), rules).call(Request("GET", URL), write=False)


@pytest.mark.parametrize(("rules", "means"), [([], RetryableError), ([{"status": 302, "do": "fail"}], RejectedError)])
def test_a_redirect_that_the_table_tells_of_is_not_followed(
    wire: responses.RequestsMock, rules: list[dict[str, object]], means: type[HubError]
) -> None:
    wire.get(URL, status=302, headers={"Location": "/log-in"})
    if not rules:
        wire.get("https://erp.example/log-in", body="<html>")
    caller = Caller(http_of(Setup("erp", {}, {}, {}), URL), FixedAuth(), outcomes_of(rules))
    with pytest.raises(means):
        caller.call(Request("GET", URL), write=False)


@pytest.mark.parametrize(("left", "calls"), [(0, 1), (1, 2)])
def test_credentials_that_stay_refused_pause_the_system(wire: responses.RequestsMock, left: int, calls: int) -> None:
    wire.post(URL, status=401)
    assert type(outcome(auth=Tokens(left))) is AuthError
    assert len(wire.calls) == calls


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        ({"kind": "basic"}, {"Authorization": "Basic bGk6w6Q6YQ=="}),
        ({"kind": "bearer"}, {"Authorization": "Bearer T"}),
        ({"kind": "bearer", "scheme": "Token"}, {"Authorization": "Token T"}),
        ({"kind": "key", "headers": {"X-Key": "{token}"}}, {"X-Key": "T"}),
        ({"kind": "none"}, {}),
    ],
)
def test_fixed_credentials_are_put_into_each_request(told: dict[str, object], sent: dict[str, str]) -> None:
    setup = Setup("erp", {"user": "li", "password": "ä:a", "token": "T"}, {}, {})
    assert auth_of(told, setup, HttpClient("erp")).sign(Request("GET", URL)).headers == sent


def test_a_key_may_stand_in_the_address() -> None:
    auth = auth_of({"kind": "key", "query": {"key": "{token}"}}, Setup("erp", {"token": "T"}, {}, {}), HttpClient("e"))
    assert auth.sign(Request("GET", URL, query=(("a", "b"),))).query == (("a", "b"), ("key", "T"))
