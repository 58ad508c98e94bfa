"""The store on SQLite: one writer thread with group commit, readers beside it.

Callers hand functions to the writer thread; it drains its queue into one transaction, each function inside a
savepoint of its own, commits once (synchronous=FULL), and only then answers all of them.
"""

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from hub.domain.errors import RetryableError
from hub.ports.store import UnitOfWork
from hub.storage.unit_of_work import SqlUnitOfWork, Vault

T = TypeVar("T")
Work = tuple[Callable[[UnitOfWork], Any], "Future[Any]"]
GROUP = 256  # functions in one commit: more would only make the first of them wait
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=5000",
    "foreign_keys=ON",
    "temp_store=MEMORY",  # what a savepoint may have to take back: as a file it costs more than the commit
    "cache_size=-16384",  # KiB
)


def sqlite_engine(path: Path) -> Engine:
    """An engine whose transactions we begin ourselves; write-ahead log, durable at every commit."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 5, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


class SqliteStore:
    """Runs functions on one SQLite file; one such store per file and moment may write."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault
        self._queue: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="store-writer", daemon=True)
        self._writer.start()

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run in one durable transaction."""
        future: Future[T] = Future()
        self._queue.put((fn, future))
        return future.result()

    def read(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run on one snapshot."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                return fn(SqlUnitOfWork(connection, self._vault))
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._queue.put(None)
        self._writer.join()
        self._engine.dispose()

    def _write(self) -> None:
        with self._engine.connect() as connection:
            while (work := self._queue.get()) is not None:
                group, last = self._drain(work)
                self._commit(connection, group)
                if last:
                    return

    def _drain(self, first: Work) -> tuple[list[Work], bool]:
        """What is queued now, up to a group; whether the end of the queue was among it."""
        group = [first]
        while len(group) < GROUP:
            try:
                work = self._queue.get_nowait()
            except queue.Empty:
                break
            if work is None:
                return group, True
            group.append(work)
        return group, False

    def _commit(self, connection: Connection, group: list[Work]) -> None:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            results = [self._attempt(connection, fn) for fn, _ in group]
            connection.exec_driver_sql("COMMIT")
        except (OperationalError, sqlite3.Error) as error:
            roll_back(connection)
            results = [(None, unwritable(error))] * len(group)
        for (_, future), (result, failure) in zip(group, results, strict=True):
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def _attempt(self, connection: Connection, fn: Callable[[UnitOfWork], Any]) -> tuple[Any, BaseException | None]:
        connection.exec_driver_sql("SAVEPOINT work")
        try:
            result = fn(SqlUnitOfWork(connection, self._vault))
        except BaseException as error:
            if isinstance(error, OperationalError) and not in_transaction(connection):
                raise
            connection.exec_driver_sql("ROLLBACK TO work")
            connection.exec_driver_sql("RELEASE work")
            return None, unwritable(error) if isinstance(error, OperationalError) else error
        connection.exec_driver_sql("RELEASE work")
        return result, None


def roll_back(connection: Connection) -> None:
    """End a transaction that the database may have ended already."""
    if in_transaction(connection):
        connection.exec_driver_sql("ROLLBACK")


def in_transaction(connection: Connection) -> bool:
    """Whether the database still holds our transaction open; some failures end it."""
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", False))


def unwritable(error: Exception) -> RetryableError:
    """The database cannot be written now (disk full, locked by a foreign process)."""
    reason = getattr(error, "orig", error)
    return RetryableError("The database cannot be written now ({reason}): try again.", reason=reason)
