"""T18: of a batch of 200, 37 are refused, and the answer is in another order: 163 are done once, 37 singly."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from hub.domain.errors import HubError, RejectedError, RetryableError, UnknownOutcomeError
from hub.ports.connector import Item, Remote
from hub.ports.store import Store
from hub.services import outbound
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.outbound_bench import deliveries
from tests.sync_bench import SPECS, Bench, as_the_erp_writes, bench

COUNT, BAD = 200, 37


class Batching(FakeSystem):
    """Takes many at once; ``refusal`` is what it says of the bad ones, ``lost`` what becomes of the answer."""

    refusal: HubError = RejectedError("The name is not one.")
    lost: str | None = None
    batches: list[int]

    def write_many(self, name: str, items: Sequence[Item]) -> Mapping[str, Remote | HubError]:
        self.batches = [*getattr(self, "batches", []), len(items)]
        if self.lost == "before":
            raise RetryableError("Nobody is there.")
        outcomes = {item.key: self.write_one(name, item) for item in items}
        if self.lost == "after":
            raise UnknownOutcomeError("The answer was lost.")
        return dict(sorted(outcomes.items(), key=lambda pair: pair[0][::-1]))

    def write_one(self, name: str, item: Item) -> Remote | HubError:
        if str(item.doc["name"]).startswith("bad"):
            return self.refusal
        return self.create(name, item.doc) if item.seen is None else self.update(name, item.seen, item.doc)


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    erp = Batching(clock, SPECS, as_the_erp_writes)
    erp._specs = {spec.name: replace(spec, batch=COUNT) for spec in SPECS}
    return bench(store, clock, erp=erp)


def fill(b: Bench, count: int = COUNT, bad: int = BAD) -> None:
    for number in range(count):
        b.add("customer", name=f"{'bad' if number < bad else 'good'} {number}")


def settle(b: Bench) -> None:
    for _ in range(40):
        b.clock.pass_by(b.hub.systems["erp"].request_limit)
        while outbound.deliver(b.hub, "erp", COUNT):
            pass


def once_each(b: Bench, wanted: int) -> bool:
    """Whether so many records are over there, each once."""
    names = [remote.doc["name"] for remote in b.erp.records("party")]
    return len(names) == len(set(names)) == wanted


def test_of_two_hundred_the_good_ones_are_done_once_and_the_bad_ones_await_a_person(b: Bench) -> None:
    fill(b)
    outbound.deliver(b.hub, "erp", COUNT)
    assert b.erp.batches == [COUNT]  # type: ignore[attr-defined]
    assert once_each(b, COUNT - BAD)
    assert len(deliveries(b.hub, state="done")) == COUNT - BAD
    dead = deliveries(b.hub, state="dead")
    assert [delivery.error for delivery in dead] == ["The name is not one."] * BAD


def test_the_bad_ones_come_again_by_themselves(b: Bench) -> None:
    b.erp.refusal = RetryableError("Not now.")  # type: ignore[attr-defined]
    fill(b, 20, 3)
    settle(b)
    assert b.erp.batches == [20]  # type: ignore[attr-defined]
    assert once_each(b, 20)


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_batch_without_an_answer_is_looked_up_one_by_one(b: Bench, lost: str) -> None:
    b.erp.lost = lost  # type: ignore[attr-defined]
    fill(b, 20, 0)
    outbound.deliver(b.hub, "erp", COUNT)
    states = {delivery.state for delivery in deliveries(b.hub)}
    assert states == {"unknown" if lost == "after" else "ready"}
    b.erp.lost = None  # type: ignore[attr-defined]
    settle(b)
    assert once_each(b, 20)
    assert b.open_count() == 0


def test_what_the_answer_does_not_name_is_looked_for(b: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batching, "write_many", lambda _self, _name, _items: {})
    fill(b, 3, 0)
    outbound.deliver(b.hub, "erp", COUNT)
    assert {delivery.state for delivery in deliveries(b.hub)} == {"unknown"}
    settle(b)
    assert once_each(b, 3)
