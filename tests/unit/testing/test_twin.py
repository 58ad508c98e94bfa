"""The base of all twins: faults happen as planned, and what a product does not accept is refused."""

import importlib
import pkgutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
import requests
from flask import Flask, Response, jsonify, request

from hub.testing import twins
from hub.testing.twin.faults import LOGIN_PAGE
from hub.testing.twin.fields import Field, check
from hub.testing.twin.limits import RateLimit
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Rows
from hub.testing.twin.twin import Twin, served, serving

START = datetime(2026, 1, 5, 8, 0, 0, 250_000, tzinfo=UTC)


class Ledger(Twin):
    """A product that keeps entries."""

    connector: ClassVar[str] = "ledger"

    def routes(self, app: Flask) -> None:
        app.post("/entries")(self.add)

    def add(self) -> Response:
        body = request.get_json()
        assert not isinstance(body, str), body
        check({"text": Field(required=True, most=5)}, body, making=True)
        return jsonify({"id": self.rows.add("entry", body).id})

    def refusal(self, error: RefusedError) -> Response:
        answer = jsonify({"code": error.code, "field": error.field})
        answer.status_code = error.status
        return answer


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(lambda: START)


@pytest.fixture
def url(ledger: Ledger) -> Iterator[str]:
    with serving(ledger) as url:
        yield f"{url}/entries"


def post(url: str, text: str = "a") -> requests.Response:
    return requests.post(url, json={"text": text}, timeout=10)


@pytest.mark.parametrize(("how", "entries"), [("drop", 0), ("lost", 1), ("broken", 1), ("late", 0)])
def test_a_call_without_an_answer_took_effect_or_not(ledger: Ledger, url: str, how: str, entries: int) -> None:
    ledger.faults.plan(how, path="/entries")
    with pytest.raises(requests.RequestException):
        post(url)
    assert len(ledger.rows.of("entry")) == entries


@pytest.mark.parametrize(("how", "status", "entries"), [("before", 503, 0), ("error", 502, 1), ("twice", 200, 2)])
def test_a_call_with_a_wrong_answer_took_effect_or_not(
    ledger: Ledger, url: str, how: str, status: int, entries: int
) -> None:
    ledger.faults.plan(how)
    assert post(url).status_code == status
    assert len(ledger.rows.of("entry")) == entries


def test_a_late_call_takes_effect_when_it_is_let(ledger: Ledger, url: str) -> None:
    ledger.faults.plan("late")
    with pytest.raises(requests.RequestException):
        post(url, "b")
    ledger.faults.go_on()
    ledger.faults.go_on()
    assert [row.doc for row in ledger.rows.of("entry")] == [{"text": "b"}]


def test_a_log_in_page_comes_as_success(ledger: Ledger, url: str) -> None:
    ledger.faults.plan("page")
    assert post(url).content == LOGIN_PAGE


def test_the_planned_one_goes_wrong_and_no_other(ledger: Ledger, url: str) -> None:
    ledger.faults.plan("before", nth=2)
    ledger.faults.plan("before", method="GET")
    assert [post(url).status_code for _ in range(3)] == [200, 503, 200]
    assert ledger.faults.calls == [("POST", "/entries")] * 3


def test_a_refusal_is_told_as_the_vendor_tells_it(url: str) -> None:
    answer = post(url, "too long")
    assert (answer.status_code, answer.json()) == (400, {"code": "long", "field": "text"})


