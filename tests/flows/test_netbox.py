"""Devices of NetBox through a real hub: in with what they refer to, back with what the service learned."""

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
from hub.testing.twins.netbox import NetBox
from tests.beside import Beside
from tests.hub_process import RunningClock
from tests.laid_out import lay_out

SETTINGS = """
systems:
  inventory:
    connector: netbox
    settings: {{url: "{url}"}}
    secrets: {{token: env/NETBOX_TOKEN}}
    mappings: [netbox]
    request_limit: 5 s
"""


@dataclass
class Both(Beside):
    """The hub, and the inventory."""

    system: ClassVar = "inventory"
    inventory: NetBox

    def all(self, entity: str) -> dict[str, Doc]:
        return {str(one.doc.get("serial") or one.doc["name"]): one.doc for one in self.records(entity)}

    def row(self, name: str) -> Row:
        return next(row for row in self.inventory.rows.of("dcim/devices") if row.doc["name"] == name)


METERS = """
map: asset/inventory.device
fields:
  meters[name=pressure].value -> pressure: {null: keep}
"""


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    (tmp_path / "overlays/inventory/netbox").mkdir(parents=True)
    (tmp_path / "overlays/inventory/netbox/asset.yaml").write_text(METERS, encoding="utf-8")
    clock = RunningClock(timedelta())
    inventory = NetBox(clock.now)
    with serving(inventory) as url:
        environment = {"NETBOX_TOKEN": NetBox.secrets["token"]}
        with build(lay_out(tmp_path, SETTINGS.format(url=url)), environment) as container:
            yield Both(replace(container.hub, clock=clock), clock, inventory)


def test_devices_come_with_their_type_site_and_tenant(both: Both) -> None:
    both.settle()
    assets = both.all("asset")
    assert {serial: doc["status"] for serial, doc in assets.items()} == {"CH-7001": "active", "PU-1001": "active"}
    chiller = assets["CH-7001"]
    assert (chiller["name"], chiller["warranty"]) == ("Chiller 1", {"ends_on": "2028-01-31"})
    assert chiller["product_id"] == both.all("product")["Chiller CH-200"]["id"]
    assert chiller["site_id"] == both.all("site")["Hall 3 & Yard"]["id"]
    assert chiller["customer_id"] == both.all("customer")["Huaxin Electronics 华信电子"]["id"]


@pytest.mark.parametrize("how", [None, "lost", "error", "before", "twice"])
def test_a_replaced_serial_number_goes_back_once_and_leaves_the_rest_alone(both: Both, how: str | None) -> None:
    """A repeated call is refused: its ETag is that of before."""
    both.settle()
    before = dict(both.row("Chiller 1").doc)
    if how is not None:
        both.inventory.faults.plan(how, "PATCH")
    both.change(both.one("asset", serial="CH-7001"), serial="CH-7002")
    both.settle()
    both.settle()
    assert both.row("Chiller 1").doc == {**before, "serial": "CH-7002"}
    revision = both.row("Chiller 1").revision
    both.settle()
    assert both.row("Chiller 1").revision == revision == 2
    assert reconciling.plan(both.hub, "inventory") == []


@pytest.mark.parametrize("how", [None, "lost", "error", "before"])
def test_each_device_of_a_finished_ticket_has_one_entry_in_its_journal(both: Both, how: str | None) -> None:
    both.settle()
    actor, assets = both.hub.actor("li"), both.all("asset")
    ticket = {"type": "repair", "status": "in_service", "number": "T-2026-000001", "subject": "Alarm"}
    doc = {**ticket, "asset_ids": [assets["CH-7001"]["id"], assets["PU-1001"]["id"]]}
    made = both.hub.store.run(lambda tx: records.create(both.hub, tx, actor, "ticket", doc))
    both.settle()
    assert both.inventory.rows.of("extras/journal-entries") == []

    done = {"status": "completed", "fault": {"remedy_text": "更换压缩机"}}
    both.hub.store.run(lambda tx: records.change(both.hub, tx, actor, tx.records.need("ticket", made.id), done))
    if how is not None:
        both.inventory.faults.plan(how, path="journal-entries")
    both.settle()
    both.settle()
    rows = both.inventory.rows.of("extras/journal-entries")
    chiller = int(both.row("Chiller 1").id)
    assert sorted(row.doc["custom_fields"]["tickethub_key"] for row in rows) == ["T-2026-000001-1", "T-2026-000001-2"]
    assert sum(row.doc["assigned_object_id"] == chiller for row in rows) == 1
    first = next(row.doc for row in rows if row.doc["assigned_object_id"] == chiller)
    assert first["comments"] == "T-2026-000001-1 Alarm\n更换压缩机"
    assert reconciling.plan(both.hub, "inventory") == []


def test_a_meter_goes_into_the_custom_field_that_an_overlay_names(both: Both) -> None:
    both.settle()
    meter = {"name": "pressure", "value": "0.72", "unit": "MPa", "at": "2026-03-02T04:00:00+00:00"}
    both.change(both.one("asset", serial="CH-7001"), meters=[meter])
    both.settle()
    assert both.row("Chiller 1").doc["custom_fields"] == {"warranty_ends_on": "2028-01-31", "pressure": 0.72}
    both.settle()
    assert both.all("asset")["CH-7001"]["meters"] == [meter]
    assert reconciling.plan(both.hub, "inventory") == []


def test_a_retired_asset_is_decommissioned_and_comes_back_when_it_is_used_again(both: Both) -> None:
    both.settle()
    both.change(both.one("asset", serial="CH-7001"), status="retired")
    both.settle()
    row = both.row("Chiller 1")
    assert row.doc["status"] == "decommissioning"

    both.inventory.rows.change("dcim/devices", row.id, {"status": "failed"})
    both.settle()
    assert both.all("asset")["CH-7001"]["status"] == "active"
    assert row.doc["status"] == "failed"
