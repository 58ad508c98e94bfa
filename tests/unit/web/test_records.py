"""The API of records: lists, single records, new ones, patches, and one effect per Idempotency-Key."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from flask import Flask

from hub.ports.accounts import User
from hub.services import accounts
from hub.services.context import Hub
from tests.unit.web.clients import Api, Browser

Keyed = Callable[..., Api]


@pytest.fixture
def desk(api: Keyed) -> Api:
    return api("tickets:read", "tickets:write", "customers:read", "customers:write", "products:read")


def test_a_record_is_made_read_changed_and_read_again(desk: Api) -> None:
    made = desk.post("/customers", {"name": "华星制造", "phone": "+8613800138000"})
    assert made.status_code == 201
    record = made.get_json()
    assert made.headers["ETag"] == '"1"'
    assert made.headers["Location"] == f"/api/v1/customers/{record['id']}"
    changed = desk.patch(f"/customers/{record['id']}", {"level": "gold", "phone": None}, 1)
    assert changed.status_code == 200
    shown = desk.get(f"/customers/{record['id']}")
    assert shown.get_json() == changed.get_json()
    assert shown.get_json()["level"] == "gold"
    assert "phone" not in shown.get_json()
    assert shown.headers["ETag"] == '"2"'


def test_a_patch_merges_objects_and_leaves_their_other_fields(desk: Api) -> None:
    record = desk.post("/customers", {"name": "A", "invoicing": {"title": "A Ltd", "currency": "CNY"}}).get_json()
    answer = desk.patch(f"/customers/{record['id']}", {"invoicing": {"currency": "EUR", "title": None}}, 1)
    assert answer.get_json()["invoicing"] == {"currency": "EUR"}


def test_a_patch_says_which_version_it_means_and_loses_against_a_newer_one(desk: Api) -> None:
    at = f"/customers/{desk.post('/customers', {'name': 'A'}).get_json()['id']}"
    assert desk.patch(at, {"name": "B"}).status_code == 428
    assert desk.patch(at, {"name": "B"}, 1).status_code == 200
    stale = desk.patch(at, {"name": "C"}, 1)
    assert stale.status_code == 412
    assert stale.get_json()["type"] == "urn:tickethub:problem:stale"
    assert desk.get(at).get_json()["name"] == "B"
    assert desk.send("PATCH", at, {"name": "C"}, **{"If-Match": "2"}).status_code == 400


def test_what_the_hub_computes_cannot_be_set_and_is_named(desk: Api) -> None:
    refused = desk.post("/tickets", {"type": "repair", "subject": "x", "status": "closed", "number": "7"})
    assert refused.status_code == 422
    assert {error["field"] for error in refused.get_json()["errors"]} == {"status", "number"}
    ticket = desk.post("/tickets", {"type": "repair", "subject": "x"}).get_json()
    patched = desk.patch(f"/tickets/{ticket['id']}", {"sla": {}}, 1)
    assert [error["field"] for error in patched.get_json()["errors"]] == ["sla"]


def test_each_wrong_field_is_named_in_the_language_that_was_asked_for(desk: Api) -> None:
    body = {"type": "dance", "subject": "", "colour": "red"}
    english = desk.post("/tickets", body)
    assert {error["field"] for error in english.get_json()["errors"]} == {"type", "subject", "colour"}
    chinese = desk.post("/tickets", body, **{"Accept-Language": "zh-CN,zh;q=0.9"})
    assert chinese.content_type == "application/problem+json"
    assert chinese.get_json()["title"] == "部分内容有误"
    assert english.get_json()["title"] == "Some entries are wrong"


def test_a_listing_filters_sorts_and_pages_without_losing_or_doubling(desk: Api) -> None:
    for number in range(7):
        desk.post("/tickets", {"type": "repair" if number % 2 else "install", "subject": f"t{number}"})
    seen, path = [], "/tickets?type=repair&sort=created_at&limit=2"
    while path:
        page = desk.get(path).get_json()
        seen += [item["subject"] for item in page["items"]]
        path = f"/tickets?type=repair&sort=created_at&limit=2&after={page['next']}" if page["next"] else ""
    assert seen == ["t1", "t3", "t5"]
    both = desk.get("/tickets?type=repair&type=install").get_json()["items"]
    assert [item["subject"] for item in both] == [f"t{number}" for number in reversed(range(7))]


def test_the_next_page_is_linked(desk: Api) -> None:
    for name in "ABC":
        desk.post("/customers", {"name": name})
    first = desk.get("/customers?limit=2&sort=name")
    link = first.headers["Link"]
    path = link[link.index("<") + 1 : link.index(">")].removeprefix("/api/v1")
    assert [item["name"] for item in desk.get(path).get_json()["items"]] == ["C"]


@pytest.mark.parametrize(
    "query", ["colour=red", "sort=colour", "limit=0", "limit=201", "limit=x", "limit=%C2%B2", "after=made-up"]
)
def test_a_listing_refuses_what_it_cannot_do(desk: Api, query: str) -> None:
    assert desk.get(f"/tickets?{query}").status_code == 422


def test_search_finds_two_chinese_characters_and_english_stems(desk: Api) -> None:
    desk.post("/tickets", {"type": "repair", "subject": "空压机漏油"})
    desk.post("/tickets", {"type": "repair", "subject": "Compressors leaking"})
    assert [item["subject"] for item in desk.get("/tickets?q=漏油").get_json()["items"]] == ["空压机漏油"]
    assert [item["subject"] for item in desk.get("/tickets?q=compressor+leak").get_json()["items"]] == [
        "Compressors leaking"
    ]
    assert desk.get("/tickets?q=!!").get_json() == {"items": [], "next": None}
    assert desk.get("/tickets?q=漏油&type=install").get_json()["items"] == []


def test_search_where_nothing_is_searched_says_so(api: Keyed) -> None:
    assert api("stock_levels:read").get("/stock_levels?q=li").status_code == 422


def test_an_unchanged_record_is_not_sent_again(desk: Api) -> None:
    at = f"/customers/{desk.post('/customers', {'name': 'A'}).get_json()['id']}"
    again = desk.get(at, **{"If-None-Match": '"1"'})
    assert (again.status_code, again.data) == (304, b"")


def test_a_post_without_a_key_is_refused(desk: Api) -> None:
    assert desk.send("POST", "/customers", {"name": "A"}).status_code == 400


def test_the_same_key_gives_the_first_answer_and_one_record(desk: Api) -> None:
    first = desk.post("/customers", {"name": "A"}, **{"Idempotency-Key": "once"})
    again = desk.post("/customers", {"name": "A"}, **{"Idempotency-Key": "once"})
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(desk.get("/customers").get_json()["items"]) == 1


def test_t03_the_same_post_many_times_at_once_is_one_record_and_one_answer(app: Flask, desk: Api) -> None:
    def post(_: int) -> tuple[int, bytes]:
        answer = app.test_client().post("/api/v1/customers", data=b'{"name": "A"}', headers=headers)
        return answer.status_code, answer.data

    headers = {**desk._headers, "Content-Type": "application/json", "Idempotency-Key": "once"}
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(post, range(40)))
    assert len(answers) == 1
    assert len(desk.get("/customers").get_json()["items"]) == 1


def test_t04_the_same_key_with_another_body_changes_nothing(desk: Api) -> None:
    desk.post("/customers", {"name": "A"}, **{"Idempotency-Key": "once"})
    other = desk.post("/customers", {"name": "B"}, **{"Idempotency-Key": "once"})
    assert other.status_code == 422
    assert [item["name"] for item in desk.get("/customers").get_json()["items"]] == ["A"]
    assert desk.post("/customers", {"name": "A"}, **{"Idempotency-Key": "once"}).status_code == 201


def test_a_key_belongs_to_its_sender_and_its_address(desk: Api, api: Keyed) -> None:
    desk.post("/customers", {"name": "A"}, **{"Idempotency-Key": "once"})
    other = api("customers:write", "customers:read").post("/customers", {"name": "B"}, **{"Idempotency-Key": "once"})
    assert other.get_json()["name"] == "B"
    assert desk.post("/products", {"code": "P", "name": "P"}, **{"Idempotency-Key": "once"}).status_code == 403


def test_a_refusal_is_an_answer_too_and_comes_again(desk: Api, hub: Hub) -> None:
    first = desk.post("/customers", {"name": ""}, **{"Idempotency-Key": "once"})
    again = desk.post("/customers", {"name": ""}, **{"Idempotency-Key": "once"})
    assert first.status_code == again.status_code == 422
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"


def test_there_is_no_such_record_or_address(desk: Api) -> None:
    missing = desk.get("/customers/none")
    assert (missing.status_code, missing.get_json()["detail"]) == (404, "There is no customer none.")
    unknown = desk.get("/unicorns")
    assert (unknown.status_code, unknown.content_type) == (404, "application/problem+json")
    wrong = desk.send("DELETE", "/customers/none", {})
    assert wrong.status_code == 405
    assert "PATCH" in wrong.headers["Allow"]


def test_a_person_uses_the_api_with_the_token_of_the_page(browser: Callable[[str], Browser]) -> None:
    li = browser("li")
    data = orjson.dumps({"name": "A"})
    facts = {"Content-Type": "application/json", "Idempotency-Key": "1"}
    assert li.client.post("/api/v1/customers", data=data, headers=facts).status_code == 403
    facts["X-CSRF-Token"] = li.csrf
    assert li.client.post("/api/v1/customers", data=data, headers=facts).status_code == 201


def test_every_write_is_in_the_audit_trail_under_the_name_of_the_key(desk: Api, hub: Hub) -> None:
    record = desk.post("/customers", {"name": "A"}).get_json()
    entries = hub.store.read(lambda tx: tx.audit.of_record("customer", record["id"]))
    assert [(entry.actor, entry.action) for entry in entries] == [("key:test", "create")]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/tickets", {"type": "repair", "subject": "x", "customer_id": "nobody"}, "customer_id"),
        ("POST", "/tickets", {"type": "repair", "subject": "x", "asset_ids": ["nothing"]}, "asset_ids.0"),
        ("POST", "/customers", {"name": "x", "parent_id": "nobody"}, "parent_id"),
        ("PATCH", "/tickets/{id}", {"site_id": "nowhere"}, "site_id"),
        ("POST", "/tickets/{id}/triage", {"contact_id": "nobody"}, "contact_id"),
    ],
)
def test_a_reference_to_nothing_is_refused_by_its_field(
    desk: Api, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    ticket = desk.post("/tickets", {"type": "repair", "subject": "x"}).get_json()["id"]
    sent = {"If-Match": '"1"', "Idempotency-Key": "k"}
    answer = desk.send(method, path.format(id=ticket), body, **sent)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_a_technician_sees_only_what_his_visits_concern(
    browser: Callable[[str], Browser], hub: Hub, people: dict[str, User], desk: Api
) -> None:
    mine = desk.post("/customers", {"name": "Mine"}).get_json()["id"]
    other = desk.post("/customers", {"name": "Other"}).get_json()["id"]
    tickets = [
        desk.post("/tickets", {"type": "repair", "subject": "x", "customer_id": owner}).get_json()["id"]
        for owner in (mine, other)
    ]
    for number, (ticket, technician) in enumerate(zip(tickets, ("t-zhang", "t-chen"), strict=True)):
        visit = {"id": f"v{number}", "ticket_id": ticket, "technician_id": technician, "status": "planned"}
        hub.store.run(lambda tx, visit=visit: tx.records.add("visit", visit))  # type: ignore[misc] # bound at once
    hub.store.run(lambda tx: tx.records.add("technician", {"id": "t-zhang", "name": "Zhang"}))
    accounts.change_user(hub, hub.actor("setup"), people["zhang"].id, technician_id="t-zhang")
    zhang = browser("zhang")
    for plural, own, foreign in (
        ("tickets", tickets[0], tickets[1]),
        ("customers", mine, other),
        ("visits", "v0", "v1"),
    ):
        listed = zhang.get(f"/api/v1/{plural}").get_json()["items"]
        assert [item["id"] for item in listed] == [own]
        assert zhang.get(f"/api/v1/{plural}?id={foreign}").get_json()["items"] == []
        assert zhang.get(f"/api/v1/{plural}/{own}").status_code == 200
        assert zhang.get(f"/api/v1/{plural}/{foreign}").status_code == 404


def test_a_role_that_sees_nothing_personal_gets_nothing_personal(browser: Callable[[str], Browser], api: Keyed) -> None:
    staff = api("technicians:write")
    made = staff.post("/technicians", {"name": "张伟", "phone": "+8613800138000", "email": "zhang@example.com"})
    at = f"/api/v1/technicians/{made.get_json()['id']}"
    seen = browser("zhao").get(at).get_json()
    assert seen["name"] == "张伟"
    assert {"phone", "email"} & seen.keys() == set()
    assert browser("boss").get(at).get_json()["phone"] == "+8613800138000"
    assert "13800138000" not in browser("zhao").get("/api/v1/technicians").text
