"""Records both ways, on both databases: nothing lost, nothing doubled, no echo."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.ports.connector import Remote
from hub.ports.records import Record
from hub.ports.store import Store, UnitOfWork
from hub.services import agreeing, inbound, outbound, reconciling, taking
from hub.services.context import Actor, Hub
from hub.services.tracing import Tracer
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import CUSTOMER, MOVES, SPECS, Bench, as_the_erp_writes, bench

PHONE, OTHER, THIRD = "+8613800138000", "+8613900139000", "+8613700137000"
LEASE = timedelta(minutes=5)  # longer than any


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock)


def test_a_new_customer_crosses_once_and_comes_back_as_no_news(b: Bench) -> None:
    b.add("customer", name="上海机电", code="sh-1", phone=PHONE)
    b.run(5)
    (remote,) = b.erp.records("party")
    assert (remote.doc["name"], remote.doc["code"]) == ("上海机电", "SH-1")
    assert [call[0] for call in b.erp.calls] == ["create"]
    assert b.only("customer").doc["code"] == "sh-1"


def test_what_the_other_side_normalises_is_not_sent_again(b: Bench) -> None:
    record = b.add("customer", name="A", code="a-1")
    b.run(3)
    b.change(record, code="b-2", email="Li@Example.com")
    b.run(6)
    assert [call[0] for call in b.erp.calls] == ["create", "update"]
    assert b.get(record)["code"] == "b-2"
    assert b.erp.records("party")[0].doc["mail"] == "li@example.com"


def test_a_telephone_changed_over_there_arrives_without_an_echo(b: Bench) -> None:
    """margince/margince#236, mailchimp-user-sync#46, mc-woocommerce#1290: nothing in a signal tells our own write."""
    record = b.add("customer", name="A", phone=PHONE)
    b.run(3)
    writes = len(b.erp.calls)
    b.erp.edit("party", b.erp.records("party")[0].id, phone="139 0013 9000")
    b.run(5)
    assert b.get(record)["phone"] == OTHER
    assert len(b.erp.calls) == writes
    assert b.erp.records("party")[0].doc["phone"] == "139 0013 9000"


def test_a_telephone_changed_here_arrives_there_once(b: Bench) -> None:
    record = b.add("customer", name="A", phone=PHONE)
    b.run(3)
    b.change(record, phone=OTHER)
    b.run(5)
    assert b.erp.records("party")[0].doc["phone"] == OTHER
    assert [call[0] for call in b.erp.calls] == ["create", "update"]


def test_different_fields_changed_on_both_sides_both_survive(b: Bench) -> None:
    record = b.add("customer", name="A", phone=PHONE)
    b.run(3)
    b.change(record, name="B")
    b.erp.edit("party", b.erp.records("party")[0].id, phone=OTHER)
    b.run(6)
    assert (b.get(record)["name"], b.get(record)["phone"]) == ("B", OTHER)
    remote = b.erp.records("party")[0].doc
    assert (remote["name"], remote["phone"]) == ("B", OTHER)


@pytest.mark.parametrize(("field", "theirs", "winner"), [("name", "name", "here"), ("phone", "phone", "there")])
def test_the_owner_of_a_field_wins_when_both_sides_changed_it(b: Bench, field: str, theirs: str, winner: str) -> None:
    record = b.add("customer", name="A", phone=PHONE)
    b.run(3)
    values = {"name": ("here", "there"), "phone": ("+8613811111111", "+8613822222222")}[field]
    b.change(record, **{field: values[0]})
    b.erp.edit("party", b.erp.records("party")[0].id, **{theirs: values[1]})
    b.run(6)
    expected = values[0] if winner == "here" else values[1]
    assert b.get(record)[field] == expected
    assert b.erp.records("party")[0].doc[theirs] == expected


def test_a_field_under_review_asks_a_person_and_the_rest_moves_on(b: Bench) -> None:
    record = b.add("customer", name="A", email="a@example.com")
    b.run(3)
    b.change(record, email="b@example.com", name="B")
    b.erp.edit("party", b.erp.records("party")[0].id, mail="c@example.com")
    b.run(6)
    (review,) = b.hub.store.read(lambda tx: tx.reviews.listing())
    assert (review.kind, review.detail["path"]) == ("conflict", "email")
    assert b.erp.records("party")[0].doc["name"] == "B"


