"""What no sender should send, at every address of the API document: refused in the API's own words, never a fault."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.domain.call_source import CallSource
from hub.ports.accounts import User
from hub.ports.store import Store
from hub.services import calls as call_service
from hub.services.context import Hub
from hub.storage.blobs import FileBlobs
from hub.testing.clock import FakeClock, SerialIds
from hub.web.entities import ENTITIES
from hub.web.options import Options
from tests.unit.web import world
from tests.unit.web.clients import HOOKS, Api, Browser
from tests.unit.web.conftest import POLICIES, SCHEMAS

Json = Any
NOT_AN_ANSWER = 500
BODIES = (
    b"", b"{", b"[]", b"null", b"NaN", b'{"a":NaN}', b'{"a":1e999}', b'{"a":' + b"9" * 5000 + b"}", b'{"a":1,"a":2}',
    b'{"a":"\xff"}', b"\xef\xbb\xbf{}", b"\xff\xfe{}", b'{"a":"\\ud800"}', b'{"\\ud800":1}', b'{"a":"\\u0000"}',
    b"[" * 100_000, b'{"a":' * 60 + b"1" + b"}" * 60, b'{"a":"' + b"x" * 1_100_000 + b'"}',
)  # fmt: skip
IDS = ("%00", "a%00b", "%ED%A0%80", "%FF", "..%2F..", "%F0%A0%AE%B7", "a" * 5000, "%0D%0Aa", "%7Bid%7D", "'--")
WORDS = (  # the last ones are page positions: 1, null, [1,2], ["a"], {"a":1,"b":2}, [NUL,NUL], "ab"
    "", "\x00", "%", "'", "{x}", "-1", "9" * 5000, "²", "٣", "𠮷", "a" * 3000, "MQ", "bnVsbA", "WzEsMl0",
    "WyJhIl0", "eyJhIjoxLCJiIjoyfQ", "WyJcdTAwMDAiLCJcdTAwMDAiXQ", "ImFiIg",
)  # fmt: skip
TEXTS = (" ", "长" * 10_000, "𠮷野家👩‍👩‍👧", "\u202eabc", "<script>", "{x}{0}%s", "'; --", "../../etc/passwd", "\u2028")
TIMES = (
    "0000-01-01T00:00:00+00:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00",
    "2199-12-31T23:59:59+00:00", "1900-01-01T00:00:00+00:00", "2026-02-30T00:00:00+00:00", "2026-12-31T23:59:60+00:00",
    "99999-01-01T00:00:00+00:00",
)  # fmt: skip
DAYS = ("0000-01-01", "0001-01-01", "9999-12-31", "2026-02-30")
NUMBERS = ("-0", "999999999999999.999999", "-999999999999999.999999", "0.000001", "1E5", "٣", "NaN")
VALUES: tuple[Any, ...] = (None, True, -1, 10**18, 1e308, [], {}, [[]], [{}], {"a": 1}, ["x"])
DIALECTS = ("zammad", "generic")
FORMS = {"date-time": TIMES, "date": DAYS, "decimal": NUMBERS}


@pytest.fixture
def hub(store: Store, clock: FakeClock, tmp_path_factory: pytest.TempPathFactory) -> Hub:
    blobs = FileBlobs(tmp_path_factory.mktemp("blobs"))
    sources = {dialect: CallSource(dialect) for dialect in DIALECTS}
    return Hub(store, clock, SerialIds(), SCHEMAS, blobs, POLICIES, call_sources=sources)


@pytest.fixture
def options() -> Options:
    hooks = dict.fromkeys(DIALECTS, HOOKS["pbx"])
    return Options(hooks=hooks, receive_call=call_service.receive)


class Attacker:
    """Sends what it is told to every operation of the API document."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._numbers = itertools.count()
        self.document: Json = api.get("/openapi.json").get_json()
        self._ids = {entity: self._first(facts.plural) for entity, facts in ENTITIES.items()}

    def operations(self, *methods: str) -> Iterator[tuple[str, str, str, Json]]:
        """Method, path template, path of a record that is there, and the operation."""
        plurals = {facts.plural: entity for entity, facts in ENTITIES.items()}
        for path, item in self.document["paths"].items():
            known = self._ids.get(plurals.get(path.split("/")[1], ""), "none")
            for method in methods:
                if method in item:
                    yield method.upper(), path, path.replace("{id}", known).replace("{sha256}", "0" * 64), item[method]

    def send(self, method: str, path: str, body: bytes = b"{}") -> TestResponse:
        headers = {"Idempotency-Key": f"a{next(self._numbers)}"}
        if method == "PATCH":
            headers["If-Match"] = f'"{(self._api.get(path).get_json() or {}).get("version", 1)}"'
        return self._api.send(method, path, body, **headers)

    def schema(self, path: str, operation: Json) -> Json:
        """The schema of a JSON body; of a patch, its record's."""
        content = operation.get("requestBody", {}).get("content", {})
        if "application/merge-patch+json" in content:
            return self.resolved(self.of_record(path))
        return self.resolved(content.get("application/json", {}).get("schema", {}))

    def of_record(self, path: str) -> Json:
        plural = path.split("/")[1]
        return {"$ref": "/" + next(entity for entity, facts in ENTITIES.items() if facts.plural == plural)}

    def resolved(self, node: Json) -> Json:
        while "$ref" in node:
            node = self.document["components"]["schemas"][node["$ref"].rpartition("/")[2]]
        return node

    def least(self, node: Json) -> Json:
        """A value that the schema takes, with nothing that is not required."""
        node = self.resolved(node)
        if "enum" in node:
            return node["enum"][0]
        if node.get("type") == "object":
            return {name: self.least(child) for name, child in node["properties"].items() if name in node["required"]}
        if node.get("type") == "array":
            return [self.least(node["items"])]
        if "x-ref" in node and node["x-ref"] in self._ids:
            return self._ids[node["x-ref"]]
        usual = {"date-time": "2026-03-02T01:00:00+00:00", "date": "2026-03-02", "decimal": "1", "currency": "CNY"}
        return {"boolean": True, "integer": 1, "number": 1}.get(node["type"]) or usual.get(node.get("format"), "x")

    def _first(self, plural: str) -> str:
        items = self._api.get(f"/{plural}").get_json()["items"]
        return items[0]["id"] if items else "none"


