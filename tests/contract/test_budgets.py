"""Budgets by the day and the second: counted in our tables, with a share that bulk work leaves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.sync.budget import Budget
from hub.ports.store import Store
from hub.services import outbound
from hub.services.breakers import Breakers
from hub.services.gate import NotNowError, Purpose
from hub.testing.clock import FakeClock
from tests.outbound_bench import deliveries, tuned
from tests.sync_bench import Bench, bench

DAY = timedelta(days=1)


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return tuned(bench(store, clock), budget=Budget(per_day=10, reserve=20))


def fill(b: Bench, count: int) -> None:
    for number in range(count):
        b.add("customer", name=f"A{number}")


def drain(b: Bench) -> int:
    while outbound.deliver(b.hub, "erp", 200):
        pass
    return len(b.erp.records("party"))


def slow_down(b: Bench) -> None:
    """Make all that is due bulk work."""
    due = deliveries(b.hub)

    def work(tx: object) -> None:
        claimed = tx.outbox.claim("erp", now=b.clock.now(), lease_for=DAY, limit=200)  # type: ignore[attr-defined]
        for delivery in claimed:
            tx.outbox.dead(delivery, error="")  # type: ignore[attr-defined]
            tx.outbox.replay(delivery.id, bulk=True)  # type: ignore[attr-defined]

    b.hub.store.run(work)
    assert len(deliveries(b.hub)) == len(due)


def test_live_work_goes_on_until_the_day_is_used_and_waits_for_the_next(b: Bench) -> None:
    fill(b, 15)
    assert drain(b) == 10
    assert all(delivery.attempt in {0, 1} for delivery in deliveries(b.hub))
    b.clock.pass_by(DAY)
    assert drain(b) == 15


def test_bulk_work_is_parked_when_it_has_used_its_share_and_live_work_is_not(b: Bench) -> None:
    """HubSpot/hubspot-api-python#117, xagent#1543: a load must not use up what live tickets need."""
    fill(b, 12)
    slow_down(b)
    assert drain(b) == 8
    b.add("customer", name="live")
    assert drain(b) == 9
    b.clock.pass_by(DAY)
    assert drain(b) == 13


def test_live_work_overtakes_bulk_work(b: Bench) -> None:
    fill(b, 3)
    slow_down(b)
    b.add("customer", name="live")
    outbound.deliver(b.hub, "erp", 1)
    assert b.erp.records("party")[0].doc["name"] == "live"


def test_a_change_of_what_waits_as_bulk_work_makes_it_live_work(b: Bench) -> None:
    fill(b, 2)
    slow_down(b)
    (last, _) = b.hub.store.read(lambda tx: tx.records.all("customer", sort="-id"))
    b.change(last, name="changed")
    assert [delivery.bulk for delivery in deliveries(b.hub) if delivery.record_id == last.id] in ([False], [False] * 2)


def test_a_restart_does_not_begin_the_day_anew(b: Bench) -> None:
    fill(b, 15)
    drain(b)
    system = b.hub.systems["erp"]
    bare = replace(system, connector=system.connector.connector)  # type: ignore[attr-defined] # it is guarded
    b.hub = replace(b.hub, breakers=Breakers(), systems={"erp": bare})
    assert drain(b) == 10


def test_a_second_has_its_limit(store: Store, clock: FakeClock) -> None:
    b = tuned(bench(store, clock), budget=Budget(per_second=3))
    fill(b, 8)
    assert drain(b) == 3
    clock.pass_by(timedelta(seconds=1))
    assert drain(b) == 6
    with pytest.raises(NotNowError, match="second"):
        b.hub.systems["erp"].wanted_for(Purpose.DESK).connector.get("party", "1")
