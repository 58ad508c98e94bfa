"""Calls of procedures: what goes out, what an answer means, log-ins and envelopes."""

import json
import xmlrpc.client
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
import requests
import responses

from hub.domain.documents import Doc
from hub.domain.errors import AuthError, HubError, InvalidError, RejectedError, RetryableError, UnknownOutcomeError
from hub.ports.connector import Connector, Feed, ObjectSpec, Setup

URL = "https://rpc.example/api"
Answering = Callable[[str, Any], Any]
ITEM: Doc = {
    "fields": {"name": {}, "price": {"as": "number"}},
    "get": {"method": "item.get", "params": ["{id}"]},
    "create": {"method": "item.add", "params": ["{doc}"], "id": "body"},
}


def connected(driver: str, remote: Doc = ITEM, **connection: Any) -> Connector:
    spec = ObjectSpec("item", feed=Feed("UTC", timedelta(seconds=1)))
    setup = Setup(
        "shop",
        {"url": URL, "user": "hub", "password": "right"},
        {"item": spec},
        {"item": remote},
        {"url": "{url}", **connection},
    )
    made: Connector = import_module(f"connectors.{driver}").connect(setup)
    return made


class Shop:
    """Answers each call by a function of method and parameters; keeps what was asked."""

    def __init__(self) -> None:
        self.answer: Answering = lambda method, _: {"id": "7", "name": "A", "price": 1.5} if "get" in method else "7"
        self.asked: list[tuple[str, Any]] = []
        self.body: Callable[[Doc], str] | None = None

    def json(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        told = json.loads(request.body or b"")
        self.asked.append((told["method"], told["params"]))
        if self.body is not None:
            return 200, {}, self.body(told)
        return 200, {}, json.dumps({"jsonrpc": "2.0", "id": told["id"], "result": self.answer(*self.asked[-1])})

    def xml(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        params, method = xmlrpc.client.loads(request.body or b"")
        self.asked.append((str(method), list(params)))
        answer = self.answer(*self.asked[-1])
        return 200, {}, xmlrpc.client.dumps((answer,), methodresponse=True, allow_none=True)


@pytest.fixture(params=["jsonrpc", "xmlrpc"])
def driver(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.POST, URL, callback=shop.json)
        mock.add_callback(responses.POST, f"{URL}/xml", callback=shop.xml)
        yield shop


def shop_of(driver: str, **told: Any) -> Connector:
    return connected(driver, **{"path": "/xml" if driver == "xmlrpc" else "", **told})


def test_arguments_go_out_in_their_order_and_decimals_come_back_as_texts(shop: Shop, driver: str) -> None:
    found = shop_of(driver).get("item", "7")
    assert found is not None
    assert found.doc == {"name": "A", "price": "1.5"}
    assert shop.asked == [("item.get", ["7"])]


def test_arguments_by_name(shop: Shop) -> None:
    remote = {**ITEM, "get": {"method": "item.get", "named": {"id": "{id}"}}}
    connected("jsonrpc", remote).get("item", "7")
    assert shop.asked == [("item.get", {"id": "7"})]


def test_an_envelope_carries_every_call_but_the_bare_ones(shop: Shop, driver: str) -> None:
    told = {
        "envelope": {"method": "execute", "params": ["{settings.user}", "{login}", "{method}", "{params}", "{named}"]},
        "login": {"method": "log_in", "params": ["{settings.password}"]},
        "probe": {"method": "version", "bare": True},
    }
    shop.answer = lambda method, _: 42 if method == "log_in" else {"id": "7", "name": "A", "price": 1}
    shop_of(driver, **told).probe()
    assert [method for method, _ in shop.asked] == ["version"]
    shop_of(driver, **told).get("item", "7")
    assert shop.asked[1:] == [("log_in", ["right"]), ("execute", ["hub", 42, "item.get", ["7"], {}])]


def test_one_log_in_serves_all_calls_and_a_refused_one_pauses_the_system(shop: Shop, driver: str) -> None:
    told: Doc = {"login": {"method": "log_in"}}
    shop.answer = lambda method, _: 42 if method == "log_in" else {"id": "7", "name": "A", "price": 1}
    connector = shop_of(driver, **told)
    assert connector.get("item", "7") == connector.get("item", "7")
    assert [method for method, _ in shop.asked].count("log_in") == 1
    shop.answer = lambda _, __: False
    with pytest.raises(AuthError):
        shop_of(driver, **told).get("item", "1")


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (-32601, RejectedError),
        (-32602, RejectedError),
        (-32700, RejectedError),
        (17, RejectedError),
        (-32603, UnknownOutcomeError),
        (-32050, UnknownOutcomeError),
    ],
)
def test_an_error_refuses_a_write_unless_nobody_knows_how_far_it_came(
    shop: Shop, code: int, failure: type[HubError]
) -> None:
    shop.body = lambda told: json.dumps({"jsonrpc": "2.0", "id": told["id"], "error": {"code": code, "message": "no"}})
    with pytest.raises(failure):
        connected("jsonrpc").create("item", {"name": "A"})


def test_the_table_of_errors_goes_before_the_rule_of_the_specification(shop: Shop) -> None:
    shop.body = lambda told: json.dumps({"id": told["id"], "error": {"code": -32603, "message": "busy"}})
    errors = [{"at": "body.error.message", "is": "busy", "do": "retry"}]
    with pytest.raises(RetryableError):
        connected("jsonrpc", errors=errors).create("item", {"name": "A"})


@pytest.mark.parametrize(
    "body",
    [
        '{"jsonrpc": "2.0", "id": -1, "result": {"id": "7"}}',
        '{"jsonrpc": "2.0", "result": {"id": "7"}}',
        '{"jsonrpc": "2.0"}',
        "[]",
        "null",
        "",
        "<html>log in</html>",
        "[" * 100_000,
        '{"id": NaN}',
    ],
)
def test_the_answer_to_another_call_is_no_answer(shop: Shop, body: str) -> None:
    shop.body = lambda _: body
    with pytest.raises(RetryableError):
        connected("jsonrpc").get("item", "7")
    with pytest.raises(UnknownOutcomeError):
        connected("jsonrpc").create("item", {"name": "A"})


def test_a_call_without_method_and_a_name_that_nobody_tells_are_said_at_once(driver: str) -> None:
    remote = {"fields": {"name": {}}, "get": {"params": []}, "find": {"*": {"method": "find", "params": ["{colour}"]}}}
    with pytest.raises(InvalidError) as wrong:
        connected(driver, remote)
    assert [field.path for field in wrong.value.fields] == ["item.get", "item.find.*"]
