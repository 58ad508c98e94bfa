"""The stage of a history: the twins, the virtual clock, and a hub that may die and is started again."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from tests.flagship.forms import KEYS, OBJECTS, Place, serial_of
from tests.flagship.hub_child import BATCH, SWEEP_EVERY, Child, Parts
from tests.flagship.ledger import HUB, Entry, Ledger
from tests.flagship.rules import Doc
from tests.flagship.tables import Tables
from tests.flagship.twin import NOT_NOW, Clock, Request, Row, Twin
from tests.flagship.wire import DiedError, Message, Process

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
QUICK, PATIENT = 0.05, 30.0  # seconds of an answer, and of waiting for none
STALL = 200.0  # seconds: longer than any lease
TOO_MANY = 150  # writes after the faults have stopped: this never ends
TURNS = 12  # of a loop that works off a queue
ROUNDS = 90
BELIEVED = 2  # complete sweeps that do not find a record
QUIET_ROUNDS = 6  # in a row with nothing to do: longer than a clock is wrong
STEP, LONG_STEP = 20.0, 150.0


class BrokenError(Exception):
    """The hub failed in a way that is no answer of its own."""


@dataclass
class Stage:
    """Plays one history on one database."""

    parts: Parts
    database: str
    plant: Callable[[], None] = lambda: None
    clock: Clock = field(default_factory=lambda: Clock(START))
    ledger: Ledger = field(default_factory=Ledger)
    lives: int = 0
    deaths: int = 0
    depth: int = 0
    stalled: bool = False
    sweeps: bool = False  # whether something was done that only a sweep can tell
    problems: list[str] = field(default_factory=list)
    held_back: list[tuple[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.twins: Mapping[str, Twin] = {twin.name: twin(self.clock) for twin in self.parts.twins}
        self.tables = Tables(self.database)
        self.hub = self.start()

    # --- the hub's process

    def start(self, *, alone: bool = True) -> Process:
        """Fork a hub."""
        self.lives += 1
        process = Process(partial(self.live, self.lives))
        self.hub = process
        self.exchange("start", alone and "://" not in self.database)
        return process

    def hire(self) -> Process:
        """Fork a worker beside the hub; it stands still at every named place."""
        hub = self.hub
        try:
            worker = self.start(alone=False)
            self.exchange("pace")
        finally:
            self.hub = hub
        return worker

    def live(self, life: int, line: Connection) -> None:
        """What the child does."""
        logging.disable()  # the log of a hub that is killed and lied to is long, and no finding
        self.plant()
        Child(line, self.parts, self.database, life, self.clock.now).serve()

    def close(self) -> None:
        """End everything."""
        self.hub.end()
        self.tables.close()

    def ask(self, name: str, *args: object) -> Message:
        """Give the hub a command; ('died',) when it died of it and was started again."""
        self.depth += 1
        if self.depth == 1:
            self.forget_writes()
        try:
            return self.exchange(name, *args)
        except DiedError:
            if self.depth > 1:
                raise
            self.deaths += 1
            self.doubt_last()
            self.hub.end()
            self.start(alone=not self.stalled)
            return ("died",)
        finally:
            self.depth -= 1

    def forget_writes(self) -> None:
        """A command begins: what was written before it is recorded."""
        for twin in self.twins.values():
            twin.last_write = None

    def doubt_last(self) -> None:
        """The hub died, or slept: of the last request to each system it may not know how it ended."""
        for twin in self.twins.values():
            if twin.last_write is not None:
                twin.doubt(twin.last_write)

    def exchange(self, name: str, *args: object) -> Message:
        """A command and its result; meanwhile the hub's requests are answered."""
        process = self.hub
        process.send(("do", self.clock.now, name, args))
        while True:
            message = process.recv()
            if message[0] != "call":
                if message[0] == "broken":
                    self.problems.append(f"the hub broke: {message[1]}")
                return message
            answer = self.serve(message[1], message[2])
            process.send(("answer", self.clock.now, answer))

    def serve(self, system: str, request: Request) -> Any:
        """Answer a request of the hub; waiting takes time."""
        answer = self.twins[system].serve(request)
        self.clock.pass_by(QUICK if answer is not None else PATIENT)
        for twin in self.twins.values():
            twin.go_on()
        return answer

    def stall(self) -> None:
        """The hub that waits for an answer sleeps through its lease, and another one works meanwhile."""
        if self.stalled:
            return
        sleeper, depth = self.hub, self.depth
        self.doubt_last()
        self.clock.pass_by(STALL)
        self.stalled, self.depth = True, 0
        self.start(alone=False)
        try:
            self.turn()
        finally:
            self.hub.end()
            self.hub, self.depth, self.stalled = sleeper, depth, False

    # --- turns of the engine

    def drain(self, name: str, *args: object) -> None:
        """Repeat while there was something to do."""
        for _ in range(TURNS):
            if self.ask(name, *args)[:2] in {("result", 0), ("died",)}:
                return

    def turn(self) -> None:
        """Poll, take in and send, each until nothing is left."""
        for system in self.twins:
            self.ask("poll", system)
        self.drain("inbox", BATCH)
        for system in self.twins:
            self.drain("deliver", system, BATCH)

    def sweep(self, system: str) -> None:
        """Let it become due, and sweep."""
        self.clock.pass_by(SWEEP_EVERY.total_seconds() + 1)
        self.drain("sweep", system)

    def settle(self) -> bool:
        """The faults stop; the engine works until it is quiet, and sweeps. Whether that came."""
        for twin in self.twins.values():
            twin.faults.clear()
            twin.hidden.clear()
            self.empty_bin(twin)
        self.ask("spare")
        for row in self.tables.outbox():
            if row["state"] == "dead" and NOT_NOW in str(row["error"]):  # it is there again: a person sees to it
                self.ask("replay", row["id"])
        if not self.works_till_quiet():
            return False
        if not self.sweeps:
            return True
        for system in [*self.twins] * (BELIEVED + 1):  # once more than it takes: one may be half done
            self.sweep(system)
        return self.works_till_quiet()

    def empty_bin(self, twin: Twin) -> None:
        """What was in the bin is brought back, or gone for good where two sweeps may have missed it."""
        for (name, row_id), binned in list(twin.bin.items()):
            if binned.listings < BELIEVED:
                twin.bring_back(name, row_id)
            else:
                twin.gone[name, row_id] = twin.bin.pop((name, row_id)).row
                self.known(twin.name, name, row_id).deleted.add(twin.name)

    def works_till_quiet(self) -> bool:
        """Turns until nothing is left to be done; False where that does not come."""
        quiet, start = 0, self.written()
        for number in range(ROUNDS):
            before = self.written()
            self.decide()
            self.clock.pass_by(STEP if number < ROUNDS // 3 else LONG_STEP)
            for twin in self.twins.values():
                twin.go_on()
            self.turn()
            quiet = quiet + 1 if self.written() == before and not self.is_busy() else 0
            if quiet == QUIET_ROUNDS:
                return True
            if self.written() > start + TOO_MANY:
                return False
        return False

    def decide(self) -> None:
        """A person sees what was merged over there, and merges the two here."""
        for review in self.tables.reviews():
            if review["kind"] == "merged":
                self.ask("decide", review["id"], review["detail"]["other"])

    def written(self) -> int:
        """How much the hub has written over there."""
        return sum(len(twin.writes) for twin in self.twins.values())

    def is_busy(self) -> bool:
        """Whether anything waits."""
        waiting = [row for row in (*self.tables.inbox(), *self.tables.outbox()) if row["state"] != "dead"]
        return bool(waiting) or any(twin.running for twin in self.twins.values())

    # --- where things are

    def known(self, system: str, name: str, row_id: str) -> Entry:
        """The entry of a system's record that the hub has a link to."""
        hub_id = self.tables.linked(system, name, row_id)
        return next(
            entry
            for entry in self.ledger
            if OBJECTS[entry.entity].get(system) == name
            and ((entry.side, entry.id) == (system, row_id) or (hub_id is not None and self.hub_id(entry) == hub_id))
        )

    def hub_id(self, entry: Entry) -> str | None:
        """The hub's id of an entry, where it has it already."""
        if entry.side == HUB:
            return entry.id
        return self.tables.linked(entry.side, OBJECTS[entry.entity][entry.side], entry.id)

    def hub_doc(self, entry: Entry) -> Doc | None:
        """The hub's record of an entry."""
        hub_id = self.hub_id(entry)
        return None if hub_id is None else self.tables.record(entry.entity, hub_id)

    def seen_here(self, entry: Entry, name: str, doc: Doc) -> int | None:
        """The edit whose value a person sees in the hub: nothing is one where there was something before."""
        if doc.get(name) is not None:
            return serial_of(name, doc[name])
        told = [row["payload"].get(name) for row in self.tables.audit(entry.entity, str(doc["id"]))]
        return entry.clearing(name) if any(told) else None

    def seen_there(self, entry: Entry, name: str, row: Row, place: Place) -> int | None:
        """The same in a system."""
        if row.doc.get(place.name) is not None:
            return serial_of(name, row.doc[place.name])
        return entry.clearing(name) if place.name in row.had else None

    def row(self, entry: Entry, system: str) -> Row | None:
        """A system's record of an entry."""
        name = OBJECTS[entry.entity].get(system)
        if name is None:
            return None
        if entry.side == system:
            return self.twins[system].rows.get((name, entry.id))
        hub_id = self.hub_id(entry)
        held = (row for row in self.twins[system].of(name) if row.doc.get(KEYS[system]) == hub_id)
        return None if hub_id is None else next(held, None)
