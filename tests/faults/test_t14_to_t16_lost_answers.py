"""T14, T15, T16: the answer is lost, or the call was; with the system's own keys, with look-ups, with neither."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.retry import FIRST, LONGEST
from hub.ports.connector import ObjectSpec
from hub.ports.store import Store
from hub.services import outbound
from hub.testing.clock import FakeClock
from tests.outbound_bench import declared, deliveries, tuned
from tests.sync_bench import Bench, bench

HOUR = timedelta(hours=1)


def invoiced(b: Bench) -> None:
    """A customer that is over there, and an invoice that is due."""
    customer = b.add("customer", name="A")
    b.run(3)
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")


@pytest.mark.parametrize("operation", ["create", "act"])
@pytest.mark.parametrize("how", ["after", "lost"])
def test_a_system_with_keys_is_simply_asked_again(store: Store, clock: FakeClock, operation: str, how: str) -> None:
    """T14, opencompany#2136: the key is the obligation's, so the same call again makes nothing new."""
    keys = {"create": "header", "act": "header"}
    b = declared(store, clock, idempotency=lambda _: keys, lookup_by=None)
    b.erp.fail(operation, how)
    customer = b.add("customer", name="A")
    invoice = b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    b.settle()
    (bill,) = b.erp.records("bill")
    assert bill.doc["state"] == "posted"
    assert len(b.erp.records("party")) == 1
    assert {f"customer:{customer.id}:create", f"invoice:{invoice.id}:create"} <= b.erp.keys.keys()
    assert b.open_count() == 0


def test_a_repeated_create_says_what_the_first_one_said(store: Store, clock: FakeClock) -> None:
    """The frozen payload goes again; what changed meanwhile follows as a change."""
    b = declared(store, clock, idempotency="native", lookup_by=None)
    b.erp.fail("create", "after")
    record = b.add("customer", name="A")
    b.run(1)
    b.change(record, name="B")
    b.settle()
    assert [call[0] for call in b.erp.calls] == ["create", "update"]
    assert b.erp.records("party")[0].doc["name"] == "B"


def test_a_key_that_the_system_has_forgotten_is_not_relied_on(store: Store, clock: FakeClock) -> None:
    """kody#2109, commcare-hq#33509: keys live for a day, retries for longer: a late one looks first."""
    b = declared(store, clock, idempotency="header", key_expires=timedelta(hours=24))
    b.erp.fail("create", "after")
    b.add("customer", name="A")
    b.run(1)
    b.erp.keys.clear()
    b.erp.down = True
    b.run(rounds=30, passing=HOUR)
    b.erp.down = False
    b.settle()
    assert len(b.erp.records("party")) == 1
    assert b.open_count() == 0


def test_a_forgotten_key_and_no_look_up_leave_it_to_a_person(store: Store, clock: FakeClock) -> None:
    b = declared(store, clock, idempotency="header", key_expires=timedelta(hours=24), lookup_by=None)
    b.erp.fail("create", "after")
    b.add("customer", name="A")
    b.run(1)
    b.erp.keys.clear()
    clock.pass_by(timedelta(days=3))
    outbound.deliver(b.hub, "erp")
    assert len(b.erp.records("party")) == 1
    assert "look there" in str(deliveries(b.hub, state="dead")[0].error)


@pytest.mark.parametrize("how", ["after", "lost"])
def test_what_nothing_keeps_from_doubling_is_never_repeated(store: Store, clock: FakeClock, how: str) -> None:
    """composio#3654, open-connector#119: a person looks, and a replay is the person's word."""
    b = declared(store, clock, idempotency="none", lookup_by=None)
    b.erp.fail("create", how)
    b.add("customer", name="A")
    for _ in range(9):
        outbound.deliver(b.hub, "erp")
        clock.pass_by(HOUR)
    assert len(b.erp.records("party")) == (how == "after")
    (dead,) = deliveries(b.hub, state="dead")
    assert "look there" in str(dead.error)
    b.erp.store.clear()
    b.hub.store.run(lambda tx: tx.outbox.replay(dead.id))
    b.settle()
    assert len(b.erp.records("party")) == 1
    assert deliveries(b.hub, state="dead") == []


