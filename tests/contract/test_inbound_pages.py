"""A page of changes is taken in at once; what cannot be is read again by itself. On both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import PositionLostError, RejectedError, RetryableError
from hub.ports.connector import Feed, ObjectSpec, Page, Remote
from hub.ports.cursors import Cursor
from hub.ports.inbox import Message
from hub.ports.store import Store
from hub.services import inbound, outbound
from hub.services.polling import is_suspicious
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import MOVES, SPECS, Bench, as_the_erp_writes, bench

PHONE, OTHER = "+8613800138000", "+8613900139000"


class Listening(FakeSystem):
    """A system that lets a test do something after a page was read, and has a cap on what one listing tells."""

    after_page: Callable[[], None] | None = None
    after_write: Callable[[], None] | None = None
    cap: int | None = None
    lost_before: datetime | None = None
    clock_ahead = timedelta()
    asked: list[tuple[datetime, datetime]]

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        self.asked = [*getattr(self, "asked", []), (since, until)]
        if self.lost_before is not None and since < self.lost_before and since.year > 1970:
            raise PositionLostError("The system keeps changes of three days.")
        page = super().changes(name, since=since, until=until, after=after)
        start = int(after or 0)
        if self.cap is not None and start + len(page.records) >= self.cap:
            page = Page(page.records[: self.cap - start])
        if self.after_page is not None:
            act, self.after_page = self.after_page, None
            act()
        return replace(page, at=self._clock.now() + self.clock_ahead)

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:
        written = super().update(name, seen, doc, key=key)
        if self.after_write is not None:
            act, self.after_write = self.after_write, None
            act()
        return written

    def within(self, name: str, at: datetime, *, beyond: str | None, after: str | None = None) -> Page:
        assert after is None
        same = [one for one in self.records(name) if one.changed_at == at and int(one.id) > int(beyond or 0)]
        return Page(tuple(sorted(same, key=lambda one: int(one.id))[: self.cap]))


def listening(store: Store, clock: FakeClock, specs: tuple[ObjectSpec, ...] = SPECS) -> tuple[Bench, Listening]:
    erp = Listening(clock, specs, as_the_erp_writes, MOVES)
    return bench(store, clock, erp=erp), erp


def messages(b: Bench) -> list[Message]:
    return b.hub.store.read(lambda tx: tx.inbox.listing())


def deliver(b: Bench) -> None:
    while outbound.deliver(b.hub, "erp"):
        pass


def names(b: Bench) -> list[str]:
    return sorted(record.doc["name"] for record in b.hub.store.read(lambda tx: tx.records.all("customer")))


def cursor(b: Bench) -> Cursor:
    return next(one for one in b.hub.store.read(lambda tx: tx.cursors.listing()) if one.object == "party")


def test_a_page_is_taken_in_without_reading_its_records_again(store: Store, clock: FakeClock) -> None:
    b, erp = listening(store, clock)
    for number in range(5):
        erp.create("party", {"name": f"N{number}"})
    erp.fail("get", "before")
    b.clock.pass_by(timedelta(seconds=1))
    assert inbound.poll(b.hub, b.hub.systems["erp"]) == 5
    assert names(b) == ["N0", "N1", "N2", "N3", "N4"]
    assert messages(b) == []
    assert inbound.poll(b.hub, b.hub.systems["erp"]) == 0


def test_a_page_that_was_read_before_our_write_does_not_win_over_it(store: Store, clock: FakeClock) -> None:
    """crm-bisync#13: a copy that was read before our own delivery is older than the shadow, and would undo the edit."""
    b, erp = listening(store, clock)
    record = b.add("customer", name="A", phone=PHONE)
    b.run(3)
    erp.edit("party", erp.records("party")[0].id, mail="new@example.com")

    def edit_and_send() -> None:
        b.change(record, phone=OTHER, name="B")
        deliver(b)

    erp.after_page = edit_and_send
    b.run(6)
    there = erp.records("party")[0].doc
    assert (b.get(record)["name"], b.get(record)["phone"], b.get(record)["email"]) == ("B", OTHER, "new@example.com")
    assert (there["name"], there["phone"], there["mail"]) == ("B", OTHER, "new@example.com")
    assert b.hub.store.read(lambda tx: tx.reviews.listing()) == []


