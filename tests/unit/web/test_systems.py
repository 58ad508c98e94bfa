"""The page and the API of one system: what it can, how it answers, how far it is; tested, paused, resumed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from hub.domain.errors import RetryableError
from hub.domain.sync.budget import Budget
from hub.ports.accounts import User
from hub.ports.connector import Lack, Probe
from hub.ports.outbox import Delivery
from hub.services import accounts
from hub.services.context import Hub
from hub.testing.clock import FakeClock
from tests.unit.web import erp
from tests.unit.web.clients import Api, Browser


@pytest.fixture
def hub(hub: Hub, clock: FakeClock) -> Hub:
    return connected(hub, clock)


def connected(hub: Hub, clock: FakeClock) -> Hub:
    """The hub with an ERP that has a budget."""
    made = erp.connect(hub, clock)
    system = replace(made.systems["erp"], budget=Budget(per_second=5, per_day=1000))
    declared = {name: one for name, one in system.mappings.items() if one.object in system.objects}
    return replace(hub, systems={"erp": replace(system, connector=erp.fake_of(made), mappings=declared)})


def got(answer: TestResponse) -> Any:
    return answer.json


def waiting(hub: Hub, number: int, *, error: str | None = None) -> None:
    delivery = Delivery(f"d{number}", "erp", "customer", f"c{number}", "t1", hub.clock.now(), error=error)
    hub.store.run(lambda tx: tx.outbox.enqueue(delivery))


def test_the_page_tells_what_the_system_can(browser: Callable[[str], Browser]) -> None:
    page = browser("boss").get("/sync/systems/erp").text
    assert "ERP" in page
    assert "is looked up first" in page
    assert "only read" in page
    assert "validate_invoice → post" in page
    assert "list of ids" in page
    assert "several records in one call" not in page


def test_the_page_tells_lag_oldest_and_what_may_still_be_asked(
    hub: Hub, clock: FakeClock, browser: Callable[[str], Browser]
) -> None:
    waiting(hub, 1)
    hub.systems["erp"].connector.probe()
    clock.pass_by(timedelta(minutes=3))
    page = browser("boss").get("/sync/systems/erp").text
    assert "oldest 3 minutes ago" in page
    assert "999 of 1000 left" in page
    assert "20 % are kept for live work" in page
    assert "last 09:00" in page


@pytest.mark.parametrize(("tongue", "said"), [("en", "more than 500 characters"), ("zh", "原因超过 500 个字符")])
def test_no_reason_is_longer_than_anybody_reads(
    hub: Hub, browser: Callable[[str], Browser], tongue: str, said: str
) -> None:
    delivery = Delivery("d1", "erp", "customer", "c1", "t1", hub.clock.now())
    hub.store.run(lambda tx: tx.outbox.enqueue(delivery))
    hub.store.run(lambda tx: tx.outbox.dead(delivery, error="no"))
    boss = browser("boss")
    boss.post("/language", {"language": tongue})
    for address in ("/sync/pause/erp", "/sync/drop/d1"):
        answer = boss.post(address, {"reason": "x" * 100_000})
        assert (answer.status_code, said in answer.text) == (422, True), address
    assert hub.store.read(lambda tx: tx.pauses.all()) == {}


def test_of_two_who_pause_at_once_one_is_told_of_the_other(hub: Hub, browser: Callable[[str], Browser]) -> None:
    first, second = browser("boss"), browser("boss")
    assert first.post("/sync/pause/erp", {"reason": "They move."}).status_code == 302
    answer = second.post("/sync/pause/erp", {"reason": "The net is down."})
    assert answer.status_code == 409
    assert "is paused already" in answer.text
    assert hub.store.read(lambda tx: tx.pauses.all())["erp"].reason == "They move."


@pytest.mark.parametrize("login", ["li", "wang", "zhang", "zhao"])
def test_who_does_not_look_after_systems_neither_sees_one_nor_gets_through(
    hub: Hub, browser: Callable[[str], Browser], login: str
) -> None:
    person = browser(login)
    told = {"reason": "Because."}
    answers = [person.get("/sync/systems/erp"), person.post("/sync/pause/erp", told)]
    answers += [person.post(f"/sync/{what}", {}) for what in ("resume/erp", "systems/erp/test", "drift/erp")]
    for answer in answers:
        assert answer.status_code == 403
        assert answer.content_type.startswith("text/html")
        assert "/sync/pause" not in answer.text
    assert hub.store.read(lambda tx: tx.pauses.all()) == {}


def test_a_test_tells_version_and_clock_and_is_kept(
    hub: Hub, clock: FakeClock, api: Callable[..., Api], browser: Callable[[str], Browser]
) -> None:
    fake = erp.fake_of(hub)
    fake.probe = lambda: Probe("fake 2", clock.now() + timedelta(seconds=40))  # type: ignore[method-assign] # its clock is wrong
    client = api("sync:read", "sync:write")
    told = got(client.post("/systems/erp/test"))
    assert (told["version"], told["ahead"], told["ok"]) == ("fake 2", 40.0, False)
    assert (told["clock_differs"], told["problems"]) == (True, [])
    assert got(client.get("/systems/erp"))["test"] == told
    assert "set both by NTP" in browser("boss").get("/sync/systems/erp").text


def test_what_a_test_misses_is_told_in_the_readers_language(
    hub: Hub, api: Callable[..., Api], browser: Callable[[str], Browser]
) -> None:
    lack = Lack("{set} has no {field}.", {"set": "A_Customer", "field": "<b>Key</b>"}, "customer")
    erp.fake_of(hub).probe = lambda: Probe("fake 2", None, (lack,))  # type: ignore[method-assign] # it lacks a field
    (problem,) = got(api("sync:read", "sync:write").post("/systems/erp/test"))["problems"]
    assert problem["detail"] == "customer: A_Customer has no <b>Key</b>."
    boss = browser("boss")
    boss.post("/language", {"language": "zh", "back": "/"})
    page = boss.get("/sync/systems/erp").text
    assert "A_Customer 没有 &lt;b&gt;Key&lt;/b&gt;。" in page


def test_a_system_that_is_left_alone_after_failures_is_asked_all_the_same(
    hub: Hub, clock: FakeClock, browser: Callable[[str], Browser], people: dict[str, User]
) -> None:
    fake, boss = erp.fake_of(hub), browser("boss")
    works = fake.probe

    def down() -> Probe:
        raise RetryableError("{system} cannot be reached ({kind})", system="erp", kind="Timeout")

    fake.probe = down  # type: ignore[method-assign] # it is switched off
    for _ in range(6):
        assert boss.post("/sync/systems/erp/test", {}).status_code == 302
        clock.pass_by(timedelta(seconds=1))  # five a second may be asked
    page = boss.get("/sync/systems/erp").text
    assert "left alone until" in page
    assert "erp cannot be reached (Timeout)" in page
    accounts.change_user(hub, hub.actor("setup"), people["boss"].id, language="zh")
    assert "erp 无法连接（Timeout）" in boss.get("/sync/systems/erp").text
    accounts.change_user(hub, hub.actor("setup"), people["boss"].id, language="en")
    fake.probe = works  # type: ignore[method-assign] # and on again
    boss.post("/sync/systems/erp/test", {})
    page = boss.get("/sync/systems/erp").text
    assert "left alone until" not in page
    assert "fake 1" in page


def test_the_newest_failures_are_those_given_up_and_those_tried_again(
    hub: Hub, browser: Callable[[str], Browser]
) -> None:
    waiting(hub, 1, error=None)
    waiting(hub, 2)
    taken = hub.store.run(
        lambda tx: tx.outbox.claim("erp", now=hub.clock.now(), lease_for=timedelta(minutes=1), limit=2)
    )
    hub.store.run(lambda tx: tx.outbox.dead(taken[0], error="no such party"))
    hub.store.run(lambda tx: tx.outbox.later(taken[1], not_before=hub.clock.now(), error="it is busy"))
    page = browser("boss").get("/sync/systems/erp").text
    assert "no such party" in page
    assert "it is busy" in page
    assert "1 given up" in page


def test_it_is_paused_and_resumed_over_the_api(hub: Hub, api: Callable[..., Api]) -> None:
    client = api("sync:read", "sync:write")
    assert client.post("/systems/erp/pause", {"reason": " "}).status_code == 422
    told = got(client.post("/systems/erp/pause", {"reason": "they move"}))
    assert (told["left_alone"], told["reason"]) == ("person", "they move")
    assert got(client.get("/systems"))["items"][0]["paused"] is True
    assert client.post("/systems/erp/pause", {"reason": "again"}).status_code == 409
    assert got(client.post("/systems/erp/test"))["ok"] is True
    assert got(client.post("/systems/erp/resume"))["left_alone"] is None
    assert client.get("/systems/crm").status_code == 404


def test_a_request_that_comes_twice_pauses_and_resumes_once(api: Callable[..., Api]) -> None:
    client = api("sync:read", "sync:write")
    for path, body in (("pause", {"reason": "they move"}), ("test", {}), ("resume", {})):
        at, key = f"/systems/erp/{path}", {"Idempotency-Key": f"key-of-{path}"}
        first, again = client.post(at, body, **key), client.post(at, body, **key)
        assert (first.status_code, again.status_code, again.json) == (200, 200, first.json)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert client.send("POST", at, body).status_code == 400


@pytest.mark.parametrize("reason", [None, 7, ["moved"], {"why": "moved"}, "x" * 501])
def test_a_reason_is_a_text_of_a_reasonable_length(api: Callable[..., Api], reason: object) -> None:
    client = api("sync:read", "sync:write")
    assert client.post("/systems/erp/pause", {"reason": reason}).status_code == 422
    assert got(client.get("/systems"))["items"][0]["paused"] is False


def test_who_may_not_is_refused(api: Callable[..., Api], browser: Callable[[str], Browser]) -> None:
    assert api("sync:read").post("/systems/erp/pause", {"reason": "x"}).status_code == 403
    assert api("tickets:read").get("/systems").status_code == 403
    assert browser("li").get("/sync/systems/erp").status_code == 403
    assert browser("li").post("/sync/systems/erp/test", {}).status_code == 403
    assert browser("boss").get("/sync/systems/crm").status_code == 404
