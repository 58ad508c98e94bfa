"""T28: a system is down for a day, and its work piles up; it returns without a stampede, the others never noticed."""

import itertools
from datetime import timedelta

import pytest

from hub.domain.documents import Doc
from hub.ports.connector import Remote
from hub.ports.outbox import Delivery
from hub.ports.store import Store, UnitOfWork
from hub.services import outbound
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.outbound_bench import Pair, deliveries, pair
from tests.sync_bench import SPECS, as_the_erp_writes

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
BACKLOG = 20_000


class Counting(FakeSystem):
    """Counts the attempts to reach it."""

    reached = 0

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        self.reached += 1
        return super().create(name, doc, key=key)


@pytest.fixture
def both(store: Store, clock: FakeClock) -> Pair:
    return pair(store, clock, erp=Counting(clock, SPECS, as_the_erp_writes), concurrency=8)


def pile_up(both: Pair, count: int) -> None:
    """So many deliveries are due."""
    now = both.clock.now()

    def work(tx: UnitOfWork) -> None:
        for number in range(count):
            tx.outbox.enqueue(Delivery(f"due{number:06d}", "erp", "customer", f"r{number}", "c", now))

    both.hub.store.run(work)


def test_a_day_without_an_answer_is_a_few_hundred_tries_and_a_slow_return(both: Pair) -> None:
    both.add(60)
    both.erp.down = True
    for _ in range(DAY // MINUTE):
        outbound.deliver(both.hub, "erp", 200)
        both.clock.pass_by(MINUTE)
    assert both.erp.reached < 600  # type: ignore[attr-defined]
    both.deliver("crm")
    assert len(both.crm.records("party")) == 60
    both.erp.down, both.erp.reached = False, 0  # type: ignore[attr-defined]
    turns = []
    for _ in range(40):
        both.clock.pass_by(MINUTE)
        turns.append(outbound.deliver(both.hub, "erp", 200))
    turns = [turn for turn in turns if turn]
    assert turns[0] == 1, "one probe"
    assert turns[1] == 2, "then two at once"
    assert all(later <= 2 * earlier for earlier, later in itertools.pairwise(turns[:3]))
    assert len(both.erp.records("party")) == both.erp.reached == 60  # type: ignore[attr-defined]
    assert {delivery.state for delivery in deliveries(both.hub, system="erp")} == {"done"}


def test_a_large_backlog_costs_the_others_nothing_and_is_taken_in_its_order(both: Pair) -> None:
    pile_up(both, BACKLOG)
    both.erp.down = True
    outbound.deliver(both.hub, "erp", 200)
    both.add(3)
    both.deliver("crm")
    assert len(both.crm.records("party")) == 3
    now = both.clock.now()
    taken = both.hub.store.run(lambda tx: tx.outbox.claim("erp", now=now, lease_for=MINUTE, limit=200))
    assert [one.id for one in taken] == sorted(one.id for one in taken)