def test_a_record_that_lives_over_there_becomes_one_of_ours(b: Bench) -> None:
    b.erp.create("party", {"name": "北京制冷", "phone": PHONE})
    b.run(4)
    record = b.only("customer")
    assert (record.doc["name"], record.doc["phone"]) == ("北京制冷", PHONE)
    assert [call[0] for call in b.erp.calls] == ["create"]


def test_one_strong_key_adopts_and_two_candidates_ask(b: Bench) -> None:
    b.erp.down = True
    mine = b.add("customer", name="A", tax_id="91310000X")
    b.erp.down = False
    remote = b.erp.create("party", {"name": "A Ltd", "tax": "91310000X"})
    inbound.poll(b.hub, b.hub.systems["erp"])
    inbound.process(b.hub)
    link = b.hub.store.read(lambda tx: tx.links.of_remote("erp", "party", remote.id))
    assert link is not None
    assert link.record_id == mine.id
    assert len(b.hub.store.read(lambda tx: tx.records.all("customer"))) == 1


def test_a_stale_copy_never_overwrites_what_was_agreed_since(b: Bench) -> None:
    """crm-bisync#37: a fetched copy that is older than the shadow must not win."""
    record = b.add("customer", name="A", phone=PHONE)
    b.run(3)
    system = b.hub.systems["erp"]
    (remote,) = b.erp.records("party")
    link = b.hub.store.read(lambda tx: tx.links.of_remote("erp", "party", remote.id))
    b.change(record, phone=OTHER)
    b.run(3)
    tracer = Tracer(b.hub, "k", "erp", "customer")
    read = taking.Read("party", remote.id, remote, link)
    with pytest.raises(agreeing.MovedError):
        b.hub.store.run(lambda tx: taking.take_read(b.hub, tx, system, tracer, read))
    assert b.get(record)["phone"] == OTHER


def test_a_pending_contact_or_customer_is_never_sent(b: Bench) -> None:
    record = b.add("customer", name="?", pending=True)
    b.run(3)
    assert b.erp.calls == []
    b.change(record, pending=None, name="Known")
    b.run(3)
    assert [call[0] for call in b.erp.calls] == ["create"]


def test_a_lost_answer_is_looked_for_before_anything_is_written_again(b: Bench) -> None:
    """T15: the remote has no keys; the record is found by our id over there."""
    b.erp.fail("create", "after")
    b.add("customer", name="A")
    b.settle()
    assert len(b.erp.records("party")) == 1
    assert b.open_count() == 0


def test_a_call_that_may_still_run_is_waited_for(b: Bench) -> None:
    b.erp.fail("create", "lost")
    b.add("customer", name="A")
    b.run(5)
    assert b.erp.records("party") == []
    b.settle()
    assert len(b.erp.records("party")) == 1


def test_a_system_that_is_down_gets_everything_once_when_it_returns(b: Bench) -> None:
    b.erp.down = True
    record = b.add("customer", name="A")
    b.run(10)
    b.change(record, name="B")
    b.run(10)
    assert b.open_count() == 1
    b.erp.down = False
    b.settle()
    assert [call[0] for call in b.erp.calls] == ["create"]
    assert b.erp.records("party")[0].doc["name"] == "B"


def test_a_document_reaches_its_goal_step_by_step_and_its_parent_goes_first(b: Bench) -> None:
    customer = b.add("customer", name="A")
    invoice = b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    b.run(12)
    assert b.get(invoice)["state"] == "issued"
    assert b.get(invoice)["number"] == "B-1"
    assert [call[0] for call in b.erp.calls] == ["create", "create", "validate", "post"]


@pytest.mark.parametrize("how", ["after", "lost", "before"])
@pytest.mark.parametrize("operation", ["create", "act", "get", "find"])
def test_one_invoice_whatever_the_network_does(b: Bench, operation: str, how: str) -> None:
    customer = b.add("customer", name="A")
    b.run(3)
    b.erp.fail(operation, "before" if operation in {"get", "find"} else how)
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    b.settle()
    (bill,) = b.erp.records("bill")
    assert bill.doc["state"] == "posted"
    assert [call[0] for call in b.erp.calls].count("post") == 1
    assert b.open_count() == 0


