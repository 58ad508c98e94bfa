"""The full start: the hub is the real process ``tickethub up``, killed by SIGKILL at seeded moments, started again.

The twins, the steps and the invariants are those of the forked hub. What differs: time is real and short, the hub's own
workers take their turns by themselves, people work through its HTTP interface, and its tables are sealed.
"""

import json
import random
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hub.ports.crash import CRASH_POINTS
from hub.storage.cipher import Cipher, Keyring
from hub.testing.console_user import ConsoleError, ConsoleUser
from hub.testing.hub_server import HubServer
from hub.testing.nurse import Nurse
from hub.testing.tryton.server import free_port
from tests.flagship.asset import Asset
from tests.flagship.connectors import CONNECTORS
from tests.flagship.crm import Crm
from tests.flagship.erp import Erp
from tests.flagship.histories import history
from tests.flagship.invariants import findings
from tests.flagship.plug import PLANT, connector_file
from tests.flagship.stage import Stage
from tests.flagship.steps import Step, play
from tests.flagship.tables import Tables
from tests.flagship.twin import READS, Clock, Doubt, Request
from tests.flagship.wire import Message, Process

PASSWORD = "a-password-of-the-full-start"
MAPPINGS = Path(__file__).parent / "mappings"
PLURALS = {"customer": "customers", "contact": "contacts", "ticket": "tickets", "part": "parts", "asset": "assets"}
PLAYED = {"born", "edit", "clear", "fault", "wait", "turn", "kill", "merge_there"}  # what needs no virtual time
LONGEST = 0.5  # seconds of a wait
SLOWER = 20  # times: clocks differ by less than in virtual time
KILLS = 2  # beside those of the history
LISTINGS = 6  # of each object, in which nothing was told that made anything to do
PATIENCE = 240.0  # seconds until there is nothing to do: a breaker may rest for long
OK = 200
IN_DOUBT = timedelta(seconds=10)  # how long before its death what was sent may have been unknown to the hub
SETTINGS = """\
listen: {{host: 127.0.0.1, port: {port}}}
systems:
"""
SYSTEM = """\
  {name}:
    connector: twin_{name}
    settings: {{url: "{url}"}}
    mappings: [{mappings}]
    poll_every: 1 s
    overlap: 150 s
    request_limit: 5 s
    concurrency: 2
"""


class RealClock(Clock):
    """The machine's time; what takes long in a history takes a moment here."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock

    @property
    def now(self) -> datetime:  # type: ignore[override] # nobody sets it
        return datetime.now(UTC)

    def pass_by(self, seconds: float) -> None:
        self._lock.release()
        time.sleep(min(seconds, LONGEST))
        self._lock.acquire()


class SealedTables(Tables):
    """The tables of a real hub, opened with its key."""

    def __init__(self, directory: Path) -> None:
        super().__init__(str(directory / "hub.db"))
        self._cipher = Cipher(Keyring.load(directory / "key.json"))

    def opened(self, sealed: bytes, context: str) -> Any:
        return self._cipher.open(sealed, context)


class FullStage(Stage):
    """Plays one history on a real hub in a directory of its own."""

    def __init__(self, furnished: Path, directory: Path, planted: str = "", patience: float = PATIENCE) -> None:
        shutil.copytree(furnished, directory)
        self.patience = patience
        self.lock, self.directory = threading.RLock(), directory
        self.armed: list[str] = []
        self.sent: list[tuple[str, Doubt]] = []
        self.listings = {(each.system, spec.name): 0 for each in CONNECTORS for spec in each.specs if not spec.goals}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self.process = HubServer(directory, free_port(), {PLANT: planted})
        parts: Any = SimpleNamespace(twins=(Crm, Erp, Asset))  # the real process reads the others by itself
        super().__init__(parts, str(directory / "hub.db"), clock=RealClock(self.lock))

    def __post_init__(self) -> None:
        self.lock.acquire()
        super().__post_init__()
        for twin in self.twins.values():
            vars(twin)["skew"] = twin.skew / SLOWER  # what a twin whose clock is ahead writes is listed only then
        self.tables = SealedTables(self.directory)

    # --- the process

    def start(self, *, alone: bool = True) -> Process:
        """Serve the twins, and start the hub."""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{self.server.server_port}"
        text = SETTINGS.format(port=self.process.port)
        for each in CONNECTORS:
            mine = sorted(path.stem for path in (self.directory / "mappings" / each.system).glob("*.yaml"))
            names = ", ".join(f"{each.system}/{name}" for name in mine)
            text += SYSTEM.format(name=each.system, url=url, mappings=names)
        (self.directory / "hub.yaml").write_text(text, encoding="utf-8")
        self.free(self.process.start)
        self.person = self.free(lambda: ConsoleUser(self.process.url, "admin", PASSWORD))
        return None  # type: ignore[return-value] # the real process is no fork

    def close(self) -> None:
        self.free(self.process.kill)
        self.server.shutdown()
        self.server.server_close()
        self.tables.close()
        self.lock.release()

    def free(self, work: Any) -> Any:
        """Do something while the twins may be asked."""
        self.lock.release()
        try:
            return work()
        finally:
            self.lock.acquire()

    def ask(self, name: str, *args: Any) -> Message:
        """What a person does, or what befalls the process; its workers need no command."""
        act = getattr(self, f"ask_{name}", None)
        try:
            return ("result", 0 if act is None else self.free(lambda: act(*args)))
        except ConsoleError as refused:
            return ("refused", str(refused))

    def ask_add(self, entity: str, record_id: str, values: dict[str, Any]) -> str:
        """A new record; the hub gives the id."""
        return str(self.person.post(PLURALS[entity], key=f"born-{record_id}", **values)["id"])

    def ask_edit(self, entity: str, record_id: str, values: dict[str, Any]) -> None:
        """Fields of what is there."""
        self.person.patch(f"{PLURALS[entity]}/{record_id}", **values)

    def ask_decide(self, review_id: str, survivor: str) -> None:
        """Two are one."""
        self.person.post(f"reviews/{review_id}/settle", choice="merge", record_id=survivor)

    def ask_kill_at(self, point: str, nth: int) -> None:
        """SIGKILL: soon, or when the next life of the process reaches a named place."""
        if point in CRASH_POINTS:
            self.armed.append(f"{point}:{nth}")
        threading.Timer(0.1 * nth, self.process.cut_power).start()

    def ask_spare(self) -> None:
        """No death from now on."""
        self.armed.clear()

    def ask_verify(self) -> None:
        """The audit trail."""
        self.process.run("audit", "verify")

    def turn(self) -> None:
        self.clock.pass_by(LONGEST)

    def sweep(self, system: str) -> None:
        """In so short a time no sweep is due."""

    def works_till_quiet(self) -> bool:
        until, written = time.monotonic() + self.patience, -1
        while time.monotonic() < until:
            for twin in self.twins.values():
                twin.go_on()
            self.decide()
            self.clock.pass_by(LONGEST)
            if self.is_busy() or self.written() != written:
                written = self.written()
                self.listings = dict.fromkeys(self.listings, 0)
            elif min(self.listings.values()) >= LISTINGS:
                return True
        return False

    # --- what the nurse looks after

    def is_alive(self) -> bool:
        """Whether the hub runs."""
        return self.process.is_alive()

    def rise(self) -> None:
        """Start it again; of what it had sent shortly before it may not know how it ended."""
        with self.lock:
            for system, doubt in self.sent:
                if doubt.at > self.clock.now - IN_DOUBT:
                    self.twins[system].doubts.append(doubt)
        self.process.start(**({"TICKETHUB_CRASH_AT": self.armed.pop()} if self.armed else {}))

    def answer(self, system: str, request: Request) -> Any:
        """Answer a request of the hub."""
        with self.lock:
            twin = self.twins[system]
            if request["op"] not in READS:
                at = self.clock.now
                self.sent += [(system, Doubt(at, request["object"], *each)) for each in twin.written_by(request)]
            answer = twin.serve(request)
            if request["op"] == "list" and answer is not None and answer["status"] == OK:
                self.listings[system, request["object"]] += 1
            return answer


class Patient:
    """The hub as the nurse knows it."""

    def __init__(self, stage: FullStage) -> None:
        self.is_alive, self.start = stage.is_alive, stage.rise


def handler_of(stage: FullStage) -> type[BaseHTTPRequestHandler]:
    """Answers for the twins; no answer is a connection that is closed."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stage.answer(self.path.strip("/"), body)
            if answer is None:
                self.close_connection = True
                return
            told = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    return Handler