def fields(attacker: Attacker, node: Json) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Every field of a schema that a caller may set, with its place."""
    for name, child in attacker.resolved(node).get("properties", {}).items():
        if not child.get("readOnly"):
            yield (name,), child
            for place, inner in fields(attacker, child):
                yield (name, *place), inner


def hostile(node: Json, turn: Iterator[Any]) -> Iterator[Any]:
    """What a field is tried with: all that its own form invites, and in turn something that fits nowhere."""
    yield from FORMS.get(node.get("format", ""), ())
    if node.get("type") == "array":
        yield from ([], {}, [[]], [{}], {"a": 1}, [None])
    yield from itertools.islice(turn, 1)


def placed(body: Json, place: tuple[str, ...], value: Any) -> Json:
    """The body with a value at a place."""
    name, *rest = place
    return {**body, name: placed(body.get(name) or {}, tuple(rest), value) if rest else value}


def wrong(answer: TestResponse) -> str | None:
    """What is wrong with an answer; None when it is one of the API's own."""
    if answer.status_code >= NOT_AN_ANSWER:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.status_code < 400:
        return None
    if answer.content_type != "application/problem+json":
        return f"{answer.status_code} as {answer.content_type}"
    return None if answer.get_json()["detail"] else f"{answer.status_code} without a reason"


@pytest.fixture
def attacker(hub: Hub, api: Callable[..., Api]) -> Attacker:
    world.fill(hub)
    return Attacker(api("admin"))


def test_no_body_makes_any_address_fail(attacker: Attacker) -> None:
    found = {
        (method, path, body[:20]): told
        for method, path, at, _ in attacker.operations("post", "patch", "put")
        for body in BODIES
        if (told := wrong(attacker.send(method, at, body)))
    }
    assert found == {}


def test_no_id_makes_any_address_fail(attacker: Attacker) -> None:
    found = {
        (method, path, wanted[:20]): told
        for method, path, _, _ in attacker.operations("get", "post", "patch", "put")
        for wanted in IDS
        if "{" in path
        if (told := wrong(attacker.send(method, path.replace("{id}", wanted).replace("{sha256}", wanted))))
    }
    assert found == {}


def test_no_query_makes_any_list_fail(attacker: Attacker) -> None:
    names = ("limit", "after", "sort", "q", "id", "created_at", "x\x00")
    turn = itertools.cycle(itertools.product(names, WORDS))
    found = {
        (path, name, value[:20]): told
        for _, path, _, _ in attacker.operations("get")
        for name, value in itertools.islice(turn, 9)
        if "{" not in path
        if (told := wrong(attacker.send("GET", f"{path}?{quote(name)}={quote(value)}")))
    }
    assert found == {}


