"""Deliveries by rounds: many calls share one look and one commit, and each ends as if it had been alone."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, RetryableError, UnknownOutcomeError
from hub.ports.connector import Remote
from hub.ports.outbox import Delivery
from hub.ports.store import Store, UnitOfWork
from hub.services import outbound
from hub.services.context import Hub
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.faults.test_t13_crash import POINTS, DieAt, live
from tests.outbound_bench import deliveries, tuned
from tests.sync_bench import SPECS, Bench, as_the_erp_writes, bench

T = TypeVar("T")
COUNT, AT_ONCE = 24, 4


class Odd(FakeSystem):
    """Does to a record what its name says."""

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        mood = str(doc.get("name", "")).partition(" ")[0]
        if mood == "refused":
            raise RejectedError("The name is not one.")
        if mood == "busy":
            raise RetryableError("Not now.")
        if mood == "broken":
            raise ZeroDivisionError
        made = super().create(name, doc, key=key)
        if mood == "lost":
            raise UnknownOutcomeError("The answer was lost.")
        return made._replace(id="1") if mood == "same" else made


class Counting:
    """A store that counts commits of its callers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.runs = 0

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        self.runs += 1
        return self._store.run(fn)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return tuned(bench(store, clock, erp=Odd(clock, SPECS, as_the_erp_writes)), concurrency=AT_ONCE)


def add(b: Bench, *moods: str) -> None:
    for number, mood in enumerate(moods):
        b.add("customer", name=f"{mood} {number}")


def states(b: Bench) -> Counter[str]:
    return Counter(delivery.state for delivery in deliveries(b.hub))


def test_many_are_made_once_each_and_share_their_commits(b: Bench, store: Store) -> None:
    add(b, *["good"] * COUNT)
    counting = Counting(store)
    hub: Hub = replace(b.hub, store=counting)
    assert outbound.deliver(hub, "erp", COUNT) == COUNT
    assert states(b) == {"done": COUNT}
    assert len({remote.doc["hub_id"] for remote in b.erp.records("party")}) == len(b.erp.records("party")) == COUNT
    assert counting.runs < 2 * COUNT


def test_a_change_of_each_follows_its_creation(b: Bench) -> None:
    add(b, *["good"] * COUNT)
    outbound.deliver(b.hub, "erp", COUNT)
    for record in b.hub.store.read(lambda tx: tx.records.all("customer")):
        b.change(record, name=f"{record.doc['name']} too")
    outbound.deliver(b.hub, "erp", COUNT)
    assert {remote.doc["name"] for remote in b.erp.records("party")} == {f"good {n} too" for n in range(COUNT)}
    assert b.open_count() == 0


def test_what_nothing_is_to_be_sent_of_ends_without_a_call(b: Bench) -> None:
    add(b, *["good"] * 4)
    outbound.deliver(b.hub, "erp", COUNT)
    b.erp.calls = []
    for record in b.hub.store.read(lambda tx: tx.records.all("customer")):
        b.change(record, memo="of no interest there")
    outbound.deliver(b.hub, "erp", COUNT)
    assert b.erp.calls == []
    assert states(b) == {"done": 8}


def test_each_ends_in_its_own_way(b: Bench) -> None:
    add(b, "good", "refused", "good", "busy", "lost", "good", "broken", "good")
    outbound.deliver(b.hub, "erp", COUNT)
    assert states(b) == {"done": 4, "dead": 1, "ready": 1, "unknown": 2}


def test_an_answer_that_cannot_be_recorded_leaves_the_others_of_its_commit(b: Bench) -> None:
    """Two of our records cannot be the same one over there."""
    add(b, "good", "same", "good", "same", "good", "good")
    outbound.deliver(b.hub, "erp", COUNT)
    assert states(b)["done"] >= 4
    links = b.hub.store.read(lambda tx: tx.links.page("erp", "party"))
    assert len(links) == states(b)["done"]


def test_what_another_worker_took_over_while_it_was_called_is_left_to_him(b: Bench, clock: FakeClock) -> None:
    add(b, *["good"] * 4)
    create, calls = b.erp.create, count()
    taken: list[Delivery] = []

    def slowly(name: str, doc: Doc, *, key: str = "") -> Remote:
        if next(calls) == 0:
            later = clock.now() + timedelta(hours=1)
            taken.extend(b.hub.store.run(
                lambda tx: tx.outbox.claim("erp", now=later, lease_for=timedelta(hours=1), limit=1)
            ))  # fmt: skip
        return create(name, doc, key=key)

    b.erp.create = slowly  # type: ignore[method-assign]
    outbound.deliver(b.hub, "erp", COUNT)
    assert states(b) == {"done": 3, "sent": 1}
    assert [one.fence for one in deliveries(b.hub, state="sent")] == [taken[0].fence]


def test_a_record_that_moved_over_there_is_merged_and_comes_again(b: Bench) -> None:
    add(b, "good", "good", "good")
    outbound.deliver(b.hub, "erp", COUNT)
    b.clock.pass_by(timedelta(seconds=1))
    moved = b.erp.records("party")[0]
    b.erp.update("party", moved, {**moved.doc, "mail": "new@example.com"})
    for record in b.hub.store.read(lambda tx: tx.records.all("customer")):
        b.change(record, name=f"{record.doc['name']} too")
    outbound.deliver(b.hub, "erp", COUNT)
    assert states(b) == {"done": 5, "ready": 1}
    b.settle()
    changed = b.erp.get("party", moved.id)
    assert changed is not None
    assert (changed.doc["mail"], changed.doc["name"][-3:]) == ("new@example.com", "too")
    assert b.open_count() == 0


@pytest.mark.parametrize("point", POINTS)
def test_wherever_it_dies_each_is_there_once_in_the_end(store: Store, clock: FakeClock, point: str) -> None:
    b = tuned(bench(store, clock), concurrency=AT_ONCE)
    for nth in count(1):
        b.hub = replace(b.hub, points=DieAt(point, nth))
        add(b, *[f"{nth}"] * 5)
        died = live(b)
        clock.pass_by(timedelta(minutes=10))
        b.settle()
        keys = [party.doc["hub_id"] for party in b.erp.records("party")]
        assert len(keys) == len(set(keys)) == 5 * nth
        assert b.open_count() == 0
        if not died or nth == 3:
            return
