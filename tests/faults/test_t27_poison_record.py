"""T27: a record on which the mapper breaks is dead after so many attempts; what is beside it flows at once."""

from datetime import timedelta
from typing import Any

import pytest

from hub.domain.retry import GIVE_UP_AFTER
from hub.domain.sync import make_here
from hub.ports.store import Store
from hub.services import agreeing
from hub.testing.clock import FakeClock
from tests.sync_bench import bench


def test_a_poisoned_record_dies_alone(sqlite_store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    b = bench(sqlite_store, clock)
    b.erp.page_size = 10
    for name in ("A", "poison", "B"):
        b.erp.create("party", {"name": name})

    def breaks(mapping: Any, remote: dict[str, Any], refs: Any) -> Any:
        if remote["name"] == "poison":
            raise ZeroDivisionError
        return make_here(mapping, remote, refs)

    monkeypatch.setattr(agreeing, "make_here", breaks)
    b.run(1)
    assert sorted(r.doc["name"] for r in b.hub.store.read(lambda tx: tx.records.all("customer"))) == ["A", "B"]
    b.run(rounds=60, passing=timedelta(minutes=2))
    (dead,) = b.hub.store.read(lambda tx: tx.inbox.listing())
    assert (dead.state, dead.attempt) == ("dead", GIVE_UP_AFTER)
    assert "ZeroDivisionError" in str(dead.error)
    monkeypatch.undo()
    b.hub.store.run(lambda tx: tx.inbox.replay(dead.id))
    b.run(1)
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 3
