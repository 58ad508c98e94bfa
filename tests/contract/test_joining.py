"""Customers that are one: merged without a dangling link and without a second bill, and taken apart again.

FAULTS T29; FINDINGS sync 26 (MinnPost/object-sync-for-salesforce#197, #246) and tickets 15 (two customer masters).
"""

from typing import Any

import pytest

from hub.domain.errors import ConflictError
from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.reviews import Wanted
from hub.ports.store import Store
from hub.services import inbound, joining, outbound, suggesting
from hub.services.context import Actor
from hub.testing.clock import FakeClock
from tests.sync_bench import Bench, EveryDocument, bench

REFS: dict[str, Any] = {
    "ticket": {"customer_id": {"x-ref": "customer", "x-index": True}},
    "contact": {"customer_id": {"x-ref": "customer", "x-index": True}},
    "charge": {
        "customer_id": {"x-ref": "customer", "x-index": True},
        "obligation": {"x-index": True},
    },
    "invoice": {"customer_id": {"x-ref": "customer", "x-index": True}, "error": {}},
    "consumption": {"customer_id": {"x-ref": "customer"}},
    "customer": {"parent_id": {"x-ref": "customer", "x-index": True}, "merged_into": {"x-ref": "customer"}},
}


class Related(EveryDocument):
    """Schemas that say what points to a customer."""

    def schema(self, entity: str) -> dict[str, Any]:
        return {"properties": {**super().schema(entity)["properties"], **REFS.get(entity, {})}}

    def entities(self) -> tuple[str, ...]:
        return tuple(REFS)


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    made = bench(store, clock)
    object.__setattr__(made.hub, "schemas", Related())
    return made


def join(b: Bench, loser: Record, survivor: Record, *take: str) -> Record:
    actor = Actor("wang", b.hub.ids.new())
    return b.hub.store.run(lambda tx: joining.join(b.hub, tx, actor, loser.id, survivor.id, take))


def part(b: Bench, loser: Record) -> joining.Split:
    actor = Actor("wang", b.hub.ids.new())
    return b.hub.store.run(lambda tx: joining.part(b.hub, tx, actor, loser.id))


def link_of(b: Bench, remote_id: str, name: str = "party") -> Link:
    found = b.hub.store.read(lambda tx: tx.links.of_remote("erp", name, remote_id))
    assert found is not None
    return found


def two(b: Bench) -> tuple[Record, Record]:
    """Two customers that both sides know."""
    survivor = b.add("customer", name="上海机电", code="a-1", phone="+8613800138000")
    loser = b.add("customer", name="上海机电设备", code="b-2", email="b@example.com")
    b.run(4)
    assert len(b.erp.records("party")) == 2
    return survivor, loser


def test_everything_of_the_one_belongs_to_the_other_and_no_link_dangles(b: Bench) -> None:
    """T29 and MinnPost/object-sync-for-salesforce#197: what pointed to the loser points to the survivor."""
    survivor, loser = two(b)
    ticket = b.add("ticket", customer_id=loser.id)
    used = b.add("consumption", ticket_id=ticket.id, customer_id=loser.id)
    others = [b.add("contact", customer_id=loser.id, name="Li"), b.add("customer", name="Branch", parent_id=loser.id)]
    remote_of_loser = next(one.id for one in b.erp.records("party") if one.doc["name"] == "上海机电设备")
    join(b, loser, survivor)
    assert {b.get(one)["customer_id"] for one in (ticket, used, others[0])} == {survivor.id}
    assert b.get(others[1])["parent_id"] == survivor.id
    assert (link_of(b, remote_of_loser).record_id, link_of(b, remote_of_loser).state) == (survivor.id, "merged")
    b.settle()
    left = b.hub.store.read(lambda tx: tx.links.all_of_record("customer", loser.id))
    assert left == []
    assert b.open_count() == 0
    assert {one.doc["name"] for one in b.erp.records("party")} == {"上海机电", "上海机电设备", "Branch"}


