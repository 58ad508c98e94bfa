"""Connector files of the rest driver: what is wrong with them is said at once; what all objects share is said once."""

from typing import Any

import pytest

from connectors.rest.calls import Call
from hub.domain.errors import AuthError, InvalidError, RejectedError
from tests.unit.connectors.rest_system import Asked, Shop, Step, at


@pytest.mark.parametrize(
    ("remote", "told"),
    [
        ({"get": {"path": "/items/{nothing}"}}, "there is no nothing here"),
        ({"get": {"path": "/items/{settings.colour}"}}, "there is no settings.colour here"),
        ({"get": {"path": "/{own.kind}"}}, "there is no own.kind here"),
        ({"create": {"path": "/items", "body": {"a": "name={its.name}"}}}, "stands amid text"),
        ({"find": {"*": {"path": "/items", "query": {"q": "name:{value}"}}}}, "stands amid text"),
        ({"act": {"*": {"path": "/items", "body": {"$unless": 1}}}}, "there is no $unless"),
    ],
)
def test_a_template_that_cannot_be_filled_is_told_before_anybody_is_called(remote: Any, told: str) -> None:
    with pytest.raises(InvalidError) as wrong:
        Shop(remote, lambda _: None)
    assert told in str(wrong.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(InvalidError) as wrong:
        Shop({"get": {"path": "/{a}"}, "list": {"path": "/{b}"}}, lambda _: None)
    assert len(wrong.value.fields) == 2


@pytest.mark.parametrize(
    "remote",
    [{"lst": {}}, {"list": {"pth": "/"}}, {"get": {"records": "rows"}}, {"fields": {"a": {"as": "float"}}},
     {"list": {"page": {"kind": "pages"}}}, {"create": {"then": [{"pth": "/"}]}}],
)  # fmt: skip
def test_a_key_that_nobody_knows_is_refused_by_the_schema(remote: Any) -> None:
    with pytest.raises(AssertionError):
        Shop(remote, lambda _: None)


def test_objects_share_what_the_connection_says_and_may_take_it_away() -> None:
    defaults = {
        "get": {"path": "/{own.model}/{id}", "record": "body.data"}, "list": {"path": "/{own.model}"},
        "own": {"model": "none"}, "ids": {"path": "/ids"},
    }  # fmt: skip
    remote = {"own": {"model": "res/item"}, "list": {"order": "none"}, "ids": None}
    connection = {
        "defaults": defaults, "headers": {"X-App": "hub"}, "query": {"region": "{settings.region}"},
        "page": {"kind": "page", "size": 5, "send": {"query": {"p": "{page}"}}},
    }  # fmt: skip
    shop = Shop(remote, lambda asked: {"data": {"id": 7}} if "7" in asked.path else [{"id": 7}], connection)
    assert shop.connector.get("item", "7") is not None
    shop.connector.ids("item")
    assert [(asked.path, asked.query) for asked in shop.asked] == [
        ("/res/item/7", {"region": "cn"}), ("/res/item", {"region": "cn", "p": "1"}),
    ]  # fmt: skip
    assert shop.asked[0].headers["x-app"] == "hub"


def test_hosts_are_chosen_by_a_setting() -> None:
    hosts = {"by": "region", "are": {"cn": "http://rest.example/api", "eu": "http://eu.example"}}
    shop = Shop({"get": {"path": "/x/{id}"}}, lambda _: {"id": 1}, {"url": "{host}", "hosts": hosts})
    assert shop.connector.get("item", "1") is not None
    assert shop.asked[0].path == "/x/1"
    with pytest.raises(InvalidError, match="none of eu"):
        Shop({}, lambda _: None, {"url": "{host}", "hosts": {"by": "region", "are": {"eu": "http://eu.example"}}})


def test_errors_of_a_call_come_before_those_of_the_connection() -> None:
    table = [{"status": 409, "do": "fail"}]
    goals = {"closed": (Step("open", "close", "closed"),)}
    act = {"*": {"path": "/{id}", "errors": [{"status": 409, "do": "ignore"}]}}
    shop = Shop({"act": act, "create": {"path": "/"}}, lambda _: (409, {}, {}), {"errors": table}, goals=goals)
    with pytest.raises(RejectedError):
        shop.connector.create("item", {})
    shop.connector.act("item", "1", "close")


def test_a_header_cannot_be_split() -> None:
    shop = Shop({"create": {"path": "/", "headers": {"X-Ref": "{its.ref}"}}}, lambda _: {"id": 1})
    with pytest.raises(RejectedError, match="X-Ref"):
        shop.connector.create("item", {"ref": "a\r\nX-Evil: 1"})
    assert shop.asked == []


@pytest.mark.parametrize("remote_id", ["", ".", "..", "a/b"])
def test_an_id_cannot_lead_elsewhere(remote_id: str) -> None:
    shop = Shop({"get": {"path": "/items/{id}"}}, lambda _: (404, {}, None))
    assert shop.connector.get("item", remote_id) is None
    assert [asked.path for asked in shop.asked] == (["/items/a%2Fb"] if remote_id == "a/b" else [])


# --- probe


def test_a_probe_tells_version_clock_and_what_may_not_be_listed() -> None:
    def say(asked: Asked) -> Any:
        if asked.path == "/about":
            return 200, {"Date": "Mon, 02 Mar 2026 01:00:07 GMT"}, {"version": "2.1"}
        return (403, {}, None) if asked.path == "/secret" else []

    probe = {"path": "/about", "version": "body.version", "expect": "^3"}
    others = {"secret": {"list": {"path": "/secret"}}, "mute": {}}
    told = Shop({"list": {"path": "/l"}}, say, {"probe": probe}, others).connector.probe()
    assert (told.version, told.now) == ("2.1", at(7))
    assert str(told.problems[0]) == "Version 2.1 is not ^3, with which this was proved."
    assert [one.object for one in told.problems] == ["", "secret"]


def test_without_a_probe_a_listing_tells_the_clock() -> None:
    told = Shop(
        {"list": {"path": "/l"}}, lambda _: (200, {"Date": "Mon, 02 Mar 2026 01:00:07 GMT"}, [])
    ).connector.probe()
    assert (told.version, told.now, told.problems) == ("unknown", at(7), ())


def test_who_is_locked_out_by_the_probe_is_locked_out() -> None:
    with pytest.raises(AuthError):
        Shop({}, lambda _: (401, {}, None), {"probe": {"path": "/about"}}).connector.probe()


def test_who_is_locked_out_of_every_listing_is_locked_out() -> None:
    others = {"other": {"list": {"path": "/o"}}, "mute": {}}
    with pytest.raises(AuthError):
        Shop({"list": {"path": "/l"}}, lambda _: (403, {}, None), others=others).connector.probe()
    half = Shop({"list": {"path": "/l"}}, lambda one: [] if one.path == "/o" else (403, {}, None), others=others)
    assert [one.object for one in half.connector.probe().problems] == ["item"]


def test_a_product_describes_its_objects_where_the_file_says_how() -> None:
    describe = {"path": "/fields", "kind": "odoo", "at": "body.fields"}
    shop = Shop({"describe": describe}, lambda _: {"fields": {"name": {"type": "char"}}}, others={"bare": {}})
    told = shop.connector.describe("item")
    assert told is not None
    assert (told.kind, told.document) == ("odoo", {"name": {"type": "char"}})
    assert shop.connector.describe("bare") is None


def test_one_call_at_a_time_is_one_at_a_time() -> None:
    held: list[bool] = []
    turns: list[Any] = []

    def say(_: Asked) -> Any:
        held.append(turns[0].locked())
        return {"id": 1}

    shop = Shop({"get": {"path": "/{id}"}}, say, {"one_at_a_time": True})
    get = shop.connector._shapes["item"].get
    assert get is not None
    assert isinstance(get.call, Call)
    turns.append(get.call.shared.turn())
    shop.connector.get("item", "1")
    assert (held, turns[0].locked()) == ([True], False)
