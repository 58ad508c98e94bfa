"""An ERP in memory with the shipped mappings of Tryton: a customer and an invoice are linked, and differ a little."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hub.domain.documents import Doc
from hub.domain.mapping import compile_mapping
from hub.files.connectors import load_connector
from hub.files.mappings import load_mappings, parse_mapping
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.services.context import Hub, System
from hub.services.guarded import Guarded
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem

ROOT = Path(__file__).parents[3]
CUSTOMER: Doc = {
    "name": "华星制造有限公司（上海）",
    "code": "41",
    "lang": "zh_CN",
    "reference": "c1",
    "identifiers": [{"id": "1", "type": "cn_vat", "code": "91310000MA1FL0"}],
    "contact_mechanisms": [{"id": "1", "type": "mobile", "value": "+86 138 0013 8000"}],
}
LINE = {"id": "11", "note": "L1", "product": "LABOUR", "quantity": "2", "unit": "h", "unit_price": "150.00"}
INVOICE: Doc = {
    "number": "INV-2026-7",
    "reference": "i1",
    "party": "41",
    "state": "posted",
    "currency": "CNY",
    "untaxed_amount": "300.00",
    "tax_amount": "18.00",
    "total_amount": "318.00",
    "amount_to_pay": "118.00",
    "lines": [LINE],
}
LINES = [
    {"id": "L1", "code": "labour", "description": "Labour", "quantity": "2", "unit": "hour", "rate": "150.00"},
    {"id": "L2", "code": "callout", "description": "Call-out", "quantity": "1", "unit": "visit", "rate": "80.00"},
]
WRONG = """\
map: site/erp.place
version: 4
hub: {entity: site, schema: canonical/site.json}
remote: {system: erp, object: "<b>place</b>"}
identity: {remote_id: id}
fields:
  name <-> label: {max: 3, when: 'territory != "<script>alert(1)</script>"', owner: latest}
  territory <-> area: {owner: hub, "null": keep}
  time_zone -> zone: {create_only: push, owner: hub, sensitive: true}
waivers:
  - {law: L2, path: name, reason: "<img src=x onerror=alert(3)>"}
tests:
  - {name: "<script>alert(2)</script>", hub: {name: Plant}, expect_remote: {label: Other}}
"""
"""A mapping that breaks laws, fails its example, and was written by somebody who tries to get markup in."""


def connect(hub: Hub, clock: FakeClock) -> Hub:
    """The hub with the ERP."""
    told = load_connector(ROOT / "connectors" / "tryton.yaml")
    nasty = compile_mapping(parse_mapping(WRONG, "erp/site.yaml"))
    shipped = [each for each in load_mappings(ROOT / "mappings") if each.spec.file.startswith("tryton/")]
    mappings = {each.entity: each for each in (*shipped, nasty)}
    objects = {each.object: told.objects[each.object] for each in mappings.values() if each is not nasty}
    fake = FakeSystem(clock, list(objects.values()))
    return replace(hub, systems={"erp": System("erp", fake, objects, mappings)})


def fake_of(hub: Hub) -> FakeSystem:
    """The ERP itself."""
    guarded = hub.systems["erp"].connector
    assert isinstance(guarded, Guarded)
    assert isinstance(guarded.connector, FakeSystem)
    return guarded.connector


def link(hub: Hub, docs: Mapping[tuple[str, str, str], Doc] | None = None) -> None:
    """Link records of the small world; the ERP has their counterparts."""
    invoice = hub.store.read(lambda tx: tx.records.need("invoice", "i1"))
    hub.store.run(lambda tx: tx.records.put("invoice", {**invoice.doc, "lines": LINES}, version=invoice.version))
    for (entity, record_id, remote_id), doc in (docs or PAIRS).items():
        name = hub.systems["erp"].mappings[entity].object
        found = Link("erp", name, remote_id, entity, record_id, remote_shadow={**doc, "lang": "en"})
        hub.store.run(lambda tx, found=found: tx.links.save(found))  # type: ignore[misc] # bound at once
        fake_of(hub).store[name, remote_id] = Remote(remote_id, dict(doc))


PAIRS = {("customer", "c1", "41"): CUSTOMER, ("invoice", "i1", "7"): INVOICE}