def test_a_record_that_is_just_being_written_waits_for_the_outcome(store: Store, clock: FakeClock) -> None:
    """crm-bisync#37: what comes back of our own write, in the other side's words, is no news of theirs."""
    b, erp = listening(store, clock)
    record = b.add("customer", name="A", email="a@example.com")
    b.run(3)
    b.change(record, email="B@example.com")

    def poll_meanwhile() -> None:
        inbound.poll(b.hub, b.hub.systems["erp"])
        inbound.process(b.hub)

    erp.after_write = poll_meanwhile
    b.run(1)
    (waiting,) = messages(b)
    assert (waiting.state, "just being written" in str(waiting.error)) == ("new", True)
    b.run(5)
    assert b.get(record)["email"] == "B@example.com"
    assert b.hub.store.read(lambda tx: tx.reviews.listing()) == []
    assert all(message.state == "done" for message in messages(b))


def test_one_record_that_cannot_be_taken_in_does_not_hold_up_its_page(store: Store, clock: FakeClock) -> None:
    """T22 and T27: the refused one becomes a message of its own, the rest flows."""
    b, erp = listening(store, clock)
    erp.page_size = 10
    customer = erp.create("party", {"name": "A"})
    erp.create("bill", {"party": customer.id, "state": "posted"})
    erp.create("bill", {"party": customer.id, "state": "strange"})
    erp.create("bill", {"party": customer.id, "state": "paid"})
    b.run(2)
    assert len(b.hub.store.read(lambda tx: tx.records.all("invoice"))) == 2
    (message,) = messages(b)
    assert (message.state, "strange" in str(message.error)) == ("dead", True)
    b.run(3)
    assert len(messages(b)) == 1


def test_a_child_in_the_page_of_its_parent_finds_it(store: Store, clock: FakeClock) -> None:
    b, erp = listening(store, clock)
    customer = erp.create("party", {"name": "A"})
    erp.create("bill", {"party": customer.id, "state": "posted"})
    b.clock.pass_by(timedelta(seconds=1))
    inbound.poll(b.hub, b.hub.systems["erp"])
    assert b.only("invoice").doc["customer_id"] == b.only("customer").id
    assert messages(b) == []


def test_a_record_at_the_very_edge_of_a_window_is_read(store: Store, clock: FakeClock) -> None:
    """airbyte#85918, #80152, #70257, #44402, #24422: the lower bound is closed, and lies before the last upper one."""
    b, erp = listening(store, clock)
    erp.create("party", {"name": "A"})
    inbound.poll(b.hub, b.hub.systems["erp"])
    erp.create("party", {"name": "B"})  # at the very instant up to which was read
    b.clock.pass_by(timedelta(seconds=1))
    inbound.poll(b.hub, b.hub.systems["erp"])
    assert names(b) == ["A", "B"]
    (first, _), (since, until) = erp.asked[0], erp.asked[-2]
    assert first.year == 1970
    assert since < until - timedelta(seconds=1)


def test_a_page_is_not_judged_by_its_first_record(store: Store, clock: FakeClock) -> None:
    """estuary/connectors#5010: an unchanged record at the head of a page does not drop those behind it."""
    b, erp = listening(store, clock)
    erp.page_size = 3
    for name in "ABC":
        erp.create("party", {"name": name})
    b.run(1)
    erp.edit("party", "2", phone=PHONE)
    erp.edit("party", "3", phone=OTHER)
    b.run(1)
    told = {
        record.doc["name"]: record.doc.get("phone")
        for record in b.hub.store.read(lambda tx: tx.records.all("customer"))
    }
    assert told == {"A": None, "B": PHONE, "C": OTHER}


def test_nothing_is_passed_when_a_page_fails(store: Store, clock: FakeClock) -> None:
    """The cursor moves at the end of the window, so that what was not read is read the next time."""
    b, erp = listening(store, clock)
    for number in range(4):
        erp.create("party", {"name": f"N{number}"})

    def break_off() -> None:
        raise RetryableError("The line broke.")

    erp.after_page = break_off
    b.clock.pass_by(timedelta(seconds=1))
    with pytest.raises(RetryableError):
        inbound.poll(b.hub, b.hub.systems["erp"])
    assert b.hub.store.read(lambda tx: tx.cursors.get("erp", "party")) is None
    inbound.poll(b.hub, b.hub.systems["erp"])
    assert names(b) == ["N0", "N1", "N2", "N3"]


def test_a_cursor_in_the_future_is_set_back_and_says_so(store: Store, clock: FakeClock) -> None:
    """airbyte#70341: a cursor that lies in the future finds nothing for ever, with a green status."""
    b, erp = listening(store, clock)
    hub, system = b.hub, b.hub.systems["erp"]
    b.run(1)
    hub.store.run(lambda tx: tx.cursors.save("erp", "party", clock.now() + timedelta(hours=1)))
    erp.create("party", {"name": "A"})
    b.clock.pass_by(timedelta(seconds=30))
    inbound.poll(hub, system)
    assert names(b) == ["A"]
    assert cursor(b).position == clock.now()
    assert "lay in the future" in str(cursor(b).note)
    assert any(
        "lay in the future" in str(stop.params.get("note")) for stop in hub.store.read(lambda tx: tx.trace.recent())
    )


