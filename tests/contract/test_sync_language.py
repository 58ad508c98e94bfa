"""What the mapping language promises, on the way of real messages through the hub, on both databases."""

from copy import deepcopy
from itertools import count

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.ports.links import Link
from hub.ports.reviews import Review
from hub.ports.store import Store
from hub.services import reconciling
from hub.storage.links import SqlLinks
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import CUSTOMER, MOVES, SPECS, Bench, bench


def reviews(b: Bench) -> list[Review]:
    return b.hub.store.read(lambda tx: tx.reviews.listing())


# --- a value without counterpart that a person decides about


@pytest.fixture
def kinds(store: Store, clock: FakeClock) -> Bench:
    text = CUSTOMER.replace("fields:\n", "values:\n  kind: {company: C, person: P}\nfields:\n")
    return bench(
        store, clock, customer=text.replace("fields:\n", "fields:\n  kind <-> type: {map: kind, other: review}\n")
    )


def test_an_unknown_value_of_a_known_record_goes_to_review_and_the_rest_moves_on(kinds: Bench) -> None:
    record = kinds.add("customer", name="A", kind="company")
    kinds.run(3)
    (remote,) = kinds.erp.records("party")
    kinds.erp.edit("party", remote.id, type="X", phone="139 0013 9000")
    kinds.run(4)
    assert (kinds.get(record)["kind"], kinds.get(record)["phone"]) == ("company", "+8613900139000")
    (review,) = reviews(kinds)
    assert (review.kind, review.record_id) == ("conflict", record.id)
    assert review.detail == {
        "path": "kind",
        "why": "no_counterpart",
        "hub": "company",
        "remote": "X",
        "base": "company",
    }
    assert kinds.hub.store.read(lambda tx: tx.inbox.listing(state="dead")) == []
    kinds.erp.edit("party", remote.id, type="P")
    kinds.run(4)
    assert kinds.get(record)["kind"] == "person"


def test_a_new_remote_record_with_an_unknown_value_comes_in_without_it_and_asks(kinds: Bench) -> None:
    remote = kinds.erp.create("party", {"name": "A", "type": "X"})
    kinds.run(4)
    record = kinds.only("customer")
    assert (record.doc["name"], record.doc.get("kind")) == ("A", None)
    (review,) = reviews(kinds)
    assert (review.detail["path"], review.detail["remote"], review.record_id) == ("kind", "X", record.id)
    kinds.run(4)
    assert [call[0] for call in kinds.erp.calls] == ["create"]
    kinds.erp.edit("party", remote.id, type="P")
    kinds.run(4)
    assert kinds.get(record)["kind"] == "person"


def test_a_new_record_of_ours_with_an_unknown_value_is_made_there_without_it_and_asks(kinds: Bench) -> None:
    record = kinds.add("customer", name="A", kind="robot")
    kinds.run(5)
    (remote,) = kinds.erp.records("party")
    assert (remote.doc["name"], "type" in remote.doc) == ("A", False)
    (review,) = reviews(kinds)
    assert (review.detail["path"], review.detail["hub"], review.record_id) == ("kind", "robot", record.id)
    assert kinds.open_count() == 0
    kinds.change(record, kind="person")
    kinds.run(4)
    assert kinds.erp.records("party")[0].doc["type"] == "P"


