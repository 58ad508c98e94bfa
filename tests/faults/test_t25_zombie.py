"""T25: a worker that slept through its lease wakes up: what it marks is refused, and the remote order is kept."""

from datetime import timedelta

import pytest

from hub.domain.documents import Doc
from hub.ports.connector import Remote
from hub.ports.store import Store
from hub.services import outbound
from hub.services.attempt import Attempt
from hub.services.gate import SOON
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.outbound_bench import declared, deliveries
from tests.sync_bench import SPECS, Bench, as_the_erp_writes

LEASE = timedelta(minutes=5)


class Sleeping(FakeSystem):
    """Puts its first caller to sleep before or after the work, while others do theirs."""

    b: Bench
    when = ""

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        sleeps, self.when = self.when, ""
        if sleeps == "before":
            self.meanwhile()
        made = super().create(name, doc, key=key)
        if sleeps == "after":
            self.meanwhile()
        return made

    def meanwhile(self) -> None:
        self.b.clock.pass_by(LEASE)
        outbound.deliver(self.b.hub, "erp", 8)


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    erp = Sleeping(clock, SPECS, as_the_erp_writes)
    erp.b = declared(store, clock, erp)
    return erp.b


def test_a_woken_worker_does_not_mark_what_another_one_has_done(b: Bench) -> None:
    """OCA/queue#306: the fence is the second worker's."""
    b.erp.when = "after"  # type: ignore[attr-defined]
    b.add("customer", name="A")
    outbound.deliver(b.hub, "erp", 8)
    assert len(b.erp.records("party")) == 1
    (done,) = deliveries(b.hub)
    assert (done.state, done.fence) == ("done", 2)


def test_with_keys_a_call_that_wakes_up_late_makes_nothing_new(store: Store, clock: FakeClock) -> None:
    erp = Sleeping(clock, SPECS, as_the_erp_writes)
    b = erp.b = declared(store, clock, erp, idempotency="header")
    erp.when = "before"
    b.add("customer", name="A")
    outbound.deliver(b.hub, "erp", 8)
    b.settle()
    assert len(b.erp.records("party")) == 1
    assert b.open_count() == 0


def test_who_waited_through_the_lease_for_a_turn_gives_it_back_uncounted(b: Bench) -> None:
    b.add("customer", name="A")
    now = b.clock.now()
    (delivery,) = b.hub.store.run(lambda tx: tx.outbox.claim("erp", now=now, lease_for=LEASE, limit=8))
    b.clock.pass_by(LEASE)
    outbound.make(Attempt(b.hub, b.hub.systems["erp"], delivery))
    (waiting,) = deliveries(b.hub)
    assert (waiting.state, waiting.attempt, waiting.leased_until) == ("ready", 0, None)
    assert b.erp.calls == []
    assert outbound.deliver(b.hub, "erp", 8) == 0  # not at once: two workers would hand it to and fro for ever
    b.clock.pass_by(SOON)
    assert outbound.deliver(b.hub, "erp", 8) == 1
    assert [call[0] for call in b.erp.calls] == ["create"]


def test_who_waited_through_the_lease_and_was_replaced_leaves_it_alone(b: Bench) -> None:
    b.add("customer", name="A")
    claimed = []
    for _ in range(2):
        now = b.clock.now()
        claimed += b.hub.store.run(lambda tx, at=now: tx.outbox.claim("erp", now=at, lease_for=LEASE, limit=8))  # type: ignore[misc]
        b.clock.pass_by(LEASE + timedelta(seconds=1))
    outbound.make(Attempt(b.hub, b.hub.systems["erp"], claimed[0]))
    (waiting,) = deliveries(b.hub)
    assert (waiting.attempt, waiting.fence) == (2, 2)
    assert b.erp.calls == []
