"""The first load of a system: parents first, page by page, on after a kill, with the rest of the sync held."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.errors import InvalidError
from hub.ports.runs import Run
from hub.ports.store import Store
from hub.services import inbound, loading, outbound
from hub.testing.clock import FakeClock
from tests.sync_bench import Bench, bench

OTHER = "+8613900139000"


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    b = bench(store, clock)
    for number in range(5):
        party = b.erp.create("party", {"name": f"N{number}"})
        b.erp.create("bill", {"party": party.id, "state": "posted"})
    b.clock.pass_by(timedelta(seconds=1))
    return b


def finish(b: Bench, run: Run) -> Run:
    while run.ended_at is None:
        run = loading.advance(b.hub, b.hub.systems["erp"], run)
    return run


def load(b: Bench, *entities: str, force: bool = False) -> Run:
    return finish(b, loading.start(b.hub, b.hub.systems["erp"], entities, force=force))


def count(b: Bench, entity: str) -> int:
    return len(b.hub.store.read(lambda tx: tx.records.all(entity)))


def test_a_load_takes_parents_first_and_tells_how_far_it_is(b: Bench) -> None:
    b.erp.fail("get", "before")  # nothing is read by itself
    run = load(b)
    assert (run.state, run.counts["total"], run.counts["done"], run.counts["news"]) == ("complete", 10, 10, 10)
    assert (count(b, "customer"), count(b, "invoice")) == (5, 5)
    assert b.hub.store.read(lambda tx: tx.inbox.listing()) == []


def test_a_load_goes_on_where_it_was_after_a_kill(b: Bench) -> None:
    system = b.hub.systems["erp"]
    run = loading.start(b.hub, system)
    while not run.counts.get("done"):
        run = loading.advance(b.hub, system, run)
    again = loading.start(b.hub, system)
    assert (again.id, again.counts["done"]) == (run.id, 2)
    assert finish(b, again).counts["done"] == 10


def test_a_load_of_what_is_mapped_no_more_ends(b: Bench) -> None:
    system = b.hub.systems["erp"]
    run = loading.start(b.hub, system)
    run = loading.advance(b.hub, replace(system, mappings={}), run)
    assert (run.state, run.note) == ("failed", "customer is mapped to nothing any more: load again.")


def test_what_was_taken_in_and_not_noted_is_no_news_the_second_time(b: Bench) -> None:
    """A kill between a page and its place in the run."""
    system = b.hub.systems["erp"]
    run = loading.start(b.hub, system, ["customer"])
    while not run.counts.get("done"):
        before, run = run, loading.advance(b.hub, system, run)
    b.hub.store.run(lambda tx: tx.runs.save(type(run)(**{**vars(before), "version": run.version})))
    done = load(b, "customer")
    assert (count(b, "customer"), done.counts["news"]) == (5, 3)


def test_the_rest_of_the_sync_is_held_while_a_load_moves(b: Bench) -> None:
    hub, system = b.hub, b.hub.systems["erp"]
    record = b.add("customer", name="Mine")
    loading.start(hub, system)
    assert (inbound.poll(hub, system), outbound.deliver(hub, "erp"), inbound.process(hub, "erp")) == (0, 0, 0)
    b.clock.pass_by(timedelta(hours=1))  # nobody goes on with it
    assert outbound.deliver(hub, "erp") == 1
    assert loading.stop(hub, system) is not None
    assert b.get(record)["name"] == "Mine"


def test_polling_goes_on_from_where_the_load_began(b: Bench) -> None:
    load(b)
    b.erp.edit("party", "1", phone=OTHER)
    b.run(1)
    assert sum("phone" in r.doc for r in b.hub.store.read(lambda tx: tx.records.all("customer"))) == 1


def test_a_load_that_would_change_too_much_stops_before_it_changes_anything(b: Bench) -> None:
    load(b)
    for party in ("1", "3"):
        b.erp.edit("party", party, phone=OTHER)
    b.clock.pass_by(timedelta(seconds=1))
    run = load(b)
    assert (run.state, "2 of 5 linked customer" in str(run.note)) == ("braked", True)
    assert not any("phone" in r.doc for r in b.hub.store.read(lambda tx: tx.records.all("customer")))
    assert load(b, force=True).state == "complete"
    assert sum("phone" in r.doc for r in b.hub.store.read(lambda tx: tx.records.all("customer"))) == 2


def test_an_entity_that_the_system_does_not_tell_is_named(b: Bench) -> None:
    with pytest.raises(InvalidError, match="no asset"):
        load(b, "asset")
