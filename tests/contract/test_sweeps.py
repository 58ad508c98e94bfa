"""Sweeps, deletes and merges over there: two complete sweeps and a look; the brake; nothing comes back by itself."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, RetryableError
from hub.ports.connector import Ids, Remote
from hub.ports.links import Link
from hub.ports.runs import Run
from hub.ports.store import Store
from hub.services import inbound, outbound, progress, queue, reconciling, sweeping
from hub.testing.clock import FakeClock
from tests.sync_bench import CUSTOMER, Bench, EveryDocument, bench

DAY = timedelta(days=1)


class WithActive(EveryDocument):
    """Customers can be marked as ended."""

    def schema(self, entity: str) -> dict[str, Any]:
        told = super().schema(entity)
        return {"properties": {**told["properties"], "active": {"type": "boolean"}}}


def deleting(store: Store, clock: FakeClock, what: str, most: int = 10) -> Bench:
    """A hub whose customer mapping says what a deletion over there does here."""
    text = CUSTOMER.replace("sync:\n", f"sync:\n  deletes: {{remote: {what}}}\n").replace(
        "max_deleted: 10", f"max_deleted: {most}"
    )
    b = bench(store, clock, customer=text)
    return replace(b, hub=replace(b.hub, schemas=WithActive()))


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return deleting(store, clock, "cancel")


def sweep(b: Bench, *, force: bool = False) -> Run:
    """One whole sweep of the customers."""
    system = b.hub.systems["erp"]
    b.clock.pass_by(DAY)
    run = sweeping.start(b.hub, system, "party", force=force)
    while run.ended_at is None:
        run = sweeping.advance(b.hub, system, run)
    while inbound.process(b.hub):
        pass
    return run


def sweep_all(b: Bench) -> None:
    """What is due, as the worker does it."""
    while sweeping.step(b.hub, b.hub.systems["erp"]):
        pass


def refuse_ids(b: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The system lists ids of bills, and none of customers."""
    listing = b.erp.ids

    def ids(name: str, after: str | None = None) -> Ids:
        if name == "party":
            raise error
        return listing(name, after)

    monkeypatch.setattr(b.erp, "ids", ids)


def link_of(b: Bench, remote_id: str) -> Link:
    link = b.hub.store.read(lambda tx: tx.links.of_remote("erp", "party", remote_id))
    assert link is not None
    return link


def customers(b: Bench, *names: str) -> list[Remote]:
    made = [b.erp.create("party", {"name": name}) for name in names]
    b.run(2)
    return made


def ours(b: Bench, name: str) -> Doc:
    return next(r.doc for r in b.hub.store.read(lambda tx: tx.records.all("customer")) if r.doc["name"] == name)


def reviews(b: Bench) -> list[str]:
    return [review.kind for review in b.hub.store.read(lambda tx: tx.reviews.listing())]


def test_what_two_complete_sweeps_and_a_look_do_not_find_is_gone(b: Bench) -> None:
    """elastic/connectors#1822, slingdata-io/sling-cli#333, stripe/sync-engine-fork#368: polling never sees deletes."""
    _, gone, _ = customers(b, "A", "B", "C")
    b.erp.remove("party", gone.id)
    first = sweep(b)
    assert (first.state, first.counts["told"], first.counts["missing"]) == ("complete", 2, 1)
    assert (link_of(b, gone.id).state, ours(b, "B").get("active")) == ("active", None)
    assert sweep(b).counts["confirmed"] == 1
    assert (link_of(b, gone.id).state, ours(b, "B")["active"]) == ("gone", False)
    assert "active" not in ours(b, "A")
    assert sweep(b).counts.get("missing", 0) == 0


def test_what_is_found_again_is_not_missed_any_more(b: Bench) -> None:
    (there,) = customers(b, "A")
    customers(b, "B")
    kept = b.erp.remove("party", there.id)
    sweep(b)
    b.erp.store["party", there.id] = kept
    sweep(b)
    b.erp.remove("party", there.id)
    sweep(b)
    assert (link_of(b, there.id).state, link_of(b, there.id).missed) == ("active", 1)


