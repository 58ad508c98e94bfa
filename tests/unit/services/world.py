"""A small service company for the tests of services: people, places, parts, and a ticket that is ready for work."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hub.domain.documents import Doc
from hub.files.connectors import load_connector
from hub.files.mappings import load_mappings
from hub.files.policies import load_policies
from hub.files.schemas import CanonicalSchemas
from hub.ports.records import Record
from hub.ports.store import Store, UnitOfWork
from hub.services import dispatching, records, tickets, visits
from hub.services.context import Actor, Hub, System
from hub.services.reactions import REACTIONS
from hub.testing.clock import FakeClock, SerialIds
from hub.testing.fake_system import FakeSystem

T = TypeVar("T")
ROOT = Path(__file__).parents[3]
POLICIES = load_policies([ROOT / "config"], ROOT / "schemas")
SCHEMAS = CanonicalSchemas(ROOT / "schemas" / "canonical")
WEEK = ("mon", "tue", "wed", "thu", "fri")
Command = Callable[[Hub, UnitOfWork, Actor, str, Doc], Record]


class NoBlobs:
    """Keeps no bytes."""

    def put(self, data: bytes) -> str:
        raise NotImplementedError

    def get(self, digest: str) -> bytes:
        raise NotImplementedError


class World:
    """The hub with its people; every command runs in a transaction of its own."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.clock = clock
        self.hub = Hub(store, clock, SerialIds(), SCHEMAS, NoBlobs(), POLICIES, reactions=REACTIONS)
        self.everybody = self.person("mei", "dispatcher", "warehouse", "finance", "admin", "agent")
        self.li = self.person("li", "technician", technician_id="li")
        self.erp = Actor("system:erp", "c-erp", system="erp")

    def connect(self) -> "World":
        """With the ERP's mappings, so that documents go into the outbox; nothing delivers them."""
        told = load_connector(ROOT / "connectors" / "tryton.yaml")
        mappings = {
            mapping.entity: mapping
            for mapping in load_mappings(ROOT / "mappings")
            if mapping.spec.file.startswith("tryton/")
        }
        objects = {mapping.object: told.objects[mapping.object] for mapping in mappings.values()}
        erp = System("erp", FakeSystem(self.clock, list(objects.values())), objects, mappings)
        self.hub = replace(self.hub, systems={"erp": erp})
        return self

    def due(self, entity: str) -> list[tuple[str, str | None]]:
        """What is to be delivered of a kind: record and goal."""
        waiting = self.read(lambda tx: tx.outbox.listing(system="erp"))
        return sorted((each.record_id, each.goal) for each in waiting if each.entity == entity)

    def person(self, name: str, *roles: str, technician_id: str | None = None) -> Actor:
        return Actor(name, f"c-{name}", roles=frozenset(roles), technician_id=technician_id)

    def do(self, command: Command, record_id: str, actor: Actor | None = None, **values: Any) -> Record:
        return self.hub.store.run(lambda tx: command(self.hub, tx, actor or self.everybody, record_id, values))

    def add(self, entity: str, **doc: Any) -> Record:
        return self.hub.store.run(lambda tx: records.create(self.hub, tx, self.everybody, entity, doc))

    def change(self, record: Record, actor: Actor | None = None, **values: Any) -> Record:
        """A change by anybody: the ERP's word on a document, say."""

        def work(tx: UnitOfWork) -> Record:
            now = tx.records.need(record.entity, record.id)
            return records.change(self.hub, tx, actor or self.everybody, now, values)

        return self.hub.store.run(work)

    def erp_says(self, record: Record, **values: Any) -> Record:
        return self.change(record, self.erp, **values)

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return self.hub.store.read(work)

    def get(self, entity: str, record_id: str) -> Doc:
        return self.read(lambda tx: tx.records.need(entity, record_id)).doc

    def all(self, entity: str, **where: Any) -> list[Doc]:
        return [each.doc for each in self.read(lambda tx: tx.records.all(entity, where))]

    def notices(self) -> list[tuple[str, str]]:
        """To whom, and what."""
        return [
            (each.get("to_role") or each["to_user"], each["template"].format(**each.get("params", {})))
            for each in self.all("notification")
        ]

    # The company

    def found(self) -> "World":
        """Customer, site, asset, parts, warehouses, technicians."""
        self.add("customer", id="huaxin", name="Huaxin Electronics", level="standard", language="en")
        self.add("site", id="site", customer_id="huaxin", name="Plant 1", territory="sh-east", lat=31.2, lon=121.5)
        self.add("asset", id="chiller", serial="HX-200-0001", customer_id="huaxin", site_id="site")
        self.add("warehouse", id="main", name="Main", kind="main")
        prices = {"filter": "68.00", "board": "560.00"}
        for part, price in prices.items():
            more: Doc = {"is_serialised": True} if part == "board" else {"fault_codes": ["no_cooling"]}
            doc: Doc = {"sku": f"P-{part.upper()}", "name": part.title(), "uom": "each", "active": True}
            self.add("part", id=part, **doc, list_price=price, currency="CNY", **more)
            self.level("main", part, "5")
        for name in ("li", "zhang"):
            self.hire(name)
        return self

    def hire(self, name: str) -> None:
        self.add("warehouse", id=f"van-{name}", name=f"Van {name}", kind="technician", technician_id=name)
        self.add(
            "technician",
            id=name,
            name=name.title(),
            user_name=name,
            active=True,
            time_zone="Asia/Shanghai",
            skills=[{"id": "1", "skill": "cooling", "level": 4}],
            territories=["sh-east"],
            shifts=[{"id": day, "weekday": day, "from": "08:00", "to": "20:00"} for day in WEEK],
            home={"lat": 31.25, "lon": 121.5},
            warehouse_id=f"van-{name}",
            cost_per_hour="100",
            currency="CNY",
        )

    def level(self, warehouse: str, part: str, quantity: str) -> Record:
        now = self.clock.now().isoformat()
        doc: Doc = {
            "warehouse_id": warehouse,
            "part_id": part,
            "on_hand": quantity,
            "available": quantity,
            "as_of": now,
        }
        known = self.all("stock_level", warehouse_id=warehouse, part_id=part)
        if not known:
            return self.add("stock_level", **doc)
        return self.change(self.read(lambda tx: tx.records.need("stock_level", known[0]["id"])), **doc)

    def ticket(self, **more: Any) -> Record:
        """A repair that was triaged."""
        values: Doc = {
            "type": "repair",
            "subject": "Does not cool",
            "customer_id": "huaxin",
            "site_id": "site",
            "asset_ids": ["chiller"],
            "fault": {"symptom": "no_cooling"},
        } | more
        opened = self.hub.store.run(lambda tx: tickets.open_ticket(self.hub, tx, self.everybody, values))
        return self.do(tickets.triage, opened.id)

    def assigned(self, technician: str = "li", **more: Any) -> Record:
        """A ticket with a technician."""
        return self.do(dispatching.assign, self.ticket(**more).id, technician_id=technician)

    def on_site(self, ticket: Record) -> Record:
        """The visit of an assigned ticket, the technician being there."""
        visit_id = ticket.doc["assignment"]["visit_id"]
        self.do(visits.accept, visit_id)
        self.do(visits.depart, visit_id)
        return self.do(visits.check_in, visit_id)

    def completed(self, minutes: int = 90, km: str = "30", **more: Any) -> Record:
        """A ticket whose work took so long; the procedure is passed over."""
        ticket = self.assigned(**more)
        visit = self.on_site(ticket)
        self.clock.pass_by(timedelta(minutes=minutes))
        self.change(visit, status="finished", checked_out_at=self.clock.now().isoformat(), travel_km=km)
        fault = {"symptom": "no_cooling", "cause": "worn", "remedy": "replaced"}
        return self.do(tickets.complete, ticket.id, fault=fault, note="Done")