def test_a_step_that_the_other_side_ignores_is_a_refusal_that_says_so(b: Bench) -> None:
    customer = b.add("customer", name="A")
    invoice = b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    b.erp._moves = {("draft", "validate"): "validated"}
    b.run(12)
    assert "period may be closed" in b.get(invoice)["error"]
    (dead,) = b.hub.store.read(lambda tx: tx.outbox.listing(state="dead"))
    b.erp._moves = {("validated", "post"): "posted"}
    b.hub.store.run(lambda tx: tx.outbox.replay(dead.id))
    b.settle()
    assert b.get(invoice)["state"] == "issued"
    assert [call[0] for call in b.erp.calls].count("create") == 2


def test_an_unknown_value_is_a_dead_message_that_names_it(b: Bench) -> None:
    customer = b.add("customer", name="A")
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    b.run(12)
    b.erp.edit("bill", b.erp.records("bill")[0].id, state="strange")
    b.run(3)
    (message,) = b.hub.store.read(lambda tx: tx.inbox.listing(state="dead"))
    assert "strange" in str(message.error)


def test_a_plan_tells_what_refers_to_records_that_are_not_linked_yet(b: Bench) -> None:
    first = b.erp.create("party", {"name": "A"})
    b.erp.create("bill", {"party": first.id, "state": "posted"})
    bills = reconciling.plan(b.hub, "erp", ["invoice"])
    assert [(one.action, one.entity) for one in bills] == [("later", "invoice")]
    assert reconciling.apply(b.hub, "erp", bills).done == 1  # the inbox has it
    reconciling.apply(b.hub, "erp", reconciling.plan(b.hub, "erp", ["customer"]))
    b.clock.pass_by(timedelta(minutes=11))
    inbound.process(b.hub)
    assert len(b.hub.store.read(lambda tx: tx.records.all("invoice"))) == 1
    assert reconciling.plan(b.hub, "erp") == []


def test_a_plan_writes_nothing_and_applying_it_skips_what_moved(b: Bench) -> None:
    first = b.erp.create("party", {"name": "A"})
    b.erp.create("party", {"name": "B"})
    b.clock.pass_by(timedelta(seconds=1))
    items = reconciling.plan(b.hub, "erp", ["customer"])
    assert [(item.action, item.side) for item in items] == [("create", "hub")] * 2
    assert b.hub.store.read(lambda tx: tx.records.all("customer")) == []
    b.erp.edit("party", first.id, name="A2")
    applied = reconciling.apply(b.hub, "erp", items)
    assert (applied.done, applied.moved) == (1, 1)
    assert b.only("customer").doc["name"] == "B"
    assert len(reconciling.plan(b.hub, "erp", ["customer"])) == 1


def test_the_brake_holds_mass_change_until_a_person_forces_it(b: Bench) -> None:
    parties = [b.erp.create("party", {"name": f"C{number}"}).id for number in range(3)]
    b.clock.pass_by(timedelta(seconds=1))
    reconciling.apply(b.hub, "erp", reconciling.plan(b.hub, "erp", ["customer"]))
    for party in parties[:2]:
        b.erp.edit("party", party, phone=OTHER)
    items = reconciling.plan(b.hub, "erp", ["customer"])
    with pytest.raises(ConflictError, match="2 of 3 linked customer"):
        reconciling.apply(b.hub, "erp", items)
    assert all("phone" not in record.doc for record in b.hub.store.read(lambda tx: tx.records.all("customer")))
    assert reconciling.apply(b.hub, "erp", items, force=True).done == 2


def test_the_trace_tells_where_a_change_came_from_and_where_it_went(b: Bench) -> None:
    record = b.add("customer", name="A")
    b.run(3)
    stops = b.hub.store.read(lambda tx: tx.trace.of_record("customer", record.id))
    assert stops[-1].stop == "delivered"
    assert any("Created" in stop.template for stop in stops)


class Interrupted(FakeSystem):
    """Something happens after an update has taken effect and before its answer comes."""

    meanwhile: Callable[[], None] | None = None

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:
        answer = super().update(name, seen, doc, key=key)
        happen, self.meanwhile = self.meanwhile, None
        if happen is not None:
            happen()
        return answer


