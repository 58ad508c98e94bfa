"""What a plan tells is what carrying it out would do: no more, and no less."""

from dataclasses import replace

import pytest

from hub.ports.connector import Remote
from hub.ports.store import Store
from hub.services import reconciling
from hub.testing.clock import FakeClock
from tests.sync_bench import Bench, bench


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock)


def planned(b: Bench) -> list[tuple[str, str]]:
    b.clock.pass_by(b.hub.systems["erp"].overlap)
    return [(item.action, item.side) for item in reconciling.plan(b.hub, "erp")]


def test_what_was_deleted_over_there_is_not_to_be_made_there_again(b: Bench) -> None:
    b.add("customer", name="A")
    assert planned(b) == [("create", "remote")]
    b.run(1)
    (party,) = b.erp.records("party")
    link = b.hub.store.read(lambda tx: tx.links.of_remote("erp", "party", party.id))
    assert link is not None
    b.hub.store.run(lambda tx: tx.links.save(replace(link, state="gone")))
    b.erp.remove("party", party.id)
    assert planned(b) == []


def test_what_went_into_another_record_here_is_not_to_be_made_there(b: Bench) -> None:
    kept = b.add("customer", name="A")
    b.add("customer", name="B", merged_into=kept.id)
    assert planned(b) == [("create", "remote")]


def test_what_went_into_another_record_there_is_not_read_as_an_empty_one(b: Bench) -> None:
    b.add("customer", name="A")
    b.run(1)
    (party,) = b.erp.records("party")
    b.erp.store["party", "77"] = Remote("77", {}, changed_at=party.changed_at, merged_into=party.id)
    assert planned(b) == []


def test_of_what_was_merged_here_nothing_is_taken(b: Bench) -> None:
    b.add("customer", name="A")
    b.run(1)
    (party,) = b.erp.records("party")
    link = b.hub.store.read(lambda tx: tx.links.of_remote("erp", "party", party.id))
    assert link is not None
    b.hub.store.run(lambda tx: tx.links.save(replace(link, state="merged")))
    b.erp.edit("party", party.id, phone="+8613800138000")
    assert ("update", "hub") not in planned(b)
