"""An obligation has one route; a person who has looked may give it another, and never where it may be there already."""

from dataclasses import replace

import pytest

from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.files.compiling import compile_mapping
from hub.files.mappings import parse_mapping
from hub.ports.outbox import Delivery
from hub.ports.records import Record
from hub.ports.store import Store
from hub.services import outbound, routes
from hub.services.context import Actor, System
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import INVOICE, MOVES, SPECS, Bench, as_the_erp_writes, bench

BOSS = Actor("boss", "k")
WHY = "The old one is closed for the year; nothing is there."


@pytest.fixture
def books(clock: FakeClock) -> FakeSystem:
    return FakeSystem(clock, SPECS, as_the_erp_writes, MOVES)


@pytest.fixture
def b(store: Store, clock: FakeClock, books: FakeSystem) -> Bench:
    """A hub whose invoices go to the ERP, and might go to the books."""
    b = bench(store, clock)
    mapping = compile_mapping(parse_mapping(INVOICE.replace("erp", "books"), "books.yaml"))
    other = System("books", books, books.objects(), {"invoice": mapping})
    b.hub = replace(b.hub, systems={**b.hub.systems, "books": other})
    return b


def given_up(b: Bench) -> tuple[Record, Delivery]:
    """An invoice that the ERP refuses."""
    b.erp.fail("create", "refuse")
    invoice = b.add("invoice", currency="CNY")
    b.run(2)
    (delivery,) = b.hub.store.read(lambda tx: tx.outbox.waiting("invoice", invoice.id))
    assert (delivery.state, delivery.system) == ("dead", "erp")
    return invoice, delivery


def deliver(b: Bench) -> None:
    for name in b.hub.systems:
        while outbound.deliver(b.hub, name):
            pass


def test_what_one_system_never_took_goes_through_another_once(b: Bench, books: FakeSystem) -> None:
    invoice, delivery = given_up(b)
    assert routes.ways(b.hub, delivery.id) == ["books"]
    routes.reroute(b.hub, BOSS, delivery.id, "books", WHY)
    deliver(b)
    b.change(invoice, note="later")
    deliver(b)
    assert (len(books.records("bill")), len(b.erp.records("bill"))) == (1, 0)
    assert books.records("bill")[0].doc["state"] == "posted"
    entries = b.hub.store.read(lambda tx: tx.audit.of_record("invoice", invoice.id))
    assert "reroute" in {entry.action for entry in entries}
    with pytest.raises(ConflictError, match="owed twice"):
        routes.reroute(b.hub, BOSS, b.hub.store.read(lambda tx: tx.outbox.listing(system="books"))[0].id, "erp", WHY)


def test_what_waits_for_a_system_that_is_connected_no_more_goes_through_another(b: Bench, books: FakeSystem) -> None:
    b.erp.down = True
    invoice = b.add("invoice", currency="CNY")
    (delivery,) = b.hub.store.read(lambda tx: tx.outbox.waiting("invoice", invoice.id))
    with pytest.raises(ConflictError, match="still being sent"):
        routes.reroute(b.hub, BOSS, delivery.id, "books", WHY)
    b.hub = replace(b.hub, systems={"books": b.hub.systems["books"]})
    routes.reroute(b.hub, BOSS, delivery.id, "books", WHY)
    deliver(b)
    assert len(books.records("bill")) == 1
    assert b.open_count() == 0


@pytest.mark.parametrize(("to", "why"), [("books", "  "), ("erp", WHY), ("nowhere", WHY)])
def test_another_route_wants_a_system_that_takes_it_and_a_reason(b: Bench, to: str, why: str) -> None:
    _, delivery = given_up(b)
    with pytest.raises(InvalidError):
        routes.reroute(b.hub, BOSS, delivery.id, to, why)
    assert b.hub.store.read(lambda tx: tx.outbox.get(delivery.id)) == delivery


def test_records_that_are_synced_by_state_have_no_route(b: Bench) -> None:
    b.erp.fail("create", "refuse")
    record = b.add("customer", name="A")
    b.run(1)
    (delivery,) = b.hub.store.read(lambda tx: tx.outbox.waiting("customer", record.id))
    assert routes.ways(b.hub, delivery.id) == []
    with pytest.raises(ConflictError, match="one route"):
        routes.reroute(b.hub, BOSS, delivery.id, "books", WHY)
    with pytest.raises(NotFoundError):
        routes.reroute(b.hub, BOSS, "none", "books", WHY)