def test_no_value_of_any_field_makes_any_address_fail(attacker: Attacker) -> None:
    turn = itertools.cycle([*VALUES, *TEXTS])
    found = {}
    for method, path, at, operation in attacker.operations("post", "patch"):
        schema = attacker.schema(path, operation)
        base = {} if method == "PATCH" or not schema else attacker.least(schema)
        for place, node in fields(attacker, schema):
            for value in hostile(attacker.resolved(node), turn):
                told = wrong(attacker.send(method, at, json.dumps(placed(base, place, value)).encode()))
                if told:
                    found[method, path, ".".join(place), str(value)[:30]] = told
    assert found == {}


CALL_FIELDS = (
    "event", "direction", "from", "to", "call_id", "callId", "user", "user[]", "leg", "agent", "queue", "cause",
    "answeringNumber", "at", "recording_url", "\x00",
)  # fmt: skip
CALL_VALUES = (
    *VALUES, *TEXTS, *TIMES, *NUMBERS, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-03-02T01:00:00+99:99", "2026-03-02", "\x00", "", "９９" * 3000, "+" * 500, "＋８６１３８００１３８０００",
)  # fmt: skip
FORM = "application/x-www-form-urlencoded"
CALL_FORMS = (b"=", b"&", b"a", b"%", b"a=%00", b"a=%ED%A0%80", b"a=%FF", b"event=newCall&event=newCall", b"a=1&" * 500)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_call_report_makes_the_hook_fail(client: FlaskClient, hub: Hub, dialect: str) -> None:
    at = f"/webhooks/calls/{dialect}/{HOOKS['pbx'].token}"
    event = {"zammad": "newCall", "generic": "new"}[dialect]
    usual: Json = {"call_id": "1", "event": event, "direction": "in", "from": "13800138000", "to": "1"}
    reports = [json.dumps({**usual, name: value}).encode() for name in CALL_FIELDS for value in CALL_VALUES]
    sent = [(body, "application/json") for body in (*BODIES, *reports)] + [(body, FORM) for body in CALL_FORMS]
    found = {body[:120]: told for body, kind in sent if (told := wrong(client.post(at, data=body, content_type=kind)))}
    assert found == {}


FORM_FIELDS = (
    "login", "name", "password", "present", "language", "next", "back", "key", "roles", "scopes", "technician_id", "to",
    "reason", "note", "value", "signature", "step", "window_start", "quantity", "part_id", "from", "until", "priority",
)  # fmt: skip
FORM_VALUES = (*TEXTS, "", "9" * 5000, "//evil.example", "http://[", "0000-01-01T00:00", "9999-12-31T23:59", "-1")
ASKED = ("q", "after", "sort", "status", "id", "tab", "entity", "next")
KNOWN = {"ticket": "tk1", "visit": "v1", "charge": "ch1", "call": "call1", "custom": "c1", "reserv": "r1"}


def pages_of(app: Flask, method: str) -> Iterator[tuple[str, str]]:
    """The address of each page with the id of a record that is there, and as the route has it."""
    for rule in app.url_map.iter_rules():
        is_page = not rule.rule.startswith(("/api/", "/webhooks/", "/static", "/sign-out", "/audit/verify"))
        if is_page and method in (rule.methods or ()):
            known = next((known for entity, known in KNOWN.items() if entity in rule.rule), "tk1")
            yield re.sub(r"<[^>]+>", known, rule.rule), rule.rule


@pytest.fixture
def boss(app: Flask, hub: Hub, people: dict[str, User]) -> Browser:
    world.fill(hub)
    found = Browser(app)
    found.sign_in("boss")
    return found


def test_no_form_makes_any_page_fail(app: Flask, boss: Browser) -> None:
    turn = itertools.cycle(FORM_VALUES)
    found = {
        (path, value[:30]): answer.status_code
        for path, _ in pages_of(app, "POST")
        for value in ("\x00", *itertools.islice(turn, 2))
        if (answer := boss.post(path, dict.fromkeys(FORM_FIELDS, value))).status_code >= NOT_AN_ANSWER
    }
    assert found == {}


def test_no_address_makes_any_page_fail(app: Flask, boss: Browser) -> None:
    turn = itertools.cycle((*TEXTS, *WORDS))
    found = {}
    for path, route in pages_of(app, "GET"):
        for value in ("\x00", *itertools.islice(turn, 5)):
            asked = "&".join(f"{name}={quote(value)}" for name in ASKED)
            for at in (f"{path}?{asked}", re.sub(r"<[^>]+>", quote(value or "x", safe=""), route)):
                if (status := boss.get(at).status_code) >= NOT_AN_ANSWER:
                    found[at[:60], value[:30]] = status
    assert found == {}
