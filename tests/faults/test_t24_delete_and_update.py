"""T24: deletion against update, tombstones, and the same key made again; nothing is revived, nothing is doubled."""

from dataclasses import replace

import pytest

from hub.ports.store import Store
from hub.services import inbound, sweeping
from hub.testing.clock import FakeClock
from tests.contract.test_sweeps import deleting, link_of, sweep
from tests.sync_bench import Bench


@pytest.fixture(params=[True, False], ids=["edited first", "deleted first"])
def b(sqlite_store: Store, clock: FakeClock, request: pytest.FixtureRequest) -> Bench:
    """A customer was deleted over there while somebody edited it here."""
    b = deleting(sqlite_store, clock, "cancel")
    b.erp.create("party", {"name": "A", "tax": "91310000X"})
    b.erp.create("party", {"name": "Z"})
    b.run(2)
    record = b.hub.store.read(lambda tx: tx.records.need("customer", link_of(b, "1").record_id))
    if request.param:
        b.change(record, name="A2")
    b.erp.remove("party", "1")
    if not request.param:
        b.change(record, name="A2")
    return b


def test_the_deletion_wins_once_it_is_sure_and_the_edit_is_told_a_person(b: Bench) -> None:
    sweep(b)
    sweep(b)
    b.settle()
    assert link_of(b, "1").state == "gone"
    assert [one.id for one in b.erp.records("party")] == ["2"]
    assert b.open_count() == 0


def test_the_same_key_made_again_is_the_same_record_of_ours(b: Bench) -> None:
    sweep(b)
    sweep(b)
    ours = link_of(b, "1").record_id
    b.erp.create("party", {"name": "A again", "tax": "91310000X"})
    b.run(3)
    assert link_of(b, "3").record_id == ours
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 2


def test_a_tombstone_is_no_hindrance_to_the_sweeps_that_follow(b: Bench) -> None:
    for _ in range(4):
        run = sweep(b)
    assert (run.state, run.counts.get("missing", 0), run.counts.get("confirmed", 0)) == ("complete", 0, 0)
    system = replace(b.hub.systems["erp"], paused=True)
    assert sweeping.step(b.hub, system) == 0
    assert inbound.poll(b.hub, system) == 0
