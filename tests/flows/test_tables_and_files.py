"""Old systems without an interface, through a whole hub: tables of a database, and files in drop folders.

Both directions; the hub is killed right before and right after a record went out, and started again.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from hub.bootstrap import build, migrate
from hub.domain.documents import Doc
from hub.files.settings import load
from hub.ports.crash import NoCrash
from hub.ports.records import Record
from hub.services import reconciling, records
from hub.services.context import Hub
from hub.storage.cipher import Keyring
from tests.hub_process import RunningClock, work
from tests.killing import KillAt, Killed

SETTINGS = """\
systems:
  {name}:
    connector: {name}
    settings: {settings}
    mappings: [{name}]
    overlap: 48 h # the old system has the machine's time, and the hub's clock runs ahead
"""
POINTS = ("outbox.sent", "outbox.called", "outbox.linked", "outbox.done")
DEPOT = """\
connector: depot
title: {en: Depot, zh: 老仓库系统}
product: tables of the tests
driver: sql
settings:
  url: {title: {en: Address, zh: 地址}}
objects:
  customer:
    title: {en: Customer, zh: 客户}
    cursor: {tz: UTC, granularity: 1 ms}
    idempotency: lookup
    lookup: {by: hub_key, settle: 30 s}
    remote:
      table: kunden
      id: nr
      changed: {column: geaendert}
      fields: {name: {from: kunde_name}, phone: {from: telefon}, hub_key: {}}
"""
DEPOT_CUSTOMER = """\
map: customer/depot.customer
version: 1
hub: {entity: customer, schema: canonical/customer.json}
remote: {system: depot, object: customer, schema: remote/depot/customer.json}
identity: {remote_id: nr, external_id: id -> hub_key}
fields:
  name <-> name: {owner: remote}
  phone <-> phone: {as: phone(CN), owner: latest, sensitive: true}
sync: {default_owner: remote}
"""
TABLE = """\
CREATE TABLE kunden (nr INTEGER PRIMARY KEY AUTOINCREMENT, hub_key VARCHAR(40), kunde_name VARCHAR(60) NOT NULL,
  telefon VARCHAR(30), geaendert TIMESTAMP);;
CREATE TRIGGER neu AFTER INSERT ON kunden BEGIN
  UPDATE kunden SET geaendert = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE nr = NEW.nr; END;;
CREATE TRIGGER anders AFTER UPDATE OF kunde_name, telefon ON kunden BEGIN
  UPDATE kunden SET geaendert = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE nr = NEW.nr; END"""
EXCHANGE = """\
connector: exchange
title: {en: Exchange folder, zh: 交换目录}
product: files of the tests
driver: files
settings:
  folder: {title: {en: Folder, zh: 目录}}
connection: {settle: 0 s, format: {delimiter: ";"}}
objects:
  customer:
    title: {en: Customer, zh: 客户}
    cursor: {tz: UTC, granularity: 1 s}
    sweep: false
    remote:
      read: {folder: in/customers, files: "*.csv"}
      format: {encoding: gb18030}
      id: [no]
      fields: {no: {from: 编号}, name: {from: 名称}}
  invoice:
    title: {en: Invoice, zh: 应收单}
    cursor: {tz: UTC, granularity: 1 s}
    idempotency: native
    lookup: {by: ref, settle: 30 s}
    remote:
      write: {folder: out/invoices, results: {folder: in/results, fields: {ref: {from: Ref}, number: {from: Number}}}}
      id: [ref]
      fields: {ref: {from: Ref}, customer: {from: Customer}, currency: {from: Currency}}
"""
EXCHANGE_CUSTOMER = """\
map: customer/exchange.customer
version: 1
hub: {entity: customer, schema: canonical/customer.json}
remote: {system: exchange, object: customer, schema: remote/exchange/customer.json}
identity: {remote_id: no}
fields:
  code <- no:
  name <- name:
