"""T60, tickets: random commands, told once or several times, by a hub that dies before or after it has committed them.

The model is plain dictionaries and a table of its own of what an enquiry may become. Who gets no answer asks again
under the same key, as our clients do.
"""

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from hub.domain.errors import HubError
from hub.files.policies import load_policies
from hub.files.schemas import CanonicalSchemas
from hub.ports.idempotency import Answer
from hub.ports.store import Store, UnitOfWork
from hub.services import records, tickets
from hub.services.context import Actor, Hub
from hub.services.idempotency import Reply, once
from hub.storage.blobs import FileBlobs
from hub.storage.cipher import Cipher, Keyring
from hub.storage.sqlite import SqliteStore, sqlite_engine
from hub.storage.unit_of_work import Vault
from hub.testing.clock import FakeClock, SerialIds
from tests.conftest import PRIVACY, START

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
SCHEMAS = CanonicalSchemas(ROOT / "schemas" / "canonical")
POLICIES = load_policies((ROOT / "config",), ROOT / "schemas")
SUBJECTS = st.sampled_from(["冰柜不制冷", "How do I defrost?", "发票抬头"])
TIMES = st.integers(1, 3)  # how often a command arrives
DEATHS = st.sampled_from([None, None, None, "before", "after"])


@dataclass(frozen=True)
class Move:
    """What a command does to an enquiry; ``held``: whether it must wait for something, or must not."""

    comes_from: frozenset[str]
    to: str | None
    event: str
    needs: str | None = None
    held: bool | None = None
    ends_hold: bool = False


MOVES = {
    "triage": Move(frozenset({"new"}), "triaged", "triaged"),
    "hold": Move(frozenset({"triaged"}), None, "held", "reason", held=False),
    "resume": Move(frozenset({"triaged"}), None, "resumed", held=True, ends_hold=True),
    "chase": Move(frozenset({"new", "triaged"}), None, "chased"),
    "resolve_remotely": Move(frozenset({"triaged"}), "completed", "completed", "note", ends_hold=True),
    "close": Move(frozenset({"completed"}), "closed", "closed"),
    "reopen": Move(frozenset({"completed", "closed"}), "triaged", "reopened", "reason"),
    "cancel": Move(frozenset({"new", "triaged"}), "cancelled", "cancelled", "reason", ends_hold=True),
}


