"""Writes: what is sent, what is said of it, and what a failure in the middle means."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.domain.errors import (
    AuthError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.ports.connector import Item, Remote
from tests.unit.connectors.rest_system import Asked, Shop, Step, at, iso

FIELDS = {"name": {}, "price": {"as": "number"}, "ref": {}}
DOC = {"name": "a", "price": "1.5", "ref": "r1"}


class Store:
    """Records of a product with ETags; ``fails`` answers instead, once for each path."""

    def __init__(self, **fails: Any) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.version = 1
        self.fails = fails

    def __call__(self, asked: Asked) -> Any:
        failure = self.fails.pop(f"{asked.method}_{asked.path.strip('/').partition('/')[0]}", None)
        if failure is not None:
            return failure(self, asked) if callable(failure) else failure
        return getattr(self, asked.method.lower())(asked)

    def get(self, asked: Asked) -> Any:
        if asked.path == "/items":
            return [one for one in self.rows.values() if one["ref"] == asked.query["ref"]]
        row = self.rows.get(asked.path.rpartition("/")[2])
        return (404, {}, None) if row is None else (200, {"ETag": f'"{row["v"]}"'}, row)

    def post(self, asked: Asked) -> Any:
        self.version += 1
        key = str(len(self.rows) + 1)
        self.rows[key] = {"id": key, "v": self.version, "changed": iso(self.version), **asked.doc}
        return 201, {"Location": f"http://rest.example/api/items/{key}?x=1"}, None

    def patch(self, asked: Asked) -> Any:
        row = self.rows.get(asked.path.rpartition("/")[2])
        if row is None:
            return 404, {}, None
        if asked.headers.get("if-match", f'"{row["v"]}"') != f'"{row["v"]}"':
            return 412, {}, None
        self.version += 1
        row.update(asked.doc, v=self.version, changed=iso(self.version))
        return 204, {}, None


REMOTE: dict[str, Any] = {
    "fields": FIELDS,
    "changed": {"at": "changed"},
    "version": "header.ETag",
    "get": {"path": "/items/{id}"},
    "find": {"ref": {"path": "/items", "query": {"ref": "{value}"}}},
    "create": {"path": "/items", "id": {"at": "header.Location", "matches": r"/(\d+)(\?|$)"}},
    "update": {"path": "/items/{id}", "headers": {"If-Match": "{version}"}},
}


def shop(store: Callable[[Asked], Any] | None = None, remote: dict[str, Any] | None = None, **spec: Any) -> Shop:
    return Shop({**REMOTE, **(remote or {})}, store or Store(), **{"lookup_by": "ref", **spec})


def verbs(system: Shop) -> list[str]:
    return [f"{asked.method} {asked.path}" for asked in system.asked]


def test_a_new_record_is_read_back_by_the_id_of_its_address() -> None:
    system = shop()
    made = system.connector.create("item", DOC)
    assert made == Remote("1", DOC, '"2"', at(2))
    assert system.asked[0].text == '{"name":"a","price":1.5,"ref":"r1"}'


def test_an_update_sends_what_differs_and_the_version_that_was_seen() -> None:
    system = shop()
    seen = system.connector.create("item", DOC)
    updated = system.connector.update("item", seen, {**DOC, "price": "2"})
    assert (system.asked[2].text, system.asked[2].headers["if-match"]) == ('{"price":2}', '"2"')
    assert updated == Remote("1", {**DOC, "price": "2"}, '"3"', at(3))
    with pytest.raises(StaleError):
        system.connector.update("item", seen, {**DOC, "price": "3"})


def test_a_record_that_was_listed_without_its_version_is_read_first() -> None:
    system = shop()
    seen = system.connector.create("item", DOC)
    listed = Remote("1", seen.doc, None)
    system.connector.update("item", listed, {**DOC, "name": "b"})
    assert system.asked[-2].headers["if-match"] == '"2"'
    with pytest.raises(StaleError):
        system.connector.update("item", listed, {**DOC, "name": "c"})


def test_a_whole_record_goes_where_put_is_declared_after_it_was_compared() -> None:
    answers: list[Any] = [{"id": "1", **DOC}, {"id": "1", **DOC}, {}, {"id": "1", **DOC, "name": "b"}]
    system = shop(lambda _: answers.pop(0), {"update": {"method": "PUT", "path": "/items/{id}"}})
    seen = system.connector.get("item", "1")
    assert seen is not None
    assert seen.version is None
    system.connector.update("item", seen, {**DOC, "name": "b"})
    assert system.asked[2].doc == {"name": "b", "price": 1.5, "ref": "r1"}


def test_without_a_call_to_update_what_is_only_written_once_may_differ() -> None:
    """Such as our key in a record that was there before ours: nothing is sent, and nothing is wrong."""
    once = {name: {**told, "create_only": True} for name, told in FIELDS.items() if name != "name"}
    system = shop(remote={"update": None, "fields": {"name": {}, **once}})
    seen = system.connector.create("item", DOC)
    assert system.connector.update("item", seen, {**DOC, "ref": "r2"}) == seen
    with pytest.raises(RejectedError, match="no call to update"):
        system.connector.update("item", seen, {**DOC, "name": "b"})
    assert verbs(system) == ["POST /items", "GET /items/1", "GET /items/1"]


def test_an_update_of_what_is_gone_is_stale() -> None:
    with pytest.raises(StaleError):
        shop().connector.update("item", Remote("9", DOC, '"1"'), {**DOC, "name": "b"})


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        ("lost", UnknownOutcomeError),
        ((502, {}, None), UnknownOutcomeError),
        ((200, {}, b"<html><body>Sign in"), UnknownOutcomeError),
        ((503, {}, None), RetryableError),
        ((429, {}, None), RetryableError),
        ((403, {}, None), AuthError),
        ((422, {}, {"m": "no"}), RejectedError),
        ((404, {}, None), RejectedError),
        ((409, {}, None), RejectedError),
    ],
)
def test_what_a_failed_create_means(failure: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        shop(Store(POST_items=failure)).connector.create("item", DOC)


@pytest.mark.parametrize(
    "failure", [(503, {}, None), (404, {}, None), (401, {}, None), (200, {}, b"{"), (500, {}, None)]
)
def test_a_write_that_cannot_be_read_back_is_in_doubt(failure: Any) -> None:
    with pytest.raises(UnknownOutcomeError):
        shop(Store(GET_items=failure)).connector.create("item", DOC)


def test_an_answer_without_an_id_is_looked_up_by_our_key() -> None:
    store = Store()
    system = shop(store, {"create": {"path": "/items"}})
    assert system.connector.create("item", DOC).id == "1"
    with pytest.raises(UnknownOutcomeError):
        shop(Store(), {"create": {"path": "/items"}}, lookup_by=None).connector.create("item", DOC)


def test_an_upsert_by_external_id_has_the_key_in_its_address_alone() -> None:
    upsert = {"method": "PATCH", "path": "/items/ref/{its.ref}", "without": ["ref"], "id": "body.id",
              "errors": [{"status": 300, "do": "fail"}]}  # fmt: skip
    answers: list[Any] = [(201, {}, {"id": "1"}), {"id": "1", **DOC}, (300, {}, ["a", "b"])]
    system = shop(lambda _: answers.pop(0), {"create": upsert})
    system.connector.create("item", {**DOC, "ref": "r/1"})
    assert (system.asked[0].path, system.asked[0].doc) == ("/items/ref/r%2F1", {"name": "a", "price": 1.5})
    with pytest.raises(RejectedError):
        system.connector.create("item", DOC)


def test_a_key_goes_where_the_file_says_and_only_if_there_is_one() -> None:
    create = {"path": "/items", "headers": {"Idempotency-Key": "{key}"}, "read_back": False}
    system = shop(lambda asked: {"id": "1", **asked.doc}, {"create": create})
    system.connector.create("item", DOC, key="k1")
    system.connector.create("item", DOC)
    assert [asked.headers.get("idempotency-key") for asked in system.asked] == ["k1", None]


def test_an_undeclared_field_is_refused_not_dropped() -> None:
    with pytest.raises(RejectedError, match="colour"):
        shop().connector.create("item", {**DOC, "colour": "red"})


STEPS: dict[str, Any] = {
    "create": {
        "path": "/drafts", "id": "body.draft", "then": [{"path": "/drafts/{id}/confirm", "id": "body.id"}],
        "resume": {"path": "/drafts", "query": {"ref": "{its.ref}"}, "id": "draft",
                   "amend": {"method": "PUT", "path": "/drafts/{id}"}},
    },
}  # fmt: skip


class Drafts:
    """A product that makes records in two steps."""

    def __init__(self, *failures: Any) -> None:
        self.drafts: dict[str, Any] = {}
        self.made: list[Any] = []
        self.failures = list(failures)

    def __call__(self, asked: Asked) -> Any:
        if asked.method == "GET" and asked.path == "/drafts":
            return [{"draft": key} for key, doc in self.drafts.items() if doc["ref"] == asked.query["ref"]]
        if asked.path == "/drafts":
            self.drafts[f"d{len(self.drafts) + 1}"] = asked.doc
            return {"draft": f"d{len(self.drafts)}"}
        if asked.method == "PUT":
            self.drafts[asked.path.split("/")[2]] = asked.doc
            return {}
        if asked.method == "POST":
            if self.failures:
                return self.failures.pop(0)
            self.made.append(self.drafts.pop(asked.path.split("/")[2]))
            return {"id": len(self.made)}
        return {"id": asked.path.split("/")[2], **self.made[int(asked.path.split("/")[2]) - 1]}


def test_a_create_in_two_steps_goes_on_where_it_was_cut_off() -> None:
    store = Drafts("lost")
    system = shop(store, STEPS)
    with pytest.raises(UnknownOutcomeError):
        system.connector.create("item", DOC)
    made = system.connector.create("item", {**DOC, "name": "newer"})
    assert (made.id, made.doc["name"], store.drafts, len(store.made)) == ("1", "newer", {}, 1)


@pytest.mark.parametrize(
    ("failure", "resumed", "alone"),
    [
        ((422, {}, None), RejectedError, UnknownOutcomeError),
        ((503, {}, None), RetryableError, UnknownOutcomeError),
        ((404, {}, None), UnknownOutcomeError, UnknownOutcomeError),
    ],
)
def test_a_refused_step_is_final_only_where_it_can_be_resumed(
    failure: Any, resumed: type[Exception], alone: type[Exception]
) -> None:
    with pytest.raises(resumed):
        shop(Drafts(failure), STEPS).connector.create("item", DOC)
    without = {name: told for name, told in STEPS["create"].items() if name != "resume"}
    with pytest.raises(alone):
        shop(Drafts(failure), {"create": without}).connector.create("item", DOC)


def test_two_drafts_of_one_record_are_for_a_person() -> None:
    store = Drafts()
    store.drafts = {"d1": DOC, "d2": DOC}
    with pytest.raises(RejectedError, match="2 item"):
        shop(store, STEPS).connector.create("item", DOC)


def test_actions_are_those_of_the_steps() -> None:
    act = {"submit": {"path": "/items/{id}/submit", "body": {"ids": ["{id}"]}}, "*": {"path": "/items/{id}/{action}"}}
    goals = {"done": (Step("draft", "submit", "sent"), Step("sent", "audit", "done"))}
    system = shop(lambda asked: (404, {}, None) if "9" in asked.path else {}, {"act": act}, goals=goals, state="state")
    system.connector.act("item", "1", "submit")
    system.connector.act("item", "1", "audit")
    assert [(asked.path, asked.doc) for asked in system.asked] == [
        ("/items/1/submit", {"ids": ["1"]}), ("/items/1/audit", None),
    ]  # fmt: skip
    with pytest.raises(RejectedError, match="no action"):
        system.connector.act("item", "1", "delete")
    with pytest.raises(StaleError):
        system.connector.act("item", "9", "audit")


def test_what_the_file_does_not_declare_is_refused() -> None:
    bare = Shop({"get": {"path": "/{id}"}}, lambda _: {})
    calls: list[Callable[[], object]] = [
        lambda: bare.connector.create("item", {}),
        lambda: bare.connector.update("item", Remote("1", {}), {"a": 1}),
        lambda: bare.connector.find("item", "ref", "x"),
        lambda: bare.connector.changes("item", since=at(0), until=at(1)),
        lambda: bare.connector.within("item", at(0), beyond=None),
        lambda: bare.connector.get("other", "1"),
    ]
    for call in calls:
        with pytest.raises(RejectedError):
            call()


# --- look-ups


def test_what_merely_resembles_the_sought_is_dropped() -> None:
    rows = [{"id": 1, **DOC}, {"id": 2, **DOC, "ref": "R1 "}, {"id": 3, **DOC, "ref": "r10"}]
    assert [one.id for one in shop(lambda _: rows).connector.find("item", "ref", "r1")] == ["1", "2"]
    loose = {"find": {"*": {"path": "/items", "query": {"f": "{field}", "ref": "{value}"}, "exact": False}}}
    assert len(shop(lambda _: rows, loose).connector.find("item", "ref", "r1")) == 3


def test_a_record_of_another_object_is_named_by_its_field() -> None:
    kind = {"fields": {"name": {}}, "get": {"path": "/kinds/{id}"}, "id": {"at": "id", "as": "integer"},
            "find": {"name": {"path": "/kinds", "query": {"q": "{value}"}}}}  # fmt: skip
    fields = {**FIELDS, "kind": {"from": "kind_id", "by": {"object": "kind", "field": "name", "read": True}}}
    kinds = [{"id": 4, "name": "pump"}, {"id": 5, "name": "fan"}]

    def say(asked: Asked) -> Any:
        if asked.path == "/kinds":
            return [one for one in kinds if one["name"] == asked.query["q"]]
        if asked.path.startswith("/kinds/"):
            return kinds[int(asked.path[-1]) - 4]
        return (201, {"Location": "/items/1"}, None) if asked.method == "POST" else {"id": "1", **DOC, "kind_id": 5}

    system = Shop({**REMOTE, "fields": fields}, say, others={"kind": kind})
    made = system.connector.create("item", {**DOC, "kind": "fan"})
    assert made.doc["kind"] == "fan"
    assert next(asked for asked in system.asked if asked.method == "POST").doc["kind_id"] == 5
    with pytest.raises(RejectedError, match="0 records of kind"):
        system.connector.create("item", {**DOC, "kind": "none"})


# --- rows


def test_rows_with_calls_of_their_own_are_written_after_their_record() -> None:
    rows = [{"id": "5", "text": "old"}, {"id": "6", "text": "gone"}]
    child = {
        "path": "/items/{id}/notes", "fields": {"text": {}}, "create": {"path": "/items/{id}/notes"},
        "update": {"path": "/notes/{row}"}, "delete": {"path": "/notes/{row}"},
    }  # fmt: skip
    system = shop(
        lambda asked: rows if asked.path.endswith("notes") else {"id": "1", **DOC}, {"children": {"notes": child}}
    )
    seen = system.connector.get("item", "1")
    assert seen is not None
    assert seen.doc["notes"] == rows
    system.connector.update("item", seen, {**seen.doc, "notes": [{"id": "5", "text": "new"}, {"text": "more"}]})
    sent = [f"{asked.method} {asked.path} {asked.text}" for asked in system.asked if asked.method != "GET"]
    assert sent == ["DELETE /notes/6 None", 'PATCH /notes/5 {"text":"new"}', 'POST /items/1/notes {"text":"more"}']
    with pytest.raises(StaleError):
        system.connector.update("item", seen, {**seen.doc, "notes": [{"id": "99", "text": "new"}]})


@pytest.mark.parametrize("kind", ["field", "child"])
def test_rows_that_are_written_by_commands(kind: str) -> None:
    commands = {"add": [0, 0, "{doc}"], "change": [1, "{row}", "{changes}"], "drop": [2, "{row}", 0]}
    rows = [{"id": 5, "qty": "1", "unit": "m"}, {"id": 6, "qty": "2", "unit": "m"}]
    columns = {"qty": {"as": "number"}, "unit": {}}
    number = {"at": "id", "as": "integer"}
    if kind == "field":
        field = {"from": "lines", "to": "line_ids", "rows": columns, "row_id": number, "commands": commands}
        remote = {"fields": {"name": {}, "lines": field}}
    else:
        child = {"path": "/lines", "fields": columns, "id": number, "commands": commands, "to": "line_ids"}
        remote = {"fields": {"name": {}}, "children": {"lines": child}}
    system = shop(lambda asked: rows if asked.path == "/lines" else {"id": "1", "name": "a", "lines": rows}, remote)
    seen = system.connector.get("item", "1")
    assert seen is not None
    lines = [{"id": "5", "qty": "1.5", "unit": "m"}, {"qty": "3", "unit": "kg"}]
    system.connector.update("item", Remote("1", seen.doc, seen.version), {"name": "a", "lines": lines})
    sent = next(asked for asked in system.asked if asked.method == "PATCH")
    assert sent.text == '{"line_ids":[[2,6,0],[1,5,{"qty":1.5}],[0,0,{"qty":3,"unit":"kg"}]]}'


# --- batches


def batch(**more: Any) -> dict[str, Any]:
    create = {
        "path": "/batch", "body": {"records": {"$each": "items", "$as": {"$merge": [{"type": "item"}, "{item.doc}"]}}},
        "results": "body.results",
        "results_mean": [{"at": "body.ok", "is": True, "do": "success"}, {"at": "body.ok", "do": "fail"}], **more,
    }  # fmt: skip
    return {"batch": {"create": create}}


ITEMS = [Item(f"k{number}", {**DOC, "ref": f"r{number}"}) for number in range(3)]


def test_each_of_a_batch_has_an_outcome_of_its_own() -> None:
    results = [{"ok": True, "id": "1"}, {"ok": False}, {"ok": True, "id": "404"}]

    def say(asked: Asked) -> Any:
        if asked.path == "/batch":
            return {"results": results}
        return (404, {}, None) if asked.path.endswith("404") else {"id": "1", **DOC}

    system = shop(say, batch())
    outcomes = system.connector.write_many("item", ITEMS)
    assert [type(outcomes[key]) for key in ("k0", "k1", "k2")] == [Remote, RejectedError, UnknownOutcomeError]
    assert system.asked[0].doc["records"][0] == {"type": "item", "name": "a", "price": 1.5, "ref": "r0"}


def test_results_in_another_order_are_told_apart_by_our_key() -> None:
    results = [{"ok": False, "ref": "r2"}, {"ok": True, "id": "1", "ref": "r0"}]
    system = shop(
        lambda asked: {"results": results} if asked.path == "/batch" else {"id": "1", **DOC}, batch(key="ref")
    )
    outcomes = system.connector.write_many("item", ITEMS)
    assert [type(outcomes[key]) for key in ("k0", "k1", "k2")] == [Remote, UnknownOutcomeError, RejectedError]


@pytest.mark.parametrize("told", [{"results": []}, {"oops": 1}, "lost"])
def test_a_batch_without_its_results_is_in_doubt_as_a_whole(told: Any) -> None:
    with pytest.raises(UnknownOutcomeError):
        shop(lambda _: told, batch()).connector.write_many("item", ITEMS)


def test_known_records_are_compared_before_a_batch_that_keeps_no_lock() -> None:
    update = {"path": "/bulk", "body": {"$each": "items", "$as": {"$merge": [{"id": "{item.id}"}, "{item.changes}"]}}}
    rows = {"1": {**DOC, "ref": "r1"}, "2": {**DOC, "ref": "moved"}, "3": {**DOC, "ref": "r3"}}

    def say(asked: Asked) -> Any:
        if asked.path == "/bulk":
            return [{"id": one["id"]} for one in asked.doc]
        return {"id": asked.path[-1], **rows[asked.path[-1]]}

    remote = {"batch": {"update": update}, "update": {"path": "/items/{id}"}}
    seen = {n: Remote(str(n), {**DOC, "ref": f"r{n}"}) for n in (1, 2, 3)}
    items = [Item(f"k{n}", {**seen[n].doc, "name": "b" if n < 3 else "a"}, seen[n]) for n in (1, 2, 3)]
    system = shop(say, remote)
    outcomes = system.connector.write_many("item", items)
    assert [type(outcomes[key]) for key in ("k1", "k2", "k3")] == [Remote, StaleError, Remote]
    assert [asked.doc for asked in system.asked if asked.path == "/bulk"] == [[{"id": "1", "name": "b"}]]


def test_without_a_call_for_several_each_is_written_by_itself() -> None:
    system = shop(Store(POST_items=(422, {}, None)))
    outcomes = system.connector.write_many("item", ITEMS[:2])
    assert [type(outcomes[key]) for key in ("k0", "k1")] == [RejectedError, Remote]


class Deaf(Store):
    """A product that answers with success whatever it passes over: names other than a and b, and every ref."""

    def post(self, asked: Asked) -> Any:
        told = super().post(asked)
        self.pass_over(self.rows["1"], {})
        return told

    def patch(self, asked: Asked) -> Any:
        row = self.rows["1"]
        before = dict(row)
        super().patch(asked)
        self.pass_over(row, before)
        return 200, {}, ["Price changed to '7'", "Name 'Zoë' isn't allowed"]

    @staticmethod
    def pass_over(row: dict[str, Any], before: dict[str, Any]) -> None:
        row.pop("ref", None)
        if row["name"] not in {"a", "b"}:
            row["name"] = before.get("name")


VERIFIED = {
    "create": {**REMOTE["create"], "verify": True},
    "update": {**REMOTE["update"], "verify": True},
}


def test_a_field_that_an_update_passed_over_is_a_refusal_in_the_words_of_the_answer() -> None:
    system = shop(Deaf(), VERIFIED)
    made = system.connector.create("item", {"name": "a", "price": "1.5"})
    with pytest.raises(RejectedError, match="not its name: Price changed to …; Name … isn't allowed"):
        system.connector.update("item", made, {**made.doc, "name": "Zoë", "price": "7"})
    assert system.connector.update("item", made_again(system), {**made.doc, "name": "b"}).doc["name"] == "b"


def test_a_field_that_a_create_passed_over_is_a_refusal_that_names_the_record() -> None:
    with pytest.raises(RejectedError, match="item 1 was written, but not its ref"):
        shop(Deaf(), VERIFIED).connector.create("item", DOC)


def test_a_product_is_believed_unless_the_file_says_otherwise() -> None:
    assert shop(Deaf()).connector.create("item", DOC).doc["ref"] is None


def made_again(system: Shop) -> Remote:
    """The record as it is now."""
    there = system.connector.get("item", "1")
    assert there is not None
    return there


ONLY = {"update": {**REMOTE["update"], "only": [{"at": "name", "is": "a"}]}}


def test_a_record_that_must_not_be_changed_as_it_stands_is_refused_before_anything_is_sent() -> None:
    system = shop(remote=ONLY)
    seen = system.connector.create("item", {**DOC, "name": "closed"})
    with pytest.raises(RejectedError, match="item 1 differs in price, and as it stands there it must not be changed"):
        system.connector.update("item", seen, {**seen.doc, "price": "2"})
    assert not [one for one in verbs(system) if one.startswith("PATCH")]
    assert system.connector.update("item", seen, dict(seen.doc)) == seen


def test_it_is_refused_in_a_batch_too() -> None:
    update = {"path": "/batch", "body": {"records": {"$each": "items", "$as": "{item.changes}"}}}
    system = shop(remote={**ONLY, "batch": {"update": update}})
    seen = system.connector.create("item", {**DOC, "name": "closed"})
    told = system.connector.write_many("item", [Item("k", {**seen.doc, "price": "2"}, seen)])
    assert isinstance(told["k"], RejectedError)
    assert "POST /batch" not in verbs(system)


def test_a_record_that_may_be_changed_as_it_stands_is() -> None:
    system = shop(remote=ONLY)
    seen = system.connector.create("item", DOC)
    assert system.connector.update("item", seen, {**DOC, "price": "2"}).doc["price"] == "2"