sync: {default_owner: remote}
"""
EXCHANGE_INVOICE = """\
map: invoice/exchange.invoice
version: 1
hub: {entity: invoice, schema: canonical/invoice.json}
remote: {system: exchange, object: invoice, schema: remote/exchange/invoice.json}
identity: {remote_id: ref, external_id: id -> ref}
fields:
  customer_id -> customer: {ref: customer}
  currency -> currency:
  number <- number:
  state <- expr '"draft" if coalesce(number, "") == "" else "issued"':
sync: {default_owner: hub, creates: hub}
"""


@dataclass
class World:
    """The hub, and what the old system keeps in a folder."""

    hub: Hub
    clock: RunningClock
    folder: Path

    def settle(self) -> None:
        assert work(self.hub, self.clock)

    def killed_at(self, point: str) -> None:
        """Work until the process dies, and start again later."""
        dying = KillAt(point)
        with suppress(Killed):
            work(replace(self.hub, points=dying), self.clock)
        assert dying.name is None, "the point is never reached"
        self.clock.ahead += timedelta(minutes=10)
        self.hub = replace(self.hub, points=NoCrash())
        self.settle()

    def add(self, entity: str, **values: Any) -> Record:
        return self.hub.store.run(lambda tx: records.create(self.hub, tx, self.hub.actor("li"), entity, values))

    def change(self, record: Doc, **values: Any) -> None:
        actor = self.hub.actor("li")
        self.hub.store.run(
            lambda tx: records.change(self.hub, tx, actor, tx.records.need("customer", record["id"]), values)
        )

    def only(self, entity: str) -> Doc:
        (record,) = self.hub.store.read(lambda tx: tx.records.all(entity))
        return record.doc

    def in_peace(self, system: str) -> bool:
        """Whether nothing waits for anybody, and both sides agree."""
        waiting = self.hub.store.read(lambda tx: ([*tx.reviews.listing()], tx.outbox.open_count()))
        dead = [one for one in self.hub.store.read(lambda tx: tx.outbox.listing()) if one.state == "dead"]
        return (waiting, dead, reconciling.plan(self.hub, system)) == (([], 0), [], [])


def schema(object_name: str, **fields: Doc) -> str:
    """The schema of an object whose fields are texts, or nothing."""
    told = {field: {"type": ["string", "null"], **more} for field, more in fields.items()}
    base: Doc = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"remote/{object_name}.json"}
    return json.dumps({**base, "type": "object", "additionalProperties": False, "properties": told})


Start = Callable[[str, Mapping[str, str], str], World]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a hub with files of the operator's own, and one system."""
    opened: list[Any] = []

    def of(name: str, files: Mapping[str, str], settings: str) -> World:
        Keyring.fresh().save(tmp_path / "key.json")
        system = SETTINGS.format(name=name, settings=settings)
        for path, content in {**files, "hub.yaml": system}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(content, encoding="utf-8")
        migrate(load(tmp_path), {})
        opened.append(build(load(tmp_path), {}))
        clock = RunningClock(timedelta())
        return World(replace(opened[-1].__enter__().hub, clock=clock), clock, tmp_path / "old")

    (tmp_path / "old").mkdir()
    yield of
    for container in opened:
        container.__exit__(None, None, None)


# --- tables