def test_a_record_that_cannot_be_made_without_the_value_is_a_question_and_no_dead_message(
    kinds: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wants_a_kind(_entity: str, doc: dict[str, object]) -> None:
        if "kind" not in doc:
            raise InvalidError("The customer cannot be saved so.")

    monkeypatch.setattr(kinds.hub.schemas, "check", wants_a_kind)
    remote = kinds.erp.create("party", {"name": "A", "type": "X"})
    kinds.run(4)
    assert kinds.hub.store.read(lambda tx: tx.records.all("customer")) == []
    assert kinds.hub.store.read(lambda tx: tx.inbox.listing(state="dead")) == []
    (review,) = reviews(kinds)
    assert review.detail["path"] == f"{remote.id}: kind"


def test_a_plan_shows_a_record_with_an_unknown_value(kinds: Bench) -> None:
    kinds.erp.create("party", {"name": "A", "type": "X"})
    kinds.clock.pass_by(kinds.hub.systems["erp"].overlap)
    (item,) = reconciling.plan(kinds.hub, "erp", ["customer"])
    assert (item.action, [change.path for change in item.changes]) == ("create", ["name"])


# --- sensitive


def test_a_conflict_over_a_sensitive_value_shows_neither_side(store: Store, clock: FakeClock) -> None:
    b = bench(store, clock)
    record = b.add("customer", name="A", email="a@example.com")
    b.run(3)
    b.change(record, email="secret@example.com")
    b.erp.edit("party", b.erp.records("party")[0].id, mail="hidden@example.com")
    b.run(4)
    (review,) = reviews(b)
    assert review.detail == {"path": "email", "why": "both_changed", "hub": "***", "remote": "***", "base": "***"}


# --- references


def test_what_a_batch_refers_to_is_looked_up_in_one_query(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = bench(store, clock)
    parties = [b.erp.create("party", {"name": f"C{number}"}).id for number in range(4)]
    b.run(4)
    for number in range(12):
        b.erp.create("bill", {"party": parties[number % 4], "currency": "CNY"})
    asked: list[str] = []
    single, many = SqlLinks.of_remote, SqlLinks.of_many_remotes

    def of_remote(links: SqlLinks, system: str, name: str, external_id: str) -> Link | None:
        asked.append(name)
        return single(links, system, name, external_id)

    def of_many(links: SqlLinks, system: str, wanted: dict[str, set[str]]) -> dict[tuple[str, str], str]:
        asked.append("batch")
        return many(links, system, wanted)

    monkeypatch.setattr(SqlLinks, "of_remote", of_remote)
    monkeypatch.setattr(SqlLinks, "of_many_remotes", of_many)
    b.clock.pass_by(b.hub.systems["erp"].overlap)
    items = reconciling.plan(b.hub, "erp", ["invoice"])
    assert len(items) == 12
    assert {change.path for change in items[0].changes} >= {"customer_id"}
    assert asked.count("party") == 0
    assert asked.count("batch") == 6  # one for each page of two


# --- members whose ids the other side assigns, on two levels

ADDRESSES = """
  addresses[id] <-> sites[id]:
    ids: remote
    city <-> city:
    phones[id] <-> lines[id]:
      ids: remote
      number <-> no:
"""


def numbered(_name: str, doc: Doc) -> Doc:
    """An ERP that gives every row the next number, whatever its level."""
    numbers = count(1 + max((row["id"] for row in rows(doc) if "id" in row), default=0))
    for row in rows(doc):
        row.setdefault("id", next(numbers))
    return doc


def rows(doc: Doc) -> list[Doc]:
    sites = doc.get("sites") or []
    return [*sites, *(line for site in sites for line in site.get("lines") or [])]


def test_rows_within_rows_keep_their_own_over_there_through_edits_of_both_sides(store: Store, clock: FakeClock) -> None:
    erp = FakeSystem(clock, SPECS, numbered, MOVES)
    b = bench(store, clock, erp=erp, customer=CUSTOMER.replace("fields:", f"fields:{ADDRESSES}"))
    same = [{"id": "1", "number": "11"}, {"id": "2", "number": "22"}]
    sites = [{"id": "A", "city": "北京", "phones": same}, {"id": "B", "city": "上海", "phones": same[:1]}]
    record = b.add("customer", name="A", addresses=sites)
    b.run(4)
    assert b.get(record)["addresses"] == sites
    (remote,) = erp.records("party")
    changed = deepcopy(remote.doc["sites"])
    changed[1]["lines"][0]["no"] = "33"
    changed[0]["lines"].append({"no": "44"})
    erp.edit("party", remote.id, sites=changed)
    b.run(4)
    now = b.get(record)["addresses"]
    assert now[1]["phones"] == [{"id": "1", "number": "33"}]
    assert [phone["number"] for phone in now[0]["phones"]] == ["11", "22", "44"]
    now[0]["phones"] = now[0]["phones"][1:]
    b.change(record, addresses=now)
    b.run(4)
    left = erp.records("party")[0].doc["sites"]
    assert [[line["no"] for line in site["lines"]] for site in left] == [["22", "44"], ["33"]]
    assert [call[0] for call in erp.calls] == ["create", "update"]
    assert (b.open_count(), reviews(b)) == (0, [])