def test_a_look_is_no_sweep(b: Bench) -> None:
    """What is in the bin while a hook tells of it and one sweep goes by is not gone yet."""
    (there,) = customers(b, "A")
    customers(b, "B")
    kept = b.erp.remove("party", there.id)
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", there.id))
    while inbound.process(b.hub):
        pass
    sweep(b)
    b.erp.store["party", there.id] = kept
    assert (link_of(b, there.id).state, link_of(b, there.id).missed) == ("active", 1)
    assert "active" not in ours(b, "A")


def test_a_sweep_that_breaks_off_deletes_nothing_and_goes_on_where_it_was(b: Bench) -> None:
    """NangoHQ/nango#1132, #1133, #4633, #5517, simstudioai/sim#5884: absence in a failed listing is no absence."""
    made = customers(b, *"ABCDEFG")
    system = b.hub.systems["erp"]
    run = sweeping.start(b.hub, system, "party")
    run = sweeping.advance(b.hub, system, run)
    b.erp.fail("ids", "before")
    with pytest.raises(RetryableError):
        sweeping.advance(b.hub, system, run)
    again = sweeping.start(b.hub, system, "party")
    assert (again.id, again.position) == (run.id, run.position)
    while again.ended_at is None:
        again = sweeping.advance(b.hub, system, again)
    assert (again.state, again.counts["told"]) == ("complete", 7)
    assert {link_of(b, one.id).missed for one in made} == {0}


