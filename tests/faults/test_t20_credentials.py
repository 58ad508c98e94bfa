"""T20: refused credentials pause the system and tell somebody; nothing is lost, and the hub goes on."""

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import AuthError
from hub.domain.sync.breaker import LOCKED_PAUSE, Position
from hub.ports.connector import Remote
from hub.ports.store import Store
from hub.services import alarms, outbound
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.outbound_bench import Pair, deliveries, pair
from tests.sync_bench import SPECS, as_the_erp_writes


class Locked(FakeSystem):
    """Lets nobody in until it is told to."""

    refused = 0
    lets_in = False

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        if not self.lets_in:
            self.refused += 1
            raise AuthError("Wrong password.")
        return super().create(name, doc, key=key)


@pytest.fixture
def both(store: Store, clock: FakeClock) -> Pair:
    both = pair(store, clock, erp=Locked(clock, SPECS, as_the_erp_writes))
    both.hub.breakers.listen(lambda system: alarms.locked_out(both.hub, system))
    return both


def test_one_refusal_pauses_the_system_and_no_other(both: Pair) -> None:
    """xagent#1454, vm0#15382: going on with refused credentials locks the account for good."""
    both.add(5)
    outbound.deliver(both.hub, "erp", 200)
    both.deliver("crm")
    assert both.erp.refused == 1  # type: ignore[attr-defined]
    assert len(both.crm.records("party")) == 5
    (notice,) = both.hub.store.read(lambda tx: tx.records.all("notification"))
    assert (notice.doc["to_role"], notice.doc["params"]) == ("admin", {"system": "erp"})
    states = {state.position for state in both.hub.breakers.states() if state.system == "erp"}
    assert states == {Position.OPEN}


def test_it_is_tried_now_and_then_and_told_once(both: Pair) -> None:
    both.add(5)
    for tries in range(1, 4):
        outbound.deliver(both.hub, "erp", 200)
        assert both.erp.refused == tries  # type: ignore[attr-defined]
        both.clock.pass_by(LOCKED_PAUSE)
    assert len(both.hub.store.read(lambda tx: tx.records.all("notification"))) == 1


def test_nothing_is_lost(both: Pair) -> None:
    both.add(5)
    outbound.deliver(both.hub, "erp", 200)
    both.erp.lets_in = True  # type: ignore[attr-defined]
    assert outbound.deliver(both.hub, "erp", 200) == 0
    both.clock.pass_by(LOCKED_PAUSE * 3)
    both.deliver("erp")
    assert len(both.erp.records("party")) == 5
    assert deliveries(both.hub, state="dead") == []
