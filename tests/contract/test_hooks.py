"""Hooks of connected systems on both databases: hints and carried records, late, reordered, doubled, unknown."""

import random
from dataclasses import replace
from itertools import permutations
from typing import Any

import orjson
import pytest

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.files.connector_hooks import hooks_of
from hub.ports.inbox import Message
from hub.ports.store import Store
from hub.services import hooks, inbound, outbound
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.contract.test_composed_records import PARTS, PRODUCT, made_there, tidy
from tests.sync_bench import SPECS, Bench, bench

HINTS = {"event_id": "event", "object": "type", "id": "data.id", "kind": "what", "objects": {"party": {}}}
BARE = {"object": "type", "id": "id", "objects": {"party": {"names": ["contact", "account"]}, "bill": {}}}
FORMS = {"event_id": "event", "id": "customer", "objects": {"party": {"carries": "record", "record": "data"}}}
STATES = {"id": "id", "objects": {"party": {"carries": "record", "newer_by": "seq"}}}


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock)


def listening(b: Bench, told: Doc) -> None:
    """The system sends hooks that are read like this."""
    b.hub.systems["erp"] = replace(b.hub.systems["erp"], hooks=hooks_of(told))  # type: ignore[index] # the bench's own dict


def send(b: Bench, **body: Any) -> int:
    raw = orjson.dumps(body)
    return hooks.receive(b.hub, "erp", raw, {"content-type": "application/json"}, orjson.loads(raw))


def messages(b: Bench, kind: str, state: str | None = None) -> list[Message]:
    return [one for one in b.hub.store.read(lambda tx: tx.inbox.listing(state=state)) if one.kind == kind]


def work_off(b: Bench) -> None:
    while inbound.process(b.hub):
        pass


def names(b: Bench) -> list[str]:
    return sorted(record.doc["name"] for record in b.hub.store.read(lambda tx: tx.records.all("customer")))


def test_a_hook_is_a_hint_and_the_record_is_what_the_system_says_when_it_is_fetched(b: Bench) -> None:
    listening(b, HINTS)
    party = b.erp.create("party", {"name": "上海机电"})
    assert send(b, event="e1", type="party", what="created", data={"id": party.id, "name": "an old name"}) == 1
    work_off(b)
    assert names(b) == ["上海机电"]


def test_findings_20_a_late_hook_does_not_revert_a_status(b: Bench) -> None:
    """paypal/mirakl-hyperwallet-connector#35, reapit/foundations#9608: a late hook turned VERIFIED back to rejected."""
    listening(b, {**HINTS, "objects": {"bill": {}}})
    customer = b.add("customer", name="A")
    invoice = b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    b.run(12)
    assert b.get(invoice)["state"] == "issued"
    bill = b.erp.records("bill")[0].id
    send(b, event="e2", type="bill", what="paid", data={"id": bill, "state": "posted"})
    send(b, event="e1", type="bill", what="created", data={"id": bill, "state": "draft"})
    work_off(b)
    assert b.get(invoice)["state"] == "issued"


def test_findings_21_one_event_is_worked_off_once_however_often_it_comes(b: Bench) -> None:
    """n8n-io/n8n#38083, #31837, #19600: one hook, two or three executions."""
    listening(b, HINTS)
    party = b.erp.create("party", {"name": "A"})
    for _ in range(3):
        send(b, event="e1", type="party", what="created", data={"id": party.id})
        work_off(b)
        send(b, event="e1", type="party", what="created", data={"id": party.id})
    work_off(b)
    assert len(messages(b, "hint")) == 1
    assert len(messages(b, "hook")) == 1
    assert names(b) == ["A"]


def test_hints_without_an_id_coalesce_with_those_that_wait_and_with_no_others(b: Bench) -> None:
    listening(b, BARE)
    party = b.erp.create("party", {"name": "A"})
    for _ in range(5):
        send(b, type="contact", id=party.id)
    assert len(messages(b, "hint")) == 1
    work_off(b)
    b.erp.edit("party", party.id, name="B")
    send(b, type="contact", id=party.id)
    work_off(b)
    assert len(messages(b, "hint")) == 2
    assert names(b) == ["B"]
    assert len(messages(b, "hint", "done")) == 2


def test_what_was_given_up_does_not_absorb_later_news(b: Bench) -> None:
    listening(b, BARE)
    customer = b.add("customer", name="A")
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    b.run(12)
    bill = b.erp.records("bill")[0].id
    b.erp.edit("bill", bill, state="strange")
    send(b, type="bill", id=bill)
    work_off(b)
    assert len(messages(b, "hint", "dead")) == 1
    b.erp.edit("bill", bill, state="paid")
    send(b, type="bill", id=bill)
    work_off(b)
    assert len(messages(b, "hint", "done")) >= 1
    assert len(messages(b, "hint", "dead")) == 1


def test_a_list_of_events_becomes_a_hint_for_each_record_and_keeps_its_bytes_once(b: Bench) -> None:
    listening(b, {"events": "batch.events", "event_id": "n", "object": "type", "id": "ids", "objects": {"party": {}}})
    ids = [b.erp.create("party", {"name": name}).id for name in "ABC"]
    events = [{"n": 1, "type": "party", "ids": ids[:2]}, {"n": 2, "type": "party", "ids": ids[2]}]
    assert send(b, batch={"events": events}) == 2
    assert send(b, batch={"events": events[::-1]}) == 2
    (kept,) = messages(b, "hook")
    assert orjson.loads(kept.raw)["batch"]["events"] == events
    assert sorted(str(one.key) for one in messages(b, "hint")) == ["1/1", "1/2", "2"]
    work_off(b)
    assert names(b) == ["A", "B", "C"]