def furnish(directory: Path) -> Path:
    """A hub directory with a person and the files of the twins, to be copied."""
    hub = HubServer(directory, free_port())
    hub.run("init", str(directory))
    for each in CONNECTORS:
        folder = directory / "mappings" / each.system
        folder.mkdir(parents=True)
        for path in MAPPINGS.glob(f"{each.system}_*.yaml"):
            if path.stem != "erp_bill":
                shutil.copyfile(path, folder / f"{path.stem.partition('_')[2]}.yaml")
        (directory / "connectors").mkdir(exist_ok=True)
        text = connector_file(each.system, each.specs, "1 s")
        (directory / "connectors" / f"twin_{each.system}.yaml").write_text(text, encoding="utf-8")
    hub.run("migrate")
    hub.run(
        "user", "add", "admin", "--name", "Admin", "--role", "admin", "--language", "en", "--password-stdin",
        typed=PASSWORD + "\n",
    )  # fmt: skip
    return directory


def full_history(seed: int) -> Iterator[Step]:
    """The history of a seed, less what needs virtual time or the inside of a turn; and some deaths more."""
    steps, chance = history(seed), random.Random(seed)  # noqa: S311 - a history must be the same again
    for _ in range(KILLS):
        point = chance.choice(("store.after", "outbox.sent", "outbox.called", "inbound.page_taken"))
        steps.insert(chance.randrange(10, len(steps)), ("kill", point, chance.randrange(1, 4)))
    for step in steps:
        if step[0] == "fault" and len(step) == 5:
            yield (*step[:4], 1 if step[3] in {"slow", "quota"} else 0)
        elif step[0] in PLAYED and step[0] != "fault":
            yield step


@dataclass(frozen=True)
class Told:
    """What became of a history."""

    seed: int
    found: list[str]
    deaths: int
    writes: int


def tell(furnished: Path, directory: Path, seed: int, planted: str = "", patience: float = PATIENCE) -> Told:
    """Play a history to its end, killing the hub now and then; what does not hold when it stands again and is quiet."""
    stage = FullStage(furnished, directory, planted, patience)
    nurse = Nurse({"hub": Patient(stage)})
    try:
        with nurse:
            for step in full_history(seed):
                play(stage, step)
            found = findings(stage, is_quiet=stage.settle())
        return Told(seed, found, nurse.deaths["hub"], stage.written())
    finally:
        stage.close()