def test_a_listing_that_tells_nothing_at_all_proves_nothing(b: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """NangoHQ/nango#4633: an account that lost a right lists nothing, and says so with a green status."""
    (there,) = customers(b, "A")
    monkeypatch.setattr(b.erp, "ids", lambda _name, _after=None: Ids(()))
    for _ in range(3):
        run = sweep(b)
        assert (run.state, "told no party at all" in str(run.note)) == ("failed", True)
    assert link_of(b, there.id).missed == 0


def test_a_sweep_of_what_is_mapped_no_more_ends(b: Bench) -> None:
    customers(b, "A")
    system = b.hub.systems["erp"]
    run = sweeping.start(b.hub, system, "party")
    unmapped = replace(system, mappings={"invoice": system.mappings["invoice"]})
    run = sweeping.advance(b.hub, unmapped, run)
    assert (run.state, run.note) == ("failed", "party is mapped to nothing any more.")


def test_an_object_whose_ids_are_refused_keeps_no_other_from_being_swept(
    b: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers(b, "A")
    refuse_ids(b, monkeypatch, RejectedError("No listing for you."))
    sweep_all(b)
    done = {run.object: (run.state, run.note) for run in b.hub.store.read(lambda tx: tx.runs.listing())}
    assert done == {"party": ("failed", "No listing for you."), "bill": ("complete", None)}


def test_an_object_that_does_not_answer_has_its_turn_after_the_others(
    b: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its run is given up after days; then what was not swept for longest comes first."""
    customers(b, "A")
    refuse_ids(b, monkeypatch, RetryableError("Later."))
    system = b.hub.systems["erp"]
    with pytest.raises(RetryableError):
        sweeping.step(b.hub, system)
    b.clock.pass_by(sweeping.ABANDONED + timedelta(minutes=1))
    with pytest.raises(RetryableError):
        sweep_all(b)
    assert b.hub.store.read(lambda tx: tx.runs.last("sweep", "erp", "bill", state="complete")) is not None


def test_the_brake_stops_a_sweep_as_a_whole_until_it_is_forced(store: Store, clock: FakeClock) -> None:
    """NangoHQ/nango#1132: a mass deletion is looked at by a person first."""
    b = deleting(store, clock, "cancel", most=2)
    made = customers(b, *"ABCDE")
    for one in made[:3]:
        b.erp.remove("party", one.id)
    sweep(b)
    run = sweep(b)
    assert (run.state, "3 or more linked party" in str(run.note)) == ("braked", True)
    assert all(link_of(b, one.id).state == "active" for one in made)
    forced = sweep(b, force=True)
    assert (forced.state, forced.counts["confirmed"]) == ("complete", 3)
    assert [link_of(b, one.id).state for one in made] == ["gone"] * 3 + ["active"] * 2


def test_a_person_is_asked_where_the_mapping_says_so(store: Store, clock: FakeClock) -> None:
    b = deleting(store, clock, "review")
    (there,) = customers(b, "A")
    customers(b, "B")
    b.erp.remove("party", there.id)
    sweep(b)
    sweep(b)
    assert (reviews(b), link_of(b, there.id).state) == (["gone"], "active")


def test_what_a_person_is_asked_about_counts_no_more_toward_the_brake(store: Store, clock: FakeClock) -> None:
    b = deleting(store, clock, "review", most=2)
    made = customers(b, *"ABCDE")
    for portion in (made[:2], made[2:4]):
        for one in portion:
            b.erp.remove("party", one.id)
        sweep(b)
        assert sweep(b).state == "complete"
    assert reviews(b) == ["gone"] * 4


def test_a_missed_record_that_cannot_be_taken_in_holds_up_no_other(b: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left to the inbox, which gives it up as a dead letter; the sweep goes on."""
    odd, gone, _ = customers(b, "A", "B", "C")
    for one in (odd, gone):
        b.erp.remove("party", one.id)
    look = b.erp.get

    def get(name: str, remote_id: str) -> Remote | None:
        if remote_id == odd.id:
            raise RejectedError("Not for you.")
        return look(name, remote_id)

    monkeypatch.setattr(b.erp, "get", get)
    sweep(b)
    run = sweep(b)
    assert (run.state, run.counts["confirmed"]) == ("complete", 1)
    assert (link_of(b, odd.id).state, link_of(b, gone.id).state) == ("active", "gone")
    assert [message.state for message in b.hub.store.read(lambda tx: tx.inbox.listing())] == ["dead"]


def test_what_is_missed_is_all_looked_at_however_much_it_is(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PORTION", 2)
    b = deleting(store, clock, "review")
    made = customers(b, *"ABCDEF")
    for one in made[:5]:
        b.erp.remove("party", one.id)
    sweep(b)
    assert sweep(b).counts["confirmed"] == 5
    assert reviews(b) == ["gone"] * 5


def test_a_sweep_finds_what_no_poll_has_told(b: Bench) -> None:
    """slingdata-io/sling-cli#333: a record whose change was never told is asked for."""
    customers(b, "A")
    hidden = b.erp.create("party", {"name": "H"})
    b.erp.store["party", hidden.id] = hidden._replace(changed_at=b.clock.now() - timedelta(days=9))
    b.run(2)
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 1
    assert sweep(b).counts["found"] == 1
    assert ours(b, "H")["name"] == "H"


def test_a_link_that_was_made_during_a_sweep_is_not_missed_by_it(b: Bench) -> None:
    customers(b, *"ABC")
    system = b.hub.systems["erp"]
    run = sweeping.start(b.hub, system, "party")
    for _ in range(2):
        run = sweeping.advance(b.hub, system, run)
    (late,) = customers(b, "L")
    b.hub.store.run(lambda tx: tx.links.save(replace(link_of(b, late.id), external_id="0", record_id="x")))
    while run.ended_at is None:
        run = sweeping.advance(b.hub, system, run)
    assert run.counts.get("missing", 0) == 0


def test_what_is_gone_does_not_come_back_by_an_edit_here(b: Bench) -> None:
    """crm-bisync#37: a record that was deleted over there is not made again by our next write."""
    (there,) = customers(b, "A")
    customers(b, "B")
    b.erp.remove("party", there.id)
    sweep(b)
    sweep(b)
    record = b.hub.store.read(lambda tx: tx.records.need("customer", link_of(b, there.id).record_id))
    b.change(record, name="A2")
    while outbound.deliver(b.hub, "erp"):
        pass
    assert b.open_count() == 0
    assert len(b.erp.records("party")) == 1


def test_a_record_that_comes_back_is_linked_again(b: Bench) -> None:
    """T24: deleted, then made again under the same id."""
    (there,) = customers(b, "A")
    customers(b, "B")
    b.erp.remove("party", there.id)
    sweep(b)
    sweep(b)
    b.erp.store["party", there.id] = there._replace(
        doc={"name": "A", "phone": "+8613800138000"}, changed_at=b.clock.now()
    )
    b.run(3)
    assert (link_of(b, there.id).state, ours(b, "A")["phone"]) == ("active", "+8613800138000")
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 2


def test_a_record_made_anew_with_the_same_key_is_adopted(b: Bench) -> None:
    """T24: deleted, then made again under another id with the same tax number."""
    old = b.erp.create("party", {"name": "A", "tax": "91310000X"})
    customers(b, "B")
    record_id = link_of(b, old.id).record_id
    b.erp.remove("party", old.id)
    sweep(b)
    sweep(b)
    new = b.erp.create("party", {"name": "A", "tax": "91310000X"})
    b.run(3)
    assert (link_of(b, new.id).record_id, link_of(b, old.id).state) == (record_id, "gone")


def test_a_merge_over_there_moves_the_link(b: Bench) -> None:
    """MinnPost/object-sync-for-salesforce#197, #246: the loser is gone, the survivor carries our key."""
    record = b.add("customer", name="A", phone="+8613800138000")
    b.run(3)
    (loser,) = b.erp.records("party")
    survivor = b.erp.create("party", {**loser.doc, "name": "A", "mail": "s@example.com"})
    b.erp.remove("party", loser.id)
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", loser.id))
    while inbound.process(b.hub):
        pass
    assert (link_of(b, loser.id).state, link_of(b, loser.id).merged_into) == ("merged", survivor.id)
    assert (link_of(b, survivor.id).record_id, link_of(b, survivor.id).state) == (record.id, "active")
    assert b.get(record)["email"] == "s@example.com"
    b.run(3)
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 1


def test_a_merge_into_another_of_our_records_asks_a_person(b: Bench) -> None:
    """MinnPost/object-sync-for-salesforce#246: two of ours were one over there all the time."""
    loser, winner = customers(b, "A", "B")
    kept = b.erp.store["party", loser.id]
    b.erp.store["party", loser.id] = kept._replace(doc={}, merged_into=winner.id)
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", loser.id))
    while inbound.process(b.hub):
        pass
    (review,) = b.hub.store.read(lambda tx: tx.reviews.listing())
    assert (review.kind, review.detail["into"]) == ("merged", winner.id)
    assert link_of(b, loser.id).state == "merged"


def merge_there(b: Bench, loser: str, into: str) -> None:
    b.erp.store["party", loser] = b.erp.store["party", loser]._replace(doc={}, version="m", merged_into=into)


def test_a_record_that_nobody_knew_here_and_that_went_into_another_is_left_alone(b: Bench) -> None:
    """Found by the flagship test: what is left of it was taken for a new record without a name."""
    for name in ("A", "B"):
        b.erp.create("party", {"name": name})
    loser, winner = b.erp.records("party")
    merge_there(b, loser.id, winner.id)
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", loser.id))
    b.run(3)
    assert b.only("customer").doc["name"] == "B"
    assert queue.listing(b.hub, state="dead") == []


def test_a_merge_into_what_we_are_just_creating_waits_until_its_outcome_is_known(b: Bench) -> None:
    """Found by the flagship test: the survivor was linked to the one that went, and its own create found it taken."""
    gone = b.add("customer", name="A", phone="+8613800138000")
    b.run(3)
    (loser,) = b.erp.records("party")
    b.erp.fail("create", "after")
    ours = b.add("customer", name="B", phone="+8613800138001")
    while outbound.deliver(b.hub, "erp"):
        pass
    survivor = next(each for each in b.erp.records("party") if each.id != loser.id)
    merge_there(b, loser.id, survivor.id)
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", loser.id))
    b.settle()
    assert (link_of(b, survivor.id).record_id, link_of(b, loser.id).state) == (ours.id, "merged")
    assert queue.listing(b.hub, state="dead") == []
    (review,) = b.hub.store.read(lambda tx: tx.reviews.listing())
    assert (review.kind, review.detail["candidates"]) == ("merged", [gone.id, ours.id])


def test_an_object_is_overdue_when_no_sweep_of_it_was_complete_and_not_before_one_was_due(
    b: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overdue() -> bool:
        told = progress.status(b.hub)["feeds"]
        return bool(next(feed["overdue"] for feed in told if feed["object"] == "party"))

    customers(b, "A")
    assert not overdue()
    with monkeypatch.context() as patched:
        refuse_ids(b, patched, RejectedError("no"))
        sweep(b)
    assert overdue()
    sweep(b)
    assert not overdue()
    b.clock.pass_by(3 * DAY)
    assert overdue()


def test_a_second_record_over_there_with_our_key_is_told_to_a_person_and_changes_nothing(b: Bench) -> None:
    """A system that runs a create twice under one key, or somebody who copies a record with all its fields."""
    record = b.add("customer", name="A", phone="+8613800138000")
    b.run(3)
    (known,) = b.erp.records("party")
    second = b.erp.create("party", {**known.doc, "name": "B"})
    b.run(3)
    (review,) = b.hub.store.read(lambda tx: tx.reviews.listing())
    assert (review.kind, review.record_id, review.detail["params"]["other"]) == ("fact", record.id, known.id)
    assert (b.get(record)["name"], queue.listing(b.hub, state="dead")) == ("A", [])
    (item,) = [each for each in reconciling.plan(b.hub, "erp") if each.remote_id == second.id]
    assert (item.action, item.record_id) == ("choose", record.id)


def test_a_link_follows_a_chain_of_merges_to_its_end(b: Bench) -> None:
    record = b.add("customer", name="A", phone="+8613800138000")
    b.run(3)
    (first,) = b.erp.records("party")
    second, third = (b.erp.create("party", {**first.doc, "hub_id": None, "name": name}) for name in ("B", "C"))
    merge_there(b, first.id, second.id)
    merge_there(b, second.id, third.id)
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", first.id))
    while inbound.process(b.hub):
        pass
    assert (link_of(b, third.id).record_id, b.get(record)["name"]) == (record.id, "C")


def test_a_change_for_a_record_that_went_into_another_is_written_to_that(b: Bench) -> None:
    """What is left of the loser was read as an empty record, and merged."""
    record = b.add("customer", name="A", phone="+8613800138000")
    b.run(3)
    (loser,) = b.erp.records("party")
    survivor = b.erp.create("party", {**loser.doc, "hub_id": None})
    merge_there(b, loser.id, survivor.id)
    b.change(record, name="A2")
    outbound.deliver(b.hub, "erp")
    assert b.get(record)["name"] == "A2"
    while inbound.process(b.hub):
        pass
    b.settle()
    assert (b.get(record)["name"], b.erp.store["party", survivor.id].doc["name"]) == ("A2", "A2")


def test_sweeps_are_due_once_an_interval_and_only_after_a_first_poll(b: Bench) -> None:
    system = b.hub.systems["erp"]
    assert sweeping.step(b.hub, system) == 0
    customers(b, "A")
    sweep_all(b)
    done = b.hub.store.read(lambda tx: tx.runs.listing())
    assert sorted((run.object, run.state) for run in done) == [("bill", "complete"), ("party", "complete")]
    assert sweeping.step(b.hub, system) == 0
    b.clock.pass_by(DAY)
    assert sweeping.step(b.hub, system) == 1
