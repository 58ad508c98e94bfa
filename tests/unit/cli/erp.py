"""A fake ERP with one customer, connected to an installation by files of the operator's own."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.bootstrap import systems
from hub.domain.errors import RetryableError
from hub.ports.connector import ObjectSpec
from hub.ports.describing import Description
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem

CONNECTOR = """
connector: fake
title: {en: Fake, zh: 仿真}
product: a fake of the tests
module: connectors.fake
settings: {}
objects:
  party: {title: {en: Party, zh: 客户}, cursor: {tz: UTC, granularity: 1 s}, remote: {model: party}}
"""
LOCATIONS = CONNECTOR.replace("party", "location").replace("Party", "Location").replace("客户", "库位")
WAREHOUSE = """
map: warehouse/erp.location
version: 1
hub: {entity: warehouse, schema: canonical/warehouse.json}
remote: {system: erp, object: location}
identity: {remote_id: id, adopt_if: [[code]]}
fields:
  code <- code:
  name <- name:
  kind <- const main:
sync: {default_owner: remote}
"""
MAPPING = """
map: customer/erp.party
version: 1
hub: {entity: customer, schema: canonical/customer.json}
remote: {system: erp, object: party, schema: remote/fake/party.json}
values:
  level: {gold: G, silver: S, standard: N, platinum: P}
fields:
  name <-> name: {owner: remote, max: 40}
  phone <-> mobile: {as: phone(CN), owner: hub, sensitive: true}
  level <-> grade: {map: level, owner: review}
  tax_id -> vat: {"null": omit, max: 20}
sync: {default_owner: remote}
"""
SCHEMA = """{"type": "object", "additionalProperties": false, "required": ["name"], "properties": {
  "name": {"type": "string", "maxLength": 40},
  "mobile": {"type": ["string", "null"]},
  "grade": {"type": ["string", "null"], "enum": ["G", "S", "N", "P", null]},
  "vat": {"type": ["string", "null"], "maxLength": 20},
  "remark": {"type": ["string", "null"]}}}"""


class Telling(FakeSystem):
    """A fake system that describes its objects."""

    def __init__(self) -> None:
        super().__init__(clock(), [ObjectSpec("party")])
        self.told: Any = json.loads(SCHEMA)

    def describe(self, name: str) -> Description | None:
        if self.down:
            raise RetryableError("The fake system is down.")
        document = {"openapi": "3.1.0", "components": {"schemas": {name: self.told}}}
        return Description("openapi", document) if self.told else None


def clock() -> FakeClock:
    """A minute ago: a poll lists what was before now."""
    return FakeClock(datetime.now(UTC) - timedelta(minutes=1))


def connected(directory: Path, monkeypatch: pytest.MonkeyPatch, system: FakeSystem | None = None) -> FakeSystem:
    """Connect a fake system called erp."""
    fake = system or FakeSystem(clock(), [ObjectSpec("party")])
    files = {
        "connectors/fake.yaml": CONNECTOR,
        "mappings/fake/customer.yaml": MAPPING,
        "schemas/remote/fake/party.json": SCHEMA,
    }
    return install(directory, monkeypatch, fake, files)


def with_one_warehouse(directory: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    """Connect a fake system called erp that has one warehouse."""
    fake = FakeSystem(clock(), [ObjectSpec("location")])
    fake.create("location", {"code": "STO", "name": "Main store"})
    files = {"connectors/fake.yaml": LOCATIONS, "mappings/fake/warehouse.yaml": WAREHOUSE}
    return install(directory, monkeypatch, fake, files)


def install(directory: Path, monkeypatch: pytest.MonkeyPatch, fake: FakeSystem, files: Mapping[str, str]) -> FakeSystem:
    """Write the operator's files, and have the fake system stand where they connect one."""
    for name, text in {**files, "hub.yaml": "systems: {erp: {connector: fake, mappings: [fake]}}"}.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, "utf-8")
    monkeypatch.setattr(systems, "connect", lambda *_: fake)  # the connector package has no fake
    return fake
