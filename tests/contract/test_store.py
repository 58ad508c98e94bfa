"""What every database must do for us: one suite, SQLite and PostgreSQL."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from hub.ports.accounts import Session, User
from hub.ports.idempotency import Answer
from hub.ports.inbox import Message
from hub.ports.links import Link
from hub.ports.outbox import Delivery
from hub.ports.reviews import Review
from hub.ports.store import Store, UnitOfWork
from hub.ports.timers import Timer
from hub.ports.trace import Stop
from hub.storage.postgres import PostgresStore
from hub.storage.sql import AMONG
from hub.testing.clock import FakeClock

LEASE = timedelta(seconds=60)


def customer(record_id: str, **values: object) -> Doc:
    return {"id": record_id, "name": f"Customer {record_id}", **values}


def delivery(clock: FakeClock, number: int, record_id: str = "c1", **values: object) -> Delivery:
    return Delivery(
        id=f"d{number}", system="erp", entity="customer", record_id=record_id, correlation="k", created_at=clock.now(),
        **values,  # type: ignore[arg-type] # a test names what differs
    )  # fmt: skip


def message(clock: FakeClock, number: int, *, key: str | None = None, raw: bytes = b"{}") -> Message:
    return Message(
        id=f"m{number}", source="cti", kind="call", key=key, raw=raw, correlation=f"k{number}", received_at=clock.now()
    )


def test_a_record_comes_back_as_it_was_stored(store: Store) -> None:
    doc = customer("c1", phone="+8613800138000", tags=["金卡"], addresses=[{"id": "a", "line1": "中山路 1 号"}])
    store.run(lambda tx: tx.records.add("customer", doc))
    record = store.read(lambda tx: tx.records.need("customer", "c1"))
    assert record.doc == doc
    assert record.version == 1


def test_what_is_personal_stands_nowhere_in_the_clear(sqlite_store: Store, tmp_path: object) -> None:
    doc = customer("c1", phone="+8613800138000", email="canary@example.com")
    sqlite_store.run(lambda tx: tx.records.add("customer", doc))
    files = b"".join(path.read_bytes() for path in tmp_path.glob("hub.db*"))  # type: ignore[attr-defined]
    assert b"Customer c1" in files
    assert b"13800138000" not in files
    assert b"canary" not in files


def test_a_telephone_finds_its_customer_until_it_changes(store: Store) -> None:
    store.run(lambda tx: tx.records.add("customer", customer("c1", phone="+8613800138000")))
    store.run(lambda tx: tx.records.add("customer", customer("c2", phone="+8613800138000")))
    store.run(lambda tx: tx.records.put("customer", customer("c1", phone="+8613900139000"), version=1))

    def found(number: str) -> list[str]:
        return store.read(lambda tx: [hit.id for hit in tx.records.by_secret("customer", "phone", number)])

    assert found("+8613800138000") == ["c2"]
    assert found("+8613900139000") == ["c1"]
    assert found("+8613700137000") == []


def test_a_stale_write_is_refused(store: Store) -> None:
    store.run(lambda tx: tx.records.add("customer", customer("c1")))
    store.run(lambda tx: tx.records.put("customer", customer("c1", name="B"), version=1))
    with pytest.raises(StaleError, match="customer c1"):
        store.run(lambda tx: tx.records.put("customer", customer("c1", name="C"), version=1))
    with pytest.raises(NotFoundError, match="c9"):
        store.run(lambda tx: tx.records.put("customer", customer("c9"), version=1))
    with pytest.raises(ConflictError, match="c1"):
        store.run(lambda tx: tx.records.add("customer", customer("c1")))


def test_what_fails_leaves_nothing_and_hurts_nobody_else(store: Store) -> None:
    def fails(tx: UnitOfWork) -> None:
        tx.records.add("customer", customer("bad"))
        raise ConflictError("no")

    def works(number: int) -> None:
        store.run(lambda tx: tx.records.add("customer", customer(f"c{number}")))

    def attempt(number: int) -> None:
        if number % 3:
            works(number)
        else:
            with pytest.raises(ConflictError):
                store.run(fails)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(30)))
    names = store.read(lambda tx: {hit.id for hit in tx.records.all("customer")})
    assert names == {f"c{number}" for number in range(30) if number % 3}


@pytest.mark.parametrize("sort", ["code", "-code", "id", "-id"])
def test_paging_shows_each_record_once_in_order(store: Store, sort: str) -> None:
    codes = [None, "b", "a", "b", None, "c", "a"]
    docs = [customer(f"c{number}", **({"code": code} if code else {})) for number, code in enumerate(codes)]
    store.run(lambda tx: [tx.records.add("customer", doc) for doc in docs])
    seen, after = [], None
    while True:
        page = store.read(lambda tx, after=after: tx.records.page("customer", sort=sort, limit=2, after=after))  # type: ignore[misc]
        seen += [hit.id for hit in page.records]
        if (after := page.after) is None:
            break
    field = sort.removeprefix("-")
    expected = sorted(docs, key=lambda doc: (str(doc.get(field, "")), doc["id"]), reverse=sort.startswith("-"))
    assert seen == [doc["id"] for doc in expected]


def test_listing_filters_by_indexed_fields_and_names_them_when_asked_for_another(store: Store) -> None:
    store.run(
        lambda tx: [
            tx.records.add("customer", customer(f"c{n}", level="gold" if n % 2 else "silver")) for n in range(4)
        ]
    )
    page = store.read(lambda tx: tx.records.page("customer", {"level": "gold"}))
    assert [hit.id for hit in page.records] == ["c1", "c3"]
    both = store.read(lambda tx: tx.records.all("customer", {"level": ["gold", "silver"]}))
    assert len(both) == 4
    with pytest.raises(InvalidError, match="level"):
        store.read(lambda tx: tx.records.page("customer", {"colour": "red"}))
    with pytest.raises(InvalidError, match="after="):
        store.read(lambda tx: tx.records.page("customer", after="made-up"))


def test_numbers_are_unique_under_concurrency(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: store.run(lambda tx: tx.next_number("ticket")), range(40)))
    assert len(set(numbers)) == 40


def test_a_remote_record_has_one_link_for_ever(store: Store) -> None:
    first = Link(
        "erp", "customer", "7", "customer", "c1", hub_shadow={"name": "A"}, remote_shadow={"name": "a"}, version="v1"
    )
    store.run(lambda tx: tx.links.save(first))
    assert store.read(lambda tx: tx.links.of_remote("erp", "customer", "7")) == replace(first, revision=1)
    assert store.read(lambda tx: tx.links.of_record("erp", "customer", "c1")) == replace(first, revision=1)
    with pytest.raises(ConflictError, match="linked"):
        store.run(lambda tx: tx.links.save(Link("erp", "customer", "7", "customer", "c2")))
    with pytest.raises(ConflictError, match="linked"):
        store.run(lambda tx: tx.links.save(Link("erp", "customer", "8", "customer", "c1")))
    assert store.read(lambda tx: tx.links.prefetch("erp", "customer", ["c1", "c2"])) == {"c1": "7"}
    wanted = {"customer": {"c1", "c2"}, "part": {"p1"}}
    assert store.read(lambda tx: tx.links.of_many_records("erp", wanted)) == {("customer", "c1"): "7"}
    theirs = {"customer": {str(number) for number in range(2500)}}
    assert store.read(lambda tx: tx.links.of_many_remotes("erp", theirs)) == {("customer", "7"): "c1"}
    assert store.read(lambda tx: tx.links.of_many_remotes("crm", theirs)) == {}
    assert store.read(lambda tx: tx.links.count("erp", "customer")) == 1


def test_an_event_with_an_id_is_received_once_for_ever(store: Store, clock: FakeClock) -> None:
    store.run(lambda tx: tx.inbox.receive(message(clock, 1, key="e1")))
    (taken,) = store.run(lambda tx: tx.inbox.claim(now=clock.now(), lease_for=LEASE, limit=10))
    store.run(lambda tx: tx.inbox.done(taken))
    again = store.run(lambda tx: tx.inbox.receive(message(clock, 2, key="e1")))
    assert again.id == "m1"
    assert again.state == "done"


def test_a_hint_coalesces_only_with_one_that_waits(store: Store, clock: FakeClock) -> None:
    store.run(lambda tx: tx.inbox.receive(message(clock, 1)))
    assert store.run(lambda tx: tx.inbox.receive(message(clock, 2))).id == "m1"
    assert store.run(lambda tx: tx.inbox.receive(message(clock, 3, raw=b"[]"))).id == "m3"
    store.run(lambda tx: tx.inbox.claim(now=clock.now(), lease_for=LEASE, limit=10))
    assert store.run(lambda tx: tx.inbox.receive(message(clock, 4))).id == "m4"


def test_a_hundred_equal_hooks_at_once_are_one_message(store: Store, clock: FakeClock) -> None:
    barrier = threading.Barrier(8)

    def receive(number: int) -> str:
        if number < 8:
            barrier.wait()
        return store.run(lambda tx: tx.inbox.receive(message(clock, number, key="same"))).id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(receive, range(100)))
    assert len(ids) == 1
    assert len(store.read(lambda tx: tx.inbox.listing())) == 1


def test_a_lease_that_ended_is_taken_over_and_the_zombie_refused(store: Store, clock: FakeClock) -> None:
    store.run(lambda tx: tx.inbox.receive(message(clock, 1, key="e1")))
    (zombie,) = store.run(lambda tx: tx.inbox.claim(now=clock.now(), lease_for=LEASE, limit=10))
    assert store.run(lambda tx: tx.inbox.claim(now=clock.now(), lease_for=LEASE, limit=10)) == []
    clock.pass_by(LEASE * 2)
    (owner,) = store.run(lambda tx: tx.inbox.claim(now=clock.now(), lease_for=LEASE, limit=10))
    with pytest.raises(StaleError):
        store.run(lambda tx: tx.inbox.done(zombie))
    store.run(lambda tx: tx.inbox.done(owner))


def test_a_dead_message_waits_for_a_person(store: Store, clock: FakeClock) -> None:
    store.run(lambda tx: tx.inbox.receive(message(clock, 1, key="e1")))
    (taken,) = store.run(lambda tx: tx.inbox.claim(now=clock.now(), lease_for=LEASE, limit=10))
    store.run(lambda tx: tx.inbox.dead(taken, error="unit: 'Furlong' is not one of h, km"))
    assert store.run(lambda tx: tx.inbox.claim(now=clock.now(), lease_for=LEASE, limit=10)) == []
    store.run(lambda tx: tx.inbox.replay("m1"))
    assert len(store.run(lambda tx: tx.inbox.claim(now=clock.now(), lease_for=LEASE, limit=10))) == 1
    with pytest.raises(NotFoundError):
        store.run(lambda tx: tx.inbox.replay("m1"))


def test_waiting_changes_of_a_record_are_one_delivery(store: Store, clock: FakeClock) -> None:
    store.run(lambda tx: tx.outbox.enqueue(delivery(clock, 1)))
    store.run(lambda tx: tx.outbox.enqueue(delivery(clock, 2)))
    assert [row.id for row in store.read(lambda tx: tx.outbox.listing())] == ["d1"]
    store.run(lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=LEASE, limit=10))
    store.run(lambda tx: tx.outbox.enqueue(delivery(clock, 3)))
    assert len(store.read(lambda tx: tx.outbox.listing())) == 2


def test_deliveries_keep_their_order_per_record_and_run_beside_one_another(store: Store, clock: FakeClock) -> None:
    for number, record_id, goal in ((1, "c1", "a"), (2, "c1", "b"), (3, "c2", "a")):
        waiting = delivery(clock, number, record_id, goal=goal)
        store.run(lambda tx, waiting=waiting: tx.outbox.enqueue(waiting))  # type: ignore[misc]

    def claim() -> list[Delivery]:
        return store.run(lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=LEASE, limit=10))

    first = claim()
    assert [row.id for row in first] == ["d1", "d3"]
    assert claim() == []
    store.run(lambda tx: tx.outbox.done(first[0]))
    assert [row.id for row in claim()] == ["d2"]


def enqueue(store: Store, *deliveries: Delivery) -> None:
    for each in deliveries:
        store.run(lambda tx, each=each: tx.outbox.enqueue(each))  # type: ignore[misc] # bound at once


def at_once(count: int, work: Callable[[], Sequence[Any]]) -> list[Sequence[Any]]:
    """What so many threads get that do the same at the same time."""
    barrier = threading.Barrier(count)

    def one(_: int) -> Sequence[Any]:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_four_who_claim_at_once_share_what_is_due(store: Store, clock: FakeClock) -> None:
    enqueue(store, *(delivery(clock, 100 + n, f"c{n}") for n in range(40)))

    def drain() -> list[Delivery]:
        mine: list[Delivery] = []
        while due := store.queue(lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=LEASE, limit=3)):
            store.queue(lambda tx, due=due: tx.outbox.done(*due))  # type: ignore[misc] # bound at once
            mine += due
        return mine

    claimed = [one.id for taken in at_once(4, drain) for one in taken]
    assert len(claimed) == len(set(claimed))
    rest = store.queue(lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=LEASE, limit=40))
    assert sorted([*claimed, *(one.id for one in rest)]) == [f"d{100 + n}" for n in range(40)]


def test_four_who_claim_at_once_keep_the_order_of_a_record(store: Store, clock: FakeClock) -> None:
    goals = ["a", "b", "c", "d"]
    enqueue(store, *(delivery(clock, n, goal=goal) for n, goal in enumerate(goals)))
    for number in range(4):
        taken = at_once(
            4, lambda: store.queue(lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=LEASE, limit=1))
        )
        (first,) = (one for each in taken for one in each)
        assert first.id == f"d{number}"
        store.queue(lambda tx, first=first: tx.outbox.done(first))  # type: ignore[misc] # bound at once


def test_of_a_subject_one_message_is_worked_on_whoever_claims(store: Store, clock: FakeClock) -> None:
    both = [replace(message(clock, number, raw=f"{number}".encode()), subject="s") for number in (1, 2)]
    store.run(lambda tx: [tx.inbox.receive(each) for each in both])
    taken = at_once(4, lambda: store.queue(lambda tx: tx.inbox.claim("cti", now=clock.now(), lease_for=LEASE, limit=1)))
    assert [one.id for each in taken for one in each] == ["m1"]


def test_a_delivery_that_took_in_a_change_is_not_leased_before_the_change_is_there(
    postgres_store: PostgresStore, clock: FakeClock
) -> None:
    postgres_store.run(lambda tx: tx.outbox.enqueue(delivery(clock, 1)))

    def claim() -> list[Delivery]:
        return postgres_store.queue(lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=LEASE, limit=8))

    def change(tx: UnitOfWork) -> list[Delivery]:
        tx.outbox.enqueue(delivery(clock, 2))
        assert [one.id for one in tx.outbox.waiting("customer", "c1")] == ["d1"]
        return claim()

    assert postgres_store.run(change) == []
    assert [one.id for one in claim()] == ["d1"]


def test_what_ends_is_found_by_its_id_among_thousands(postgres_store: PostgresStore, clock: FakeClock) -> None:
    """PostgreSQL read the whole table for each mark while it had some thousand rows."""

    def fill(tx: UnitOfWork) -> None:
        for number in range(2000):
            tx.outbox.enqueue(replace(delivery(clock, number), record_id=f"c{number}"))

    postgres_store.run(fill)
    question = text(f"EXPLAIN UPDATE outbox SET state = 'done' WHERE {AMONG['postgresql'].format(column='id')}")
    with postgres_store._engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE outbox")
        plan = str(connection.execute(question, {"ids": '["d1", "d2"]'}).all())
    assert "outbox_pkey" in plan
    assert "Seq Scan" not in plan


def test_many_are_done_together_or_none_where_one_was_taken_over(store: Store, clock: FakeClock) -> None:
    enqueue(store, *(delivery(clock, n, f"c{n}") for n in range(3)))
    held = store.queue(lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=LEASE, limit=8))
    with pytest.raises(StaleError):
        store.queue(lambda tx: tx.outbox.done(*held[:2], replace(held[2], fence=0)))
    assert store.read(lambda tx: tx.outbox.open_count()) == 3
    store.queue(lambda tx: tx.outbox.done(*held))
    assert store.read(lambda tx: tx.outbox.open_count()) == 0


def test_the_intent_is_frozen_before_the_call(store: Store, clock: FakeClock) -> None:
    store.run(lambda tx: tx.outbox.enqueue(delivery(clock, 1)))
    (taken,) = store.run(lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=LEASE, limit=10))
    sent = store.run(lambda tx: tx.outbox.intend(taken, {"name": "甲"}, now=clock.now(), until=clock.now() + LEASE))
    assert (sent.state, sent.payload) == ("sent", {"name": "甲"})
    clock.pass_by(LEASE * 2)
    (again,) = store.run(lambda tx: tx.outbox.claim("erp", now=clock.now(), lease_for=LEASE, limit=10))
    assert again.payload == {"name": "甲"}
    assert again.attempt == 2
    with pytest.raises(StaleError):
        store.run(lambda tx: tx.outbox.done(sent))
    store.run(lambda tx: tx.outbox.dead(again, error="refused"))
    store.run(lambda tx: tx.outbox.replay("d1"))
    assert store.read(lambda tx: tx.outbox.waiting("customer", "c1"))[0].state == "unknown"


def test_one_question_is_asked_once(store: Store, clock: FakeClock) -> None:
    for number in (1, 2):
        review = Review(f"r{number}", "conflict", "customer", "c1", "erp", {"path": "phone"}, "k", clock.now())
        store.run(lambda tx, review=review: tx.reviews.open(review))  # type: ignore[misc]
    assert [row.id for row in store.read(lambda tx: tx.reviews.listing())] == ["r1"]
    store.run(lambda tx: tx.reviews.settle("r1"))
    assert store.read(lambda tx: tx.reviews.listing()) == []
    with pytest.raises(ConflictError):
        store.run(lambda tx: tx.reviews.settle("r1"))


def test_timers_fire_once_and_arming_replaces_them(store: Store, clock: FakeClock) -> None:
    timer = Timer("ticket", "t1", "response", "warn", clock.now() + timedelta(minutes=5))
    store.run(lambda tx: tx.timers.arm("ticket", "t1", (timer,)))
    assert store.run(lambda tx: tx.timers.take_due(now=clock.now(), limit=10)) == []
    clock.pass_by(timedelta(minutes=6))
    assert store.run(lambda tx: tx.timers.take_due(now=clock.now(), limit=10)) == [timer]
    assert store.run(lambda tx: tx.timers.take_due(now=clock.now(), limit=10)) == []
    store.run(lambda tx: tx.timers.arm("ticket", "t1", (timer,)))
    store.run(lambda tx: tx.timers.arm("ticket", "t1", ()))
    assert store.run(lambda tx: tx.timers.take_due(now=clock.now(), limit=10)) == []


def hits(store: Store, entity: str, words: list[str], **where: str) -> list[str]:
    page = store.read(lambda tx: tx.records.page(entity, where, sort="-id", words=words))
    return [record.id for record in page.records]


def test_search_finds_the_same_set_for_chinese_and_english_tokens(store: Store) -> None:
    for number, status in ((1, "new"), (2, "closed"), (3, "new")):
        doc = {"id": f"t{number}", "status": status}
        store.run(lambda tx, doc=doc: tx.records.add("ticket", doc))  # type: ignore[misc]
    store.run(lambda tx: tx.search.index("ticket", "t1", ["空调", "调漏", "漏水", "compressor"]))
    store.run(lambda tx: tx.search.index("ticket", "t2", ["漏水", "'; drop"]))
    store.run(lambda tx: tx.search.index("ticket", "t2", ["漏水"]))
    assert hits(store, "ticket", ["漏水"]) == ["t2", "t1"]
    assert hits(store, "ticket", ["漏水"], status="new") == ["t1"]
    assert hits(store, "ticket", ["漏水", "空调"]) == ["t1"]
    assert hits(store, "ticket", ["调"]) == []
    assert hits(store, "asset", ["漏水"]) == []
    assert hits(store, "ticket", ['"', "*", "a & b"]) == []
    assert hits(store, "ticket", []) == []


def test_cursors_never_move_backwards(store: Store, clock: FakeClock) -> None:
    later = clock.now() + timedelta(hours=1)
    store.run(lambda tx: tx.cursors.save("erp", "customer", later))
    store.run(lambda tx: tx.cursors.save("erp", "customer", clock.now()))
    assert store.read(lambda tx: tx.cursors.get("erp", "customer")) == later


def test_the_first_answer_is_kept(store: Store) -> None:
    answer = Answer("digest", 201, '{"名": 1}'.encode())
    store.run(lambda tx: tx.idempotency.keep("key:1 POST /tickets", "a", answer))
    assert store.read(lambda tx: tx.idempotency.get("key:1 POST /tickets", "a")) == answer
    assert store.read(lambda tx: tx.idempotency.get("key:2 POST /tickets", "a")) is None


def test_one_key_has_one_effect_under_concurrency(store: Store) -> None:
    def once(number: int) -> bytes:
        def work(tx: UnitOfWork) -> bytes:
            known = tx.idempotency.get("s", "k")
            if known is not None:
                return known.body
            body = tx.records.add("customer", customer(f"c{number}")).id.encode()
            tx.idempotency.keep("s", "k", Answer("d", 201, body))
            return body

        return store.run(work)

    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(once, range(24)))
    assert len(bodies) == 1
    assert len(store.read(lambda tx: tx.records.all("customer"))) == 1


def test_users_sessions_and_keys(store: Store, clock: FakeClock) -> None:
    user = User("u1", "li", "李雷", ("agent", "dispatcher"), "hash", "zh")
    store.run(lambda tx: tx.accounts.save_user(user))
    assert store.read(lambda tx: tx.accounts.by_login("li")) == user
    with pytest.raises(ConflictError, match="li"):
        store.run(lambda tx: tx.accounts.save_user(User("u2", "li", "Other", (), "h")))
    store.run(lambda tx: tx.accounts.save_session(Session("d", "u1", "csrf", clock.now() + LEASE)))
    assert store.read(lambda tx: tx.accounts.session("d", now=clock.now())) is not None
    assert store.read(lambda tx: tx.accounts.session("d", now=clock.now() + LEASE)) is None


def test_the_trace_gives_stops_in_order(store: Store, clock: FakeClock) -> None:
    for stop in ("received", "merged"):
        row = Stop("k", clock.now(), stop, "erp", "customer", "c1", "{n} fields", {"n": 2})
        store.run(lambda tx, row=row: tx.trace.note(row))  # type: ignore[misc]
    stops = store.read(lambda tx: tx.trace.of_correlation("k"))
    assert [stop.stop for stop in stops] == ["received", "merged"]
    assert store.read(lambda tx: tx.trace.of_record("customer", "c1")) == stops
    assert [stop.stop for stop in store.read(lambda tx: tx.trace.recent())] == ["merged"]
