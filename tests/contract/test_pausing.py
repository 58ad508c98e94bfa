"""A person pauses a system: nobody asks it anything, nothing is sent to it, and nothing of it is lost."""

from datetime import timedelta

import pytest

from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.ports.store import Store
from hub.services import auditing, inbound, loading, outbound, pausing, sweeping
from hub.services.context import Hub
from hub.testing.clock import FakeClock
from tests.sync_bench import Bench, bench


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    b = bench(store, clock)
    b.erp.create("party", {"name": "N"})
    b.clock.pass_by(timedelta(seconds=1))
    return b


def pause(hub: Hub, reason: str = "they move to a new server") -> None:
    pausing.pause(hub, hub.actor("ops"), "erp", reason)


def resume(hub: Hub) -> None:
    pausing.resume(hub, hub.actor("ops"), "erp")


def work(b: Bench) -> int:
    """What the workers do with the system in a turn."""
    erp = b.hub.systems["erp"]
    done = [
        inbound.poll(b.hub, erp),
        inbound.process(b.hub, "erp"),
        outbound.deliver(b.hub, "erp"),
        sweeping.step(b.hub, erp),
        auditing.audit_due(b.hub, erp, b.hub.clock.now() - timedelta(days=30)),
    ]
    return sum(done)


def test_a_paused_system_is_left_alone_and_then_taken_up_again(b: Bench) -> None:
    pause(b.hub)
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", "1"))
    b.erp.down = True  # whoever asked it would fail
    assert work(b) == 0
    b.erp.down = False
    resume(b.hub)
    assert work(b) > 0
    assert [one.doc["name"] for one in b.hub.store.read(lambda tx: tx.records.all("customer"))] == ["N"]


def test_a_load_is_refused_and_goes_on_afterwards(b: Bench) -> None:
    erp = b.hub.systems["erp"]
    run = loading.start(b.hub, erp)
    pause(b.hub)
    with pytest.raises(ConflictError, match="paused by ops"):
        loading.advance(b.hub, erp, run)
    resume(b.hub)
    assert loading.advance(b.hub, erp, run).id == run.id


def test_who_paused_it_and_why_is_kept(b: Bench) -> None:
    pause(b.hub)
    found = b.hub.store.read(lambda tx: tx.pauses.all())["erp"]
    assert (found.by, found.reason, found.at) == ("ops", "they move to a new server", b.hub.clock.now())
    resume(b.hub)
    told = b.hub.store.read(lambda tx: tx.audit.of_record("system", "erp"))
    assert [(one.action, one.actor) for one in told] == [("pause", "ops"), ("resume", "ops")]


def test_it_is_paused_once_and_resumed_once(b: Bench) -> None:
    with pytest.raises(ConflictError, match="not paused"):
        resume(b.hub)
    with pytest.raises(InvalidError, match="Say why"):
        pause(b.hub, "  ")
    pause(b.hub)
    with pytest.raises(ConflictError, match="paused already, by ops"):
        pause(b.hub)
    with pytest.raises(NotFoundError):
        pausing.pause(b.hub, b.hub.actor("ops"), "crm", "no such system")
