"""What a person decides on pages and over the API: who may, what is masked, that it is done once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from hub.files.proposing.pinyin import spellings
from hub.ports.accounts import User
from hub.services import accounts, queue, routes
from hub.services.context import Hub
from hub.storage.blobs import FileBlobs
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock, SerialIds
from tests.unit.web import deciding
from tests.unit.web.clients import Api, Browser
from tests.unit.web.conftest import POLICIES, SCHEMAS
from tests.unit.web.test_pages import checked

Open = Callable[[str], Browser]


@pytest.fixture
def hub(sqlite_store: SqliteStore, clock: FakeClock, tmp_path: Path) -> Hub:
    bare = Hub(sqlite_store, clock, SerialIds(), SCHEMAS, FileBlobs(tmp_path / "blobs"), POLICIES)
    return deciding.connect(replace(bare, spell=spellings), clock)


@pytest.fixture
def asked(hub: Hub, clock: FakeClock) -> dict[str, str]:
    """One open question of each kind, by its name."""
    return deciding.fill(hub, clock)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_every_kind_of_question_is_sound(asked: dict[str, str], browser: Open, language: str) -> None:
    wang = browser("wang")
    wang.post("/language", {"language": language, "back": "/profile"})
    for path in ("/reviews", *(f"/reviews/{one}" for one in asked.values())):
        answer = wang.get(path)
        assert answer.status_code == 200, path
        checked(answer.text)


def test_a_dispatcher_settles_and_an_agent_may_not(asked: dict[str, str], hub: Hub, browser: Open) -> None:
    form = {"choice": "remote", "key": "k1"}
    assert browser("li").post(f"/reviews/{asked['conflict']}/settle", form).status_code == 403
    assert browser("wang").post(f"/reviews/{asked['conflict']}/settle", form).location == "/reviews"
    review = hub.store.read(lambda tx: tx.reviews.get(asked["conflict"]))
    assert review is not None
    assert (review.state, review.settled_by) == ("settled", "wang")
    assert "finance@shjd.example" in browser("wang").get(f"/reviews/{asked['conflict']}").text


def test_an_entered_value_is_written_on_both_sides(asked: dict[str, str], hub: Hub, browser: Open) -> None:
    browser("wang").post(f"/reviews/{asked['unknown']}/settle", {"choice": "value", "value": "organisation"})
    deciding.run(hub)
    (remote,) = [one for one in deciding.erp(hub).records("party") if one.doc.get("code") == "HZ-3"]
    assert remote.doc["type"] == "O"


def test_customers_are_merged_with_the_fields_that_were_chosen_and_taken_apart_again(
    asked: dict[str, str], hub: Hub, browser: Open
) -> None:
    review = hub.store.read(lambda tx: tx.reviews.get(asked["duplicate"]))
    assert review is not None
    older, newer = str(review.detail["other"]), review.record_id
    form = {"choice": "merge", "record_id": older, "pick.name": newer, "pick.code": older}
    answer = browser("wang").post(f"/reviews/{asked['duplicate']}/settle", form)
    assert answer.location == "/reviews", answer.text
    kept, gone = (hub.store.read(lambda tx, one=one: tx.records.need("customer", one)).doc for one in (older, newer))  # type: ignore[misc] # bound at once
    assert (kept["name"], kept["code"], kept["level"]) == ("深圳市精密机械", "SZ-7", "gold")
    assert gone["merged_into"] == older
    boss = browser("boss")
    assert "Undo the merge" in boss.get(f"/customers/{newer}").text
    boss.post(f"/do/customers/{newer}/split", {"back": f"/customers/{newer}"})
    assert "merged_into" not in hub.store.read(lambda tx: tx.records.need("customer", newer)).doc


def test_two_customers_are_compared_by_hand(asked: dict[str, str], hub: Hub, browser: Open) -> None:
    ids = [one.id for one in hub.store.read(lambda tx: tx.records.page("customer", limit=2)).records]
    answer = browser("wang").post("/reviews/compare", {"one": ids[0], "other": ids[1]})
    assert browser("wang").get(answer.location).status_code == 200
    assert browser("wang").post("/reviews/compare", {"one": ids[0], "other": ids[0]}).status_code == 409


def test_personal_values_are_kept_from_who_must_not_see_them(
    asked: dict[str, str], hub: Hub, browser: Open, people: dict[str, User]
) -> None:
    assert "office@shjd.example" not in browser("wang").get("/reviews").text
    assert "office@shjd.example" in browser("wang").get(f"/reviews/{asked['conflict']}").text
    nosy = replace(POLICIES.roles["warehouse"], permissions=frozenset({"reviews", "trace", "customers:read"}))
    policies = replace(POLICIES, roles={**POLICIES.roles, "warehouse": nosy})
    object.__setattr__(hub, "policies", policies)
    record = hub.store.read(lambda tx: tx.reviews.get(asked["conflict"]))
    assert record is not None
    zhao = browser("zhao")
    for path in (f"/reviews/{asked['conflict']}", f"/trace/fields/customer/{record.record_id}"):
        page = zhao.get(path)
        assert page.status_code == 200
        assert "shjd.example" not in page.text
    adoption = zhao.get(f"/reviews/{asked['adoption']}").text
    assert "91310000MA1K35X" not in adoption


def test_a_question_is_listed_shown_and_settled_once_over_the_api(
    asked: dict[str, str], hub: Hub, api: Callable[..., Api]
) -> None:
    program = api("reviews:read", "reviews:write")
    listed = program.get("/reviews?kind=conflict").get_json()["items"]
    assert asked["conflict"] in [one["id"] for one in listed]
    shown = program.get(f"/reviews/{asked['conflict']}").get_json()
    assert shown["choices"] == ["hub", "remote", "value"]
    body = {"choice": "hub", "seen": shown["seen"]}
    first = program.post(f"/reviews/{asked['conflict']}/settle", body, **{"Idempotency-Key": "one"})
    again = program.post(f"/reviews/{asked['conflict']}/settle", body, **{"Idempotency-Key": "one"})
    assert (first.status_code, again.status_code, first.data == again.data) == (200, 200, True)
    assert program.post(f"/reviews/{asked['conflict']}/settle", body).status_code == 409
    assert api("reviews:read").post(f"/reviews/{asked['gone']}/settle", {"choice": "again"}).status_code == 403


def test_values_that_moved_are_asked_anew_and_told_so(asked: dict[str, str], hub: Hub, api: Callable[..., Api]) -> None:
    program = api("reviews:read", "reviews:write")
    shown = program.get(f"/reviews/{asked['conflict']}").get_json()
    record = hub.store.read(lambda tx: tx.records.need("customer", shown["record_id"]))
    deciding.change(hub, record, email="newest@shjd.example")
    answer = program.post(f"/reviews/{asked['conflict']}/settle", {"choice": "hub", "seen": shown["seen"]})
    assert (answer.status_code, "asked anew" in answer.get_json()["detail"]) == (412, True)
    now = program.get(f"/reviews/{asked['conflict']}").get_json()
    assert now["detail"]["hub"] == "newest@shjd.example"
    assert (
        program.post(f"/reviews/{asked['conflict']}/settle", {"choice": "hub", "seen": now["seen"]}).status_code == 200
    )


@pytest.mark.parametrize("body", [{}, {"choice": 1}, {"choice": "hub", "fields": []}, {"choice": "hub", "more": 1}])
def test_a_decision_that_cannot_be_read_is_refused(
    asked: dict[str, str], api: Callable[..., Api], body: dict[str, object]
) -> None:
    assert api("reviews:write").post(f"/reviews/{asked['conflict']}/settle", body).status_code == 422


def test_where_values_came_from_and_the_way_of_a_message_are_told_by_any_id(
    asked: dict[str, str], hub: Hub, api: Callable[..., Api], browser: Open
) -> None:
    program = api("trace", "customers:read")
    told = program.get("/provenance/erp:1").get_json()
    sources = {one["path"]: (one["by"], one["system"]) for one in told["fields"]}
    assert sources["email"] == ("li", "")
    assert sources["phone"] == ("system:erp", "erp")
    stops = program.get(f"/trace/{asked['conflict']}").get_json()["stops"]
    assert [one["state"] for one in stops] == ["passed"] * 6 + ["skipped"] * 2
    assert api("trace").get("/provenance/erp:1").status_code == 403
    assert browser("wang").get("/trace?id=SH-1").status_code == 302
    assert browser("wang").get("/trace/nothing-like-it").status_code == 404


def test_what_was_given_up_is_filtered_previewed_replayed_and_dropped(
    asked: dict[str, str], hub: Hub, api: Callable[..., Api], browser: Open, people: dict[str, User]
) -> None:
    for number in range(3):
        deciding.erp(hub).create("party", {"name": f"X{number}", "phone": "none"})
    deciding.run(hub)
    accounts.change_user(hub, hub.actor("setup"), people["boss"].id, language="zh")
    page = browser("boss").get("/sync/given-up?system=erp&entity=customer&error_class=InvalidError")
    assert "phone" in page.text
    program = api("sync:read", "sync:write")
    preview = program.post("/queue/replay", {"error_class": "InvalidError", "preview": True}).get_json()
    assert (preview["count"], preview["by_entity"]) == (3, {"customer": 3})
    dead = queue.listing(hub, state="dead")
    item = program.get(f"/queue/{dead[0]['id']}").get_json()
    assert (item["failure"]["path"], item["failure"]["stage"], item["mapping_now"]) == (
        "phone",
        "pulled",
        item["failure"]["mark"],
    )
    elsewhere = {"to": "erp", "reason": "a test"}
    assert program.post(f"/queue/{dead[0]['id']}/reroute", elsewhere).status_code == 409
    assert program.post(f"/queue/{dead[0]['id']}/drop", {"reason": " "}).status_code == 422
    assert program.post(f"/queue/{dead[0]['id']}/drop", {"reason": "a test"}).status_code == 200
    assert program.post("/queue/replay", {"system": "erp", "rate": 0}).status_code == 422
    assert program.post("/queue/replay", {"system": "erp", "rate": 2}).get_json()["count"] == 2
    assert queue.listing(hub, state="dead") == []


def test_a_document_that_was_given_up_may_be_sent_through_another_system(
    hub: Hub, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    deciding.erp(hub).create("party", {"name": "X", "phone": "none"})
    deciding.run(hub)
    page = f"/sync/items/{queue.listing(hub, state='dead')[0]['id']}"
    assert "/sync/reroute/" not in browser("boss").get(page).text
    monkeypatch.setattr(routes, "ways", lambda _hub, _item_id: ["books"])
    told = browser("boss").get(page).text
    checked(told)
    assert "<option>books</option>" in told
    form = {"to": "books", "reason": "It is closed."}
    assert browser("boss").post(page.replace("items", "reroute"), form).status_code == 409
    assert browser("li").post(page.replace("items", "reroute"), form).status_code == 403


@pytest.mark.parametrize("since", ["yesterday", "0001-01-01T00:00", "2026-13-01T00:00", "\u202e"])
def test_a_time_that_is_none_is_refused_in_the_filter_of_what_was_given_up(browser: Open, since: str) -> None:
    boss = browser("boss")
    assert boss.get(f"/sync/given-up?since={quote(since)}").status_code == 422
    assert boss.post("/sync/given-up/replay", {"rate": "5", "since": since}).status_code == 422


@pytest.mark.parametrize("rate", ["nan", "inf", "-inf", "1e-300", "0"])
def test_a_rate_that_is_none_is_refused(asked: dict[str, str], hub: Hub, browser: Open, rate: str) -> None:
    for number in range(2):
        deciding.erp(hub).create("party", {"name": f"X{number}", "phone": "none"})
    deciding.run(hub)
    assert browser("boss").post("/sync/given-up/replay", {"rate": rate}).status_code == 422
    assert len(queue.listing(hub, state="dead")) == 2


def test_a_mass_replay_that_is_sent_again_with_its_key_takes_up_nothing_new(
    asked: dict[str, str], hub: Hub, api: Callable[..., Api]
) -> None:
    deciding.erp(hub).create("party", {"name": "X", "phone": "none"})
    deciding.run(hub)
    program, key = api("sync:write"), {"Idempotency-Key": "k1"}
    assert program.send("POST", "/queue/replay", {"rate": 2}, **key).get_json()["count"] == 1
    deciding.run(hub)
    again = program.send("POST", "/queue/replay", {"rate": 2}, **key)
    assert (again.get_json()["count"], again.headers["Idempotent-Replayed"]) == (1, "true")
    assert len(queue.listing(hub, state="dead")) == 1


def test_a_mass_replay_without_a_key_is_refused_before_anything_is_done(
    asked: dict[str, str], hub: Hub, api: Callable[..., Api]
) -> None:
    deciding.erp(hub).create("party", {"name": "X", "phone": "none"})
    deciding.run(hub)
    assert api("sync:write").send("POST", "/queue/replay", {}).status_code == 400
    assert len(queue.listing(hub, state="dead")) == 1


@pytest.mark.parametrize("side", [[], {}, None, 1, "both"])
def test_a_side_that_is_none_is_a_wrong_field(asked: dict[str, str], api: Callable[..., Api], side: object) -> None:
    decision = {"choice": "merge", "fields": {"name": side}}
    answer = api("reviews:write").post(f"/reviews/{asked['conflict']}/settle", decision)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == ["fields"]
