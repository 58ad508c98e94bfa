"""What a person does while a worker holds deliveries that it has not made yet."""

from datetime import timedelta

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.ports.connector import Remote
from hub.ports.store import Store
from hub.services import joining, outbound, pausing
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.outbound_bench import deliveries, tuned
from tests.sync_bench import SPECS, Bench, as_the_erp_writes, bench

COUNT, AT_ONCE = 40, 2


class Interrupted(FakeSystem):
    """Has somebody pause it while it makes its first record."""

    bench: Bench

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        made = super().create(name, doc, key=key)
        if made.id == "1":
            pausing.pause(self.bench.hub, self.bench.hub.actor("ops"), "erp", "they move")
        return made


@pytest.mark.parametrize("at_once", [1, AT_ONCE])
def test_what_waits_for_its_turn_is_not_sent_to_a_system_that_was_paused_meanwhile(
    store: Store, clock: FakeClock, at_once: int
) -> None:
    erp = Interrupted(clock, SPECS, as_the_erp_writes)
    b = erp.bench = tuned(bench(store, clock, erp=erp), concurrency=at_once)
    for number in range(COUNT):
        b.add("customer", name=f"A {number}")
    outbound.deliver(b.hub, "erp", COUNT)
    assert len(erp.calls) < COUNT / 2  # those that were under way
    waiting = deliveries(b.hub, state="ready")
    assert len(waiting) == COUNT - len(erp.calls)
    assert {one.attempt for one in waiting} == {0}
    pausing.resume(b.hub, b.hub.actor("ops"), "erp")
    b.run(rounds=2, passing=timedelta(seconds=2))
    assert len(erp.calls) == COUNT


def test_nobody_is_merged_whose_delivery_a_worker_has_taken_up(store: Store, clock: FakeClock) -> None:
    b = bench(store, clock)
    one, two = b.add("customer", name="A"), b.add("customer", name="B")

    def merge() -> None:
        b.hub.store.run(lambda tx: joining.join(b.hub, tx, b.hub.actor("li"), two.id, one.id, ()))

    lease = timedelta(minutes=1)
    store.run(lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=lease, limit=2))
    with pytest.raises(ConflictError, match="just being written to erp"):
        merge()
    clock.pass_by(lease)  # nobody came back
    merge()
    b.run()
    assert [remote.doc["name"] for remote in b.erp.records("party")] == ["A"]
