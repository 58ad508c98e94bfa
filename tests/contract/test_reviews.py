"""What a person decides: both sides, the shadow, the audit trail and what is sent, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError
from hub.ports.records import Record
from hub.ports.reviews import Review, Wanted
from hub.ports.store import Store
from hub.services import inbound, reviewing
from hub.services.context import Actor
from hub.services.decisions import Decision
from hub.services.reviewing import Outcome
from hub.testing.clock import FakeClock
from tests.sync_bench import CUSTOMER, KINDS, Bench, bench

PHONE = "+8613800138000"


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock)


def open_reviews(b: Bench, **wanted: str) -> list[Review]:
    return b.hub.store.read(lambda tx: tx.reviews.listing(Wanted(**wanted)))


def settle(b: Bench, review: Review, choice: str, **more: Any) -> Outcome:
    actor = Actor("wang", b.hub.ids.new())
    return b.hub.store.run(lambda tx: reviewing.settle(b.hub, tx, actor, review.id, Decision(choice, **more)))


def shown(b: Bench, review: Review) -> Doc:
    return b.hub.store.read(lambda tx: reviewing.show(b.hub, tx, review.id, sees_personal=True))


def disputed(b: Bench) -> tuple[Record, Review]:
    """A mail address that both sides have changed."""
    record = b.add("customer", name="A", email="a@example.com")
    b.run(3)
    b.change(record, email="here@example.com")
    b.erp.edit("party", b.erp.records("party")[0].id, mail="there@example.com")
    b.run(4)
    (review,) = open_reviews(b, kind="conflict")
    return record, review


@pytest.mark.parametrize(
    ("choice", "value", "winner"),
    [
        ("hub", None, "here@example.com"),
        ("remote", None, "there@example.com"),
        ("value", "third@example.com", "third@example.com"),
    ],
)
def test_what_was_decided_is_so_on_both_sides_and_nothing_is_asked_again(
    b: Bench, choice: str, value: str | None, winner: str
) -> None:
    record, review = disputed(b)
    writes = len(b.erp.calls)
    outcome = settle(b, review, choice, value=value)
    assert not outcome.moved
    b.settle()
    assert b.get(record)["email"] == winner
    assert b.erp.records("party")[0].doc["mail"] == winner
    assert len(b.erp.calls) - writes == (0 if choice == "remote" else 1)
    assert open_reviews(b) == []


def test_who_decided_and_which_value_was_lost_is_audited(b: Bench) -> None:
    record, review = disputed(b)
    settle(b, review, "hub", note="The customer told us.")
    entries = b.hub.store.read(lambda tx: tx.audit.of_record("customer", record.id))
    (entry,) = [one for one in entries if one.action == reviewing.ACTION]
    told = (entry.payload or {})["$decided"]
    assert (entry.actor, told["kept"], told["lost"]) == ("wang", "here@example.com", ["there@example.com"])
    assert entry.correlation == review.correlation
    kept = b.hub.store.read(lambda tx: tx.reviews.get(review.id))
    assert kept is not None
    assert (kept.state, kept.settled_by) == ("settled", "wang")


def test_the_rest_of_the_record_is_never_held_up(b: Bench) -> None:
    record, review = disputed(b)
    b.change(record, name="B")
    b.erp.edit("party", b.erp.records("party")[0].id, phone=PHONE)
    b.run(4)
    assert b.get(record)["phone"] == PHONE
    assert b.erp.records("party")[0].doc["name"] == "B"
    assert [one.id for one in open_reviews(b)] == [review.id]
    assert b.open_count() == 0


@pytest.mark.parametrize("side", ["hub", "remote"])
def test_a_record_that_moved_since_it_was_shown_is_asked_anew(b: Bench, side: str) -> None:
    record, review = disputed(b)
    seen = shown(b, review)["seen"]
    if side == "hub":
        b.change(record, email="newer@example.com")
    else:
        b.erp.edit("party", b.erp.records("party")[0].id, mail="newer@example.com")
    b.run(3)
    assert settle(b, review, "hub", seen=seen).moved
    assert (now := shown(b, review))["detail"][side] == "newer@example.com"
    assert b.get(record)["email"] == ("newer@example.com" if side == "hub" else "here@example.com")
    assert not settle(b, review, "remote", seen=now["seen"]).moved


def test_a_question_that_answers_itself_is_closed_by_nobody(b: Bench) -> None:
    record, review = disputed(b)
    b.erp.edit("party", b.erp.records("party")[0].id, mail="a@example.com")  # they take their change back
    b.settle()
    assert open_reviews(b) == []
    assert b.erp.records("party")[0].doc["mail"] == b.get(record)["email"] == "here@example.com"
    with pytest.raises(ConflictError, match="settled already"):
        settle(b, review, "remote")


def test_nobody_settles_twice_or_chooses_what_is_not_offered(b: Bench) -> None:
    _, review = disputed(b)
    with pytest.raises(InvalidError, match="choose one of"):
        settle(b, review, "merge")
    settle(b, review, "hub")
    with pytest.raises(ConflictError):
        settle(b, review, "remote")


def test_a_personal_value_is_masked_in_lists_and_shown_to_who_may_see_it(b: Bench) -> None:
    _, review = disputed(b)
    (row,) = reviewing.listing(b.hub)
    assert (row["detail"]["hub"], row["detail"]["remote"], row["detail"]["base"]) == ("***",) * 3
    assert shown(b, review)["detail"]["remote"] == "there@example.com"
    masked = b.hub.store.read(lambda tx: reviewing.show(b.hub, tx, review.id, sees_personal=False))
    assert masked["detail"]["remote"] == "***"


# --- values that the mapping does not know


@pytest.fixture
def kinds(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock, customer=KINDS)


def test_an_unknown_value_is_replaced_by_an_entered_one_on_both_sides(kinds: Bench) -> None:
    kinds.erp.create("party", {"name": "A", "type": "X"})
    kinds.run(4)
    (review,) = open_reviews(kinds)
    with pytest.raises(InvalidError, match="choose one of again, hub, value"):
        settle(kinds, review, "remote")
    settle(kinds, review, "value", value="person")
    kinds.settle()
    assert kinds.only("customer").doc["kind"] == "person"
    assert kinds.erp.records("party")[0].doc["type"] == "P"
    assert open_reviews(kinds) == []


def test_a_record_that_could_not_be_made_is_made_with_the_entered_value(
    kinds: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wants_a_kind(_entity: str, doc: dict[str, object]) -> None:
        if "kind" not in doc:
            raise InvalidError("The customer cannot be saved so.")

    monkeypatch.setattr(kinds.hub.schemas, "check", wants_a_kind)
    kinds.erp.create("party", {"name": "A", "type": "X"})
    kinds.run(4)
    (review,) = open_reviews(kinds)
    settle(kinds, review, "value", value="person")
    kinds.settle()
    assert kinds.only("customer").doc["kind"] == "person"
    assert kinds.erp.records("party")[0].doc["type"] == "P"
    assert open_reviews(kinds) == []


def test_once_the_mapping_knows_the_value_trying_again_is_enough(kinds: Bench, store: Store, clock: FakeClock) -> None:
    kinds.erp.create("party", {"name": "A", "type": "X"})
    kinds.run(4)
    (review,) = open_reviews(kinds)
    text = CUSTOMER.replace("fields:\n", "values:\n  kind: {company: C, person: P, robot: X}\nfields:\n")
    text = text.replace("fields:\n", "fields:\n  kind <-> type: {map: kind, other: review}\n")
    mended = bench(store, clock, erp=kinds.erp, customer=text)
    mended = Bench(mended.hub.__class__(**{**vars(mended.hub), "ids": kinds.hub.ids}), clock, kinds.erp)
    settle(mended, review, "again")
    mended.run(3)
    assert mended.only("customer").doc["kind"] == "robot"
    assert open_reviews(mended) == []


# --- adoption


def two_alike(b: Bench) -> tuple[list[Record], Review]:
    b.erp.down = True
    mine = [b.add("customer", name=name, tax_id="91310000X") for name in ("A", "A (old)")]
    for one in b.hub.store.run(lambda tx: tx.outbox.claim("erp", **claim(b))):
        b.hub.store.run(lambda tx, one=one: tx.outbox.done(one))  # type: ignore[misc] # a default binds the loop's value
    b.erp.down = False
    b.erp.create("party", {"name": "A Ltd", "tax": "91310000X"})
    b.run(3)
    (review,) = open_reviews(b, kind="adoption")
    return mine, review


def claim(b: Bench) -> dict[str, Any]:
    return {"now": b.clock.now(), "lease_for": timedelta(seconds=1), "limit": 9}


def test_an_approved_match_is_linked_and_stays_a_rung_of_the_ladder(b: Bench) -> None:
    mine, review = two_alike(b)
    assert review.detail["candidates"] == [one.id for one in mine]
    settle(b, review, "match", record_id=mine[1].id)
    b.settle()
    link = b.hub.store.read(lambda tx: tx.links.of_remote("erp", "party", review.detail["remote_id"]))
    assert link is not None
    assert link.record_id == mine[1].id
    assert len(b.erp.records("party")) == 1
    assert open_reviews(b) == []


def test_a_record_that_is_new_after_all_is_made(b: Bench) -> None:
    mine, review = two_alike(b)
    settle(b, review, "new")
    b.settle()
    records = b.hub.store.read(lambda tx: tx.records.all("customer"))
    assert len(records) == len(mine) + 1
    assert open_reviews(b) == []


def test_a_record_that_is_linked_already_is_no_match(b: Bench) -> None:
    linked = b.add("customer", name="Linked")
    b.run(3)
    _, review = two_alike(b)
    with pytest.raises(ConflictError, match="merge the two there"):
        settle(b, review, "match", record_id=linked.id)
    with pytest.raises(InvalidError, match="record_id"):
        settle(b, review, "match")


# --- gone


def gone(b: Bench) -> tuple[Record, Review]:
    record = b.add("customer", name="A")
    b.run(3)
    (remote,) = b.erp.records("party")
    del b.erp.store["party", remote.id]
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", remote.id))
    b.run(1)
    (review,) = open_reviews(b, kind="gone")
    return record, review


@pytest.mark.parametrize(("choice", "remotes"), [("unlink", 0), ("recreate", 1)])
def test_a_record_that_is_gone_there_lives_on_alone_or_is_written_again(b: Bench, choice: str, remotes: int) -> None:
    record, review = gone(b)
    settle(b, review, choice)
    b.run(3)
    b.change(record, name="B")
    b.settle()
    assert [one.doc["name"] for one in b.erp.records("party")] == ["B"] * remotes
    assert b.open_count() == 0
    assert open_reviews(b) == []


def test_somebody_looks_again_whether_it_is_gone(b: Bench) -> None:
    _, review = gone(b)
    settle(b, review, "again")
    b.run(2)
    (again,) = open_reviews(b, kind="gone")
    assert again.id != review.id


# --- crashes


def test_a_decision_is_all_or_nothing(b: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    record, review = disputed(b)

    def breaks(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hub.services.agreeing.remember", breaks)
        with pytest.raises(KeyboardInterrupt):
            settle(b, review, "remote")
    assert b.get(record)["email"] == "here@example.com"
    assert [one.id for one in open_reviews(b)] == [review.id]
