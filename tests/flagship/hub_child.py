"""The hub in a forked process: the real store and services; its systems are at the other end of the line."""

import os
import signal
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

import orjson

from hub.domain import ticket as rules
from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.files.compiling import compile_mapping
from hub.files.mappings import parse_mapping
from hub.files.policies import load_policies
from hub.files.schemas import CanonicalSchemas
from hub.ports.store import Store, UnitOfWork
from hub.services import billing, inbound, outbound, queue, records, reviewing, sweeping, tickets
from hub.services.context import Actor, Hub, System
from hub.services.decisions import Decision
from hub.services.reactions import REACTIONS
from hub.storage.cipher import Cipher, Keyring
from hub.storage.postgres import PostgresStore, postgres_engine
from hub.storage.privacy import Privacy
from hub.storage.sqlite import SqliteStore, sqlite_engine
from hub.storage.unit_of_work import Vault
from tests.flagship.asset import Asset
from tests.flagship.connectors import CONNECTORS
from tests.flagship.crm import Crm
from tests.flagship.erp import Erp
from tests.flagship.twin import Twin

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
BATCH = 32
SWEEP_EVERY = timedelta(minutes=10)


class OpenCipher(Cipher):
    """Seals nothing, so that the invariants can read the tables by themselves."""

    def seal(self, value: Any, context: str) -> bytes:
        return orjson.dumps(value)

    def open(self, sealed: bytes, context: str) -> Any:
        return orjson.loads(sealed)


@dataclass(frozen=True)
class Parts:
    """What every start shares: read once in the parent."""

    schemas: CanonicalSchemas
    privacy: Mapping[str, Privacy]
    policies: Any
    mappings: tuple[Any, ...]
    cipher: Cipher
    twins: tuple[type[Twin], ...] = (Crm, Erp, Asset)
    connectors: tuple[Any, ...] = CONNECTORS

    @classmethod
    def load(cls) -> "Parts":
        """Schemas, policies and mappings."""
        schemas = CanonicalSchemas(ROOT / "schemas" / "canonical")
        privacy = {}
        for entity in schemas.entities():
            marked = Privacy.of_schema(schemas.schema(entity))
            privacy[entity] = Privacy(frozenset(), marked.blind, marked.indexed)
        files = sorted((Path(__file__).parent / "mappings").glob("*.yaml"))
        mappings = tuple(compile_mapping(parse_mapping(path.read_text("utf-8"), path.name)) for path in files)
        policies = load_policies((ROOT / "config",), ROOT / "schemas")
        return cls(schemas, privacy, policies, mappings, OpenCipher(Keyring("k1", {"k1": bytes(32)}, bytes(32))))