def test_an_object_that_nobody_here_knows_is_noted_and_kept(b: Bench) -> None:
    listening(b, HINTS)
    assert send(b, event="e1", type="weather", what="rain", data={}) == 0
    assert messages(b, "hint") == []
    assert len(messages(b, "hook", "done")) == 1


@pytest.mark.parametrize("body", [{"type": "party"}, {"event": "e", "type": "party", "data": "x"}, {"event": True}])
def test_a_body_that_does_not_say_what_changed_is_refused_and_leaves_nothing(b: Bench, body: Doc) -> None:
    listening(b, HINTS)
    with pytest.raises(InvalidError, match="The hook has"):
        send(b, **body)
    assert b.hub.store.read(lambda tx: tx.inbox.listing()) == []


def test_a_form_is_taken_in_once_as_it_was_sent_and_never_again(b: Bench) -> None:
    listening(b, FORMS)
    for _ in range(3):
        send(b, event="f1", customer="77", data={"name": "A", "phone": "13800138000"})
        work_off(b)
    assert names(b) == ["A"]
    send(b, event="f2", customer="77", data={"name": "another", "phone": "13900139000"})
    work_off(b)
    assert b.only("customer").doc["phone"] == "+8613800138000"
    assert [one.state for one in messages(b, "record")] == ["done", "done"]


def test_forms_without_any_id_are_each_a_record_and_equal_ones_that_wait_are_one(b: Bench) -> None:
    listening(b, {"objects": {"party": {"carries": "record"}}})
    for _ in range(3):
        send(b, name="A")
    work_off(b)
    assert names(b) == ["A"]
    send(b, name="A")
    send(b, name="B")
    work_off(b)
    assert names(b) == ["A", "A", "B"]


def test_t05_states_that_records_carry_end_the_same_in_all_orders(store: Store, clock: FakeClock) -> None:
    """A late or reordered state never reverts a newer one; each order on a system of its own."""
    states = [{"seq": seq, "phone": f"138001380{seq:02d}", "name": "A"} for seq in (9, 10, 11, 12)]
    b = bench(store, clock)
    listening(b, STATES)
    for number, order in enumerate(permutations(states)):
        for state in order:
            send(b, id=f"r{number}", **state)
            if number % 2:
                work_off(b)
        work_off(b)
    phones = {record.doc["phone"] for record in b.hub.store.read(lambda tx: tx.records.all("customer"))}
    assert phones == {"+8613800138012"}


def test_a_hook_of_a_part_has_the_wholes_fetched_that_it_belongs_to(store: Store, clock: FakeClock) -> None:
    b = bench(store, clock, erp=FakeSystem(clock, (*SPECS, *PARTS), tidy), customer=PRODUCT)
    kinds = ("product", "template", "category", "barcode")
    listening(b, {"object": "type", "id": "id", "objects": {kind: {} for kind in kinds}})
    product, template, category = made_there(b)
    send(b, type="product", id=product)
    work_off(b)
    b.erp.edit("template", template, name="Cabin filter")
    send(b, type="template", id=template)
    work_off(b)
    assert b.only("customer").doc["name"] == "Cabin filter"
    b.erp.edit("category", category, name="consumables")
    b.erp.create("barcode", {"product": product, "number": "690002"})
    send(b, type="category", id=category)
    send(b, type="barcode", id="404")
    send(b, type="barcode", id=b.erp.records("barcode")[-1].id)
    work_off(b)
    doc = b.only("customer").doc
    assert (doc["kind"], len(doc["addresses"])) == ("consumables", 2)
    assert messages(b, "hint", "new") == []


def test_a_broken_record_is_no_poison_among_carried_ones(b: Bench) -> None:
    listening(b, FORMS)
    send(b, event="f1", customer="1", data={"name": "A"})
    send(b, event="f2", customer="2", data=["no record"])
    send(b, event="f3", customer="3", data={"name": "C"})
    work_off(b)
    assert names(b) == ["A", "C"]
    (dead,) = messages(b, "record", "dead")
    assert "no record" in str(dead.error)


@pytest.mark.parametrize("seed", range(5))
def test_hooks_doubled_dropped_and_shuffled_among_edits_end_right(store: Store, clock: FakeClock, seed: int) -> None:
    """Hooks are backed by polling: whatever becomes of them, both sides agree in the end, and nothing is doubled."""
    b, chance = bench(store, clock), random.Random(seed)  # noqa: S311 - invented edits
    listening(b, HINTS)
    ids = [b.erp.create("party", {"name": f"P{n}"}).id for n in range(4)]
    waiting = [{"event": f"c{one}", "type": "party", "what": "created", "data": {"id": one}} for one in ids]
    for step in range(30):
        one = chance.choice(ids)
        b.erp.edit("party", one, phone=f"138{chance.randrange(10**8):08d}")
        waiting.append({"event": f"e{step}", "type": "party", "what": "changed", "data": {"id": one}})
        for _ in range(chance.randrange(4)):
            send(b, **waiting[chance.randrange(len(waiting))])
        if chance.random() < 0.3:
            work_off(b)
            outbound.deliver(b.hub, "erp")
    b.run(6)
    theirs = sorted(f"+86{party.doc['phone']}" for party in b.erp.records("party") if "phone" in party.doc)
    ours = b.hub.store.read(lambda tx: tx.records.all("customer"))
    assert sorted(record.doc["phone"] for record in ours if "phone" in record.doc) == theirs
    assert len(ours) == len(ids)
