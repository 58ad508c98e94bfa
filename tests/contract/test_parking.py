"""What refers to something that is not here yet waits for it, and only for it; what waits for itself is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.documents import Doc
from hub.ports.inbox import Message
from hub.ports.outbox import Delivery
from hub.ports.records import Record
from hub.ports.store import Store
from hub.services import inbound
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import CUSTOMER, MOVES, SPECS, Bench, bench

NESTED = CUSTOMER.replace("fields:\n", "fields:\n  parent_id <-> parent: {ref: customer, owner: remote}\n")


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock, customer=NESTED)


def ask_for(b: Bench, name: str, remote_id: str) -> None:
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", name, remote_id))


def messages(b: Bench, state: str) -> list[Message]:
    return b.hub.store.read(lambda tx: tx.inbox.listing(state=state))


def test_a_child_brings_its_parent_and_is_woken_by_it(b: Bench) -> None:
    """OCA/connector-magento#165: the parent is asked for once, and made once."""
    parent = b.erp.create("party", {"name": "A"})
    b.erp.create("bill", {"party": parent.id, "state": "posted"})
    b.erp.create("bill", {"party": parent.id, "state": "paid"})
    ask_for(b, "bill", "2")
    ask_for(b, "bill", "3")
    inbound.process(b.hub)
    assert [message.waits_for for message in messages(b, "new") if message.waits_for] == ["party/1", "party/1"]
    while inbound.process(b.hub):  # no time passes: nobody waits for a back-off
        pass
    assert messages(b, "new") == []
    bills = b.hub.store.read(lambda tx: tx.records.all("invoice"))
    assert {bill.doc["customer_id"] for bill in bills} == {b.only("customer").id}


def test_records_that_wait_for_one_another_are_told_with_their_circle(b: Bench) -> None:
    """No order of taking in helps; a person breaks the circle over there."""
    b.erp.create("party", {"name": "A", "parent": "2"})
    b.erp.create("party", {"name": "B", "parent": "3"})
    b.erp.create("party", {"name": "C", "parent": "1"})
    b.run(2)
    (dead,) = messages(b, "dead")
    assert "waits for itself" in str(dead.error)
    assert "party/3 -> party/1 -> party/2 -> party/3" in str(dead.error)
    b.erp.edit("party", "1", parent=None)
    b.settle()
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 3


def test_a_child_of_a_deleted_parent_waits_and_is_woken_when_the_parent_is_back(b: Bench) -> None:
    """A link that is gone is none: it must not make the child due at once, again and again."""
    parent = b.erp.create("party", {"name": "A"})
    b.run(1)
    link = b.hub.store.read(lambda tx: tx.links.of_remote("erp", "party", parent.id))
    assert link is not None
    b.hub.store.run(lambda tx: tx.links.save(replace(link, state="gone")))
    kept = b.erp.remove("party", parent.id)
    b.erp.create("bill", {"party": parent.id, "state": "posted"})
    ask_for(b, "bill", "2")
    assert [inbound.process(b.hub) for _ in range(3)] == [1, 1, 0]  # the child, then its parent, which is not there
    assert [message.waits_for for message in messages(b, "new")] == ["party/1"]
    b.erp.store["party", parent.id] = kept
    ask_for(b, "party", parent.id)
    while inbound.process(b.hub):
        pass
    assert b.only("invoice").doc["customer_id"] == link.record_id


def test_a_new_record_that_comes_back_with_a_parent_nobody_knows_is_not_made_again(
    store: Store, clock: FakeClock
) -> None:
    """A rule over there gives it one: the call has worked, and is looked for instead of repeated."""

    def given_a_parent(name: str, doc: Doc) -> Doc:
        return {field: value for field, value in doc.items() if value is not None} | (
            {"parent": "77"} if name == "party" and "hub_id" in doc else {}
        )

    erp = FakeSystem(clock, SPECS, given_a_parent, MOVES)
    b = bench(store, clock, erp=erp, customer=NESTED)
    b.add("customer", name="A")
    b.run(6, timedelta(minutes=1))
    assert len(erp.records("party")) == 1


def test_one_systems_worker_leaves_the_messages_of_others_alone(b: Bench) -> None:
    """T28: a system that hangs holds up its own messages and nobody else's."""
    b.erp.create("party", {"name": "A"})
    ask_for(b, "party", "1")
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "crm", "account", "7"))
    assert inbound.process(b.hub, "erp") == 1
    (left,) = messages(b, "new")
    assert (left.source, left.attempt) == ("crm", 0)


def test_one_webhook_that_comes_three_times_is_one_execution(b: Bench) -> None:
    """n8n-io/n8n#38083, #31837, #19600: hints that wait are one; one that comes later is news."""
    b.erp.create("party", {"name": "A"})
    for _ in range(3):
        ask_for(b, "party", "1")
    assert inbound.process(b.hub) == 1
    ask_for(b, "party", "1")
    assert inbound.process(b.hub) == 1
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 1


def test_a_late_webhook_does_not_revert_what_came_after_it(b: Bench) -> None:
    """paypal/mirakl-hyperwallet-connector#35, webrenew/memories#397, reapit/foundations#9608, pay-rails/pay#339."""
    b.erp.create("party", {"name": "A", "phone": "+8613800138000"})
    ask_for(b, "party", "1")
    b.erp.edit("party", "1", phone="+8613900139000")
    b.run(2)
    ask_for(b, "party", "1")  # the hook of the first change comes at last
    inbound.process(b.hub)
    assert b.only("customer").doc["phone"] == "+8613900139000"


def test_a_child_of_a_parent_that_never_comes_asks_more_and_more_seldom(b: Bench) -> None:
    b.erp.create("bill", {"party": "99", "state": "posted"})
    ask_for(b, "bill", "1")
    waits = []
    for _ in range(12):
        inbound.process(b.hub)
        while inbound.process(b.hub):  # its parent is asked for, and is not there
            pass
        (message,) = messages(b, "new")
        assert message.not_before is not None
        waits.append(message.not_before - b.clock.now())
        b.clock.pass_by(waits[-1])
    assert waits[:3] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
    assert waits[-1] == timedelta(days=1)


def test_a_parent_that_was_deleted_over_there_is_not_sent_for_its_child(b: Bench) -> None:
    """It is not to be made anew: asking for it every few seconds would change nothing."""
    customer = b.add("customer", name="A")
    b.run(1)
    (parent,) = b.erp.records("party")
    link = b.hub.store.read(lambda tx: tx.links.of_remote("erp", "party", parent.id))
    assert link is not None
    b.hub.store.run(lambda tx: tx.links.save(replace(link, state="gone")))
    b.erp.remove("party", parent.id)
    child = b.add("invoice", customer_id=customer.id)
    b.run(20, timedelta(seconds=6))
    assert len(sent(b, customer)) == 1
    assert sent(b, child)[0].attempt < 10


def test_a_parent_that_was_refused_waits_for_a_person_and_is_not_sent_again_for_its_child(b: Bench) -> None:
    for _ in range(20):
        b.erp.fail("create", "refuse")
    customer = b.add("customer", name="A")
    b.run(1)
    child = b.add("invoice", customer_id=customer.id)
    b.run(20, timedelta(seconds=6))
    (dead,) = sent(b, customer)
    b.erp._plans.clear()
    b.hub.store.run(lambda tx: tx.outbox.replay(dead.id))
    b.settle()
    assert [one.state for one in sent(b, child)] == ["done"]


def sent(b: Bench, record: Record) -> list[Delivery]:
    """The deliveries of a record."""
    return b.hub.store.read(lambda tx: tx.outbox.of_record(record.entity, record.id))