@pytest.mark.parametrize(
    ("field", "value", "mistake"),
    [
        (Field("integer"), True, "form"),
        (Field("decimal"), 1.5, "form"),
        (Field("date"), "5.1.2026", "form"),
        (Field(read_only=True), "a", "read_only"),
        (Field(may_be_null=False), None, "null"),
        (Field(values=frozenset({"A"})), "B", "value"),
        (Field(pattern="[A-Z]+"), "a", "pattern"),
        (Field(most=2), "abc", "long"),
    ],
)
def test_what_a_field_does_not_take_is_refused(field: Field, value: object, mistake: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check({"it": field}, {"it": value}, making=False)
    assert refused.value.code == mistake


def test_unknown_and_missing_fields_are_refused() -> None:
    for doc, code in (({"other": 1}, "unknown"), ({}, "missing")):
        with pytest.raises(RefusedError) as refused:
            check({"it": Field(required=True)}, doc, making=True)
        assert refused.value.code == code
    check({"it": Field(required=True)}, {}, making=False)


def test_rows_are_dated_in_the_steps_of_the_product() -> None:
    rows = Rows(lambda: START)
    row = rows.add("entry", {"text": "a"})
    assert row.changed_at == START.replace(microsecond=0)
    rows.change("entry", row.id, {"text": "b"})
    assert (row.revision, rows.changed("entry", row.changed_at, row.changed_at)) == (2, [row])
    rows.remove("entry", row.id)
    assert (rows.of("entry"), list(rows.deleted["entry"])) == ([], [row.id])


def test_who_asks_too_often_waits() -> None:
    limit = RateLimit(2, timedelta(seconds=10))
    assert [limit.wait("read", START), limit.wait("read", START), limit.wait("write", START)] == [None] * 3
    assert limit.wait("read", START + timedelta(seconds=4)) == timedelta(seconds=6)
    assert limit.wait("read", START + timedelta(seconds=10)) is None


ALL = sorted(module.name for module in pkgutil.iter_modules(twins.__path__))
HOSTILE = {
    "nothing": b"",
    "no JSON": b"hello",
    "not UTF-8": b'{"text": "\xff\xfe"}',
    "another shape": b'[{"data": {"params": [1]}}]',
    "deep": b"[" * 100_000,
    "a lone surrogate": b'{"data": "\\ud800", "params": {}}',
}


def made(name: str) -> Twin:
    """One of the shipped twins."""
    twin: Twin = importlib.import_module(f"hub.testing.twins.{name}").TWIN()
    return twin


@pytest.mark.parametrize("name", ALL)
def test_no_request_makes_a_twin_fall_over(name: str) -> None:
    twin = made(name)
    client = twin.app.test_client()
    addresses = {rule.rule.replace("<int:row_id>", "1") for rule in twin.app.url_map.iter_rules()} | {"/../etc/passwd"}
    for address in addresses:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "BREW"):
            for body in HOSTILE.values() if method == "POST" else (b"",):
                for query in ("", "limit=\xff&offset=\xb2"):
                    told = client.open(
                        address,
                        method=method,
                        data=body,
                        content_type="application/json",
                        headers={"Accept": "application/json"},
                        environ_overrides={"QUERY_STRING": query},
                    )
                    is_fault = name == "soap_erp" and b"Envelope" in told.data  # SOAP tells each fault with 500
                    assert told.status_code < 500 or told.status_code == 519 or is_fault, (method, address, body[:40])
                    assert b"werkzeug" not in told.data.lower() or name.startswith("odoo")


@pytest.mark.parametrize("name", ALL)
def test_a_length_that_is_none_and_a_huge_one_are_refused(name: str) -> None:
    with served(made(name)) as url:
        for length in ("abc", "-5", "999999999999"):
            for path in ("/xmlrpc/2/object", "/"):
                with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as line:
                    line.sendall(f"POST {path} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n".encode())
                    line.shutdown(socket.SHUT_WR)
                    answer = b"".join(iter(lambda: line.recv(100_000), b""))
                status = int(answer.split()[1])
                assert 300 <= status < 500 or status == 519 or b"errorCode" in answer or b"Envelope" in answer


def test_what_falls_over_is_refused_in_the_shape_of_the_vendor(ledger: Ledger) -> None:
    with served(ledger) as url:
        answer = requests.put(f"{url}/entries", timeout=10)
        assert (answer.status_code, answer.json()) == (405, {"code": "malformed", "field": None})
        assert ledger.mistakes == []
        answer = requests.post(f"{url}/entries", json="hello", timeout=10)
        assert (answer.status_code, answer.json()) == (400, {"code": "malformed", "field": None})


def test_no_test_passes_over_a_twin_that_fell_over(ledger: Ledger) -> None:
    with pytest.raises(AssertionError, match="hello"), serving(ledger) as url:
        requests.post(f"{url}/entries", json="hello", timeout=10)


def test_a_port_that_is_taken_is_an_error_of_the_caller(ledger: Ledger, url: str) -> None:
    port = int(url.split(":")[2].partition("/")[0])
    with pytest.raises(OSError, match="in use"), served(ledger, port):
        pass


def test_a_thousand_connections_are_taken(url: str) -> None:
    port = int(url.split(":")[2].partition("/")[0])
    lines = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(1000)]
    assert post(url).status_code == 200
    for line in lines:
        line.close()


@pytest.mark.parametrize("name", ALL)
def test_whoever_serves_a_twin_by_hand_finds_records_in_it(name: str) -> None:
    twin = made(name)
    twin.fill()
    store = getattr(twin, "store", None)
    assert any(twin.rows.by_kind.values()) or (store and store.table("A_Product")) or name == "soap_erp"
