"""What the mapping language promises, on the way of real messages through the hub, on both databases."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from itertools import count

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.ports.links import Link
from hub.ports.reviews import Review
from hub.ports.store import Store
from hub.services import queue, reconciling, reviewing
from hub.storage.links import SqlLinks
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import CUSTOMER, KINDS, MOVES, SPECS, Bench, bench

Ruled = Callable[[str], Bench]


def reviews(b: Bench) -> list[Review]:
    return b.hub.store.read(lambda tx: tx.reviews.listing())


# --- a value without counterpart that a person decides about


@pytest.fixture
def kinds(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock, customer=KINDS)


def test_an_unknown_value_of_a_known_record_goes_to_review_and_the_rest_moves_on(kinds: Bench) -> None:
    record = kinds.add("customer", name="A", kind="company")
    kinds.run(3)
    (remote,) = kinds.erp.records("party")
    kinds.erp.edit("party", remote.id, type="X", phone="139 0013 9000")
    kinds.run(4)
    assert (kinds.get(record)["kind"], kinds.get(record)["phone"]) == ("company", "+8613900139000")
    (review,) = reviews(kinds)
    assert (review.kind, review.record_id) == ("conflict", record.id)
    asked = {"path": "kind", "why": "no_counterpart", "hub": "company", "remote": "X", "base": "company"}
    assert review.detail.items() >= asked.items()
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
    (row,) = reviewing.listing(b.hub)
    hidden = {"path": "email", "why": "both_changed", "hub": "***", "remote": "***", "base": "***"}
    assert row["detail"].items() >= hidden.items()


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


# --- options of rules, from one end to the other


@pytest.fixture
def ruled(store: Store, clock: FakeClock) -> Callable[[str], Bench]:
    """A bench whose customers have one rule more."""

    def make(rule: str, others: str = "  name <-> name: {owner: hub}\n") -> Bench:
        text = (
            CUSTOMER[: CUSTOMER.index("fields:")] + f"fields:\n{others}  {rule}\n" + CUSTOMER[CUSTOMER.index("sync:") :]
        )
        return bench(store, clock, customer=text.replace(", [code, name]", ""), erp=FakeSystem(clock, SPECS))

    return make


def there(b: Bench) -> Doc:
    """The one party over there, without our key."""
    (remote,) = b.erp.records("party")
    return {name: value for name, value in remote.doc.items() if name not in ("hub_id", "name")}


def edit(b: Bench, **values: object) -> None:
    (remote,) = b.erp.records("party")
    b.erp.edit("party", remote.id, **values)


def planned(b: Bench) -> list[str]:
    b.clock.pass_by(b.hub.systems["erp"].overlap)
    return [change.path for item in reconciling.plan(b.hub, "erp", ["customer"]) for change in item.changes]


def test_max_cuts_what_is_sent_and_the_hub_keeps_the_whole_text(ruled: Ruled) -> None:
    b = ruled("note <-> memo: {max: 5}")
    record = b.add("customer", name="A", note="a long note")
    b.run(4)
    assert there(b) == {"memo": "a lon"}
    edit(b, memo="a lon", other=1)
    b.run(4)
    assert b.get(record)["note"] == "a long note"
    b.change(record, note="a longer note")  # the same over there
    b.run(4)
    assert [call[0] for call in b.erp.calls] == ["create"]
    assert planned(b) == []
    edit(b, memo="other")
    b.run(4)
    assert b.get(record)["note"] == "other"


def test_what_is_sent_on_creation_only_is_never_sent_again(ruled: Ruled) -> None:
    b = ruled("note <-> memo: {create_only: push, owner: hub}")
    record = b.add("customer", name="A", note="first")
    b.run(4)
    b.change(record, note="second")
    b.run(4)
    assert (there(b), b.open_count()) == ({"memo": "first"}, 0)
    edit(b, memo="theirs")
    b.run(4)
    assert b.get(record)["note"] == "theirs"


def test_what_is_taken_on_creation_only_is_never_taken_again(ruled: Ruled) -> None:
    b = ruled("note <-> memo: {create_only: pull}")
    b.erp.create("party", {"name": "A", "memo": "first"})
    b.run(4)
    record = b.only("customer")
    assert record.doc["note"] == "first"
    edit(b, memo="second")
    b.run(4)
    assert (b.get(record)["note"], planned(b), reviews(b)) == ("first", [], [])


@pytest.mark.parametrize(
    ("null", "here", "over_there"), [("clear", None, {"memo": None}), ("omit", None, {}), ("keep", "x", {"memo": "x"})]
)
def test_nothing_clears_keeps_or_leaves_out(ruled: Ruled, null: str, here: str | None, over_there: Doc) -> None:
    b = ruled(f"note <-> memo: {{null: {null}}}")
    record = b.add("customer", name="A", note="x")
    b.run(4)
    b.change(record, note=None)
    b.run(4)
    assert there(b) == over_there
    b.change(record, note="x")
    b.run(4)
    edit(b, memo=None)
    b.run(4)
    assert b.get(record).get("note") == here
    assert (b.open_count(), reviews(b), planned(b)) == (0, [], [])


@pytest.mark.parametrize(
    ("owner", "winner"), [("hub", "ours"), ("remote", "theirs"), ("latest", "theirs"), ("review", None)]
)
def test_the_owner_decides_when_both_changed(ruled: Ruled, owner: str, winner: str | None) -> None:
    b = ruled(f"note <-> memo: {{owner: {owner}}}")
    record = b.add("customer", name="A", note="x")
    b.run(4)
    b.erp.down = True
    b.change(record, note="ours")
    b.clock.pass_by(timedelta(minutes=1))
    edit(b, memo="theirs")
    b.erp.down = False
    b.settle()
    found = b.get(record)["note"], there(b)["memo"]
    assert found == ((winner, winner) if winner else ("ours", "theirs"))
    assert len(reviews(b)) == (0 if winner else 1)


def test_a_sensitive_value_is_shown_nowhere(ruled: Ruled) -> None:
    secret = "555-no-number-at-all"
    b = ruled("phone <-> tel: {as: phone(CN), sensitive: true, owner: remote}")
    b.erp.create("party", {"name": "A", "tel": "138 0013 8000"})
    b.run(4)
    record = b.only("customer")
    edit(b, tel=secret)
    b.run(4)
    (dead,) = b.hub.store.read(lambda tx: tx.inbox.listing(state="dead"))
    stops = b.hub.store.read(lambda tx: tx.trace.recent(limit=100))
    shown = [str(dead.error), *(stop.template.format(**stop.params) for stop in stops)]
    assert any("tel: *** is not" in text for text in shown), shown
    assert not any(secret in text for text in shown)
    edit(b, tel="139 0013 9000")
    b.clock.pass_by(b.hub.systems["erp"].overlap)
    (item,) = reconciling.plan(b.hub, "erp", ["customer"])
    assert [(one.path, one.old, one.new, one.masked) for one in item.changes] == [("phone", "***", "***", True)]
    assert record.id == item.record_id


def test_a_sensitive_value_of_ours_that_cannot_be_sent_is_shown_nowhere(ruled: Ruled) -> None:
    secret = "555-no-number-at-all"
    b = ruled("phone <-> tel: {as: phone(CN), sensitive: true, owner: remote}")
    b.add("customer", name="A", phone=secret)
    b.run(4)
    (dead,) = b.hub.store.read(lambda tx: tx.outbox.listing(state="dead"))
    stops = b.hub.store.read(lambda tx: tx.trace.recent(limit=100))
    assert "phone: *** is not" in str(dead.error)
    assert not any(secret in text for text in (str(dead.error), *(str(stop.params) for stop in stops)))


def test_what_a_delivery_carries_is_shown_without_sensitive_values(ruled: Ruled) -> None:
    b = ruled("phone <-> tel: {as: phone(CN), sensitive: true}")
    b.erp.fail("create", "refuse")
    b.add("customer", name="A", phone="+8613800138000")
    b.run(4)
    (dead,) = b.hub.store.read(lambda tx: tx.outbox.listing(state="dead"))
    shown = queue.show(b.hub, dead.id)["payload"]["create"]
    assert (shown["name"], shown["tel"]) == ("A", "***")
    assert dead.payload is not None
    assert dead.payload["create"]["tel"] == "+8613800138000"
