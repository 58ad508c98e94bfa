"""Documents in steps: taken back where withdrawn or refused for good, left to a person where that cannot be."""

from collections.abc import Mapping, Sequence

import pytest

from hub.ports.connector import ObjectSpec, Step
from hub.ports.store import Store
from hub.services import outbound, queue, reconciling
from hub.testing.clock import FakeClock
from tests.outbound_bench import declared, deliveries
from tests.sync_bench import MOVES, Bench

BACK = (Step("draft", "cancel", "cancelled"), Step("validated", "cancel", "cancelled"))
CANCELLING = {("draft", "cancel"): "cancelled", ("validated", "cancel"): "cancelled"}


DELETING = (Step("draft", "delete", "gone"), Step("validated", "reject", "draft"))


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    b = declared(store, clock, compensate=lambda spec: BACK if spec.goals else ())
    b.erp._moves = MOVES | CANCELLING
    return b


def invoice(b: Bench) -> str:
    """An invoice whose step to ``posted`` is not taken yet."""
    customer = b.add("customer", name="A")
    b.run(2)
    b.erp.fail_at("act", "before", nth=2)
    made = b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    outbound.deliver(b.hub, "erp")
    assert b.erp.records("bill")[0].doc["state"] == "validated"
    return made.id


def test_a_document_that_is_withdrawn_on_its_way_is_taken_back(b: Bench) -> None:
    invoice(b)
    b.change(b.only("invoice"), state="void")
    b.settle()
    assert b.erp.records("bill")[0].doc["state"] == "cancelled"
    assert [call[0] for call in b.erp.calls][-1] == "cancel"
    assert (b.open_count(), deliveries(b.hub, state="dead")) == (0, [])


def test_a_document_that_was_withdrawn_before_it_was_sent_is_never_sent(b: Bench) -> None:
    b.erp.down = True
    b.add("invoice", currency="CNY", state="draft")
    b.change(b.only("invoice"), state="void")
    b.erp.down = False
    b.settle()
    assert b.erp.records("bill") == []
    assert b.open_count() == 0


def test_a_document_whose_next_step_is_refused_for_good_is_taken_back_and_told(b: Bench) -> None:
    customer = b.add("customer", name="A")
    b.run(2)
    b.erp.fail_at("act", "refuse", nth=2)
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    outbound.deliver(b.hub, "erp")
    assert b.erp.records("bill")[0].doc["state"] == "cancelled"
    assert "was taken back" in b.get(b.only("invoice"))["error"]


def test_without_a_way_back_a_person_is_asked(store: Store, clock: FakeClock) -> None:
    b = declared(store, clock)
    invoice(b)
    b.change(b.only("invoice"), state="void")
    b.settle()
    assert b.erp.records("bill")[0].doc["state"] == "validated"
    assert "take it back there by hand" in str(deliveries(b.hub, state="dead")[0].error)


def test_a_way_back_is_resumed_where_it_stopped(b: Bench) -> None:
    invoice(b)
    b.change(b.only("invoice"), state="void")
    b.erp.fail("act", "after")
    b.settle()
    assert [call[0] for call in b.erp.calls].count("cancel") == 1
    assert b.open_count() == 0


@pytest.fixture
def deleting(store: Store, clock: FakeClock) -> Bench:
    b = declared(store, clock, compensate=lambda spec: DELETING if spec.goals else ())
    b.erp._moves = MOVES | {("draft", "delete"): "gone", ("validated", "reject"): "draft"}
    return b


@pytest.mark.parametrize("how", ["before", "after", "never"])
def test_a_withdrawn_document_is_deleted_where_a_step_leads_to_gone(deleting: Bench, how: str) -> None:
    b = deleting
    invoice(b)
    b.change(b.only("invoice"), state="void")
    if how != "never":
        b.erp.fail_at("act", how, nth=2)
    b.settle()
    assert b.erp.records("bill") == []
    assert [call[0] for call in b.erp.calls].count("delete") == 1
    assert (b.open_count(), deliveries(b.hub, state="dead")) == (0, [])
    assert reconciling.plan(b.hub, "erp") == []
    b.change(b.only("invoice"), reference="late")
    b.settle()
    assert b.erp.records("bill") == []


def test_a_deletion_that_is_ignored_is_told(deleting: Bench) -> None:
    b = deleting
    invoice(b)
    b.erp._moves = {**b.erp._moves, ("draft", "delete"): "draft"}
    b.change(b.only("invoice"), state="void")
    b.settle()
    assert "delete left bill" in str(deliveries(b.hub, state="dead")[0].error)


def test_what_is_refused_for_good_is_not_deleted(deleting: Bench) -> None:
    """A person may mend the draft and send it on."""
    b = deleting
    customer = b.add("customer", name="A")
    b.run(2)
    b.erp.fail_at("act", "refuse", nth=2)
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    outbound.deliver(b.hub, "erp")
    assert b.erp.records("bill")[0].doc["state"] == "draft"
    assert "was taken back" in b.get(b.only("invoice"))["error"]


HALF = Step("half posted", "unpost", "validated", refused="Finance posts it by hand.", gives_back=True)


@pytest.fixture
def halving(store: Store, clock: FakeClock) -> Bench:
    """An ERP that posts a bill in part where it cannot post it whole."""

    def goals(spec: ObjectSpec) -> Mapping[str, Sequence[Step]]:
        return {name: (*steps, HALF) for name, steps in spec.goals.items()}

    b = declared(store, clock, goals=goals)
    b.erp._moves = MOVES | {("validated", "post"): "half posted", ("half posted", "unpost"): "validated"}
    return b


@pytest.mark.parametrize("how", ["before", "after", "never"])
def test_what_was_done_in_part_alone_is_given_back_once_and_the_document_refused(halving: Bench, how: str) -> None:
    b = halving
    customer = b.add("customer", name="A")
    b.run(2)
    if how != "never":
        b.erp.fail_at("act", how, nth=3)
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    b.settle()
    assert b.erp.records("bill")[0].doc["state"] == "validated"
    assert str(deliveries(b.hub, state="dead")[0].error) == "Finance posts it by hand."
    b.erp._moves = MOVES
    queue.replay(b.hub, b.hub.actor("li"), deliveries(b.hub, state="dead")[0].id)
    b.settle()
    assert b.erp.records("bill")[0].doc["state"] == "posted"
    assert (b.open_count(), deliveries(b.hub, state="dead")) == (0, [])


def test_steps_that_lead_in_a_circle_are_told_and_not_taken_for_ever(b: Bench) -> None:
    b.erp._moves = MOVES | CANCELLING | {("validated", "post"): "draft"}
    customer = b.add("customer", name="A")
    b.run(2)
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    b.settle()
    assert "back to draft" in str(deliveries(b.hub, state="dead")[0].error)
    assert [call[0] for call in b.erp.calls].count("post") == 1
