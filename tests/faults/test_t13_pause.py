"""T13: the hub dies, the system is paused while it is down, and both are taken up again: nothing is lost or doubled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.ports.crash import NoCrash
from hub.ports.store import Store
from hub.services import pausing
from hub.testing.clock import FakeClock
from tests.faults.test_t13_crash import POINTS, DieAt, live
from tests.sync_bench import bench


@pytest.mark.parametrize("point", POINTS)
def test_one_party_and_one_bill_although_the_worker_died_before_a_pause(
    store: Store, clock: FakeClock, point: str
) -> None:
    b = bench(store, clock)
    b.hub = replace(b.hub, points=DieAt(point, 1))
    customer = b.add("customer", name="A")
    invoice = b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    assert live(b)
    b.hub = replace(b.hub, points=NoCrash())
    pausing.pause(b.hub, b.hub.actor("ops"), "erp", "it died")
    clock.pass_by(timedelta(minutes=10))
    before = list(b.erp.calls)
    b.add("customer", name="B")
    b.settle()
    assert b.erp.calls == before
    assert b.open_count() > 0
    pausing.resume(b.hub, b.hub.actor("ops"), "erp")
    clock.pass_by(timedelta(minutes=10))
    b.settle()
    assert sorted(party.doc["name"] for party in b.erp.records("party")) == ["A", "B"]
    (bill,) = b.erp.records("bill")
    assert (bill.doc["reference"], bill.doc["state"]) == (invoice.id, "posted")
    assert b.open_count() == 0
