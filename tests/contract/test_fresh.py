"""What may be too old is read through before it decides; who does not answer holds nobody up."""

import threading
from datetime import timedelta

import pytest

from hub.ports.connector import Remote
from hub.ports.store import Store
from hub.services import fresh
from hub.services.gate import DESK_CALLS, Purpose
from hub.testing.clock import FakeClock
from tests.sync_bench import CUSTOMER, Bench, bench

PHONE, OTHER = "+8613800138000", "+8613900139000"


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    b = bench(store, clock, customer=CUSTOMER.replace("sync:\n", "sync:\n  fresh_within: 5 min\n"))
    b.erp.create("party", {"name": "A", "phone": PHONE})
    b.run(1)
    b.erp.edit("party", "1", phone=OTHER)
    return b


def test_what_is_fresh_enough_is_not_read_again(b: Bench) -> None:
    b.clock.pass_by(timedelta(minutes=4))
    fresh.freshen(b.hub, "customer", b.only("customer").id)
    assert b.only("customer").doc["phone"] == PHONE


def test_what_is_too_old_is_read_through(b: Bench) -> None:
    b.clock.pass_by(timedelta(minutes=6))
    fresh.freshen(b.hub, "customer", b.only("customer").id)
    assert b.only("customer").doc["phone"] == OTHER


def test_a_poll_without_news_keeps_a_record_fresh(b: Bench) -> None:
    b.clock.pass_by(timedelta(minutes=4))
    b.run(1)
    b.clock.pass_by(timedelta(minutes=4))
    b.erp.edit("party", "1", phone=PHONE)
    b.erp.fail("get", "before")  # would be noted
    fresh.freshen(b.hub, "customer", b.only("customer").id)
    assert b.only("customer").doc["phone"] == OTHER


def test_where_the_system_is_down_the_old_value_decides_and_the_trace_says_so(b: Bench) -> None:
    b.clock.pass_by(timedelta(minutes=6))
    b.erp.down = True
    fresh.freshen(b.hub, "customer", b.only("customer").id)
    assert b.only("customer").doc["phone"] == PHONE
    stops = b.hub.store.read(lambda tx: tx.trace.of_record("customer", b.only("customer").id))
    assert "Could not be read anew" in stops[-1].template


def test_where_as_many_people_wait_as_may_the_next_one_is_not_held_up(
    b: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    b.clock.pass_by(timedelta(minutes=6))
    waiting, answer = threading.Barrier(DESK_CALLS + 1), threading.Event()

    def hang(_name: str, _remote_id: str) -> Remote | None:
        waiting.wait(10)
        answer.wait(10)
        return None

    monkeypatch.setattr(b.erp, "get", hang)
    at_desk = b.hub.systems["erp"].wanted_for(Purpose.DESK).connector
    others = [threading.Thread(target=at_desk.get, args=("party", "1")) for _ in range(DESK_CALLS)]
    for one in others:
        one.start()
    waiting.wait(10)
    monkeypatch.undo()  # who calls now would be answered
    fresh.freshen(b.hub, "customer", b.only("customer").id)
    answer.set()
    for one in others:
        one.join()
    assert b.only("customer").doc["phone"] == PHONE