def test_the_cursor_never_passes_the_present_of_the_system(store: Store, clock: FakeClock) -> None:
    """airbyte#24422: our clock runs ahead of theirs; what changes there in between is dated before our cursor."""
    b, erp = listening(store, clock)
    erp.clock_ahead = timedelta(minutes=-30)
    b.run(1)
    assert cursor(b).position == clock.now() - timedelta(minutes=30)


def test_a_feed_that_fell_silent_is_told_apart_from_one_that_never_spoke(store: Store, clock: FakeClock) -> None:
    """airbyte#70341: nothing for days from a feed that told something every day is looked at by a person."""
    b, erp = listening(store, clock)
    b.run(1)
    assert not is_suspicious(cursor(b), clock.now() + timedelta(days=3))
    erp.create("party", {"name": "A"})
    b.run(1)
    assert not is_suspicious(cursor(b), clock.now())
    for _ in range(2):
        b.clock.pass_by(timedelta(days=3))
        inbound.poll(b.hub, b.hub.systems["erp"])
    assert is_suspicious(cursor(b), clock.now())


def test_an_expired_position_reads_everything_again_and_says_so(store: Store, clock: FakeClock) -> None:
    """wso2/product-integrator-mi#4768, mulesoft/docs-connectors#2444: out of retention, the feed must not be dead."""
    b, erp = listening(store, clock)
    b.run(1)
    erp.create("party", {"name": "A"})
    b.clock.pass_by(timedelta(days=4))
    erp.lost_before = clock.now() - timedelta(days=3)
    inbound.poll(b.hub, b.hub.systems["erp"])
    assert names(b) == ["A"]
    assert "everything is read again" in str(cursor(b).note)
    inbound.poll(b.hub, b.hub.systems["erp"])
    assert erp.asked[-1][0].year > 1970


def capped(store: Store, clock: FakeClock, cap: int) -> tuple[Bench, Listening]:
    feed = Feed("UTC", timedelta(seconds=1), cap)
    b, erp = listening(store, clock, tuple(replace(spec, feed=feed) for spec in SPECS))
    erp.cap, erp.page_size = cap, cap
    return b, erp


def test_a_listing_with_a_cap_goes_on_from_its_last_record(store: Store, clock: FakeClock) -> None:
    """airbyte#10700, supaglue#585, onyx#10677: a search that tells so many and no more is split, nothing is missed."""
    b, erp = capped(store, clock, 4)
    for number in range(15):
        erp.create("party", {"name": f"N{number:02}"})
        b.clock.pass_by(timedelta(milliseconds=400))
    b.clock.pass_by(timedelta(seconds=2))
    inbound.poll(b.hub, b.hub.systems["erp"])
    assert names(b) == [f"N{number:02}" for number in range(15)]


def test_more_records_of_one_instant_than_a_listing_tells_are_all_read(store: Store, clock: FakeClock) -> None:
    """estuary/connectors#2100, #2121: after a bulk edit a thousand rows have one time stamp; it must end."""
    b, erp = capped(store, clock, 4)
    erp.create("party", {"name": "N00"})
    b.clock.pass_by(timedelta(seconds=1))
    for number in range(1, 12):
        erp.create("party", {"name": f"N{number:02}"})
    b.clock.pass_by(timedelta(seconds=1))
    erp.create("party", {"name": "N12"})
    b.clock.pass_by(timedelta(seconds=1))
    inbound.poll(b.hub, b.hub.systems["erp"])
    assert names(b) == [f"N{number:02}" for number in range(13)]
    assert cursor(b).position == clock.now()


class Refusing(Listening):
    """A system that answers about its bills, and whose parties cannot be read to their end."""

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        if name == "party":
            raise RejectedError("More changed at one time than is told.")
        return super().changes(name, since=since, until=until, after=after)


def test_an_object_that_fails_stops_no_other_object_of_its_system(store: Store, clock: FakeClock) -> None:
    """The error is raised when all had their turn, so that the worker tells it."""
    erp = Refusing(clock, SPECS, as_the_erp_writes, MOVES)
    b = bench(store, clock, erp=erp)
    erp.create("bill", {"currency": "CNY"})
    b.clock.pass_by(timedelta(seconds=1))
    for _ in range(2):
        with pytest.raises(RejectedError, match="More changed"):
            inbound.poll(b.hub, b.hub.systems["erp"])
    assert {one.object for one in b.hub.store.read(lambda tx: tx.cursors.listing())} == {"bill"}
    assert len(b.hub.store.read(lambda tx: tx.records.all("invoice"))) == 1