PATIENT = settings(
    max_examples=25, stateful_step_count=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


class DeadError(BaseException):
    """The process is gone: nothing of ours catches this."""


@dataclass
class Mortal:
    """A store whose process dies before or after the next commit."""

    store: Store
    dies: list[str] = field(default_factory=list)

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        how = self.dies.pop() if self.dies else None
        if how == "before":
            raise DeadError
        result = self.store.run(fn)
        if how == "after":
            raise DeadError
        return result

    def queue(self, fn: Callable[[UnitOfWork], T]) -> T:
        return self.store.queue(fn)

    def read(self, fn: Callable[[UnitOfWork], T]) -> T:
        return self.store.read(fn)


class Desk(RuleBasedStateMachine):
    """Enquiries at a desk."""

    template: Path
    known = Bundle("known")

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tickethub-t60-"))
        shutil.copyfile(self.template, self.folder / "hub.db")
        self.clock, self.ids, self.ring = FakeClock(START), SerialIds(), Keyring.fresh()
        self.keys, self.answers = iter(range(10**6)), dict[str, bytes]()
        self.model: dict[str, dict[str, Any]] = {}
        self.live()

    def live(self) -> None:
        """Begin a new life of the process."""
        engine = sqlite_engine(self.folder / "hub.db")
        self.store = SqliteStore(engine, Vault(Cipher(self.ring), PRIVACY, self.clock.now))
        self.mortal = Mortal(self.store)
        self.hub = Hub(self.mortal, self.clock, self.ids, SCHEMAS, FileBlobs(self.folder / "blobs"), POLICIES)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    @rule(target=known, subject=SUBJECTS, times=TIMES, death=DEATHS)
    def open(self, subject: str, times: int, death: str | None) -> str:
        values = {"type": "enquiry", "channel": "web", "priority": "p3", "subject": subject}
        status, doc = self.tell(lambda tx, who: tickets.open_ticket(self.hub, tx, who, values).doc, times, death)
        assert status == 200, doc
        self.model[doc["id"]] = {"status": "new", "subject": subject, "hold": None, "chases": 0, "events": ["opened"]}
        return str(doc["id"])

    @rule(ticket=known, name=st.sampled_from(sorted(MOVES)), gives=st.booleans(), times=TIMES, death=DEATHS)
    def command(self, ticket: str, name: str, gives: bool, times: int, death: str | None) -> None:  # noqa: FBT001 - drawn
        move, it = MOVES[name], self.model[ticket]
        params = {move.needs: "customer"} if move.needs and gives else {}
        status, doc = self.tell(
            lambda tx, who: tickets.command(self.hub, tx, who, ticket, name, params).doc, times, death
        )
        allowed = it["status"] in move.comes_from and (move.needs is None or gives)
        allowed = allowed and move.held in (None, it["hold"] is not None)
        assert (status == 200) == allowed, (name, it, doc)
        if not allowed:
            return
        it["status"] = move.to or it["status"]
        it["hold"] = "customer" if name == "hold" else None if move.ends_hold else it["hold"]
        it["chases"] += name == "chase"
        it["events"].append(move.event)

    @rule(ticket=known, subject=SUBJECTS, old=st.booleans(), times=TIMES, death=DEATHS)
    def reword(self, ticket: str, subject: str, old: bool, times: int, death: str | None) -> None:  # noqa: FBT001 - drawn
        version = self.store.read(lambda tx: tx.records.need("ticket", ticket).version) - old

        def work(tx: UnitOfWork, who: Actor) -> dict[str, Any]:
            record = tx.records.need("ticket", ticket)
            if record.version != version:
                raise HubError("It was changed.")
            return records.change(self.hub, tx, who, record, {"subject": subject}).doc

        status, _ = self.tell(work, times, death)
        assert (status == 200) == (not old)
        if not old:
            self.model[ticket]["subject"] = subject

    @rule(minutes=st.integers(1, 600))
    def wait(self, minutes: int) -> None:
        self.clock.pass_by(timedelta(minutes=minutes))

    def tell(
        self, work: Callable[[UnitOfWork, Actor], dict[str, Any]], times: int, death: str | None
    ) -> tuple[int, dict[str, Any]]:
        """Give a command under a key of its own: as often as it arrives, and again where the process died of it."""
        key = str(next(self.keys))
        self.mortal.dies = [death] if death else []
        answers = {self.ask(key, work) for _ in range(times)}
        assert len(answers) == 1, answers
        ((status, body),) = answers
        return status, json.loads(body)

    def ask(self, key: str, work: Callable[[UnitOfWork, Actor], dict[str, Any]]) -> Reply:
        """One arrival."""
        who = Actor("wang", key, frozenset({"agent"}))

        def done(tx: UnitOfWork) -> Reply:
            return 200, json.dumps(work(tx, who), sort_keys=True).encode()

        def failed(error: HubError) -> Reply:
            return 409, json.dumps(str(error)).encode()

        while True:
            try:
                answer, _ = once(self.hub, "t60", key, "the same", done, failed)
            except DeadError:
                self.store.close()
                self.live()
            else:
                return answer.status, answer.body

    @invariant()
    def the_hub_holds_what_the_model_holds(self) -> None:
        if not hasattr(self, "model"):
            return
        held = self.store.read(lambda tx: tx.records.all("ticket"))
        assert len({each.doc["number"] for each in held}) == len(held)
        assert {
            each.id: {
                "status": each.doc["status"],
                "subject": each.doc["subject"],
                "hold": each.doc.get("hold", {}).get("reason"),
                "chases": each.doc.get("chase_count", 0),
                "events": [line["event"] for line in each.doc["history"]],
            }
            for each in held
        } == self.model


def test_a_ticket_becomes_what_the_model_says_however_often_it_is_told_and_whoever_dies(migrated: Path) -> None:
    class OnThisFile(Desk):
        template = migrated

    run_state_machine_as_test(OnThisFile, settings=PATIENT)


def test_the_model_would_notice_a_command_that_is_done_twice(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class OnThisFile(Desk):
        template = migrated

    def without_memory(hub: Hub, *known: Any) -> tuple[Answer, bool]:
        _, _, digest, work, failed = known
        try:
            return Answer(digest, *hub.store.run(work)), False
        except HubError as error:
            return Answer(digest, *failed(error)), False

    monkeypatch.setitem(globals(), "once", without_memory)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(OnThisFile, settings=settings(PATIENT, max_examples=10, report_multiple_bugs=False))
