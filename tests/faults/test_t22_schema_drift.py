"""T22: a field removed, a type changed, a new value, a null: set aside with its reason, the rest flows, replayed later.

FINDINGS sync 29 (apache/kafka#5065, #5159, smallrye#810): a dead letter without its origin cannot be replayed.
"""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.ports.store import Store
from hub.services import queue, trace
from hub.services.context import Actor
from hub.services.queue import Dead
from hub.testing.clock import FakeClock
from tests.sync_bench import CUSTOMER, Bench, bench

KINDS = CUSTOMER.replace(
    "fields:\n", "values:\n  kind: {company: C, person: P}\nfields:\n  kind <-> type: {map: kind}\n", 1
)
MENDED = KINDS.replace("person: P", "person: P, robot: X").replace("version: 1", "version: 2")
ACTOR = Actor("boss", "k")


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock, customer=KINDS)


def mend(b: Bench, text: str = MENDED) -> Bench:
    """The same hub with another mapping."""
    after = bench(b.hub.store, b.clock, erp=b.erp, customer=text)
    return Bench(replace(b.hub, systems=after.hub.systems), b.clock, b.erp)


def dead(b: Bench) -> list[dict[str, Any]]:
    return queue.listing(b.hub, state="dead")


@pytest.mark.parametrize(
    ("doc", "path"),
    [({"type": "X"}, "type"), ({"phone": ["a", "list"]}, "phone"), ({"phone": "none"}, "phone")],
)
def test_what_drifted_is_set_aside_with_its_reason_and_the_rest_flows(b: Bench, doc: dict[str, Any], path: str) -> None:
    b.erp.create("party", {"name": "Strange", **doc})
    b.erp.create("party", {"name": "Usual", "type": "C"})
    b.run(4)
    assert b.only("customer").doc["name"] == "Usual"
    (item,) = dead(b)
    assert (item["failure"]["stage"], item["failure"]["path"]) == ("pulled", path)
    assert item["failure"]["error_class"] == "InvalidError"


@pytest.mark.parametrize("doc", [{"type": None}, {}])
def test_a_null_or_a_field_that_is_no_longer_there_is_no_failure(b: Bench, doc: dict[str, Any]) -> None:
    b.erp.create("party", {"name": "A", **doc})
    b.run(3)
    assert b.only("customer").doc["name"] == "A"
    assert dead(b) == []


def test_a_dead_letter_has_all_that_is_needed_to_understand_it(b: Bench) -> None:
    """apache/kafka#5065, #5159, smallrye#810."""
    remote = b.erp.create("party", {"name": "Strange", "type": "X"})
    b.run(3)
    (item,) = dead(b)
    shown = queue.show(b.hub, item["id"])
    mapping = b.hub.systems["erp"].mappings["customer"]
    assert orjson.loads(shown["raw"])["id"] == remote.id
    facts = shown["failure"]
    assert (facts["mapping"], facts["version"], facts["mark"]) == ("customer/erp.party", 1, mapping.mark)
    assert "'X'" in shown["error"]
    assert [one.state for one in trace.passages(b.hub, shown["correlation"])][3] == "failed"
    assert remote.id not in str(queue.show(b.hub, item["id"], sees_personal=False)["raw"])


def test_after_the_mapping_was_mended_it_is_replayed_with_the_current_one(b: Bench) -> None:
    b.erp.create("party", {"name": "Strange", "type": "X"})
    b.run(3)
    (item,) = dead(b)
    after = mend(b)
    with pytest.raises(ConflictError, match=r"version 1 \(.*\), with which .* is no longer at hand"):
        queue.replay(after.hub, ACTOR, item["id"], mapping="original")
    queue.replay(after.hub, ACTOR, item["id"])
    after.run(2)
    assert after.only("customer").doc["kind"] == "robot"
    assert dead(after) == []


def test_the_original_mapping_is_used_while_it_is_at_hand(b: Bench) -> None:
    b.erp.create("party", {"name": "Strange", "type": "X"})
    b.run(3)
    (item,) = dead(b)
    back = mend(mend(b), KINDS + "\n# only a remark\n")
    assert queue.replay(back.hub, ACTOR, item["id"], mapping="original")["queue"] == "inbox"
    with pytest.raises(InvalidError, match="current or original"):
        queue.replay(back.hub, ACTOR, item["id"], mapping="other")


def test_many_are_replayed_by_filter_so_many_a_second(b: Bench) -> None:
    for number in range(6):
        b.erp.create("party", {"name": f"S{number}", "type": "X"})
    b.erp.create("party", {"name": "T", "phone": "none"})
    b.run(4)
    assert queue.count_dead(b.hub, Dead(system="erp"))["count"] == 7
    for_later = [one for one in dead(b) if one["failure"]["path"] == "phone"]
    queue.drop(b.hub, ACTOR, for_later[0]["id"], "It was a test.")
    after = mend(b)
    told = queue.replay_all(after.hub, ACTOR, Dead(entity="customer", error_class="InvalidError"), rate=2)
    assert told["count"] == 6
    assert queue.replay_all(after.hub, ACTOR, Dead(), rate=2)["count"] == 0
    due = sorted(one["not_before"] for one in queue.listing(after.hub, state="new"))
    assert len(set(due)) == 6
    assert after.hub.store.read(lambda tx: len(tx.records.all("customer"))) == 0
    after.erp.down = True
    after.run(1)
    after.erp.down = False
    after.settle()
    assert after.hub.store.read(lambda tx: len(tx.records.all("customer"))) == 6


def test_what_was_dropped_is_audited_and_not_tried_again(b: Bench) -> None:
    b.erp.create("party", {"name": "Strange", "type": "X"})
    b.run(3)
    (item,) = dead(b)
    with pytest.raises(InvalidError):
        queue.drop(b.hub, ACTOR, item["id"], "  ")
    queue.drop(b.hub, ACTOR, item["id"], "It was a test.")
    with pytest.raises(NotFoundError):
        queue.replay(b.hub, ACTOR, item["id"])
    (entry,) = b.hub.store.read(lambda tx: tx.audit.of_record("message", item["id"]))
    assert (entry.action, entry.payload) == ("drop", {"$reason": "It was a test."})


def test_a_refused_delivery_is_a_dead_letter_too(b: Bench) -> None:
    b.add("customer", name="A")
    b.erp.fail("create", "refuse")
    b.run(1)
    (item,) = dead(b)
    assert (item["failure"]["error_class"], item["failure"]["stage"]) == ("RejectedError", "delivered")
    assert queue.replay_all(b.hub, ACTOR, Dead(system="erp", entity="customer"))["count"] == 1
    b.settle()
    assert len(b.erp.records("party")) == 1
