"""The base of all twins: faults happen as planned, and what a product does not accept is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
import requests
from flask import Flask, Response, jsonify, request

from hub.testing.twin.faults import LOGIN_PAGE
from hub.testing.twin.fields import Field, check
from hub.testing.twin.limits import RateLimit
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Rows
from hub.testing.twin.twin import Twin, serving

START = datetime(2026, 1, 5, 8, 0, 0, 250_000, tzinfo=UTC)


class Ledger(Twin):
    """A product that keeps entries."""

    connector: ClassVar[str] = "ledger"

    def routes(self, app: Flask) -> None:
        app.post("/entries")(self.add)

    def add(self) -> Response:
        body = request.get_json()
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