def test_gaps_are_filled_and_chosen_fields_come_from_the_one_that_goes(b: Bench) -> None:
    survivor, loser = two(b)
    join(b, loser, survivor, "name")
    b.settle()
    doc = b.get(survivor)
    assert (doc["name"], doc["code"], doc["email"], doc["phone"]) == (
        "上海机电设备", "a-1", "b@example.com", "+8613800138000",
    )  # fmt: skip
    kept = next(one for one in b.erp.records("party") if link_of(b, one.id).state == "active")
    assert (kept.doc["name"], kept.doc["mail"]) == ("上海机电设备", "b@example.com")


def test_a_charge_keeps_its_obligation_and_a_bill_is_not_sent_twice(b: Bench) -> None:
    """Tickets 15 and T29: no double billing, and a bill that stands over there is not rewritten."""
    survivor, loser = two(b)
    invoice = b.add("invoice", customer_id=loser.id, currency="CNY", state="draft")
    b.settle()
    charge = b.add("charge", customer_id=loser.id, obligation="tk1/labour")
    writes = [call for call in b.erp.calls if call[1] == "bill"]
    (bill,) = b.erp.records("bill")
    join(b, loser, survivor)
    b.settle()
    assert b.get(charge)["obligation"] == "tk1/labour"
    assert b.get(invoice)["customer_id"] == survivor.id
    assert [call for call in b.erp.calls if call[1] == "bill"] == writes
    assert b.erp.records("bill") == [bill]


def test_a_remote_record_of_the_merged_one_means_the_survivor_for_ever(b: Bench) -> None:
    """MinnPost/object-sync-for-salesforce#246: bills of the old remote customer come to the survivor."""
    survivor, loser = two(b)
    old = next(one for one in b.erp.records("party") if one.doc["name"] == "上海机电设备")
    join(b, loser, survivor)
    b.settle()
    b.erp.edit("party", old.id, phone="139 0013 9000")
    b.erp.create("bill", {"party": old.id, "currency": "CNY"})
    b.settle()
    (invoice,) = b.hub.store.read(lambda tx: tx.records.all("invoice"))
    assert invoice.doc["customer_id"] == survivor.id
    assert b.get(survivor)["phone"] == "+8613800138000"
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 2


def test_when_the_other_side_deletes_the_merged_one_nobody_is_asked(b: Bench) -> None:
    survivor, loser = two(b)
    old = next(one for one in b.erp.records("party") if one.doc["name"] == "上海机电设备")
    join(b, loser, survivor)
    b.settle()
    del b.erp.store["party", old.id]
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", old.id))
    b.run(2)
    assert b.hub.store.read(lambda tx: tx.reviews.listing()) == []
    assert b.hub.store.read(lambda tx: tx.links.of_record("erp", "customer", survivor.id)) is not None


def test_a_merge_while_a_delivery_of_the_loser_waits_makes_no_second_record(b: Bench) -> None:
    survivor = b.add("customer", name="A")
    b.run(3)
    loser = b.add("customer", name="A (again)")
    join(b, loser, survivor)
    b.settle()
    assert len(b.erp.records("party")) == 1
    assert b.open_count() == 0


def test_what_was_merged_is_taken_apart_as_far_as_the_audit_trail_knows(b: Bench) -> None:
    survivor, loser = two(b)
    ticket, moved = b.add("ticket", customer_id=loser.id), b.add("ticket", customer_id=loser.id)
    own = b.add("ticket", customer_id=survivor.id)
    elsewhere = b.add("customer", name="Other")
    before = {one.id: b.get(one) for one in (survivor, loser)}
    join(b, loser, survivor, "name")
    b.settle()
    later = b.add("ticket", customer_id=survivor.id)
    b.change(moved, customer_id=elsewhere.id)
    told = part(b, loser)
    b.settle()
    assert b.get(ticket)["customer_id"] == loser.id
    assert [b.get(one)["customer_id"] for one in (own, later)] == [survivor.id] * 2
    assert told.stayed == [("ticket", later.id)]
    assert told.moved == [("ticket", moved.id)]
    for one in (survivor, loser):
        assert {**b.get(one), "updated_at": ""} == {**before[one.id], "updated_at": ""}
    assert [link_of(b, one.id).state for one in b.erp.records("party")] == ["active"] * 3
    assert len({link_of(b, one.id).record_id for one in b.erp.records("party")}) == 3
    assert {one.doc["name"] for one in b.erp.records("party")} == {"上海机电", "上海机电设备", "Other"}