class Kunden:
    """The table, as an old program of the company writes it."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self.run(*TABLE.split(";;\n"))

    def run(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def rows(self) -> list[tuple[Any, ...]]:
        with self.engine.begin() as connection:
            found = connection.execute(text("SELECT hub_key, kunde_name, telefon, geaendert FROM kunden ORDER BY nr"))
            return [tuple(row) for row in found]


@pytest.fixture
def depot(tmp_path: Path, start: Start) -> Iterator[tuple[World, Kunden]]:
    url = f"sqlite:///{tmp_path}/old/depot.db"
    files = {
        "connectors/depot.yaml": DEPOT,
        "mappings/depot/customer.yaml": DEPOT_CUSTOMER,
        "schemas/remote/depot/customer.json": schema("depot/customer", name={}, phone={}, hub_key={}),
    }
    world = start("depot", files, f'{{url: "{url}"}}')
    table = Kunden(url)
    yield world, table
    table.engine.dispose()


def test_a_row_of_an_old_table_crosses_both_ways_without_an_echo(depot: tuple[World, Kunden]) -> None:
    world, table = depot
    table.run("INSERT INTO kunden (kunde_name, telefon) VALUES ('东方诊所', '021-12345678')")
    world.settle()
    customer = world.only("customer")
    assert (customer["name"], customer["phone"]) == ("东方诊所", "+862112345678")
    table.run("UPDATE kunden SET telefon = '139 0000 2222'")
    world.settle()
    assert world.only("customer")["phone"] == "+8613900002222"
    world.change(customer, phone="+8613700003333")
    world.settle()
    ((_, name, phone, changed),) = table.rows()
    assert (name, phone) == ("东方诊所", "+8613700003333")
    world.settle()
    world.settle()
    assert table.rows()[0][3] == changed
    assert world.in_peace("depot")


@pytest.mark.parametrize("point", POINTS)
def test_a_customer_of_ours_is_one_row_wherever_the_hub_dies(depot: tuple[World, Kunden], point: str) -> None:
    world, table = depot
    made = world.add("customer", name="上海华信", phone="+8613812345678")
    world.killed_at(point)
    ((key, name, phone, _),) = table.rows()
    assert (key, name, phone) == (made.id, "上海华信", "+8613812345678")
    assert world.in_peace("depot")


# --- files


@pytest.fixture
def exchange(start: Start, tmp_path: Path) -> World:
    files = {
        "connectors/exchange.yaml": EXCHANGE,
        "mappings/exchange/customer.yaml": EXCHANGE_CUSTOMER,
        "mappings/exchange/invoice.yaml": EXCHANGE_INVOICE,
        "schemas/remote/exchange/customer.json": schema("exchange/customer", no={}, name={}),
        "schemas/remote/exchange/invoice.json": schema(
            "exchange/invoice", ref={}, customer={}, currency={}, number={"readOnly": True}
        ),
    }
    world = start("exchange", files, f'{{folder: "{tmp_path}/old"}}')
    drop(world, "in/customers/1.csv", "编号;名称\r\nK1;东方诊所\r\n")
    world.settle()
    return world


def drop(world: World, name: str, content: str) -> None:
    path = world.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="gb18030" if "customers" in name else "utf-8", newline="")


def handed_over(world: World) -> list[str]:
    return [path.read_text("utf-8") for path in sorted((world.folder / "out/invoices").glob("*.csv"))]


def test_dropped_files_come_in_in_their_order(exchange: World) -> None:
    customer = exchange.only("customer")
    assert (customer["code"], customer["name"]) == ("K1", "东方诊所")
    drop(exchange, "in/customers/3.csv", "编号;名称\r\nK1;东方诊所（浦东）\r\n")
    drop(exchange, "in/customers/2.csv", "编号;名称\r\nK1;东方医院\r\n")
    exchange.settle()
    assert exchange.only("customer")["name"] == "东方诊所（浦东）"
    assert sorted(path.name for path in (exchange.folder / "in/customers/done").iterdir()) == [
        "1.csv",
        "2.csv",
        "3.csv",
    ]
    assert exchange.in_peace("exchange")


@pytest.mark.parametrize("point", POINTS)
def test_an_invoice_is_one_file_wherever_the_hub_dies_and_its_answer_comes_in(exchange: World, point: str) -> None:
    customer = exchange.only("customer")
    made = exchange.add("invoice", customer_id=customer["id"], currency="CNY", state="draft")
    exchange.killed_at(point)
    (content,) = handed_over(exchange)
    assert content.splitlines() == ["Ref;Customer;Currency", f"{made.id};K1;CNY"]
    drop(exchange, "in/results/1.csv", f"Ref;Number\r\n{made.id};R-0001\r\n")
    exchange.settle()
    invoice = exchange.only("invoice")
    assert (invoice["number"], invoice["state"]) == ("R-0001", "issued")
    assert len(handed_over(exchange)) == 1
    assert exchange.in_peace("exchange")
