"""Comments in the console and over the API: who may, what is refused, and that a text stays a text."""

from collections.abc import Callable

import pytest

from hub.ports.accounts import User
from hub.services import accounts, comments
from hub.services.context import Hub
from tests.unit.web import world
from tests.unit.web.clients import Api, Browser

Open = Callable[[str], Browser]
Keyed = Callable[..., Api]
HOSTILE = '<script>alert(1)</script> "quoted" {{ 7 * 7 }} <img src=x onerror=alert(1)>'


@pytest.fixture
def full(hub: Hub, people: dict[str, User]) -> Hub:
    world.fill(hub)
    accounts.change_user(hub, hub.actor("setup"), people["zhang"].id, technician_id="t1")
    return hub


def written(hub: Hub, ticket_id: str) -> list[str]:
    found = hub.store.read(lambda tx: comments.of_ticket(tx, tx.records.need("ticket", ticket_id)))
    return [one.doc["text"] for one in found]


def test_a_comment_is_written_on_the_page_and_read_there(full: Hub, browser: Open) -> None:
    li = browser("li")
    at = "/tickets/tk1?tab=comments"
    answer = li.post("/do/tickets/tk1/comment", {"text": "已联系客户\r\n等回复", "visibility": "internal", "back": at})
    assert answer.location == at
    page = li.get(at).text
    assert "已联系客户\n等回复" in page
    assert "Internal" in page
    assert 'action="/do/tickets/tk1/comment"' in page
    assert "Write a comment" not in li.get("/tickets/tk1").text
    assert "已联系客户" not in li.get("/tickets/tk1").text


def test_a_hostile_text_stays_a_text(full: Hub, browser: Open) -> None:
    li = browser("li")
    li.post("/do/tickets/tk1/comment", {"text": HOSTILE, "visibility": "public", "back": "/tickets/tk1"})
    page = li.get("/tickets/tk1?tab=comments").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &#34;quoted&#34; {{ 7 * 7 }}" in page


def test_a_form_takes_32000_chinese_characters(full: Hub, browser: Open) -> None:
    browser("li").post("/do/tickets/tk1/comment", {"text": "备" * 32_000, "visibility": "public", "back": "/"})
    assert written(full, "tk1") == ["备" * 32_000]


@pytest.mark.parametrize(
    "form", [{"text": " ", "visibility": "public"}, {"text": "Hi"}, {"text": "Hi", "visibility": "all"}]
)
def test_an_incomplete_comment_is_refused(full: Hub, browser: Open, form: dict[str, str]) -> None:
    assert browser("li").post("/do/tickets/tk1/comment", form).status_code == 422
    assert written(full, "tk1") == []


def test_a_technician_reads_and_writes_on_the_visit(full: Hub, browser: Open) -> None:
    browser("li").post("/do/tickets/tk1/comment", {"text": "Bring the seal", "visibility": "internal", "back": "/"})
    zhang = browser("zhang")
    assert "Bring the seal" in zhang.get("/field/visits/v1").text
    zhang.post("/do/tickets/tk1/comment", {"text": "On my way", "visibility": "public", "back": "/field/visits/v1"})
    assert written(full, "tk1") == ["Bring the seal", "On my way"]


def test_a_technician_neither_sees_nor_writes_on_what_is_not_his(full: Hub, browser: Open) -> None:
    browser("li").post("/do/tickets/tk5/comment", {"text": "Secret", "visibility": "internal", "back": "/"})
    zhang = browser("zhang")
    assert zhang.post("/do/tickets/tk5/comment", {"text": "Hi", "visibility": "internal"}).status_code == 404
    assert zhang.client.get("/api/v1/comments").get_json()["items"] == []
    assert zhang.client.get("/api/v1/comments?ticket_id=tk5").get_json()["items"] == []
    assert written(full, "tk5") == ["Secret"]


def test_a_role_without_the_right_is_refused_and_shown_nothing(full: Hub, browser: Open) -> None:
    browser("li").post("/do/tickets/tk1/comment", {"text": "Not for the store", "visibility": "internal", "back": "/"})
    zhao = browser("zhao")
    assert zhao.post("/do/tickets/tk1/comment", {"text": "Hi", "visibility": "internal"}).status_code == 403
    assert zhao.client.get("/api/v1/comments").status_code == 403
    page = zhao.get("/tickets/tk1?tab=comments").text
    assert "Not for the store" not in page
    assert 'href="/tickets/tk1?tab=comments"' not in page


def test_a_program_comments_once_per_key_and_reads_it_back(full: Hub, api: Keyed) -> None:
    program = api("tickets:write", "comments:read")
    body = {"text": "Parts are here", "visibility": "public"}
    first = program.post("/tickets/tk3/comment", body, **{"Idempotency-Key": "once"})
    again = program.post("/tickets/tk3/comment", body, **{"Idempotency-Key": "once"})
    assert (first.status_code, again.data) == (200, first.data)
    made = first.get_json()
    assert (made["author"], made["author_kind"], made["ticket_id"]) == ("key:test", "system", "tk3")
    assert [one["id"] for one in program.get("/comments?ticket_id=tk3").get_json()["items"]] == [made["id"]]
    assert program.get(f"/comments/{made['id']}").get_json()["text"] == "Parts are here"
    assert program.patch(f"/comments/{made['id']}", {"text": "Changed"}, 1).status_code == 405
    assert full.store.read(lambda tx: tx.records.need("ticket", "tk3")).doc["status"] == "closed"


def test_a_program_without_the_scope_is_refused(full: Hub, api: Keyed) -> None:
    reader = api("tickets:read")
    assert reader.post("/tickets/tk1/comment", {"text": "Hi", "visibility": "public"}).status_code == 403
    assert reader.get("/comments").status_code == 403
