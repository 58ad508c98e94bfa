"""Which unknown records of a system come into being here, and what becomes of those that refer to the others."""

import pytest

from hub.ports.inbox import Message
from hub.ports.store import Store
from hub.services import loading, reconciling, sweeping
from hub.testing.clock import FakeClock
from tests.sync_bench import CUSTOMER, INVOICE, Bench, bench

OPEN_ONES = CUSTOMER + '  takes_when: state == "open"\n'
OF_OPEN_ONES = INVOICE + '  waits_when: party_state == "open"\n'


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock, customer=OPEN_ONES, invoice=OF_OPEN_ONES)


def names(b: Bench) -> list[str]:
    return sorted(str(one.doc["name"]) for one in b.hub.store.read(lambda tx: tx.records.all("customer")))


def messages(b: Bench, state: str = "new") -> list[Message]:
    return b.hub.store.read(lambda tx: tx.inbox.listing(state=state))


def test_only_what_meets_the_condition_when_it_is_first_seen_comes_into_being(b: Bench) -> None:
    b.erp.create("party", {"name": "A", "state": "open"})
    b.erp.create("party", {"name": "B", "state": "closed"})
    b.erp.create("party", {"name": "C"})
    b.run(2)
    assert names(b) == ["A"]
    assert messages(b) == messages(b, "dead") == []


def test_what_was_left_alone_is_taken_when_it_changes_so(b: Bench) -> None:
    closed = b.erp.create("party", {"name": "B", "state": "closed"})
    b.run(1)
    b.erp.edit("party", closed.id, state="open")
    b.run(1)
    assert names(b) == ["B"]


def test_what_is_known_goes_on_being_synced_whatever_it_becomes(b: Bench) -> None:
    made = b.erp.create("party", {"name": "A", "state": "open", "phone": "13800000001"})
    b.run(1)
    b.erp.edit("party", made.id, state="closed", phone="13800000002")
    b.run(1)
    assert b.only("customer").doc["phone"] == "+8613800000002"


def test_one_of_ours_is_known_whatever_the_condition_says(b: Bench) -> None:
    ours = b.add("customer", code="A", name="A")
    b.run(1)
    (there,) = b.erp.find("party", "hub_id", ours.id)
    b.erp.edit("party", there.id, state="closed", phone="13800000002")
    b.run(1)
    assert b.only("customer").doc["phone"] == "+8613800000002"


def test_a_load_of_what_is_closed_makes_nothing_and_a_sweep_asks_for_none_of_it(b: Bench) -> None:
    for number in range(30):
        b.erp.create("party", {"name": f"N{number}", "state": "closed"})
        b.erp.create("bill", {"party": str(2 * number + 1), "party_state": "closed", "state": "posted"})
    system = b.hub.systems["erp"]
    run = loading.start(b.hub, system)
    while run.state == "running":
        run = loading.advance(b.hub, system, run)
    assert run.state == "complete"
    run = sweeping.start(b.hub, system, "party")
    while run.state == "running":
        run = sweeping.advance(b.hub, system, run)
    assert (run.state, run.counts["found"]) == ("complete", 0)
    assert names(b) == []
    assert b.hub.store.read(lambda tx: tx.records.all("invoice")) == []
    assert messages(b) == messages(b, "dead") == []
    assert reconciling.plan(b.hub, "erp") == []


def test_what_refers_to_one_that_was_left_alone_is_left_alone_too(b: Bench) -> None:
    closed = b.erp.create("party", {"name": "B", "state": "closed"})
    b.erp.create("bill", {"party": closed.id, "party_state": "closed", "state": "posted"})
    b.run(3)
    assert messages(b) == messages(b, "dead") == []
    assert b.hub.store.read(lambda tx: tx.records.all("invoice")) == []
    assert reconciling.plan(b.hub, "erp") == []


def test_what_refers_to_one_that_will_come_waits_for_it(b: Bench) -> None:
    made = b.erp.create("party", {"name": "A", "state": "open"})
    b.erp.create("bill", {"party": made.id, "party_state": "open", "state": "posted"})
    b.run(3)
    assert b.only("invoice").doc["customer_id"] == b.only("customer").id


def test_what_refers_to_one_of_ours_comes_even_when_that_is_closed(b: Bench) -> None:
    made = b.erp.create("party", {"name": "A", "state": "open"})
    b.run(1)
    b.erp.edit("party", made.id, state="closed")
    b.erp.create("bill", {"party": made.id, "party_state": "closed", "state": "posted"})
    b.run(2)
    assert b.only("invoice").doc["customer_id"] == b.only("customer").id
