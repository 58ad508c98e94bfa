"""The store on PostgreSQL: serializable transactions, retried where the database asks for it.

The writers of one process take turns: new rows of all of them meet on the last page of an index, where serializable
transactions conflict, so that eight at once are tried three times each, and some give up. Between processes the
database decides.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from hub.domain.errors import RetryableError
from hub.ports.store import UnitOfWork
from hub.storage.unit_of_work import SqlUnitOfWork, Vault

T = TypeVar("T")
SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION = "40001", "40P01", "23505"
ATTEMPTS = 12


def postgres_engine(url: str) -> Engine:
    """An engine with a pool that notices dead connections."""
    return create_engine(url, isolation_level="SERIALIZABLE", pool_pre_ping=True, pool_size=8, max_overflow=8)


class PostgresStore:
    """Runs functions on a PostgreSQL database."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault
        self._turn = threading.Lock()

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run in one durable transaction."""
        retrying = Retrying(
            retry=retry_if_exception(wants_retry),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.002, max=0.2),
            reraise=True,
        )
        try:
            result: T = retrying(self._once, fn)
        except (OperationalError, IntegrityError) as error:
            raise RetryableError(
                "The database did not take the change ({reason}): try again.", reason=sqlstate(error) or "no connection"
            ) from error
        return result

    def read(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run on one snapshot."""
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            return fn(SqlUnitOfWork(connection, self._vault))

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _once(self, fn: Callable[[UnitOfWork], T]) -> T:
        with self._turn, self._engine.begin() as connection:
            return fn(SqlUnitOfWork(connection, self._vault))


def wants_retry(error: BaseException) -> bool:
    """Whether the same work may succeed at once: another writer was faster, and its work is visible now."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, DBAPIError):
            return sqlstate(cause) in {SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION}
        cause = cause.__cause__
    return False


def sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's code of an error."""
    state = getattr(error.orig, "sqlstate", None)
    return str(state) if state else None