def test_odd_pairs_are_refused(b: Bench) -> None:
    survivor, loser = two(b)
    with pytest.raises(ConflictError, match="itself"):
        join(b, survivor, survivor)
    with pytest.raises(ConflictError, match="not merged"):
        part(b, loser)
    join(b, loser, survivor)
    with pytest.raises(ConflictError, match="already"):
        join(b, loser, survivor)
    b.hub.store.run(lambda tx: tx.audit.erase("customer", survivor.id))
    with pytest.raises(ConflictError, match="no account"):
        part(b, loser)


def test_likely_duplicates_are_asked_about_once_and_never_merged(b: Bench) -> None:
    b.add("customer", name="深圳精密机械有限公司", phone="+8613700137000")
    b.add("customer", name="深圳市精密机械", phone="+8613700137000")
    b.add("customer", name="广州泵业")
    assert suggesting.find_duplicates(b.hub, Actor("hub", "k")) == 1
    assert suggesting.find_duplicates(b.hub, Actor("hub", "k")) == 0
    (review,) = b.hub.store.read(lambda tx: tx.reviews.listing())
    assert (review.kind, review.detail["seen_by"]) == ("duplicate", ["phone", "name"])
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 3


def test_a_search_for_duplicates_is_made_once_by_a_worker_and_goes_on_after_it_broke_off(
    b: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("深圳精密机械有限公司", "深圳市精密机械"):
        b.add("customer", name=name, phone="+8613700137000")
    assert suggesting.search(b.hub) == 0
    first = suggesting.begin_search(b.hub, Actor("li", "k"))
    assert suggesting.begin_search(b.hub, Actor("wang", "k")).id == first.id
    with monkeypatch.context() as patched:
        patched.setattr(suggesting, "ended", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            suggesting.search(b.hub)
    assert (suggesting.search(b.hub), suggesting.search(b.hub)) == (1, 0)
    (review,) = b.hub.store.read(lambda tx: tx.reviews.listing())
    (run,) = b.hub.store.read(lambda tx: tx.runs.listing())
    assert (review.kind, run.kind, run.state) == ("duplicate", "duplicates", "complete")


def test_what_was_compared_with_a_customer_that_is_no_more_is_compared_with_the_survivor(b: Bench) -> None:
    older, newer, third = (b.add("customer", name=name) for name in ("A", "B", "C"))
    about = {one.id: suggesting.compare(b.hub, Actor("li", "k"), one.id, older.id) for one in (newer, third)}
    gone = suggesting.compare(b.hub, Actor("li", "k"), newer.id, third.id)
    join(b, older, newer)
    reviews = {one.id: one for one in b.hub.store.read(lambda tx: tx.reviews.listing(Wanted(state="")))}
    assert reviews[about[third.id]].detail["other"] == newer.id
    assert [reviews[each].state for each in (about[newer.id], about[third.id], gone)] == ["ended", "open", "open"]
    join(b, third, newer)
    assert b.hub.store.read(lambda tx: tx.reviews.listing()) == []


def test_customers_are_not_merged_while_nobody_knows_what_a_call_about_one_has_made(b: Bench) -> None:
    """Found by the flagship test: the lost call had made a second record over there, which then belonged to nobody."""
    known = b.add("customer", name="A")
    b.run(3)
    b.erp.fail("create", "after")
    new = b.add("customer", name="A")
    outbound.deliver(b.hub, "erp")
    with pytest.raises(ConflictError, match="just being written to erp"):
        join(b, known, new)
    b.settle()
    join(b, known, new)
    b.settle()
    assert len(b.erp.records("party")) == 2
    assert {link_of(b, one.id).record_id for one in b.erp.records("party")} == {new.id}
