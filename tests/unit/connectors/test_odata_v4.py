"""The OData driver with version 4: versions, links, delta links, batches, actions, and hostile answers."""

import gzip
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from connectors.odata import connect
from hub.domain.documents import Doc
from hub.domain.errors import (
    HubError,
    PositionLostError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Connector, Item, ObjectSpec, Remote, Setup
from tests.unit.connectors.odata_v4 import ROOT, Things, always, refused

FIELDS: Doc = {"Id": {"computed": True}, "Name": {}, "Price": {}}
THING: Doc = {"service": "v4", "set": "Things", "fields": FIELDS}
PARTS: Doc = {"Parts": {"fields": {"No": {}, "Label": {}}}}
REMOTE = {
    "thing": {**THING, "children": PARTS, "acts": {"close": {"call": "Close"}}},
    "linked": {**THING, "links": True},
    "tracked": {**THING, "tracks": True},
}
NOW = datetime(2026, 2, 1, tzinfo=UTC)
EVERYTHING: Any = {"since": BEGINNING, "until": NOW}


class Ticking:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


def connected() -> Any:
    connection = {"url": "http://things.example/odata", "version": 4, "auth": {"kind": "none"}}
    objects = {name: ObjectSpec(name) for name in REMOTE}
    return connect(Setup("shop", {}, objects, REMOTE, connection, now=Ticking()))


def answering(mock: responses.RequestsMock, answer: Callable[[Any], Any]) -> None:
    for method in ("GET", "POST", "PATCH", "DELETE"):
        mock.add_callback(method, re.compile(".*"), callback=answer)


@pytest.fixture
def things() -> Iterator[Things]:
    service = Things()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        answering(mock, service)
        yield service


@pytest.fixture
def shop(things: Things) -> Any:
    return connected()


def test_a_thing_is_made_read_and_changed_under_its_version(things: Things, shop: Connector) -> None:
    made = shop.create("thing", {"Name": "Pump", "Price": "12.50"})
    assert made.doc == {"Id": "1", "Name": "Pump", "Price": "12.50", "Parts": []}
    changed = shop.update("thing", made, {**made.doc, "Name": "Valve"})
    assert (changed.doc["Name"], changed.doc["Price"]) == ("Valve", "12.50")
    with pytest.raises(StaleError):
        shop.update("thing", made, {**made.doc, "Name": "Old"})
    assert shop.get("thing", "9") is None


def test_a_change_between_reading_and_writing_is_stale(things: Things, shop: Connector) -> None:
    """412, though we had just looked."""
    made = shop.create("thing", {"Name": "Pump"})
    answer = things.answer

    def faster(method: str, url: str, headers: dict[str, str], body: bytes) -> Any:
        if method == "PATCH":
            things.put("1", Name="Faster")
        return answer(method, url, headers, body)

    things.answer = faster  # type: ignore[method-assign] # somebody comes in between
    with pytest.raises(StaleError):
        shop.update("thing", made, {**made.doc, "Name": "Ours"})
    assert things.rows["1"]["Name"] == "Faster"


def test_an_action_is_called_on_the_thing(things: Things, shop: Connector) -> None:
    made = shop.create("thing", {"Name": "Pump"})
    shop.act("thing", made.id, "close")
    assert things.rows["1"]["Name"] == "closed"
    assert "POST Things('1')/things.Close" in things.asked


def test_a_quote_in_a_value_stays_a_value(things: Things, shop: Connector) -> None:
    shop.create("thing", {"Name": "O'Neill"})
    assert [each.id for each in shop.find("thing", "Name", "O'Neill")] == ["1"]
    assert shop.find("thing", "Name", "x' or 'a' eq 'a") == []


def test_the_servers_own_links_are_followed_to_the_end(things: Things, shop: Connector) -> None:
    for number in range(5):
        things.put(f"T{number}", Name="x")
    found, after = list[str](), None
    while True:
        page = shop.changes("linked", **EVERYTHING, after=after)
        found += [each.id for each in page.records]
        after = page.after
        if after is None:
            break
    assert found == ["T0", "T1", "T2", "T3", "T4"]


def test_a_link_to_another_host_is_not_followed(things: Things, shop: Connector) -> None:
    things.elsewhere = True
    for number in range(3):
        things.put(f"T{number}", Name="x")
    page = shop.changes("linked", **EVERYTHING)
    with pytest.raises(RejectedError, match="not followed"):
        shop.changes("linked", **EVERYTHING, after=page.after)


def whole(shop: Connector, since: datetime) -> tuple[list[str], list[str]]:
    told, gone, after = list[str](), list[str](), None
    while True:
        page = shop.changes("tracked", since=since, until=NOW, after=after)
        told += [each.id for each in page.records]
        gone += page.gone
        after = page.after
        if after is None:
            return told, gone


def test_a_delta_link_tells_what_changed_and_what_is_gone(things: Things, shop: Connector) -> None:
    for number in range(3):
        things.put(f"T{number}", Name="x")
    assert whole(shop, BEGINNING) == (["T0", "T1", "T2"], [])
    things.put("T1", Name="y")
    things.remove("T2")
    later = NOW + timedelta(hours=1)
    assert whole(shop, later) == (["T1"], ["T2"])
    assert whole(shop, later + timedelta(hours=1)) == ([], [])


def test_a_poll_that_failed_midway_is_told_everything_again(things: Things, shop: Connector) -> None:
    """The engine asks since the same time; the newer link would have skipped what it never took in."""
    things.put("T0", Name="x")
    whole(shop, BEGINNING)
    things.put("T0", Name="y")
    asked = NOW + timedelta(seconds=90)
    assert whole(shop, asked) == (["T0"], [])
    assert whole(shop, asked) == (["T0"], [])


def test_a_link_that_expired_or_was_never_given_is_a_lost_position(things: Things, shop: Connector) -> None:
    with pytest.raises(PositionLostError):
        whole(shop, NOW + timedelta(hours=1))
    things.put("T0", Name="x")
    whole(shop, BEGINNING)
    things.links_hold = False
    with pytest.raises(PositionLostError):
        whole(shop, NOW + timedelta(hours=1))


def test_a_place_that_is_none_of_ours_is_a_lost_position(shop: Connector) -> None:
    with pytest.raises(PositionLostError):
        shop.changes("thing", **EVERYTHING, after="somewhere")


def test_a_batch_tells_what_became_of_each(things: Things, shop: Any) -> None:
    seen = shop.create("thing", {"Name": "Old"})
    items = [
        Item("a", {"Name": "A"}),
        Item("b", {"Name": "x" * 21}),
        Item("c", {**seen.doc, "Name": "New"}, seen),
    ]
    told = shop.write_many("thing", items)
    assert {key: type(each) for key, each in told.items()} == {"a": Remote, "b": RejectedError, "c": Remote}
    assert told["c"].doc["Name"] == "New"
    assert "Geheim" not in str(told["b"])


HTML = "<!DOCTYPE html><html><body>Please sign in.</body></html>"
DEEP = '{"value":' + "[" * 5000 + "]" * 5000 + "}"
HOSTILE: dict[str, tuple[int, dict[str, str], str | bytes]] = {
    "html": (200, {"Content-Type": "text/html"}, HTML),
    "truncated": (200, {}, '{"value": [{"Id": "1", "Na'),
    "deep": (200, {}, DEEP),
    "charset": (200, {"Content-Type": "application/json; charset=utf-16"}, b'{"value": []}x'),
    "no list": (200, {}, '{"value": {"Id": "1"}}'),
    "no rows": (200, {}, '{"value": ["1", 2]}'),
    "a number": (200, {}, "5"),
    "empty": (200, {}, ""),
    "wrong type": (200, {}, '{"value": [{"Id": "1", "Name": "a", "Price": "cheap"}]}'),
    "large": (200, {}, b'{"value": ["' + b"x" * 25_000_000 + b'"]}'),
    "bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 30_000_000)),
    "error": (500, {}, HTML),
}


@pytest.mark.parametrize("what", list(HOSTILE))
def test_a_hostile_answer_to_a_read_is_a_named_error_and_the_next_call_works(what: str) -> None:
    """T19."""
    shop = connected()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        answering(mock, always(*HOSTILE[what]))
        with pytest.raises(RetryableError):
            shop.changes("thing", **EVERYTHING)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        service = Things()
        service.put("T0", Name="x")
        answering(mock, service)
        assert [each.id for each in shop.changes("thing", **EVERYTHING).records] == ["T0"]


@pytest.mark.parametrize("what", [name for name in HOSTILE if name not in {"no list", "no rows", "wrong type"}])
def test_a_hostile_answer_to_a_write_leaves_the_outcome_to_be_looked_up(what: str) -> None:
    shop = connected()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        answering(mock, always(*HOSTILE[what]))
        with pytest.raises(UnknownOutcomeError):
            shop.create("thing", {"Name": "A"})
        with pytest.raises(UnknownOutcomeError):
            shop.write_many("thing", [Item("a", {"Name": "A"})])


@pytest.mark.parametrize(
    "metadata",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><edmx:Edmx xmlns:edmx="x">&a;</edmx:Edmx>',
        "<html><body>Sign in</body></html>",
        "<edmx",
        "",
    ],
)
def test_hostile_metadata_is_a_named_error(metadata: str) -> None:
    shop = connected()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add("GET", f"{ROOT}/$metadata", body=metadata)
        with pytest.raises(HubError):
            shop.get("thing", "1")


def test_a_refusal_says_the_code(things: Things, shop: Connector) -> None:
    with pytest.raises(RejectedError) as error:
        shop.create("thing", {"Name": "x" * 21})
    assert "things/1" in str(error.value)
    assert "Geheim" not in str(error.value)
    assert refused(400, "x")[0] == 400