def test_a_mass_replay_is_nobodys_word_that_somebody_has_looked(store: Store, clock: FakeClock) -> None:
    b = declared(store, clock, idempotency="none", lookup_by=None)
    b.erp.fail("create", "after")
    b.add("customer", name="A")
    outbound.deliver(b.hub, "erp")
    clock.pass_by(HOUR)
    outbound.deliver(b.hub, "erp")
    (dead,) = deliveries(b.hub, state="dead")
    b.hub.store.run(lambda tx: tx.outbox.replay(dead.id, bulk=True))
    outbound.deliver(b.hub, "erp")
    assert len(b.erp.records("party")) == 1
    assert len(deliveries(b.hub, state="dead")) == 1


@pytest.mark.parametrize("how", ["after", "lost"])
def test_a_step_that_may_not_be_repeated_is_not(store: Store, clock: FakeClock, how: str) -> None:
    b = declared(store, clock, idempotency=lambda _: {"create": "lookup", "act": "none"})
    b.erp.fail("act", how)
    invoiced(b)
    b.settle()
    (bill,) = b.erp.records("bill")
    assert bill.doc["state"] == ("posted" if how == "after" else "draft")
    assert len(deliveries(b.hub, state="dead")) == (how == "lost")


def test_a_step_whose_call_may_still_run_is_waited_for(store: Store, clock: FakeClock) -> None:
    b = bench(store, clock)
    b.erp.fail("act", "lost")
    invoiced(b)
    b.run(5)
    assert b.erp.records("bill")[0].doc["state"] == "draft"
    b.settle()
    assert b.erp.records("bill")[0].doc["state"] == "posted"


@pytest.mark.parametrize("how", ["after", "lost"])
def test_a_lost_update_of_a_record_without_versions_is_looked_at_first(
    store: Store, clock: FakeClock, how: str
) -> None:
    b = bench(store, clock)
    record = b.add("customer", name="A")
    b.run(3)
    ((key, remote),) = b.erp.store.items()
    b.erp.store[key] = remote._replace(version=None)
    b.hub.store.run(lambda tx: tx.links.save(replace(tx.links.all_of_record("customer", record.id)[0], version=None)))
    b.erp.fail("update", how)
    b.change(record, name="B")
    b.run(5)
    assert b.erp.store[key].doc["name"] == ("B" if how == "after" else "A")
    b.settle()
    assert b.erp.store[key].doc["name"] == "B"
    assert b.open_count() == 0


def test_every_attempt_counts_once_and_waits_longer(store: Store, clock: FakeClock) -> None:
    """T16: refused before anything happened, four times; the fifth attempt works."""
    b = tuned(bench(store, clock))
    for _ in range(4):
        b.erp.fail("create", "before")
    b.add("customer", name="A")
    waits = []
    for attempt in range(1, 5):
        b.run(1, passing=timedelta(0))
        (waiting,) = deliveries(b.hub)
        assert (waiting.attempt, waiting.state) == (attempt, "ready")
        assert waiting.not_before is not None
        waits.append(waiting.not_before - clock.now())
        clock.pass_by(waits[-1])
    assert all(FIRST * 2**n / 2 <= wait <= min(FIRST * 2**n, LONGEST) for n, wait in enumerate(waits))
    b.run(1, passing=timedelta(0))
    assert deliveries(b.hub)[0].attempt == 5
    assert [call[0] for call in b.erp.calls] == ["create"]


def test_one_obligation_has_one_route(store: Store, clock: FakeClock) -> None:
    """openlinker#2060: two billing connections, one charge, one invoice; and BatchNepal/batch_projects#33."""
    b = bench(store, clock)
    erp = b.hub.systems["erp"]
    other = replace(erp, name="other", connector=erp.connector.connector)  # type: ignore[attr-defined] # it is guarded
    b.hub = replace(b.hub, systems={"other": other, "erp": erp})
    b.add("invoice", currency="CNY", state="draft")
    assert [delivery.system for delivery in deliveries(b.hub)] == ["other"]
    b.hub = replace(b.hub, systems={"erp": erp})
    invoice = b.only("invoice")
    b.change(invoice, currency="USD")
    assert [delivery.system for delivery in deliveries(b.hub)] == ["other"]


def test_an_object_spec_says_what_keeps_each_operation_from_doubling() -> None:
    short, by_operation = ObjectSpec("a", idempotency="header"), ObjectSpec("a", idempotency={"act": "none"})
    assert [short.idempotency_of(each) for each in ("create", "update", "act")] == ["header", "lookup", "lookup"]
    assert [by_operation.idempotency_of(each) for each in ("create", "update", "act")] == ["none", "lookup", "none"]
