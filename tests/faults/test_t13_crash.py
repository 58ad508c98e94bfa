"""T13: death at every named point of a delivery, for every time it is reached; in memory, on both databases.

OCA/queue#716, nuobit/odoo-addons#231: what a dead worker held comes again, and what it had written is found again.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from hub.ports.crash import CRASH_POINTS
from hub.ports.store import Store
from hub.testing.clock import FakeClock
from tests.sync_bench import Bench, bench

POINTS = [name for name in CRASH_POINTS if name.startswith("outbox")]


class DeadError(BaseException):
    """The process is gone: nothing of ours catches this."""


class DieAt:
    """Dies when a point is reached for the nth time."""

    def __init__(self, name: str, nth: int) -> None:
        self.name, self.left = name, nth

    def reach(self, name: str) -> None:
        self.left -= name == self.name
        if name == self.name and self.left == 0:
            raise DeadError


def live(b: Bench) -> bool:
    """Work for a while; whether the process died."""
    try:
        b.settle()
    except DeadError:
        return True
    return False


@pytest.mark.parametrize("point", POINTS)
def test_one_party_and_one_bill_wherever_the_worker_dies(store: Store, clock: FakeClock, point: str) -> None:
    b = bench(store, clock)
    for nth in count(1):
        b.hub, b.erp.calls = replace(b.hub, points=DieAt(point, nth)), []
        customer = b.add("customer", name=f"A{nth}")
        invoice = b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
        died = live(b)
        clock.pass_by(timedelta(minutes=10))
        b.settle()
        assert len([party for party in b.erp.records("party") if party.doc["hub_id"] == customer.id]) == 1
        (bill,) = [bill for bill in b.erp.records("bill") if bill.doc["reference"] == invoice.id]
        assert bill.doc["state"] == "posted"
        assert [call[0] for call in b.erp.calls].count("post") == 1
        assert b.open_count() == 0
        if not died:
            assert nth > 1, "the point is never reached"
            return