def connected(store: Store, clock: FakeClock, idempotency: str) -> Bench:
    """A hub whose ERP keeps a repeated create of a customer from taking effect twice in a way of its own."""
    party, bill = SPECS
    specs = (replace(party, idempotency=idempotency), bill)
    return bench(store, clock, erp=Interrupted(clock, specs, as_the_erp_writes, MOVES))


def deliver_later(b: Bench) -> None:
    """Send what is due, after all patience."""
    b.clock.pass_by(LEASE)
    for _ in range(3):
        outbound.deliver(b.hub, "erp")


@pytest.mark.parametrize("idempotency", ["header", "external_id"])
def test_what_a_repeated_create_gives_back_may_be_somebody_elses_edit(
    store: Store, clock: FakeClock, idempotency: str
) -> None:
    """The answer to a create was lost, and somebody changed the record before it was repeated or looked for."""
    b = connected(store, clock, idempotency)
    record = b.add("customer", name="A", phone=PHONE)
    b.erp.fail("create", "after")
    outbound.deliver(b.hub, "erp")
    (remote,) = b.erp.records("party")
    b.erp.edit("party", remote.id, phone=OTHER)
    deliver_later(b)
    b.run(3)
    assert [call[0] for call in b.erp.calls] == ["create"]
    assert (b.get(record)["phone"], b.erp.records("party")[0].doc["phone"]) == (OTHER, OTHER)


def test_an_update_of_ours_whose_answer_was_lost_is_not_their_change(b: Bench) -> None:
    """What we wrote there is found there: the newer value of a person here does not lose against it."""
    record = b.add("customer", name="A", phone=PHONE)
    b.run(3)
    b.change(record, phone=OTHER)
    b.erp.fail("update", "after")
    outbound.deliver(b.hub, "erp")
    b.change(record, phone=THIRD)
    deliver_later(b)
    b.run(3)
    assert (b.get(record)["phone"], b.erp.records("party")[0].doc["phone"]) == (THIRD, THIRD)


def test_an_upsert_is_looked_for_before_it_is_repeated(store: Store, clock: FakeClock) -> None:
    """A blind repeat would write our old values over what somebody has changed since."""
    b = connected(store, clock, "external_id")
    b.add("customer", name="A")
    b.erp.fail("create", "after")
    outbound.deliver(b.hub, "erp")
    deliver_later(b)
    assert [call[0] for call in b.erp.calls] == ["create"]
    assert b.open_count() == 0


def test_a_worker_that_slept_through_its_lease_does_not_remember_its_old_copy(store: Store, clock: FakeClock) -> None:
    b = connected(store, clock, "lookup")
    record = b.add("customer", name="A")
    b.run(3)

    def meanwhile() -> None:
        b.erp.edit("party", b.erp.records("party")[0].id, phone=OTHER)
        deliver_later(b)

    assert isinstance(b.erp, Interrupted)
    b.erp.meanwhile = meanwhile
    b.change(record, name="B")
    outbound.deliver(b.hub, "erp")
    (remote,) = b.erp.records("party")
    link = b.hub.store.read(lambda tx: tx.links.of_remote("erp", "party", remote.id))
    assert link is not None
    assert (link.remote_shadow, link.version) == (remote.doc, remote.version)
    assert (b.get(record)["name"], b.get(record)["phone"]) == ("B", OTHER)


NUMBERED = CUSTOMER.replace("fields:\n", "fields:\n  number -> our_number:\n  status -> our_status:\n")


def test_what_a_record_got_here_alone_is_told_to_the_one_it_was_made_of(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, and only where that has nothing of it: what stands there is not replaced."""
    plain = agreeing.create

    def numbered(hub: Hub, tx: UnitOfWork, actor: Actor, entity: str, doc: Doc) -> Record:
        return plain(hub, tx, actor, entity, doc | {"number": "K-1", "status": "new"})

    monkeypatch.setattr(agreeing, "create", numbered)
    b = bench(store, clock, customer=NUMBERED)
    b.erp.create("party", {"name": "A", "our_status": "old"})
    b.run(6)
    (party,) = b.erp.records("party")
    assert (party.doc["our_number"], party.doc["our_status"], "hub_id" in party.doc) == ("K-1", "old", False)
    assert [call[0] for call in b.erp.calls] == ["create", "update"]
