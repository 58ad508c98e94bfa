"""The store on PostgreSQL: serializable transactions, retried where the database asks for it.

The writers of one process share one thread and its group commits: new rows of all of them meet on the last page of an
index, where serializable transactions conflict, so that eight at once are tried three times each, and some give up.
Between processes the database decides.

Leases are taken and given back in transactions of their own, which are not serializable: all claims look at the same
rows, and all but one of them would be taken back. Locks on rows and fences are what makes them right.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from hub.domain.errors import RetryableError
from hub.ports.store import UnitOfWork
from hub.storage.group import GroupWriter, Outcome, Work
from hub.storage.unit_of_work import SqlUnitOfWork, Vault
from hub.storage.wire import Wire

T = TypeVar("T")
SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION = "40001", "40P01", "23505"
ATTEMPTS = 12


def postgres_engine(url: str) -> Engine:
    """An engine with a pool that notices dead connections."""
    return create_engine(
        url, isolation_level="SERIALIZABLE", pool_pre_ping=True, hide_parameters=True, pool_size=8, max_overflow=8
    )


class PostgresStore:
    """Runs functions on a PostgreSQL database."""

    def __init__(self, engine: Engine, vault: Vault, measure: Callable[[int], None] | None = None) -> None:
        self._engine = engine
        self._leasing = engine.execution_options(isolation_level="READ COMMITTED")
        self._vault = vault
        self._writer = GroupWriter(self._commit, measure)

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run in one durable transaction."""
        return self._writer.run(fn)

    def queue(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run beside the writers, in a transaction that waits for locks instead of being taken back."""
        result, failure = self._alone(fn, self._leasing)
        if failure is not None:
            raise failure
        return cast("T", result)

    def read(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run on one snapshot."""
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            return fn(SqlUnitOfWork(Wire(connection), self._vault))

    def close(self) -> None:
        """Finish what is queued, then give the connections back."""
        self._writer.close()
        self._engine.dispose()

    def _commit(self, group: Sequence[Work]) -> list[Outcome]:
        """Together; where the database does not take the group, one by one."""
        if len(group) > 1:
            try:
                return self._together(group)
            except Exception:  # noqa: BLE001, S110 - a lost race may hide behind an error of ours
                pass  # what was wrong, and with which of them, shows when each is tried by itself
        return [self._alone(fn, self._engine) for fn in group]

    def _together(self, group: Sequence[Work]) -> list[Outcome]:
        with self._engine.begin() as connection:
            wire = Wire(connection)
            return [self._attempt(wire, fn) for fn in group]

    def _attempt(self, wire: Wire, fn: Work) -> Outcome:
        """Run inside a savepoint; raises what went wrong when the transaction is lost."""
        wire.later("SAVEPOINT work")
        try:
            result = fn(SqlUnitOfWork(wire, self._vault))
            wire.later("RELEASE work")
            wire.flush()
        except DBAPIError:
            raise
        except BaseException as error:
            if wants_retry(error):
                raise
            wire.forget()
            wire.run("ROLLBACK TO work")
            return None, error
        return result, None

    def _alone(self, fn: Work, engine: Engine) -> Outcome:
        """Run in a transaction of its own, as often as other processes get in its way."""
        retrying = Retrying(
            retry=retry_if_exception(wants_retry),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.002, max=0.2),
            reraise=True,
        )
        try:
            return retrying(self._once, fn, engine), None
        except (OperationalError, IntegrityError) as error:
            return None, untaken(error)
        except BaseException as error:  # noqa: BLE001 - it is the caller's: the writer goes on
            return None, error

    def _once(self, fn: Callable[[UnitOfWork], T], engine: Engine) -> T:
        with engine.begin() as connection:
            wire = Wire(connection)
            result = fn(SqlUnitOfWork(wire, self._vault))
            wire.flush()
            return result


def untaken(error: DBAPIError) -> RetryableError:
    """The database did not take a change."""
    failure = RetryableError(
        "The database did not take the change ({reason}): try again.", reason=sqlstate(error) or "no connection"
    )
    failure.__cause__ = error
    return failure


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
