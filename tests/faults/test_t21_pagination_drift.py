"""T21: records come, go and change while a listing is read; nothing is skipped for good."""

import random
from datetime import timedelta
from typing import Any

import pytest

from hub.ports.connector import Page
from hub.ports.store import Store
from hub.services import inbound
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import MOVES, SPECS, as_the_erp_writes, bench


class Drifting(FakeSystem):
    """Pages by offset, as many systems do, while its people go on working."""

    def __init__(self, clock: FakeClock, seed: int) -> None:
        super().__init__(clock, SPECS, as_the_erp_writes, MOVES)
        self.dice = random.Random(seed)  # noqa: S311 - a seeded test
        self.busy = True

    def changes(self, name: str, **asked: Any) -> Page:
        page = super().changes(name, **asked)
        if self.busy and name == "party":
            self.work()
        return page

    def work(self) -> None:
        """Somebody adds, removes or edits; often within the same instant."""
        if self.dice.random() < 0.5:
            self._clock.pass_by(timedelta(milliseconds=self.dice.choice((1, 400))))
        deed = self.dice.choice(("add", "edit", "edit", "remove"))
        there = [one.id for one in self.records("party")]
        if deed == "add" or len(there) < 3:
            self.create("party", {"name": f"N{len(self.calls)}"})
        elif deed == "edit":
            self.edit("party", self.dice.choice(there), name=f"E{self.dice.randrange(999)}")
        else:
            self.remove("party", self.dice.choice(there))


@pytest.mark.parametrize("seed", range(12))
def test_a_listing_that_drifts_is_caught_up_by_the_overlap(sqlite_store: Store, clock: FakeClock, seed: int) -> None:
    erp = Drifting(clock, seed)
    b = bench(sqlite_store, clock, erp=erp, customer=REMOTE_NAMES)
    for number in range(9):
        erp.create("party", {"name": f"S{number}"})  # nine of one instant: page edges fall inside it
    for _ in range(6):
        b.clock.pass_by(timedelta(seconds=5))
        inbound.poll(b.hub, b.hub.systems["erp"])
    erp.busy = False
    b.run(3)
    linked = {}
    for one in erp.records("party"):
        link = b.hub.store.read(lambda tx, one=one: tx.links.of_remote("erp", "party", one.id))  # type: ignore[misc] # a default binds the loop's value
        assert link is not None, f"{one.id} was skipped"
        linked[one.id] = b.hub.store.read(lambda tx, link=link: tx.records.need("customer", link.record_id)).doc["name"]  # type: ignore[misc] # as above
    assert linked == {one.id: one.doc["name"] for one in erp.records("party")}


REMOTE_NAMES = """
map: customer/erp.party
version: 1
hub: {entity: customer, schema: canonical/customer.json}
remote: {system: erp, object: party, schema: remote/erp/party.json}
identity: {remote_id: id}
fields:
  name <- name:
sync:
  default_owner: remote
"""
