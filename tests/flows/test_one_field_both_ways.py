"""Step 3 of the story: a customer's telephone, hub and real Trytons, both ways, without an echo."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.domain.documents import Doc
from hub.services import reconciling, records
from hub.services.context import Hub
from hub.testing.tryton.fixture import BOTH, RunningErp
from hub.testing.tryton.seed.people import STORES
from tests.erp_hub import ErpHub, erp_hub
from tests.hub_process import RunningClock, work

pytestmark = [pytest.mark.tryton, pytest.mark.xdist_group("tryton")]


@dataclass
class Both:
    """The hub, and the person who sits at the ERP."""

    hub: Hub
    clock: RunningClock
    erp: RunningErp

    def settle(self) -> None:
        assert work(self.hub, self.clock)

    def customer(self, name: str) -> Doc:
        found = self.hub.store.read(lambda tx: tx.records.all("customer"))
        return next(record.doc for record in found if name in record.doc["name"])

    def party_of(self, customer: Doc) -> int:
        link = self.hub.store.read(lambda tx: tx.links.of_record("erp", "customer", customer["id"]))
        assert link is not None
        return int(link.external_id)

    def version_of(self, customer: Doc) -> str:
        remote = self.hub.systems["erp"].connector.get("customer", str(self.party_of(customer)))
        assert remote is not None
        return str(remote.version)

    def change(self, customer: Doc, **values: str) -> None:
        actor = self.hub.actor("li")
        self.hub.store.run(
            lambda tx: records.change(self.hub, tx, actor, tx.records.need("customer", customer["id"]), values)
        )


@pytest.fixture
def erp_folder(tmp_path: Path, tryton: RunningErp) -> ErpHub:
    tryton.server.reset()
    return erp_hub(tmp_path / "hub", tryton, "tryton/customer")


@BOTH
def test_a_telephone_crosses_both_ways_without_an_echo(erp_folder: ErpHub) -> None:
    with erp_folder.open() as container:
        clock = RunningClock(timedelta())
        both = Both(replace(container.hub, clock=clock), clock, erp_folder.erp)
        stores = both.erp.person(STORES)
        both.settle()
        customer = both.customer("华信")
        assert customer["phone"] == "+8613812345678"
        assert customer["tax_id"] == "91310115MA1K3XQ27U"

        stores.change_phone(both.party_of(customer), "+86 139 0000 2222")
        both.settle()
        assert both.customer("华信")["phone"] == "+8613900002222"

        both.change(customer, phone="+8613700003333")
        both.settle()
        assert stores.phone_of(both.party_of(customer)).replace(" ", "") == "+8613700003333"

        version = both.version_of(customer)
        both.settle()
        both.settle()
        assert both.version_of(customer) == version
        assert both.hub.store.read(lambda tx: tx.reviews.listing()) == []
        assert reconciling.plan(both.hub, "erp") == []


def test_a_new_customer_of_ours_appears_in_the_erp(erp_folder: ErpHub) -> None:
    with erp_folder.open() as container:
        clock = RunningClock(timedelta())
        both = Both(replace(container.hub, clock=clock), clock, erp_folder.erp)
        doc = {"name": "南京食品", "kind": "organisation", "phone": "+8613712345678", "tax_id": "91110000802100433B"}
        both.hub.store.run(lambda tx: records.create(both.hub, tx, both.hub.actor("li"), "customer", doc))
        both.settle()
        customer = both.customer("南京")
        remote = both.hub.systems["erp"].connector.get("customer", str(both.party_of(customer)))
        assert remote is not None
        assert remote.doc["name"] == "南京食品"
        assert [row["value"].replace(" ", "") for row in remote.doc["contact_mechanisms"]] == ["+8613712345678"]
        assert "code" in customer, "Tryton's own number came back"


def test_a_plan_shows_what_would_come_and_applying_it_leaves_nothing_to_plan(erp_folder: ErpHub) -> None:
    with erp_folder.open() as container:
        hub = replace(container.hub, clock=RunningClock(timedelta(hours=1)))
        items = reconciling.plan(hub, "erp")
        assert {(item.action, item.side) for item in items} == {("create", "hub")}
        assert hub.store.read(lambda tx: tx.records.all("customer")) == []
        phones = [change for item in items for change in item.changes if change.path == "phone"]
        assert phones
        assert all(change.new == "***" for change in phones)
        applied = reconciling.apply(hub, "erp", items)
        assert (applied.done, applied.moved) == (len(items), 0)
        assert reconciling.plan(hub, "erp") == []
