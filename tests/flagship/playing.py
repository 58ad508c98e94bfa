"""Play histories, each on a fresh database; and shorten one that fails."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from hub.storage.migrate import upgrade
from hub.storage.sqlite import sqlite_engine
from tests.flagship.hub_child import Parts
from tests.flagship.invariants import findings
from tests.flagship.stage import Stage
from tests.flagship.steps import Step, play

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it: no disk has to keep what a kill leaves
TOO_MUCH = 400  # replays while a history is shortened


@dataclass
class Databases:
    """Fresh databases: copies of a migrated file, or of a migrated PostgreSQL database."""

    folder: Path
    postgres: str | None = None  # the address of the template
    made: int = 0

    @classmethod
    @contextmanager
    def open(cls, postgres: str | None = None) -> "Iterator[Databases]":
        """In a folder that is removed afterwards."""
        where = MEMORY if os.access(MEMORY, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="tickethub-flagship-", dir=where) as folder:
            databases = cls(Path(folder), postgres)
            if postgres is None:
                engine = sqlite_engine(databases.template)
                upgrade(engine)
                engine.dispose()
            yield databases

    @property
    def template(self) -> Path:
        """The migrated file."""
        return self.folder / "template.db"

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """One database, for one history."""
        self.made += 1
        if self.postgres is None:
            path = self.folder / f"h{self.made}.db"
            shutil.copyfile(self.template, path)
            yield str(path)
            for each in self.folder.glob(f"h{self.made}.db*"):
                each.unlink()
            return
        head, _, query = self.postgres.partition("?")
        server, template = head.rsplit("/", 1)
        tail = f"?{query}" if query else ""
        name = f"flagship{os.getpid()}x{self.made}"
        with psycopg.connect(f"{server}/postgres{tail}".replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield f"{server}/{name}{tail}"
        finally:
            with psycopg.connect(f"{server}/postgres{tail}".replace("+psycopg", ""), autocommit=True) as admin:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass
class Player:
    """Plays histories."""

    databases: Databases
    parts: Parts
    plant: Callable[[], None] = lambda: None
    deaths: int = 0

    def play(self, steps: Sequence[Step]) -> list[str]:
        """What does not hold after a history."""
        with self.databases.fresh() as database:
            stage = Stage(self.parts, database, self.plant)
            try:
                for step in steps:
                    play(stage, step)
                return findings(stage, is_quiet=stage.settle())
            finally:
                self.deaths += stage.deaths
                stage.close()

    def shorten(self, steps: Sequence[Step], kind: str) -> list[Step]:
        """The shortest history found that still fails in the same way (delta debugging)."""
        left, parts, tries = list(steps), 2, 0
        while len(left) > 1 and tries < TOO_MUCH:
            size = -(-len(left) // parts)
            for start in range(0, len(left), size):
                fewer = left[:start] + left[start + size :]
                tries += 1
                if fewer and any(kind_of(each) == kind for each in self.play(fewer)):
                    left, parts = fewer, max(parts - 1, 2)
                    break
            else:
                if size == 1:
                    break
                parts = min(parts * 2, len(left))
        return left


def kind_of(finding: str) -> str:
    """What kind of failure a finding is."""
    return finding.partition(":")[0]
