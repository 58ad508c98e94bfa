"""Actions: a command from the table, with its own scope, permission and body."""

from collections.abc import Callable

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub
from hub.web.actions import Action, Table
from hub.web.i18n import N_
from tests.unit.web.clients import Api, Browser

Keyed = Callable[..., Api]


def rate(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    record = tx.records.need("customer", record_id)
    if record.doc.get("credit_hold"):
        raise ConflictError("The customer {name} is on credit hold.", name=record.doc["name"])
    return records.change(hub, tx, actor, record, values, action="rate")


@pytest.fixture
def actions() -> Table:
    return {("customer", "rate"): Action(N_("Rate"), rate, needs="level", takes="code invoicing.title")}


@pytest.fixture
def desk(api: Keyed) -> Api:
    return api("customers:read", "customers:write")


@pytest.fixture
def customer(desk: Api) -> str:
    made: str = desk.post("/customers", {"name": "A"}).get_json()["id"]
    return made


def test_an_action_changes_its_record_once_per_key(desk: Api, customer: str) -> None:
    at = f"/customers/{customer}/rate"
    first = desk.post(at, {"level": "gold"}, **{"Idempotency-Key": "once"})
    again = desk.post(at, {"level": "gold"}, **{"Idempotency-Key": "once"})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert again.data == first.data
    assert desk.get(f"/customers/{customer}").get_json()["level"] == "gold"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "level"),
        ({"level": "bronze"}, "level"),
        ({"level": "gold", "code": "x" * 99}, "code"),
        ({"level": "gold", "invoicing": {"currency": "CNY"}}, "invoicing.currency"),
        ({"level": "gold", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_body_is_refused_with_the_field_named(desk: Api, customer: str, body: Doc, field: str) -> None:
    answer = desk.post(f"/customers/{customer}/rate", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_a_guard_refuses_and_nothing_is_changed(desk: Api, customer: str) -> None:
    desk.patch(f"/customers/{customer}", {"credit_hold": True}, 1)
    answer = desk.post(f"/customers/{customer}/rate", {"level": "gold"})
    assert (answer.status_code, answer.get_json()["detail"]) == (409, "The customer A is on credit hold.")
    assert "level" not in desk.get(f"/customers/{customer}").get_json()


def test_an_action_may_be_tied_to_the_version_that_was_seen(desk: Api, customer: str) -> None:
    at = f"/customers/{customer}/rate"
    assert desk.post(at, {"level": "gold"}, **{"If-Match": '"9"'}).status_code == 412
    assert desk.post(at, {"level": "gold"}, **{"If-Match": '"1"'}).status_code == 200


def test_an_unknown_record_has_no_actions(desk: Api) -> None:
    assert desk.post("/customers/none/rate", {"level": "gold"}).status_code == 404
    assert desk.post("/customers/none/dance", {}).status_code == 404


def test_scope_and_permission_are_asked_for(api: Keyed, customer: str, browser: Callable[[str], Browser]) -> None:
    at = f"/customers/{customer}/rate"
    assert api("customers:read").post(at, {"level": "gold"}).status_code == 403
    headers = {"Idempotency-Key": "1", "Content-Type": "application/json"}
    for login, status in (("wang", 403), ("li", 200)):
        person = browser(login)
        answer = person.client.post(
            f"/api/v1{at}", data=b'{"level":"gold"}', headers={**headers, "X-CSRF-Token": person.csrf}
        )
        assert answer.status_code == status


def test_an_action_stands_in_the_api_document(desk: Api) -> None:
    post = desk.get("/openapi.json").get_json()["paths"]["/customers/{id}/rate"]["post"]
    assert post["x-scope"] == "customers:write"
    assert post["requestBody"]["content"]["application/json"]["schema"]["required"] == ["level"]
