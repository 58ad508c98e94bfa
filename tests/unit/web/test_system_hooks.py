"""Hooks of connected systems at the door: tokens, signatures, challenges, hostile bodies."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.domain.documents import Doc
from hub.domain.hooks import Signature
from hub.files.connector_hooks import hooks_of
from hub.ports.inbox import Message
from hub.services.context import Hub
from hub.testing.clock import FakeClock
from hub.transport.signatures import sign
from hub.transport.webhooks import key_of
from hub.transport.webhooks import sign as sign_standard
from hub.web import create_app
from hub.web.options import Options, SystemHook
from tests.sync_bench import bench
from tests.unit.web.clients import SECRET

ERP = "/webhooks/systems/erp/hook-token-of-the-erp"
HMAC = {"header": "X-Hub-Signature", "over": "{timestamp}.{body}", "prefix": "sha256=", "timestamp": "X-Hub-Time"}
TOLD = {"event_id": "event", "object": "type", "id": "id", "objects": {"party": {}}}


@pytest.fixture
def told() -> Doc:
    return TOLD


@pytest.fixture
def hub(hub: Hub, clock: FakeClock, told: Doc) -> Hub:
    erp = bench(hub.store, clock).hub.systems["erp"]
    return replace(hub, systems={"erp": replace(erp, hooks=hooks_of(told)), "quiet": replace(erp, name="quiet")})


@pytest.fixture
def client(hub: Hub) -> FlaskClient:
    hooks = {"erp": SystemHook("hook-token-of-the-erp", (SECRET,)), "quiet": SystemHook("hook-token-of-quiet")}
    app: Flask = create_app(hub, Options(system_hooks=hooks))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def post(client: FlaskClient, body: Any, path: str = ERP, **headers: str) -> tuple[int, Any]:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    answer = client.post(path, data=raw, headers={"Content-Type": "application/json", **headers})
    return answer.status_code, answer.get_json(silent=True)


def stored(hub: Hub) -> list[Message]:
    return hub.store.read(lambda tx: tx.inbox.listing())


def test_an_event_is_stored_before_it_is_answered(client: FlaskClient, hub: Hub) -> None:
    body = {"event": "e1", "type": "party", "id": 7}
    assert post(client, body) == (200, {"status": "received"})
    assert {one.kind: one.state for one in stored(hub)} == {"hint": "new", "hook": "done"}
    assert next(one for one in stored(hub) if one.kind == "hook").raw == orjson.dumps(body)


def test_a_form_is_read_too(client: FlaskClient, hub: Hub) -> None:
    kind = "application/x-www-form-urlencoded"
    answer = client.post(ERP, data=b"event=e1&type=party&id=7", headers={"Content-Type": kind})
    assert answer.status_code == 200
    assert [one.kind for one in stored(hub)].count("hint") == 1


def test_what_nobody_waits_for_is_accepted_and_said_to_be_ignored(client: FlaskClient, hub: Hub) -> None:
    assert post(client, {"event": "e1", "type": "weather"}) == (202, {"status": "ignored"})
    assert [one.kind for one in stored(hub)] == ["hook"]


@pytest.mark.parametrize(
    "path",
    [
        f"{ERP}x",
        "/webhooks/systems/other/hook-token-of-the-erp",
        "/webhooks/systems/x/no%20system%20has%20this%20token",
    ],
)
def test_a_wrong_token_is_refused_without_telling_what_is_wrong(client: FlaskClient, hub: Hub, path: str) -> None:
    status, problem = post(client, {"event": "e1", "type": "party", "id": 7}, path)
    assert status == 401
    assert problem["detail"].startswith("The address of this web hook is not known")
    assert stored(hub) == []


def test_a_system_whose_product_sends_none_is_not_there(client: FlaskClient) -> None:
    assert post(client, {}, "/webhooks/systems/quiet/hook-token-of-quiet")[0] == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"null", 400),
        (b'"text"', 400),
        (b"[1]", 400),
        (b"\xff\xfe{\x00}\x00", 400),
        (b"\xef\xbb\xbf{}", 400),
        (b'{"event": NaN}', 400),
        (b'{"event": "e", "event": "f", "type": "party", "id": 1}', 400),
        (b'{"event": "e", "type": "party", "id": "\\ud800"}', 400),
        (b'{"event": "e", "type": "party", "id": "a\\u0000"}', 400),
        (b'{"a":' * 90_000, 413),
        (b'{"a":' * 40_000, 400),
        (b'{"event": "e", "type": "party", "id": ' + b"[" * 100 + b"]" * 100 + b"}", 400),
        (b'{"event": "e", "type": "party", "id": "' + b"x" * 300_000 + b'"}', 413),
        (b'{"event": "e", "type": "party", "id": {"a": 1}}', 400),
        (b'{"event": "e", "type": ["party"], "id": 1}', 400),
        (b'{"event": "e", "type": "party", "id": true}', 400),
        (b'{"event": "e", "type": "party", "id": ""}', 400),
        (b"<xml/>", 400),
    ],
)
def test_t09_a_hostile_body_is_refused_and_the_next_one_served(
    client: FlaskClient, hub: Hub, body: bytes, status: int
) -> None:
    told, problem = post(client, body)
    assert (told, bool(problem["detail"])) == (status, True)
    assert stored(hub) == []
    assert post(client, {"event": "e1", "type": "party", "id": 7})[0] == 200


def test_too_many_events_at_once_are_refused(client: FlaskClient, hub: Hub) -> None:
    events = [{"event": number, "type": "party", "id": number} for number in range(1001)]
    assert post(client, events)[0] == 400
    assert post(client, events[:3])[0] == 200
    assert len(stored(hub)) == 4


def test_a_compressed_body_is_refused_unopened(client: FlaskClient) -> None:
    assert post(client, b"\x1f\x8b", **{"Content-Encoding": "gzip"})[0] == 400


def test_reading_an_address_is_no_way_to_send(client: FlaskClient) -> None:
    assert client.get(ERP).status_code == 405


class TestSignedByTheProduct:
    @pytest.fixture
    def told(self) -> Doc:
        return {**TOLD, "signature": HMAC}

    def headers(self, clock: FakeClock, body: bytes, *, late: int = 0, secret: str = SECRET) -> dict[str, str]:
        stamp = str(int(clock.now().timestamp()) - late)
        return {"X-Hub-Time": stamp, "X-Hub-Signature": sign(Signature(**HMAC), secret, stamp, body)}

    def test_what_is_signed_is_taken(self, client: FlaskClient, clock: FakeClock) -> None:
        body = b'{"event":  "e1", "type": "party", "id": 7}'
        assert post(client, body, **self.headers(clock, body))[0] == 200

    def test_t07_nothing_else_is(self, client: FlaskClient, clock: FakeClock, hub: Hub) -> None:
        body = b'{"event":  "e1", "type": "party", "id": 7}'
        good = self.headers(clock, body)
        bad: list[tuple[bytes, dict[str, str]]] = [
            (orjson.dumps(orjson.loads(body)), good),
            (body, self.headers(clock, body, secret="another")),
            (body, self.headers(clock, body, late=301)),
            (body, {**good, "X-Hub-Signature": good["X-Hub-Signature"].removeprefix("sha256=")}),
            (body, {**good, "X-Hub-Signature": good["X-Hub-Signature"].upper()}),
            (body, {**good, "X-Hub-Time": "soon"}),
            (body, {"X-Hub-Time": good["X-Hub-Time"]}),
            (body, {"X-Hub-Signature": good["X-Hub-Signature"]}),
            (b"not json", {}),
        ]
        assert [post(client, raw, **headers)[0] for raw, headers in bad] == [401] * len(bad)
        assert stored(hub) == []


class TestSignedByTheStandard:
    @pytest.fixture
    def told(self) -> Doc:
        return {**TOLD, "signature": "standard"}

    def test_its_three_headers_count(self, client: FlaskClient, clock: FakeClock) -> None:
        body, stamp = b'{"event": "e1", "type": "party", "id": 7}', int(clock.now().timestamp())
        facts = {"webhook-id": "m1", "webhook-timestamp": str(stamp)}
        signed = {**facts, "webhook-signature": sign_standard(key_of(SECRET), "m1", stamp, body)}
        assert post(client, body, **signed)[0] == 200
        assert post(client, body, **facts)[0] == 401


class TestAsksWhetherTheAddressIsOurs:
    @pytest.fixture(params=["body", "query"])
    def place(self, request: pytest.FixtureRequest) -> str:
        place: str = request.param
        return place

    @pytest.fixture
    def told(self, place: str) -> Doc:
        challenge = {"in": place, "name": "challenge", "answer": "json" if place == "body" else "text"}
        return {**TOLD, "signature": HMAC, "challenge": challenge}

    def test_and_gets_its_text_back_unsigned_but_not_without_the_token(
        self, client: FlaskClient, place: str, hub: Hub
    ) -> None:
        if place == "body":
            assert post(client, {"challenge": "a-1"}) == (200, {"challenge": "a-1"})
            assert post(client, {"challenge": "a-1"}, f"{ERP}x")[0] == 401
        else:
            answer = client.get(f"{ERP}?challenge=%3Cb%3E")
            assert (answer.status_code, answer.text, answer.mimetype) == (200, "<b>", "text/plain")
            assert client.get(f"{ERP}x?challenge=a").status_code == 401
        assert stored(hub) == []

    def test_and_is_not_echoed_what_no_product_would_ask(self, client: FlaskClient, place: str) -> None:
        for text in ("x" * 1001, "a\r\nSet-Cookie: b"):
            if place == "body":
                assert post(client, {"challenge": text})[0] == 401
            else:
                assert client.post(ERP, query_string={"challenge": text}).status_code == 401


def test_the_token_reaches_no_repr() -> None:
    assert "hook-token" not in repr(SystemHook("hook-token-of-the-erp", (SECRET,)))
