"""The store on SQLite: one writer thread with group commit, readers beside it.

A group of functions is committed once (synchronous=FULL), and runs without savepoints as long as none of them fails:
each would cost two statements, and have the full-text index written out.
"""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from hub.domain.errors import RetryableError
from hub.ports.store import UnitOfWork
from hub.storage.group import GroupWriter, Outcome, Work
from hub.storage.unit_of_work import SqlUnitOfWork, Vault
from hub.storage.wire import Wire

T = TypeVar("T")
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=5000",
    "foreign_keys=ON",
    "temp_store=MEMORY",  # what a savepoint may have to take back: as a file it costs more than the commit
    "cache_size=-16384",  # KiB
    "wal_autocheckpoint=4000",  # pages: those that many transactions touch are copied into the database seldom
)


def sqlite_engine(path: Path) -> Engine:
    """An engine whose transactions we begin ourselves; write-ahead log, durable at every commit."""
    engine = create_engine(
        f"sqlite:///{path}", hide_parameters=True, connect_args={"timeout": 5, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


class SqliteStore:
    """Runs functions on one SQLite file; one such store per file and moment may write."""

    def __init__(self, engine: Engine, vault: Vault, measure: Callable[[int], None] | None = None) -> None:
        self._engine = engine
        self._vault = vault
        self._writer = GroupWriter(self._commit, measure)
        self._writing: Connection | None = None

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run in one durable transaction."""
        return self._writer.run(fn)

    def queue(self, fn: Callable[[UnitOfWork], T]) -> T:
        """The same: there is one writer."""
        return self._writer.run(fn)

    def read(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run on one snapshot."""
        with self._engine.connect() as connection:
            driver = driver_of(connection)
            driver.execute("BEGIN")
            try:
                return fn(SqlUnitOfWork(Wire(connection), self._vault))
            finally:
                driver.execute("ROLLBACK")

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._writer.close()
        if self._writing is not None:
            self._writing.close()
        self._engine.dispose()

    def _commit(self, group: Sequence[Work]) -> list[Outcome]:
        """Together; where one of them fails, all of it once more, with a savepoint for each."""
        self._writing = self._writing or self._engine.connect()
        wire, driver = Wire(self._writing), driver_of(self._writing)
        try:
            driver.execute("BEGIN IMMEDIATE")
            results = [fn(SqlUnitOfWork(wire, self._vault)) for fn in group]
            wire.flush()
            driver.execute("COMMIT")
        except sqlite3.Error as error:
            roll_back(driver)
            return [(None, unwritable(error))] * len(group)
        except BaseException as error:  # noqa: BLE001 - it is the caller's: the writer goes on
            is_ended = not driver.in_transaction  # the database does so when it is full, or broken
            roll_back(driver)
            wire.forget()
            if len(group) == 1 or (is_ended and isinstance(error, OperationalError)):
                return [(None, told(error))] * len(group)
            return self._apart(wire, driver, group)
        return [(result, None) for result in results]

    def _apart(self, wire: Wire, driver: sqlite3.Connection, group: Sequence[Work]) -> list[Outcome]:
        """In one transaction, but so that each may fail by itself."""
        try:
            driver.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(wire, driver, fn) for fn in group]
            driver.execute("COMMIT")
        except (OperationalError, sqlite3.Error) as error:
            roll_back(driver)
            return [(None, unwritable(error))] * len(group)
        return outcomes

    def _attempt(self, wire: Wire, driver: sqlite3.Connection, fn: Work) -> Outcome:
        driver.execute("SAVEPOINT work")
        try:
            result = fn(SqlUnitOfWork(wire, self._vault))
            wire.flush()
        except BaseException as error:
            wire.forget()
            if isinstance(error, OperationalError) and not driver.in_transaction:
                raise
            driver.execute("ROLLBACK TO work")
            driver.execute("RELEASE work")
            return None, told(error)
        driver.execute("RELEASE work")
        return result, None


def roll_back(driver: sqlite3.Connection) -> None:
    """Take back what was begun; the database may have ended it already."""
    if driver.in_transaction:
        driver.execute("ROLLBACK")


def told(error: BaseException) -> BaseException:
    """What a work's failure is told as."""
    return unwritable(error) if isinstance(error, OperationalError) else error


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection: SQLAlchemy's way to a bare statement costs ten times what the statement does."""
    driver: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment] # of this driver
    return driver


def unwritable(error: Exception) -> RetryableError:
    """The database cannot be written now (disk full, locked by a foreign process)."""
    reason = getattr(error, "orig", error)
    return RetryableError("The database cannot be written now ({reason}): try again.", reason=reason)
