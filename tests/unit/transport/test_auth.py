"""Authentication that fetches tokens or signs: what is asked with, what goes into a request, when it is renewed."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
import responses
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.domain.documents import Doc
from hub.domain.errors import AuthError, HubError, InvalidError, RateLimitedError, RejectedError, RetryableError
from hub.ports.connector import Setup
from hub.ports.grants import GrantsInMemory
from hub.testing.clock import FakeClock
from hub.transport.auth import Auth, auth_of
from hub.transport.auth.granted import life_of
from hub.transport.auth.signed import SignedAuth
from hub.transport.http import Request, http_of

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
URL = "https://crm.example/api/orders"
TOKENS = "https://crm.example/token"
SETTINGS = {
    "client_id": "id 1",
    "client_secret": "s:1",
    "refresh_token": "r0",
    "user": "li",
    "password": "p",
    "app": "A1",
    "app_secret": "S1",
}
Answers = responses.RequestsMock


@pytest.fixture
def wire() -> Iterator[Answers]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
def grants() -> GrantsInMemory:
    return GrantsInMemory()


@pytest.fixture
def setup(clock: FakeClock, grants: GrantsInMemory) -> Setup:
    return Setup("crm", SETTINGS, {}, {}, grants=grants, now=clock.now)


def made(setup: Setup, **told: Any) -> Auth:
    return auth_of(told, setup, http_of(setup, URL))


def oauth2(setup: Setup, grant: str = "client_credentials", **told: Any) -> Auth:
    return made(setup, kind="oauth2", grant=grant, url=TOKENS, **told)


def signed(auth: Auth) -> str:
    return auth.sign(Request("GET", URL)).headers["Authorization"]


def asked(wire: Answers, call: int = -1) -> dict[str, str]:
    body = wire.calls[call].request.body or b""
    return {name: values[0] for name, values in parse_qs(body if isinstance(body, str) else body.decode()).items()}


def told(wire: Answers, *tokens: str, **more: Any) -> None:
    for token in tokens:
        wire.post(TOKENS, json={"access_token": token, "token_type": "Bearer", "expires_in": 3600, **more})


def test_a_token_is_fetched_once_and_used_until_shortly_before_it_ends(
    wire: Answers, setup: Setup, clock: FakeClock
) -> None:
    told(wire, "t1", "t2")
    auth = oauth2(setup, scope="api", more={"audience": "{app}"})
    assert [signed(auth), signed(auth)] == ["Bearer t1"] * 2
    assert asked(wire) == {"grant_type": "client_credentials", "scope": "api", "audience": "A1"}
    assert wire.calls[0].request.headers["Authorization"] == "Basic " + base64.b64encode(b"id%201:s%3A1").decode()
    clock.pass_by(timedelta(minutes=58, seconds=59))
    assert signed(auth) == "Bearer t1"
    clock.pass_by(timedelta(seconds=2))
    assert signed(auth) == "Bearer t2"


def test_the_client_may_name_itself_in_the_body(wire: Answers, setup: Setup) -> None:
    told(wire, "t1")
    signed(oauth2(setup, client="body"))
    assert asked(wire) == {"grant_type": "client_credentials", "client_id": "id 1", "client_secret": "s:1"}
    assert "Authorization" not in wire.calls[0].request.headers


def test_a_user_and_a_password_are_asked_with_once_then_the_refresh_token(
    wire: Answers, setup: Setup, clock: FakeClock
) -> None:
    told(wire, "t1", refresh_token="r1")
    told(wire, "t2")
    told(wire, "t3", refresh_token="r3")
    auth = oauth2(setup, "password", client_secret="")
    for token in ("t1", "t2", "t3"):
        assert signed(auth) == f"Bearer {token}"
        clock.pass_by(timedelta(hours=1))
    assert asked(wire, 0) == {"grant_type": "password", "username": "li", "password": "p", "client_id": "id 1"}
    assert [asked(wire, call).get("refresh_token") for call in (1, 2)] == ["r1", "r1"]


def test_a_refresh_token_that_is_replaced_is_asked_with_the_next_time(
    wire: Answers, setup: Setup, clock: FakeClock
) -> None:
    told(wire, "t1", refresh_token="r1")
    told(wire, "t2", refresh_token="r2")
    signed(oauth2(setup, "refresh_token"))
    clock.pass_by(timedelta(hours=1))
    signed(oauth2(setup, "refresh_token"))
    assert [asked(wire, call)["refresh_token"] for call in (0, 1)] == ["r0", "r1"]


def test_a_chain_of_refresh_tokens_that_ended_says_what_to_do(wire: Answers, setup: Setup, clock: FakeClock) -> None:
    """T20: refresh token revoked."""
    told(wire, "t1", refresh_token="r1")
    wire.post(TOKENS, status=400, json={"error": "invalid_grant", "error_description": "canary"})
    auth = oauth2(setup, "refresh_token")
    signed(auth)
    clock.pass_by(timedelta(hours=1))
    with pytest.raises(AuthError, match="let it grant a new one, and put that under its secrets") as refused:
        signed(auth)
    assert "canary" not in str(refused.value)
    assert [asked(wire, call)["refresh_token"] for call in (0, 1, 2)] == ["r0", "r1", "r0"]


def test_a_new_refresh_token_in_the_settings_is_used_at_once(
    wire: Answers, setup: Setup, grants: GrantsInMemory
) -> None:
    told(wire, "t1", refresh_token="r1")
    told(wire, "t2")
    signed(oauth2(setup, "refresh_token"))
    new = Setup("crm", {**SETTINGS, "refresh_token": "r9"}, {}, {}, grants=grants, now=setup.now)
    assert signed(oauth2(new, "refresh_token")) == "Bearer t2"
    assert asked(wire)["refresh_token"] == "r9"


def test_a_signed_assertion_is_asked_with(wire: Answers, setup: Setup, clock: FakeClock) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    told(wire, "t1")
    of = {"issuer": "{client_id}", "subject": "{user}", "audience": "https://login.example", "key": pem, "key_id": "k1"}
    signed(oauth2(setup, "jwt_bearer", jwt=of))
    form = asked(wire)
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert jwt.get_unverified_header(form["assertion"])["kid"] == "k1"
    claims = jwt.decode(
        form["assertion"],
        key.public_key(),
        ["RS256"],
        audience="https://login.example",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert (claims["iss"], claims["sub"], claims["exp"] - claims["iat"]) == ("id 1", "li", 180)
    assert claims["iat"] == START.timestamp()


def test_a_key_that_is_none_pauses_the_system(setup: Setup) -> None:
    with pytest.raises(AuthError, match="private key in PEM"):
        signed(oauth2(setup, "jwt_bearer", jwt={"issuer": "a", "key": "nonsense"}))


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        ({"status": 400, "json": {"error": "invalid_client"}}, AuthError),
        ({"status": 401}, AuthError),
        ({"status": 404, "body": "<html>"}, AuthError),
        ({"status": 422}, AuthError),
        ({"json": {"error": "x"}}, AuthError),
        ({"status": 400, "json": {"error": "temporarily_unavailable"}}, RetryableError),
        ({"status": 429, "headers": {"Retry-After": "3"}}, RateLimitedError),
        ({"status": 500}, RetryableError),
        ({"status": 503}, RetryableError),
        ({"body": "<html>down for maintenance</html>"}, RetryableError),
    ],
)
def test_what_a_failed_log_in_means(wire: Answers, setup: Setup, answer: Doc, means: type[HubError]) -> None:
    """Never an unknown outcome: what was to be sent with the token was not sent."""
    wire.post(TOKENS, **answer)
    with pytest.raises(HubError) as failure:
        signed(oauth2(setup))
    assert type(failure.value) is means


def test_a_refused_token_is_renewed_by_who_comes_first(wire: Answers, setup: Setup) -> None:
    told(wire, "t1", "t2")
    auth = oauth2(setup)
    stale = auth.sign(Request("GET", URL))
    assert auth.renew(stale)
    assert auth.renew(stale)
    assert signed(auth) == "Bearer t2"
    assert len(wire.calls) == 2


def test_another_process_that_renewed_saves_us_the_call(wire: Answers, setup: Setup) -> None:
    told(wire, "t1", "t2")
    ours, theirs = oauth2(setup), oauth2(setup)
    stale = ours.sign(Request("GET", URL))
    assert signed(theirs) == "Bearer t1"
    theirs.renew(stale)
    ours.renew(stale)
    assert signed(ours) == "Bearer t2"
    assert len(wire.calls) == 2


def test_eight_threads_fetch_once(wire: Answers, setup: Setup) -> None:
    """T20, vm0#15382, xorbitsai/xagent#1454, opik#8287: single flight."""
    told(wire, "t1")
    auth, found, start = oauth2(setup), list[str](), threading.Barrier(8)

    def sign() -> None:
        start.wait()
        found.append(signed(auth))

    threads = [threading.Thread(target=sign) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["Bearer t1"] * 8
    assert len(wire.calls) == 1


FXIAOKE_LIKE: Doc = {
    "kind": "token",
    "call": {"url": "https://crm.example/token", "json": {"appId": "{app}", "appSecret": "{app_secret}", "v": 2}},
    "errors": [
        {"at": "body.errorCode", "is": 10006, "do": "rate_limited"},
        {"at": "body.errorCode", "is": 0, "do": "success"},
        {"at": "body.errorCode", "matches": ".", "do": "locked_out", "reason": "body.errorMessage"},
    ],
    "token": "body.accessToken",
    "keep": {"corp": "body.corpId"},
    "lasts": "body.expiresIn",
    "body": {"corpAccessToken": "{token}", "corpId": "{token.corp}"},
    "headers": {"X-App": "{app}"},
}


def test_a_token_may_stand_and_go_wherever_the_product_wants_it(wire: Answers, setup: Setup, clock: FakeClock) -> None:
    wire.post(TOKENS, json={"errorCode": 0, "accessToken": "t1", "corpId": "c1", "expiresIn": 7200})
    wire.post(TOKENS, json={"errorCode": 0, "accessToken": "t2", "corpId": "c1", "expiresIn": 7200})
    auth = made(setup, **FXIAOKE_LIKE)
    request = auth.sign(Request("POST", URL, body=b'{"data": {"name": "x"}}'))
    assert json.loads(request.body or b"") == {"data": {"name": "x"}, "corpAccessToken": "t1", "corpId": "c1"}
    assert request.headers == {"X-App": "A1"}
    assert json.loads(wire.calls[0].request.body or b"") == {"appId": "A1", "appSecret": "S1", "v": 2}
    assert auth.renew(request)
    assert json.loads(auth.sign(request).body or b"")["corpAccessToken"] == "t2"


@pytest.mark.parametrize(("code", "means"), [(10006, RateLimitedError), (20005, AuthError)])
def test_a_refusal_in_the_body_of_a_token_call_is_one(
    wire: Answers, setup: Setup, code: int, means: type[HubError]
) -> None:
    wire.post(TOKENS, json={"errorCode": code, "errorMessage": "no"})
    with pytest.raises(HubError) as failure:
        made(setup, **FXIAOKE_LIKE).sign(Request("POST", URL))
    assert type(failure.value) is means


def test_a_body_that_credentials_cannot_go_into_is_refused(wire: Answers, setup: Setup) -> None:
    wire.post(TOKENS, json={"errorCode": 0, "accessToken": "t1"})
    with pytest.raises(RejectedError):
        made(setup, **FXIAOKE_LIKE).sign(Request("POST", URL, body=b"[]"))


def test_a_session_goes_back_as_the_cookies_that_it_came_with(wire: Answers, setup: Setup) -> None:
    wire.post(TOKENS, headers={"Set-Cookie": "sid=S7; Path=/; HttpOnly"})
    auth = made(setup, kind="session", call={"url": TOKENS, "form": {"u": "{user}", "p": "{password}"}})
    assert auth.sign(Request("GET", URL)).headers == {"Cookie": "sid=S7"}
    assert asked(wire) == {"u": "li", "p": "p"}


def test_a_session_may_be_a_header_that_lasts_so_long(wire: Answers, setup: Setup, clock: FakeClock) -> None:
    for number in (1, 2):
        wire.get(TOKENS, headers={"X-Session": f"S{number}"})
    call = {"method": "GET", "url": TOKENS, "query": {"app": "{app}"}}
    auth = made(
        setup, kind="session", call=call, by={"kind": "basic"}, token="header.X-Session", lasts=20, unit="min",
        headers={"X-Session": "{token}"}, query={"a": "{app}"},
    )  # fmt: skip
    assert auth.sign(Request("GET", URL)).headers == {"X-Session": "S1"}
    clock.pass_by(timedelta(minutes=20))
    request = auth.sign(Request("GET", URL, query=(("a", "old"), ("b", "c"))))
    assert request.headers == {"X-Session": "S2"}
    assert request.query == (("b", "c"), ("a", "A1"))
    assert wire.calls[0].request.headers["Authorization"] == "Basic bGk6cA=="
    assert str(wire.calls[0].request.url).endswith("?app=A1")


def test_an_answer_without_a_token_lets_nobody_in(wire: Answers, setup: Setup) -> None:
    wire.post(TOKENS, json={})
    with pytest.raises(AuthError):
        made(setup, kind="session", call={"url": TOKENS, "json": {}}).sign(Request("GET", URL))


@pytest.mark.parametrize(
    ("seconds", "unit", "use"),
    [
        (3600, "s", timedelta(minutes=59)),
        ("100", "s", timedelta(seconds=90)),
        (100_000, "ms", timedelta(seconds=90)),
        (-1, "s", timedelta()),
        ("1e999", "s", None),
        ("nan", "s", None),
        ("soon", "s", None),
        (None, "s", None),
    ],
)
def test_how_long_a_token_is_used(seconds: Any, unit: str, use: timedelta | None) -> None:
    assert life_of(seconds, unit) == use


def sign_with(setup: Setup, request: Request, **told: Any) -> Request:
    return SignedAuth(told, setup, lambda: "n1").sign(request)


def test_a_signature_is_made_over_the_declared_text(setup: Setup) -> None:
    over = "{method}\n{quoted_path}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{timestamp}\n"
    request = sign_with(
        setup,
        Request("post", "https://erp.example/k3cloud/save", body=b"{}"),
        signatures={
            "inner": {"over": over, "key": "{app_secret}", "encoding": "base64_of_hex"},
            "outer": {"over": "{app}{inner}{body_md5}", "algorithm": "sha256"},
        },
        headers={"X-Api-Signature": "{inner}", "X-Outer": "{outer}", "X-Api-Timestamp": "{timestamp}"},
    )
    stamp = str(int(START.timestamp()))
    text = f"POST\n%2Fk3cloud%2Fsave\n\nx-api-nonce:n1\nx-api-timestamp:{stamp}\n"
    inner = base64.b64encode(hmac.new(b"S1", text.encode(), "sha256").hexdigest().encode()).decode()
    assert request.headers["X-Api-Signature"] == inner
    assert request.headers["X-Api-Timestamp"] == stamp
    made_over = "A1" + inner + hashlib.md5(b"{}").hexdigest()  # noqa: S324 - as such products do
    assert request.headers["X-Outer"] == hashlib.sha256(made_over.encode()).hexdigest()


KINGDEE = {
    "values": {
        "client": {"of": "{app_id}", "matches": "^(.+?)_"},
        "secret": {"of": "{app_id}", "matches": "_(.+)$", "xor": "0054f397c6234378b09ca7d3e5debce7"},
        "who": {"of": "acct-1,user-1,2052,100"},
        "told": {"of": "{who}", "encoding": "base64"},
    },
    "signatures": {
        "gate": {
            "over": "{method}\n{quoted_path}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{timestamp}\n",
            "key": "{secret}",
            "encoding": "base64_of_hex",
        },
        "inner": {"over": "{app_id}{who}", "key": "{app_sec}", "encoding": "base64_of_hex"},
    },
    "headers": {"Client": "{client}", "Gate": "{gate}", "Told": "{told}", "Inner": "{inner}"},
}


def kingdee(app_id: str) -> Setup:
    settings = {"app_id": app_id, "app_sec": "test-app-secret-value"}
    return Setup("erp", settings, {}, {}, now=lambda: datetime.fromtimestamp(1700000000, UTC))


def test_a_signature_may_be_made_with_what_is_made_of_settings() -> None:
    """As the vendor's own library signs with the same settings, time and nonce."""
    auth = SignedAuth(KINGDEE, kingdee("123456_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4"), lambda: "1700000000")
    assert auth.sign(Request("POST", "https://erp.example/k3cloud/A.B.common.kdsvc")).headers == {
        "Client": "123456",
        "Gate": "ZjkwMDJhYzRjZTU5MmFhNjZhZDI5ZjRlMWI4NzZhZWY0Y2ViYWEwNTE1OTdlMTNmOTI4NDlkMDUwZjlkOGNiZg==",
        "Told": "YWNjdC0xLHVzZXItMSwyMDUyLDEwMA==",
        "Inner": "ODg2ZjMzYTg4NmYxNzg1M2IxNjU4ZGY0YjA2ZTMzN2M1OGQzYTA1ZTgwOTRlNzEzM2ZmMzM5ZDVhM2ExZDMyYw==",
    }


@pytest.mark.parametrize("app_id", ["123456", "123456_???"])
def test_settings_in_another_form_are_refused_before_anybody_is_called(app_id: str) -> None:
    with pytest.raises(InvalidError, match="cannot be made of the settings"):
        SignedAuth(KINGDEE, kingdee(app_id))


def test_a_signed_query_covers_its_own_names_in_their_order_and_not_the_signature(setup: Setup) -> None:
    request = sign_with(
        setup,
        Request("GET", URL, query=(("z", "ä b"), ("email", "x"))),
        time="ms",
        signatures={"sign": {"over": "{query}|{plain_query}", "algorithm": "sha256", "encoding": "upper_hex"}},
        query={"timestamp": "{timestamp}", "nonce": "{nonce}", "sign": "{sign}"},
    )
    stamp = str(int(START.timestamp() * 1000))
    over = f"email=x&nonce=n1&timestamp={stamp}&z=%C3%A4%20b|email=x&nonce=n1&timestamp={stamp}&z=ä b"
    assert dict(request.query)["sign"] == hashlib.sha256(over.encode()).hexdigest().upper()
    assert [name for name, _ in request.query] == ["z", "email", "timestamp", "nonce", "sign"]


def test_a_signature_differs_from_call_to_call(setup: Setup) -> None:
    told = {"kind": "signed", "signatures": {"s": {"over": "{nonce}{timestamp}", "key": "k"}}, "headers": {"S": "{s}"}}
    auth = auth_of(told, setup, http_of(setup, URL))
    first, second = (auth.sign(Request("GET", URL)).headers["S"] for _ in range(2))
    assert first != second
    assert not auth.renew(Request("GET", URL))


def test_a_setting_that_nobody_declared_is_named(setup: Setup) -> None:
    with pytest.raises(InvalidError, match=r"uses \{wrong\}, but has no setting"):
        made(setup, kind="bearer", token="{wrong}")
