"""T31, stock: the hub dies anywhere between reserve and issue; each is done once, and every piece is accounted for."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from hub.domain.documents import Doc
from hub.files.compiling import compile_mapping
from hub.files.mappings import parse_mapping
from hub.ports.connector import ObjectSpec, Step
from hub.ports.crash import NoCrash
from hub.ports.records import Record
from hub.ports.store import Store
from hub.services import stock
from hub.services.composing import composed
from hub.services.context import System
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.killing import KillAt, Killed
from tests.sync_bench import Bench
from tests.unit.services.world import World

RESERVATION = """
map: reservation/erp.shipment
version: 1
hub: {entity: reservation, schema: canonical/reservation.json}
remote: {system: erp, object: shipment, schema: remote/erp/shipment.json}
identity: {remote_id: id, external_id: id -> reference}
values:
  state: {sent: [draft], done: [assigned, done], cancelled: cancelled}
fields:
  quantity -> quantity:
  state <- state: {map: state}
  remote_number <- number:
sync: {default_owner: hub, creates: hub}
"""
ISSUE = """
map: issue/erp.draw
version: 1
hub: {entity: issue, schema: canonical/issue.json}
remote: {system: erp, object: draw, schema: remote/erp/shipment.json}
identity: {remote_id: id}
values:
  state: {sent: [draft, assigned], done: done, cancelled: cancelled}
fields:
  state <- state: {map: state}
  remote_number <- number:
sync: {default_owner: hub, creates: hub}
"""
SHIPMENT = ObjectSpec(
    "shipment", idempotency="lookup", lookup_by="reference", settle=timedelta(seconds=30), state="state",
    goals={"assigned": (Step("draft", "reserve", "assigned", "Too little stock."),)}, reached={"assigned": ("done",)},
)  # fmt: skip
DRAW = ObjectSpec("draw", of="shipment", state="state", goals={"done": (Step("assigned", "do", "done", "Not done."),)})
POINTS = ("outbox.claimed", "outbox.sent", "outbox.called", "outbox.linked", "outbox.stepped", "outbox.done")
STEPPING = ("outbox.claimed", "outbox.stepped", "outbox.done")  # a draw creates nothing: its calls are steps
SHELF = Decimal(5)


class Depot(FakeSystem):
    """An ERP with a shelf: a reservation takes from what is free, a draw takes from the shelf; never below nothing."""

    def __init__(self, clock: FakeClock) -> None:
        moves = {("draft", "reserve"): "assigned", ("assigned", "do"): "done"}
        super().__init__(clock, [SHIPMENT, DRAW], self.numbered, moves)
        self.drawn: list[Decimal] = []

    @staticmethod
    def numbered(_name: str, doc: Doc) -> Doc:
        return {"state": "draft", **doc, "number": f"S-{doc['reference'][-4:]}"}

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:
        before = self.store["shipment", remote_id].doc
        try:
            super().act(name, remote_id, action, key=key)
        finally:  # also when the answer is lost
            if (before["state"], self.store["shipment", remote_id].doc["state"]) == ("assigned", "done"):
                self.drawn.append(Decimal(before["quantity"]))

    def held(self, *states: str) -> Decimal:
        """How much is in shipments of these states."""
        return sum(
            (Decimal(one.doc["quantity"]) for one in self.records("shipment") if one.doc["state"] in states), Decimal(0)
        )


class Site:
    """The company, its ERP, and a hub that can be killed and started again."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.world, self.erp = World(store, clock).found(), Depot(clock)
        compiled = [
            compile_mapping(parse_mapping(text, name)) for text, name in ((RESERVATION, "r.yaml"), (ISSUE, "i.yaml"))
        ]
        mappings = {mapping.entity: mapping for mapping in compiled}
        system = System("erp", composed(self.erp, compiled), self.erp.objects(), mappings)
        self.world.hub = replace(self.world.hub, systems={"erp": system})

    def work(self, rounds: int = 1) -> None:
        Bench(self.world.hub, self.world.clock, self.erp).run(rounds, timedelta(seconds=40))

    def until_killed(self, point: str) -> bool:
        """Work until the hub dies at a place, and start it again; whether it died."""
        points = KillAt(point)
        self.world.hub = replace(self.world.hub, points=points)
        with suppress(Killed):
            self.work(3)
        self.world.hub = replace(self.world.hub, points=NoCrash())
        self.world.hub.store.run(lambda tx: (tx.inbox.release(), tx.outbox.release()))
        return points.name is None

    def reserve(self, quantity: str) -> Record:
        request = self.world.do(stock.request_part, self.world.assigned().id, part_id="filter", quantity=quantity)
        return self.world.do(stock.approve, request.id)


@pytest.fixture
def site(store: Store, clock: FakeClock) -> Site:
    return Site(store, clock)


def check(site: Site, quantity: Decimal) -> None:
    """One shipment, drawn once; what is on the shelf and what was drawn is what was there; nothing is open."""
    assert len(site.erp.records("shipment")) == 1
    assert site.erp.drawn == [quantity]
    assert SHELF - sum(site.erp.drawn, Decimal(0)) - site.erp.held("assigned") >= 0
    (reservation,), (issue,) = site.world.all("reservation"), site.world.all("issue")
    assert (reservation["state"], issue["state"]) == ("done", "done")
    assert Decimal(issue["quantity"]) == quantity
    assert site.world.read(lambda tx: tx.outbox.open_count()) == 0


@pytest.mark.parametrize("issuing", [None, *STEPPING])
@pytest.mark.parametrize("reserving", [None, *POINTS])
def test_a_hub_that_dies_between_reserve_and_issue_moves_each_piece_once(
    site: Site, reserving: str | None, issuing: str | None
) -> None:
    reservation = site.reserve("2")
    if reserving:
        assert site.until_killed(reserving), reserving
    site.work(4)
    assert site.erp.held("assigned") == 2
    site.world.do(stock.issue, reservation.id)
    if issuing:
        assert site.until_killed(issuing), issuing
    site.work(4)
    check(site, Decimal(2))


def test_a_lost_answer_of_every_call_moves_each_piece_once(site: Site) -> None:
    for operation in ("create", "act", "act"):
        site.erp.fail(operation, "after")
    reservation = site.reserve("2")
    site.work(6)
    site.world.do(stock.issue, reservation.id)
    site.work(6)
    check(site, Decimal(2))
