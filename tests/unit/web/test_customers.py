"""What people note with a customer, by page and by API."""

from collections.abc import Callable

import pytest

from hub.ports.accounts import User
from hub.services import accounts, records
from hub.services.context import Hub
from tests.unit.web import world
from tests.unit.web.clients import Api, Browser

Open = Callable[[str], Browser]
Keyed = Callable[..., Api]


@pytest.fixture
def full(hub: Hub, people: dict[str, User]) -> Hub:
    world.fill(hub)
    accounts.change_user(hub, hub.actor("setup"), people["zhang"].id, technician_id="t1")
    return hub


def test_what_was_said_and_what_sales_should_know_stands_with_the_customer(full: Hub, browser: Open) -> None:
    li = browser("li")
    page = li.get("/customers/c1").text
    assert page.index("展会") < page.index("质保将于 2026-05-01 到期")
    assert "Note a contact" in page
    li.post("/do/customers/c1/note_interaction", {"text": "Wants a price", "channel": "chat", "back": "/"})
    li.post("/do/customers/c1/note_lead", {"title": "A second press", "due_on": "2026-12-31", "back": "/"})
    (noted,) = full.store.read(lambda tx: [one for one in tx.records.all("interaction") if one.id != "in1"])
    (lead,) = full.store.read(lambda tx: [one for one in tx.records.all("lead") if one.id != "le1"])
    assert (noted.doc["text"], noted.doc["by"], noted.doc["customer_id"]) == ("Wants a price", "li", "c1")
    assert (lead.doc["title"], lead.doc["due_on"], lead.doc["state"]) == ("A second press", "2026-12-31", "new")
    assert "Say how it stands" in page
    li.post(f"/do/leads/{lead.id}/move", {"state": "lost", "back": "/"})
    assert full.store.read(lambda tx: tx.records.need("lead", lead.id)).doc["state"] == "lost"
    page = li.get("/customers/c1").text
    assert page.index("Wants a price") < page.index("展会")


def test_a_program_notes_what_was_said_and_moves_a_lead(full: Hub, api: Keyed) -> None:
    desk = api("customers:read", "customers:write", "interactions:read", "leads:read", "leads:write")
    made = desk.post("/customers/c1/note_interaction", {"text": "Wants a price", "at": "2026-03-02T01:00:00+00:00"})
    assert made.status_code == 200
    assert desk.get(f"/interactions/{made.get_json()['id']}").get_json()["text"] == "Wants a price"
    assert desk.post("/customers/c1/note_interaction", {"text": "?", "by": "me"}).status_code == 422
    assert desk.patch("/leads/le1", {"state": "won"}, 1).get_json()["state"] == "won"
    assert desk.patch("/leads/le1", {"customer_id": "c2"}, 2).status_code == 422
    assert full.store.read(lambda tx: tx.records.need("lead", "le1")).doc["customer_id"] == "c1"


def test_the_service_summary_is_not_edited_by_hand(full: Hub, api: Keyed) -> None:
    assert full.store.read(lambda tx: tx.records.need("customer", "c1"))
    desk = api("customers:read", "customers:write")
    assert desk.patch("/customers/c1", {"service": {"open_tickets": 9}}, 1).status_code == 422


@pytest.mark.parametrize(("kind", "found"), [("interaction", "in1"), ("lead", "le1")])
def test_a_technician_sees_what_concerns_his_customers_alone(full: Hub, browser: Open, kind: str, found: str) -> None:
    stranger = {"customer_id": "c2", "at": "2026-03-02T01:00:00+00:00"}
    more = {"cause": "by_hand", "title": "?", "state": "new"} if kind == "lead" else {}
    full.store.run(lambda tx: tx.records.add(kind, {"id": "other", **stranger, **more}))
    told = browser("zhang").client.get(f"/api/v1/{kind}s").get_json()
    assert [one["id"] for one in told["items"]] == [found]


def test_leads_are_listed_by_state_and_found_by_their_words(full: Hub, browser: Open) -> None:
    more = {"customer_id": "c2", "cause": "by_hand", "state": "won", "title": "第二台压力机"}
    full.store.run(lambda tx: records.create(full, tx, full.actor("setup"), "lead", more))
    li = browser("li")
    every = li.get("/leads").text
    assert "第二台压力机" in every
    assert "质保将于 2026-05-01 到期" in every
    assert "Say how it stands" in every
    won = li.get("/leads?state=won").text
    assert "第二台压力机" in won
    assert "质保将于" not in won
    found = li.client.get("/leads?q=压力", headers={"HX-Target": "rows"}).text
    assert "第二台压力机" in found
    assert "质保将于" not in found
    assert '<form class="filters"' not in found
    assert "No lead matches." in li.get("/leads?state=lost").text


def test_a_technician_is_shown_the_leads_of_his_customers_alone(full: Hub, browser: Open) -> None:
    more = {"customer_id": "c2", "cause": "by_hand", "state": "won", "title": "第二台压力机"}
    full.store.run(lambda tx: records.create(full, tx, full.actor("setup"), "lead", more))
    page = browser("zhang").get("/leads").text
    assert "质保将于 2026-05-01 到期" in page
    assert "第二台压力机" not in page
