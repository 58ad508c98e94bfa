"""One database: transactions with limits, and its failures in the words of our port."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchTableError,
    ProgrammingError,
    SQLAlchemyError,
)

from hub.domain.errors import AuthError, HubError, RejectedError, RetryableError, UnknownOutcomeError
from hub.ports.hearing import heard

CONNECTIONS = 8  # as many as may deliver at once, with some to read
NOT_LET_IN = {"28000", "28P01", "1044", "1045", "18456", "SQLITE_NOTADB"}  # SQLSTATE, MySQL, SQL Server, SQLite
TELLS_NO_VALUES = "sqlite"  # it names the columns of a broken constraint and nothing else


def limits(url: URL, seconds: float) -> dict[str, Any]:
    """What a driver wants to be told of how long to wait."""
    whole = max(1, round(seconds))
    told: Mapping[str, dict[str, Any]] = {
        "postgresql": {"connect_timeout": whole, "options": f"-c statement_timeout={whole * 1000}"},
        "mysql": {"connect_timeout": whole, "read_timeout": whole, "write_timeout": whole},
        "mariadb": {"connect_timeout": whole, "read_timeout": whole, "write_timeout": whole},
        "sqlite": {"timeout": seconds},
    }
    return told.get(url.get_backend_name(), {})


class Database:
    """The connections to one database; threads may share it."""

    def __init__(self, system: str, address: str, password: str, *, seconds: float) -> None:
        self.system = system
        try:
            url = make_url(address)
            url = url.set(password=password) if password else url
            self._engine: Engine = create_engine(
                url,
                connect_args=limits(url, seconds),
                pool_size=CONNECTIONS,
                pool_timeout=seconds,
                pool_pre_ping=True,
                hide_parameters=True,
            )
        except (ArgumentError, ImportError) as error:
            raise RejectedError(
                "{system}: the url is no address of a database whose driver is installed.", system=system
            ) from error
        if url.get_backend_name() == "sqlite":
            event.listen(self._engine, "connect", _leave_transactions_to_us)
            event.listen(self._engine, "begin", _begin)
        self._tables: dict[tuple[str | None, str], Table] = {}

    @property
    def version(self) -> str:
        """Product and version; known once somebody connected."""
        numbers = self._engine.dialect.server_version_info or ()
        return f"{self._engine.dialect.name} {'.'.join(map(str, numbers))}".strip()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that writes nothing."""
        try:
            with self._engine.connect() as connection:
                heard()
                yield connection
        except SQLAlchemyError as error:
            raise self.failure(error) from error
        except ValueError as error:  # of what SQLite keeps in a column of dates
            raise RejectedError(
                "{system}: a row has what its column cannot have ({reason}): mend it there.",
                system=self.system,
                reason=str(error)[:200],
            ) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at its end; UnknownOutcomeError when the answer to that is lost."""
        try:
            with self._engine.connect().execution_options(writes=True) as connection:
                heard()
                yield connection
                try:
                    connection.commit()
                except DBAPIError as error:
                    raise self._failure_of_commit(error) from error
        except SQLAlchemyError as error:
            raise self.failure(error) from error

    def table(self, connection: Connection, name: str, schema: str | None, *, anew: bool = False) -> Table:
        """A table as the database describes it; asked once, or ``anew``."""
        if anew or (schema, name) not in self._tables:
            self._tables[schema, name] = Table(name, MetaData(), schema=schema, autoload_with=connection)
        return self._tables[schema, name]

    def _failure_of_commit(self, error: DBAPIError) -> HubError:
        if isinstance(error, IntegrityError):  # a deferred constraint: the database has rolled back
            return self.failure(error)
        return UnknownOutcomeError("{system}: written, but the commit was not answered.", system=self.system)

    def failure(self, error: SQLAlchemyError) -> HubError:
        """What a failure means before a commit: nothing was written. No value goes into the message."""
        if isinstance(error, NoSuchTableError):
            return RejectedError("{system} has no table {table}.", system=self.system, table=str(error))
        if isinstance(error, DBAPIError) and code_of(error) in NOT_LET_IN:
            return AuthError("{system} does not let us in: correct user and password.", system=self.system)
        if isinstance(error, (IntegrityError, DataError)):
            return RejectedError("{system} refused the row ({reason}).", system=self.system, reason=self.reason(error))
        if isinstance(error, ProgrammingError):
            return RejectedError(
                "{system} refused the statement ({reason}): the table is not as it is declared, or our user may not.",
                system=self.system,
                reason=code_of(error) or type(error.orig).__name__,
            )
        kind = type(error.orig).__name__ if isinstance(error, DBAPIError) else type(error).__name__
        return RetryableError("{system} cannot be asked ({kind}).", system=self.system, kind=kind)

    def reason(self, error: DBAPIError) -> str:
        """Which constraint or column was broken, where the driver tells it without the values."""
        told = getattr(error.orig, "diag", None)
        named = getattr(told, "constraint_name", None) or getattr(told, "column_name", None)
        if named:
            return str(named)
        if self._engine.dialect.name == TELLS_NO_VALUES:
            return str(error.orig)
        return code_of(error) or type(error.orig).__name__


def code_of(error: DBAPIError) -> str:
    """The database's own code of an error, empty where it tells none."""
    told = error.orig
    code = getattr(told, "sqlstate", None) or getattr(told, "sqlite_errorname", None)
    if code is None and told is not None and told.args and isinstance(told.args[0], int):
        code = told.args[0]
    if code is None and "role" in str(told) and "does not exist" in str(told):
        code = "28000"  # libpq tells no code of a connection that did not come about
    if code is None and "authentication failed" in str(told):
        code = "28P01"
    return str(code or "")


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
