"""T17: a system that asks for patience is left alone as a whole, for as long as it says, within reason."""

from datetime import timedelta

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import RateLimitedError
from hub.domain.retry import PATIENCE
from hub.ports.connector import Remote
from hub.ports.store import Store
from hub.services import inbound, outbound
from hub.services.gate import Kind, NotNowError
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.outbound_bench import SECOND, deliveries
from tests.sync_bench import SPECS, Bench, as_the_erp_writes, bench


class Busy(FakeSystem):
    """Asks for patience once."""

    asked: float | None = None
    touched = 0

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        self.touched += 1
        if self.touched == 1:
            raise RateLimitedError("Slowly.", retry_after=self.asked)
        return super().create(name, doc, key=key)


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock, erp=Busy(clock, SPECS, as_the_erp_writes))


@pytest.mark.parametrize(("asked", "seconds"), [(30.0, 30), (1e9, PATIENCE.total_seconds()), (-5.0, 1)])
def test_the_whole_connection_waits_as_long_as_it_was_asked_to(b: Bench, asked: float, seconds: float) -> None:
    """airbyte#8690, PostHog/posthog#64726: sleeping one call is useless when the others go on."""
    b.erp.asked = asked  # type: ignore[attr-defined]
    for name in ("A", "B", "C"):
        b.add("customer", name=name)
    outbound.deliver(b.hub, "erp", 200)
    assert b.erp.touched == 1  # type: ignore[attr-defined]
    b.clock.pass_by(timedelta(seconds=seconds) - SECOND)
    assert outbound.deliver(b.hub, "erp", 200) == 0
    with pytest.raises(NotNowError, match="patience"):
        inbound.poll(b.hub, b.hub.systems["erp"])
    b.clock.pass_by(SECOND)
    while outbound.deliver(b.hub, "erp", 200):
        pass
    assert len(b.erp.records("party")) == 3


def test_only_the_call_that_was_made_counts_as_an_attempt(b: Bench) -> None:
    for name in ("A", "B", "C"):
        b.add("customer", name=name)
    outbound.deliver(b.hub, "erp", 200)
    assert sorted(delivery.attempt for delivery in deliveries(b.hub)) == [0, 0, 1]


def test_afterwards_calls_come_back_slowly(b: Bench) -> None:
    b.erp.asked = 10.0  # type: ignore[attr-defined]
    b.add("customer", name="A")
    outbound.deliver(b.hub, "erp", 200)
    b.clock.pass_by(timedelta(seconds=10))
    assert b.hub.breakers.gate("erp").room(Kind.WRITE) == 2
