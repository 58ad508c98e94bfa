"""The hub is killed at every named crash point while it syncs a customer with a real Tryton: one party, one record."""

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from hub.ports.crash import CRASH_POINTS
from hub.testing.tryton.fixture import RunningErp
from hub.testing.tryton.rpc import TrytonRpc
from hub.testing.tryton.seed.people import STORES
from tests.erp_hub import ErpHub, erp_hub

pytestmark = [pytest.mark.tryton, pytest.mark.slow, pytest.mark.xdist_group("tryton")]

KILLED = -signal.SIGKILL
DOC = {"id": "01KILL0000000000000000000", "name": "Killed Foods 断电食品", "phone": "+8613712345678"}
HINTED = ["inbound.fetched", "inbound.merged"]  # reached when a record is read by itself
POINTS = [
    name
    for name in CRASH_POINTS
    if name.startswith(("inbound", "outbox")) and name not in {"outbox.stepped", *HINTED}  # a customer has no steps
]


@pytest.fixture
def both(tmp_path: Path, tryton: RunningErp) -> ErpHub:
    tryton.server.reset()
    return erp_hub(tmp_path / "hub", tryton, "tryton/customer")


def parties(erp: RunningErp, name: str) -> list[int]:
    found: list[int] = TrytonRpc(erp.server.url, STORES, erp.seeded.logins[STORES].password).call(
        "party.party.search", [["name", "=", name]]
    )
    return found


def check(both: ErpHub) -> None:
    """One party there, one record and one link here, all at rest."""
    assert len(parties(both.erp, DOC["name"])) == 1
    with both.open() as container:
        customers = container.hub.store.read(lambda tx: tx.records.all("customer"))
        assert len({record.doc["name"] for record in customers}) == len(customers) == 5
        assert container.hub.store.read(lambda tx: tx.outbox.open_count()) == 0
        assert container.hub.store.read(lambda tx: tx.outbox.listing(state="dead")) == []
        assert container.hub.store.read(lambda tx: tx.audit.verify()).broken is None


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_started_again_the_hub_ends_in_the_same_state(both: ErpHub, point: str) -> None:
    assert both.run("customer", json.dumps(DOC), crash_at=point) == KILLED
    assert both.run("customer", json.dumps(DOC), ahead=1) == 0
    check(both)


@pytest.mark.parametrize("point", HINTED)
def test_killed_over_a_hint_the_hub_ends_in_the_same_state(both: ErpHub, point: str) -> None:
    assert both.run("customer", json.dumps(DOC)) == 0
    assert both.run("hint", crash_at=point) == KILLED
    assert both.run(ahead=1) == 0
    check(both)


def test_the_erp_commits_after_the_hub_stopped_waiting(both: ErpHub) -> None:
    """FINDINGS 5 and 11: no answer within the limit, the write still runs over there, the hub is killed meanwhile."""
    assert both.run() == 0
    erp = both.erp.server.pid
    stopped = threading.Timer(0, os.kill, (erp, signal.SIGSTOP))
    stopped.start()
    stopped.join()
    try:
        code = both.run("customer", json.dumps(DOC), crash_at="outbox.sent")
    finally:
        os.kill(erp, signal.SIGCONT)
    assert code in {KILLED, 1, 3}
    assert both.run("customer", json.dumps(DOC), ahead=2) == 0
    check(both)
