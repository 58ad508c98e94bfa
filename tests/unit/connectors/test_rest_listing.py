"""Listings: every way of going on, nothing skipped when records move, nothing told twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.domain.errors import HubError, PositionLostError, RejectedError, RetryableError
from hub.ports.connector import Feed
from tests.unit.connectors.rest_system import Asked, Shop, at, everything, iso

Rows = list[dict[str, Any]]
EDGES = (("since", -100), ("until", 100))


def row(number: int, seconds: float, **more: Any) -> dict[str, Any]:
    return {"id": f"i{number}", "changed": iso(seconds), **more}


class Table:
    """Records of a product that lists as it documents, and what happens to them between two pages."""

    def __init__(self, rows: Rows, then: Callable[["Table"], None] | None = None) -> None:
        self.rows = rows
        self.then = then

    def ordered(self, asked: Asked) -> Rows:
        since, until = (datetime.fromisoformat(asked.query.get(name, iso(edge))) for name, edge in EDGES)
        rows = [one for one in self.rows if since <= datetime.fromisoformat(one["changed"]) <= until]
        rows.sort(key=lambda one: (one["changed"], one["id"]), reverse=asked.query.get("sort") == "desc")
        return rows

    def offset(self, asked: Asked) -> Any:
        start = int(asked.query["offset"])
        return self.told(self.ordered(asked)[start : start + int(asked.query["limit"])])

    def page(self, asked: Asked) -> Any:
        size = int(asked.query["limit"])
        start = (int(asked.query["page"]) - 1) * size
        return self.told(self.ordered(asked)[start : start + size])

    def cursor(self, asked: Asked) -> Any:
        start = int(asked.query.get("cursor", 0))
        rows = self.ordered(asked)[start : start + 2]
        return {**self.told(rows), "next": start + 2 if start + 2 < len(self.rows) else None}

    def told(self, rows: Rows) -> dict[str, Any]:
        if self.then is not None:
            happens, self.then = self.then, None
            answer = {"rows": [dict(one) for one in rows], "count": len(self.rows)}
            happens(self)
            return answer
        return {"rows": rows, "count": len(self.rows)}

    def touch(self, row_id: str, seconds: float) -> None:
        next(one for one in self.rows if one["id"] == row_id)["changed"] = iso(seconds)

    def drop(self, row_id: str) -> None:
        self.rows = [one for one in self.rows if one["id"] != row_id]


OFFSET = {"limit": "{size}", "offset": "{offset}"}
SPAN = {"since": "{since}", "until": "{until}"}


def listed(query: dict[str, Any], page: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "changed": {"at": "changed"},
        "list": {"path": "/l", "query": query, "records": "body.rows", "page": page, **more},
    }


def shop(kind: str, table: Table, **more: Any) -> Shop:
    query = {"offset": OFFSET, "page": {"limit": "{size}", "page": "{page}"}}[kind]
    return Shop(listed({**SPAN, **query}, {"kind": kind, "size": 2}, **more), getattr(table, kind))


@pytest.mark.parametrize("kind", ["offset", "page"])
@pytest.mark.parametrize("times", [[0, 1, 2, 3, 4], [0, 0, 0, 0, 0], [0, 0, 0, 1, 1], [0, 1, 1, 1, 1, 1, 2]])
def test_every_record_is_told_once(kind: str, times: list[int]) -> None:
    table = Table([row(number, seconds) for number, seconds in enumerate(times)])
    told = everything(shop(kind, table), at(0), at(9))
    assert told == [f"i{number}" for number in range(len(times))]


def test_a_list_in_a_query_sends_its_name_once_for_each() -> None:
    """Sorted by two fields, as some products want it said."""
    system = Shop(
        listed({**SPAN, "by": ["changed", "id"], "to": ["{until}"]}, {"kind": "none"}), lambda _: {"rows": []}
    )
    everything(system, at(0), at(9))
    told = [pair for pair in system.asked[0].pairs if pair[0] in {"by", "to"}]
    assert told == [("by", "changed"), ("by", "id"), ("to", system.asked[0].query["until"])]


@pytest.mark.parametrize("kind", ["offset", "page"])
def test_a_record_that_moves_to_the_end_pulls_no_other_over_the_edge(kind: str) -> None:
    table = Table([row(number, number) for number in range(6)], lambda table: table.touch("i0", 8))
    told = everything(shop(kind, table), at(0), at(9))
    assert set(told) == {f"i{number}" for number in range(6)}


def test_a_record_that_leaves_the_same_instant_is_noticed() -> None:
    table = Table([row(number, 0) for number in range(6)], lambda table: table.touch("i0", 8))
    with pytest.raises(RetryableError, match="moved"):
        everything(shop("offset", table), at(0), at(9))


def test_a_deletion_during_an_unfiltered_listing_is_noticed() -> None:
    table = Table([row(number, number) for number in range(6)], lambda table: table.drop("i4"))
    remote = listed({**OFFSET, "sort": "desc"}, {"kind": "offset", "size": 2}, order="changed_desc")
    with pytest.raises(RetryableError, match="moved"):
        everything(Shop(remote, table.offset), at(0), at(9))


def test_newest_first_ends_at_what_is_too_old_and_drops_what_lies_outside() -> None:
    table = Table([row(number, number) for number in range(20)])
    remote = listed({**OFFSET, "sort": "desc"}, {"kind": "offset", "size": 3}, order="changed_desc")
    system = Shop(remote, table.offset)
    assert sorted(everything(system, at(12), at(17))) == ["i12", "i13", "i14", "i15", "i16", "i17"]
    assert len(system.asked) == 4


def test_newest_first_a_page_still_tells_its_records_in_the_order_of_their_change() -> None:
    table = Table([row(number, number) for number in range(4)])
    remote = listed({**OFFSET, "sort": "desc"}, {"kind": "offset", "size": 9}, order="changed_desc")
    assert everything(Shop(remote, table.offset), at(0), at(9)) == ["i0", "i1", "i2", "i3"]


def test_a_list_that_is_not_in_the_order_it_promises_is_refused() -> None:
    with pytest.raises(RejectedError, match="order"):
        everything(
            Shop(listed({**SPAN, **OFFSET}, {"kind": "offset"}), lambda _: {"rows": [row(1, 5), row(2, 1)]}),
            at(0),
            at(9),
        )


def test_exclusive_bounds_are_asked_for_a_step_further() -> None:
    system = shop("offset", Table([row(1, 3)]), bounds="exclusive")
    assert everything(system, at(3), at(3)) == ["i1"]
    assert (system.asked[0].query["since"], system.asked[0].query["until"]) == (iso(2), iso(4))


def test_coarse_times_are_asked_for_wider_and_dropped_by_the_finer() -> None:
    table = Table([row(1, 3.2), row(2, 3.8), row(3, 4.4)])
    system = shop("offset", table, instants={"places": 0})
    assert everything(system, at(3.5), at(4.1)) == ["i2"]


def test_a_cursor_of_the_body_goes_back_in_the_query() -> None:
    table = Table([row(number, number) for number in range(5)])
    remote = listed(SPAN, {"kind": "cursor", "next": "body.next", "send": {"query": {"cursor": "{cursor}"}}})
    assert everything(Shop(remote, table.cursor), at(0), at(9)) == ["i0", "i1", "i2", "i3", "i4"]


def test_a_cursor_that_is_refused_is_a_lost_position() -> None:
    remote = listed(SPAN, {"kind": "cursor", "next": "body.next", "send": {"query": {"cursor": "{cursor}"}}})

    def say(asked: Asked) -> Any:
        return (400, {}, {}) if "cursor" in asked.query else {"rows": [row(1, 1)], "next": "x"}

    with pytest.raises(PositionLostError):
        everything(Shop(remote, say), at(0), at(9))


def test_a_cursor_that_does_not_move_ends_in_an_error_not_in_a_circle() -> None:
    remote = listed(SPAN, {"kind": "cursor", "next": "body.next", "send": {"query": {"cursor": "{cursor}"}}})
    with pytest.raises(RetryableError):
        everything(Shop(remote, lambda _: {"rows": [row(1, 1)], "next": "x"}), at(0), at(9))


@pytest.mark.parametrize("how", ["body", "header"])
def test_a_link_is_followed(how: str) -> None:
    told = {"body": "body.next", "header": "header.Link"}[how]

    def say(asked: Asked) -> Any:
        if asked.query.get("p") == "2":
            return {"rows": [row(2, 2)]}
        url = "/api/l?p=2&q=a%20b"
        link = {"Link": f'<http://rest.example{url}>; rel="next", </x>; rel="first"'}
        return (200, link, {"rows": [row(1, 1)], "next": url})

    system = Shop(listed(SPAN, {"kind": "link", "next": told}), say)
    assert everything(system, at(0), at(9)) == ["i1", "i2"]
    assert system.asked[1].query == {"p": "2", "q": "a b"}


def test_a_link_to_somewhere_else_is_not_followed() -> None:
    say = {"rows": [row(1, 1)], "next": "http://evil.example/l?p=2"}
    system = Shop(listed(SPAN, {"kind": "link", "next": "body.next"}), lambda _: say)
    with pytest.raises(HubError):
        everything(system, at(0), at(9))
    assert len(system.asked) == 1


def test_a_keyset_goes_on_behind_the_last_record() -> None:
    rows = [row(number, number) for number in range(5)]

    def say(asked: Asked) -> Any:
        last = asked.doc["filters"][1:]
        start = 0 if not last else [one["id"] for one in rows].index(last[0]["gt"]) + 1
        return {"rows": rows[start : start + 2]}

    body = {"filters": ["{since}", {"$if": "last", "$then": {"gt": "{last}", "at": "{last_at}"}}]}
    listing = {"method": "POST", "path": "/q", "body": body, "records": "body.rows", "order": "none"}
    remote = {"changed": {"at": "changed"}, "list": {**listing, "page": {"kind": "keyset", "size": 2}}}
    system = Shop(remote, say)
    assert everything(system, at(0), at(9)) == ["i0", "i1", "i2", "i3", "i4"]
    assert system.asked[1].doc["filters"][1] == {"gt": "i1", "at": iso(1)}


def test_total_and_more_say_where_a_list_ends() -> None:
    table = Table([row(number, 0) for number in range(4)])
    for page in ({"total": "body.count"}, {"more": [{"at": "body.count", "is": 9}]}):
        remote = listed({**SPAN, "limit": "{size}", "page": "{page}"}, {"kind": "page", "size": 4, **page})
        system = Shop(remote, table.page)
        everything(system, at(0), at(9))
        assert len(system.asked) == 1


@pytest.mark.parametrize("told", [{"error": "none of your business"}, [], {"rows": {"0": 1}}, None])
def test_an_answer_without_its_list_is_no_empty_list(told: Any) -> None:
    with pytest.raises(RetryableError):
        everything(Shop(listed(SPAN, {"kind": "none"}), lambda _: told), at(0), at(9))


def test_null_where_the_list_should_be_is_an_empty_one() -> None:
    assert everything(Shop(listed(SPAN, {"kind": "none"}), lambda _: {"rows": None}), at(0), at(9)) == []


def test_rows_of_columns_are_records() -> None:
    remote = {
        "id": {"at": "FID", "as": "integer"},
        "changed": {"at": "FModified", "instants": {"form": "text", "pattern": "%Y-%m-%d %H:%M:%S", "zone": "UTC"}},
        "fields": {"name": {"from": "FName"}, "customer": {"from": "FCust.FNumber"}},
        "list": {
            "method": "POST",
            "path": "/q",
            "body": {"keys": {"$text": "{fields}"}},
            "columns": True,
            "order": "none",
        },
        "get": {"method": "POST", "path": "/q", "body": {"id": "{id}"}, "columns": True, "records": "body"},
    }
    system = Shop(remote, lambda _: [[7, "2026-03-02 01:00:01", "a", "C1"]])
    page = system.connector.changes("item", since=at(0), until=at(9))
    assert system.asked[0].doc == {"keys": "FID,FModified,FName,FCust.FNumber"}
    assert page.records[0].doc == {"name": "a", "customer": "C1"}
    assert system.connector.get("item", "7") == page.records[0]
    assert system.asked[1].doc == {"id": 7}
    assert system.connector.get("item", "x7") is None
    broken = Shop(remote, lambda _: [[7, "2026-03-02 01:00:01"]])
    with pytest.raises(RetryableError):
        broken.connector.changes("item", since=at(0), until=at(9))


def test_what_is_not_whole_is_read_several_at_a_time() -> None:
    remote = {
        "changed": {"at": "changed"}, "fields": {"name": {}},
        "list": {"path": "/l", "then": "get", "order": "none"},
        "many": {"path": "/m", "query": {"ids": "{ids}"}, "most": 2},
    }  # fmt: skip

    def say(asked: Asked) -> Any:
        rows = [row(number, number) for number in range(3)]
        ids = asked.query.get("ids", "").split(",")
        return [{**one, "name": one["id"].upper()} for one in rows if one["id"] in ids] if asked.path == "/m" else rows

    system = Shop(remote, say)
    page = system.connector.changes("item", since=at(1), until=at(9))
    assert [record.doc for record in page.records] == [{"name": "I1"}, {"name": "I2"}]
    assert [asked.query.get("ids") for asked in system.asked] == [None, "i1,i2"]


def test_deleted_merged_and_foreign_records_are_told_apart() -> None:
    rows = [row(1, 1, kind="a"), row(2, 2, kind="b"), row(3, 3, kind="a", deleted=True),
            row(4, 4, kind="a", deleted=True, master="i1")]  # fmt: skip
    remote = {
        **listed(SPAN, {"kind": "none"}), "fields": {"kind": {}}, "only": [{"at": "kind", "is": "a"}],
        "gone": [{"at": "deleted", "is": True}], "merged_into": "master",
        "deleted": {"path": "/graves", "records": "body.rows", "id": "what", "changed": "when"},
    }  # fmt: skip

    def say(asked: Asked) -> Any:
        return (
            {"rows": rows}
            if asked.path == "/l"
            else {"rows": [{"what": 9, "when": iso(5)}, {"what": 8, "when": iso(50)}]}
        )

    system = Shop(remote, say)
    first = system.connector.changes("item", since=at(0), until=at(9))
    assert [(one.id, one.merged_into) for one in first.records] == [("i1", None), ("i4", "i1")]
    assert first.gone == ("i3",)
    second = system.connector.changes("item", since=at(0), until=at(9), after=first.after)
    assert (second.records, second.gone, second.after) == ((), ("9",), None)


def test_a_change_of_what_feeds_a_record_is_a_change_of_it() -> None:
    remote = {
        **listed(SPAN, {"kind": "none"}),
        "get": {"path": "/l/{id}"},
        "feeds": [{"path": "/comments", "records": "body.rows", "parent": "item"}],
    }

    def say(asked: Asked) -> Any:
        if asked.path == "/comments":
            return {"rows": [row(70, 5, item="i1"), row(71, 6, item="i1"), row(72, 60, item="i2")]}
        return row(1, -100) if asked.path == "/l/i1" else {"rows": []}

    system = Shop(remote, say)
    first = system.connector.changes("item", since=at(0), until=at(9))
    fed = system.connector.changes("item", since=at(0), until=at(9), after=first.after)
    assert [(one.id, one.changed_at) for one in fed.records] == [("i1", at(6))]


def test_ids_are_listed_by_their_own_call_or_out_of_all_changes() -> None:
    ids = {"path": "/ids", "page": {"kind": "page", "size": 2}, "query": {"page": "{page}"}}

    def say(asked: Asked) -> Any:
        return [{"id": 1}, {"id": 2}] if asked.query["page"] == "1" else []

    own = Shop({"list": {"path": "/l"}, "ids": ids}, say)
    first = own.connector.ids("item")
    assert first.ids == ("1", "2")
    assert own.connector.ids("item", first.after).after is None
    table = Table([row(1, 1), row(2, 2)])
    assert shop("offset", table).connector.ids("item").ids == ("i1", "i2")


def test_one_instant_is_told_by_id() -> None:
    remote = {
        **listed(SPAN, {"kind": "none"}),
        "within": {
            "path": "/w",
            "query": {"from": "{at}", "to": "{until}", "beyond": "{beyond}"},
            "records": "body.rows",
        },
    }
    system = Shop(
        remote, lambda _: {"rows": [row(1, 3), row(2, 3.5), row(3, 4)]}, feed=Feed("UTC", timedelta(seconds=1))
    )
    page = system.connector.within("item", at(3), beyond="i0")
    assert [one.id for one in page.records] == ["i1", "i2"]
    assert system.asked[0].query == {"from": iso(3), "to": iso(4), "beyond": "i0"}


@pytest.mark.parametrize("place", ["x", "{}", '{"part": 7, "since": null, "seen": [], "place": {}}'])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(RejectedError):
        shop("offset", Table([])).connector.changes("item", since=at(0), until=at(1), after=place)


def test_the_clock_of_a_header_is_told() -> None:
    system = Shop(
        listed(SPAN, {"kind": "none"}), lambda _: (200, {"Date": "Mon, 02 Mar 2026 01:00:07 GMT"}, {"rows": []})
    )
    assert system.connector.changes("item", since=at(0), until=at(1)).at == at(7)
    wrong = Shop(listed(SPAN, {"kind": "none"}), lambda _: (200, {"Date": "yesterday"}, {"rows": []}))
    assert wrong.connector.changes("item", since=at(0), until=at(1)).at is None
