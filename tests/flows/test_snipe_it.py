"""Assets of Snipe-IT through a real hub: in with what they refer to, back with what the service learned."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from hub.bootstrap import build
from hub.domain.documents import Doc
from hub.services import reconciling, records
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import serving
from hub.testing.twins.snipe_it import SnipeIt
from tests.beside import Beside
from tests.hub_process import RunningClock
from tests.laid_out import lay_out

SETTINGS = """
systems:
  assets:
    connector: snipe_it
    settings: {{url: "{url}"}}
    secrets: {{token: env/SNIPE_IT_TOKEN}}
    mappings: [snipe_it]
    request_limit: 5 s
"""


@dataclass
class Both(Beside):
    """The hub, and the inventory."""

    system: ClassVar = "assets"
    inventory: SnipeIt

    def all(self, entity: str) -> dict[str, Doc]:
        return {str(one.doc.get("serial") or one.doc["name"]): one.doc for one in self.records(entity)}

    def finish(self, known: list[str], **more: object) -> Doc:
        """A ticket of these assets is opened and completed."""
        assets = self.all("asset")
        ticket = {"type": "repair", "subject": "Alarm", "number": "T-2026-000001", "status": "in_service"}
        made = self.add("ticket", **ticket, asset_ids=[assets[one]["id"] for one in known], **more)
        self.change(made, status="completed", completed_at="2026-03-02T17:30:00+00:00")
        return self.get(made)

    def row(self, tag: str) -> Row:
        return next(row for row in self.inventory.rows.of("hardware") if row.doc["asset_tag"] == tag)


METERS = """
map: asset/assets.asset
fields:
  meters[name=pressure].value -> pressure: {null: keep}
"""


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    (tmp_path / "overlays/assets/snipe_it").mkdir(parents=True)
    (tmp_path / "overlays/assets/snipe_it/asset.yaml").write_text(METERS, encoding="utf-8")
    clock = RunningClock(timedelta())
    inventory = SnipeIt(clock.now, per_minute=10_000)
    with serving(inventory) as url:
        environment = {"SNIPE_IT_TOKEN": SnipeIt.secrets["token"]}
        with build(lay_out(tmp_path, SETTINGS.format(url=url)), environment) as container:
            yield Both(replace(container.hub, clock=clock), clock, inventory)


def test_assets_come_with_their_model_site_and_customer(both: Both) -> None:
    both.settle()
    assets = both.all("asset")
    assert {serial: doc["status"] for serial, doc in assets.items()} == {
        "CH-7001": "active",
        "PU-1001": "active",
        "PU-0999": "retired",
    }
    chiller = assets["CH-7001"]
    assert chiller["name"] == "Chiller 1 & 2"
    assert chiller["product_id"] == both.all("product")['Chiller <CH-200> 2"']["id"]
    assert chiller["site_id"] == both.all("site")["Hall 3 & Yard"]["id"]
    assert chiller["customer_id"] == both.all("customer")["Huaxin Electronics 华信电子"]["id"]


@pytest.mark.parametrize("how", [None, "lost", "error", "before"])
def test_a_replaced_serial_number_goes_back_once_and_leaves_the_rest_alone(both: Both, how: str | None) -> None:
    both.settle()
    before = dict(both.row("A-0001").doc)
    if how is not None:
        both.inventory.faults.plan(how, "PATCH")
    both.change(both.one("asset", serial="CH-7001"), serial="CH-7002")
    both.settle()
    both.settle()
    assert both.row("A-0001").doc == {**before, "serial": "CH-7002"}
    revision = both.row("A-0001").revision
    both.settle()
    assert both.row("A-0001").revision == revision == 2
    assert reconciling.plan(both.hub, "assets") == []


def test_a_retired_asset_is_archived_and_comes_back_when_it_is_taken_out_again(both: Both) -> None:
    both.settle()
    both.change(both.one("asset", serial="PU-1001"), status="retired")
    both.settle()
    labels = {row.doc["name"]: int(row.id) for row in both.inventory.rows.of("statuslabels")}
    assert both.row("A-0002").doc["status_id"] == labels["Archived"]

    both.inventory.rows.change("hardware", both.row("A-0002").id, {"status_id": labels["Out for Repair"]})
    both.settle()
    assert both.all("asset")["PU-1001"]["status"] == "active"
    assert both.row("A-0002").doc["status_id"] == labels["Out for Repair"]


@pytest.mark.parametrize("how", [None, "lost", "error", "before"])
def test_each_asset_of_a_finished_ticket_gets_one_maintenance(both: Both, how: str | None) -> None:
    both.settle()
    if how is not None:
        both.inventory.faults.plan(how, "POST")
    both.finish(["CH-7001", "PU-1001"], fault={"remedy_text": "更换压缩机"})
    both.settle()
    both.settle()
    made = {row.doc["name"]: row.doc for row in both.inventory.rows.of("maintenances")}
    assert len(both.inventory.rows.of("maintenances")) == 2
    assert {name: doc["asset_id"] for name, doc in made.items()} == {
        "T-2026-000001-1": int(both.row("A-0001").id),
        "T-2026-000001-2": int(both.row("A-0002").id),
    }
    first = made["T-2026-000001-1"]
    assert (first["asset_maintenance_type"], first["is_warranty"]) == ("Repair", False)
    assert first["notes"] == "Alarm\n更换压缩机"
    assert first["start_date"] == first["completion_date"] == "2026-03-03"  # of the company, eight hours ahead
    both.settle()
    assert reconciling.plan(both.hub, "assets") == []


def test_a_meter_goes_into_the_custom_field_that_an_overlay_names(both: Both) -> None:
    both.settle()
    meter = {"name": "pressure", "value": "0.72", "unit": "MPa", "at": "2026-03-02T04:00:00+00:00"}
    both.change(both.one("asset", serial="CH-7001"), meters=[meter])
    both.settle()
    assert both.row("A-0001").doc["_snipeit_pressure_1"] == "0.72"
    assert both.row("A-0001").revision == 2
    both.settle()
    assert both.row("A-0001").revision == 2
    assert both.all("asset")["CH-7001"]["meters"] == [meter]
    assert reconciling.plan(both.hub, "assets") == []


def test_work_on_an_asset_that_the_inventory_does_not_know_is_told_once_it_does(both: Both) -> None:
    both.settle()
    actor = both.hub.actor("li")
    both.hub.store.run(lambda tx: records.create(both.hub, tx, actor, "asset", {"serial": "CH-9"}))
    both.finish(["CH-9"])
    both.settle()
    assert both.hub.store.read(lambda tx: tx.outbox.listing(system="assets")) == []
    assert both.inventory.rows.of("maintenances") == []
    assert reconciling.plan(both.hub, "assets") == []

    like = both.row("A-0001").doc
    both.inventory.rows.add("hardware", {**like, "asset_tag": "A-0009", "serial": "CH-9"})
    both.settle()
    (item,) = reconciling.plan(both.hub, "assets")
    assert (item.action, item.entity, item.record_id) == ("create", "service_record", "T-2026-000001-1")
    reconciling.apply(both.hub, "assets", [item], force=True)
    both.settle()
    assert [row.doc["name"] for row in both.inventory.rows.of("maintenances")] == ["T-2026-000001-1"]
