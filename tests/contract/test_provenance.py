"""Why a field has its value, and where a message went: told from what was kept, on both databases."""

import time

import pytest

from hub.ports.store import Store, UnitOfWork
from hub.services import inbound, provenance, reviewing, trace
from hub.services.context import Actor
from hub.services.decisions import Decision
from hub.services.provenance import Told
from hub.testing.clock import FakeClock
from tests.sync_bench import Bench, bench

PHONE, OTHER = "+8613800138000", "+8613900139000"
EIGHT = ["received", "taken_up", "fetched", "pulled", "merged", "applied", "reacted", "delivered"]


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock)


def fields(b: Bench, record_id: str) -> dict[str, Told]:
    return {one.path: one for one in trace.fields(b.hub, "customer", record_id)}


def by(told: Told) -> str:
    assert told.source is not None
    return told.source.by


def states(b: Bench, correlation: str) -> list[str]:
    passages = trace.passages(b.hub, correlation)
    assert [one.stop for one in passages] == EIGHT
    return [one.state for one in passages]


def test_each_value_names_who_made_it_what_it_is(b: Bench) -> None:
    record = b.add("customer", name="A", phone=PHONE, code="a-1")
    b.run(3)
    b.erp.edit("party", b.erp.records("party")[0].id, phone=OTHER)
    b.run(3)
    b.change(record, name="B")
    told = fields(b, record.id)
    assert {path: by(one) for path, one in told.items()} == {"name": "li", "code": "li", "phone": "system:erp"}
    source = told["phone"].source
    assert source is not None
    assert (source.system, source.action) == ("erp", "sync.erp")
    assert trace.passages(b.hub, source.correlation)


def test_how_a_value_stands_over_there_is_told_beside_it(b: Bench) -> None:
    record = b.add("customer", name="A", code="a-1", email="a@example.com")
    b.run(3)
    b.change(record, email="b@example.com", tax_id="X")
    b.erp.edit("party", b.erp.records("party")[0].id, mail="c@example.com")
    b.run(4)
    b.erp.down = True
    b.change(record, name="B")
    told = {path: one.there[0].state for path, one in fields(b, record.id).items()}
    assert told == {"name": "to_send", "code": "normalised", "email": "disputed", "tax_id": "agreed"}
    assert fields(b, record.id)["code"].there[0].value == "A-1"


def test_what_a_merge_overruled_and_what_a_person_decided_is_told(b: Bench) -> None:
    record = b.add("customer", name="A", phone=PHONE, email="a@example.com")
    b.run(3)
    b.change(record, name="here", phone="+8613811111111", email="b@example.com")
    remote = b.erp.records("party")[0].id
    b.erp.edit("party", remote, name="there", phone="+8613822222222", mail="c@example.com")
    b.run(5)
    (review,) = b.hub.store.read(lambda tx: tx.reviews.listing())
    b.hub.store.run(lambda tx: reviewing.settle(b.hub, tx, Actor("wang", "k"), review.id, Decision("remote")))
    told = fields(b, record.id)
    verdicts = {path: (one.decisions[0]["reason"], one.decisions[0]["lost"]) for path, one in told.items()}
    assert verdicts == {
        "name": ("hub_owns", "there"),
        "phone": ("remote_owns", "+8613811111111"),
        "email": ("decided", ["b@example.com"]),
    }
    assert by(told["email"]) == "wang"


def test_personal_values_are_masked_and_the_rest_is_told(b: Bench) -> None:
    schema = {
        "properties": {
            "phone": {"x-sensitive": True},
            "lines": {"items": {"properties": {"line1": {"x-sensitive": True}}}},
        }
    }
    assert provenance.is_personal(schema, "phone")
    assert provenance.is_personal(schema, "lines[main].line1")
    assert not provenance.is_personal(schema, "name")
    masked = provenance.document(Told("phone", PHONE, is_personal=True), sees_personal=False)
    assert (masked["value"], masked["by"]) == ("***", None)


def test_a_record_with_a_thousand_changes_is_told_within_a_second(b: Bench) -> None:
    record = b.add("customer", name="A", code="first")
    actor = Actor("li", "k")
    for start in range(0, 1000, 100):

        def work(tx: UnitOfWork, start: int = start) -> None:
            for number in range(start, start + 100):
                tx.audit.write(
                    actor.name, "change", "customer", record.id, "k", {"name": [str(number), str(number + 1)]}
                )

        b.hub.store.run(work)
    began = time.process_time()
    told = fields(b, record.id)
    assert time.process_time() - began < 1
    assert by(told["code"]) == "li"


def test_all_eight_stops_of_a_message_that_came_in_are_told(b: Bench) -> None:
    b.erp.create("party", {"name": "A"})
    b.run(3)
    record = b.only("customer")
    (message,) = b.hub.store.read(lambda tx: trace.messages(tx, "customer", record.id))
    assert states(b, message.correlation) == ["passed"] * 6 + ["skipped"] * 2


def test_all_eight_stops_of_what_a_person_began_are_told(b: Bench) -> None:
    record = b.add("customer", name="A")
    b.erp.down = True
    b.run(2)
    (entry,) = b.hub.store.read(lambda tx: tx.audit.of_record("customer", record.id))
    came = ["passed", "skipped", "skipped", "skipped", "skipped", "passed", "passed"]
    assert states(b, entry.correlation) == [*came, "waiting"]
    b.erp.down = False
    b.settle()
    assert states(b, entry.correlation) == [*came, "passed"]
    last = trace.passages(b.hub, entry.correlation)[-1]
    assert last.took is not None
    assert last.took.total_seconds() > 0


def test_a_message_that_failed_says_at_which_stop(b: Bench) -> None:
    b.erp.create("party", {"name": "A", "phone": "none"})
    b.run(3)
    (dead,) = b.hub.store.read(lambda tx: tx.inbox.listing(state="dead"))
    assert states(b, dead.correlation) == ["passed"] * 3 + ["failed"] + ["ahead"] * 4


def test_a_delivery_that_was_refused_says_so_at_the_last_stop(b: Bench) -> None:
    record = b.add("customer", name="A")
    b.erp.fail("create", "refuse")
    b.run(2)
    (entry,) = b.hub.store.read(lambda tx: tx.audit.of_record("customer", record.id))
    assert states(b, entry.correlation)[-1] == "failed"


@pytest.mark.parametrize(
    "how", ["correlation", "message", "record", "entity/record", "remote", "system:remote", "review"]
)
def test_a_message_is_found_by_whatever_id_is_at_hand(b: Bench, how: str) -> None:
    record = b.add("customer", name="A", email="a@example.com")
    b.run(3)
    remote = b.erp.records("party")[0].id
    b.change(record, email="b@example.com")
    b.erp.edit("party", remote, mail="c@example.com")
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", remote))
    inbound.process(b.hub)
    message = b.hub.store.read(lambda tx: tx.inbox.listing())[0]
    review = b.hub.store.read(lambda tx: tx.reviews.listing())[0]
    ids = {
        "correlation": message.correlation, "message": message.id, "record": record.id,
        "entity/record": f"customer/{record.id}", "remote": remote, "system:remote": f"erp:{remote}",
        "review": review.id,
    }  # fmt: skip
    found = b.hub.store.read(lambda tx: trace.record_of(b.hub, tx, ids[how]))
    assert found == ("customer", record.id)