class LineClock:
    """The time that the parent last told."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


class LineIds:
    """Ids that grow with time, as the real ones do."""

    def __init__(self, clock: LineClock, life: int) -> None:
        self._clock, self._life, self._numbers = clock, life, count(1)

    def new(self) -> str:
        return f"{int(self._clock.now().timestamp() * 1000):014d}-{self._life:03d}-{next(self._numbers):05d}"


@dataclass
class Doom:
    """Named places, and the one at which this process is to die."""

    left: dict[str, int] = field(default_factory=dict)
    pause: Callable[[str], None] | None = None  # where others are to have their turn

    def reach(self, name: str) -> None:
        if self.pause is not None:
            self.pause(name)
        if name in self.left:
            self.left[name] -= 1
            if self.left[name] == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class MortalStore:
    """A store around whose every transaction the process may die."""

    def __init__(self, store: Store, doom: Doom) -> None:
        self._store, self._doom = store, doom

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        self._doom.reach("store.before")
        result = self._store.run(fn)
        self._doom.reach("store.after")
        return result

    def queue(self, fn: Callable[[UnitOfWork], T]) -> T:
        self._doom.reach("store.before")
        result = self._store.queue(fn)
        self._doom.reach("store.after")
        return result

    def read(self, fn: Callable[[UnitOfWork], T]) -> T:
        self._doom.reach("store.read")
        return self._store.read(fn)


class Child:
    """The hub and its end of the line."""

    def __init__(self, line: Connection, parts: Parts, database: str, life: int, now: datetime) -> None:
        self.line = line
        self.clock = LineClock(now)
        self.doom = Doom()
        vault = Vault(parts.cipher, parts.privacy, self.clock.now)
        store: Store
        if "://" in database:
            store = PostgresStore(postgres_engine(database), vault)
        else:
            store = SqliteStore(sqlite_engine(Path(database)), vault)
        self.hub = Hub(
            store=MortalStore(store, self.doom),
            clock=self.clock,
            ids=LineIds(self.clock, life),
            schemas=parts.schemas,
            blobs=None,  # type: ignore[arg-type] # no evidence here
            policies=parts.policies,
            systems={each.system: self.system(each, parts) for each in parts.connectors},
            reactions=REACTIONS,
            points=self.doom,
        )

    def system(self, connector_class: Any, parts: Parts) -> System:
        """One connected system."""
        connector = connector_class.over(self.call, self.clock.now)
        mine = {m.entity: m for m in parts.mappings if m.spec.system == connector_class.system}
        return System(connector_class.system, connector, connector.objects(), mine, sweep_every=SWEEP_EVERY)

    # --- the line

    def serve(self) -> None:
        """Do what the parent says until it is gone."""
        with suppress(EOFError):
            while True:
                self.obey(self.line.recv())

    def obey(self, message: tuple[Any, ...]) -> None:
        """One command."""
        _, now, name, args = message
        self.clock.time = now
        try:
            result: tuple[str, Any] = ("result", getattr(self, f"do_{name}")(*args))
        except HubError as error:
            result = ("refused", f"{type(error).__name__}: {error}")
        except Exception as error:  # noqa: BLE001 - the parent tells it
            result = ("broken", "".join(traceback.format_exception(error)))
        self.line.send(result)

    def call(self, system: str, request: Doc) -> Any:
        """A request to a system: while we wait, the parent may want something else."""
        self.doom.reach("wire.before")
        self.line.send(("call", system, request))
        while True:
            message = self.line.recv()
            if message[0] == "answer":
                _, self.clock.time, answer = message
                self.doom.reach("wire.after")
                return answer
            self.obey(message)

    def stand_still(self, name: str) -> None:
        """Wait until the parent lets us go on: it has others move meanwhile."""
        self.line.send(("at", name))
        _, self.clock.time = self.line.recv()

    # --- commands

    def do_start(self, alone: bool) -> None:  # noqa: FBT001 - it comes over the line
        """What the bootstrap does: on SQLite nobody else can hold a lease."""
        if alone:
            self.hub.store.run(lambda tx: (tx.inbox.release(), tx.outbox.release()))

    def do_pace(self) -> None:
        """From now on stand still at every named place."""
        self.doom.pause = self.stand_still

    def do_kill_at(self, point: str, nth: int) -> None:
        """Die when the place is reached for the nth time."""
        self.doom.left[point] = nth

    def do_spare(self) -> None:
        """Die nowhere any more."""
        self.doom.left.clear()

    def actor(self) -> Actor:
        """A person."""
        return self.hub.actor("li")

    def do_add(self, entity: str, record_id: str, values: Doc) -> None:
        """A person adds a record; asked again after a crash, the one that is there is meant."""
        hub, actor = self.hub, self.actor()

        def work(tx: UnitOfWork) -> None:
            if tx.records.get(entity, record_id) is not None:
                return
            if entity == "ticket":
                doc = rules.open_ticket(values, number=tickets.next_number(hub, tx), by="li", now=hub.clock.now())
                tickets.keep_new(hub, tx, actor, {**doc, "id": record_id})
            else:
                records.create(hub, tx, actor, entity, {"id": record_id, **values})

        hub.store.run(work)

    def do_edit(self, entity: str, record_id: str, values: Doc) -> None:
        """A person changes fields of what he sees."""
        seen = self.hub.store.read(lambda tx: tx.records.need(entity, record_id))
        records.patch(self.hub, self.actor(), entity, record_id, values, version=seen.version)

    def do_decide(self, review_id: str, survivor: str) -> None:
        """A person says that two records are one."""
        decision = Decision("merge", record_id=survivor)
        self.hub.store.run(lambda tx: reviewing.settle(self.hub, tx, self.actor(), review_id, decision))

    def do_replay(self, message_id: str) -> None:
        """A person has a dead letter tried again."""
        queue.replay(self.hub, self.actor(), message_id)

    def do_charge(self, ticket_id: str, lines: list[Doc]) -> None:
        """Charges of a ticket, approved, and their invoice: asked again, there is one."""
        hub, actor = self.hub, self.actor()

        def work(tx: UnitOfWork) -> None:
            for line in lines:
                if tx.records.get("charge", line["id"]) is None:
                    records.create(hub, tx, actor, "charge", {**line, "state": "approved"})
            billing.invoice_charges(hub, tx, actor, ticket_id, {})

        hub.store.run(work)

    def do_hint(self, system: str, name: str, remote_id: str, body: Doc | None) -> None:
        """A hook: it is stored, then answered."""
        HOOK_BODIES[system, name, remote_id] = body
        self.hub.store.run(lambda tx: inbound.hint(self.hub, tx, system, name, remote_id))
        self.hub.points.reach("inbox.stored")

    def do_poll(self, system: str) -> int:
        """Ask a system what changed."""
        return inbound.poll(self.hub, self.hub.systems[system])

    def do_sweep(self, system: str) -> int:
        """Sweep a system's ids, until no sweep is due."""
        return sum(iter(lambda: sweeping.step(self.hub, self.hub.systems[system]), 0))

    def do_inbox(self, limit: int) -> int:
        """Work off messages."""
        return inbound.process(self.hub, limit=limit)

    def do_deliver(self, system: str, limit: int) -> int:
        """Send what is due."""
        return outbound.deliver(self.hub, system, limit)

    def do_verify(self) -> str | None:
        """Seal the audit trail and verify it."""
        while self.hub.store.run(lambda tx: tx.audit.seal(1000)):
            pass
        broken = self.hub.store.read(lambda tx: tx.audit.verify()).broken
        return None if broken is None else str(broken)


HOOK_BODIES: dict[tuple[str, str, str], Doc | None] = {}  # what a planted bug would use
