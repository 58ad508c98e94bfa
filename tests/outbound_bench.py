"""Hubs with one or two in-memory systems, for the tests of deliveries and of the isolation of systems."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hub.files.compiling import compile_mapping
from hub.files.mappings import parse_mapping
from hub.ports.connector import ObjectSpec
from hub.ports.outbox import Delivery
from hub.ports.store import Store
from hub.services import outbound
from hub.services.breakers import Breakers
from hub.services.context import Hub, System
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import CUSTOMER, MOVES, SPECS, Bench, as_the_erp_writes, bench

SECOND = timedelta(seconds=1)


def tuned(b: Bench, **facts: Any) -> Bench:
    """The same hub with its system set up otherwise, behind a new gate."""
    bare = b.hub.systems["erp"]
    system = replace(bare, connector=bare.connector.connector, **facts)  # type: ignore[attr-defined] # it is guarded
    b.hub = replace(b.hub, breakers=Breakers(), systems={"erp": system})
    return b


def declared(store: Store, clock: FakeClock, erp: FakeSystem | None = None, **facts: Any) -> Bench:
    """A hub whose ERP declares this of each object."""
    specs = [replace(spec, **{name: of_object(value, spec) for name, value in facts.items()}) for spec in SPECS]
    made = erp or FakeSystem(clock, specs, as_the_erp_writes, MOVES)
    made._specs = {spec.name: spec for spec in specs}
    return bench(store, clock, erp=made)


def of_object(value: Any, spec: ObjectSpec) -> Any:
    """A value for all objects, or by object."""
    return value(spec) if isinstance(value, Callable) else value  # type: ignore[arg-type] # any callable


@dataclass
class Pair:
    """A hub with two systems, which both know customers."""

    hub: Hub
    clock: FakeClock
    erp: FakeSystem
    crm: FakeSystem

    def add(self, count: int) -> None:
        """People add customers."""
        Bench.add(Bench(self.hub, self.clock, self.erp), "customer", name="A")
        for number in range(1, count):
            Bench.add(Bench(self.hub, self.clock, self.erp), "customer", name=f"A{number}")

    def deliver(self, name: str) -> None:
        """Let one system's worker take a turn."""
        while outbound.deliver(self.hub, name, 200):
            pass


def pair(store: Store, clock: FakeClock, erp: FakeSystem | None = None, **facts: Any) -> Pair:
    """Two systems, of which the first may be of the test's own making."""
    b = bench(store, clock, erp=erp)
    crm = FakeSystem(clock, SPECS, as_the_erp_writes, MOVES)
    mapping = compile_mapping(parse_mapping(CUSTOMER.replace("erp", "crm"), "crm.yaml"))
    bare = b.hub.systems["erp"]
    first = replace(bare, connector=bare.connector.connector, **facts)  # type: ignore[attr-defined] # it is guarded
    second = System("crm", crm, crm.objects(), {"customer": mapping})
    hub = replace(b.hub, breakers=Breakers(), systems={"erp": first, "crm": second})
    return Pair(hub, clock, b.erp, crm)


def deliveries(hub: Hub, **which: Any) -> list[Delivery]:
    """What the outbox holds."""
    return hub.store.read(lambda tx: tx.outbox.listing(limit=1000, **which))
