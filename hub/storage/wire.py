"""The statements of one transaction on their way to the database, in their order."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.exc import DBAPIError

SIZES = (64, 16, 4, 1)  # rows of one insert


class Wire:
    """One connection, for SQLAlchemy's statements and for prepared ones, which run on the driver's own cursor.

    On PostgreSQL each answer that is waited for is a round trip: what nobody waits for travels with the next statement.
    On SQLite each statement costs more than a row: new rows that nobody reads soon are gathered, and written together.
    """

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self._connection = connection
        self._driver: Any = connection.connection.dbapi_connection
        self._waiting: list[tuple[str, Any]] = []
        self._gathered: dict[str, list[Any]] = {}

    def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        """Run a statement of SQLAlchemy's."""
        self.flush()
        return self._connection.execute(statement, values)

    def run(self, sql: str, parameters: Any = ()) -> Any:
        """Run a statement in the driver's words; its cursor."""
        cursor = self._driver.cursor()
        waiting, self._waiting = self._waiting, []
        try:
            if waiting:
                with self._driver.pipeline():
                    for one in waiting:
                        self._driver.cursor().execute(*one)
                    cursor.execute(sql, parameters)
            else:
                cursor.execute(sql, parameters)
        except self.dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                sql, None, error, self.dialect.loaded_dbapi.Error, hide_parameters=True, dialect=self.dialect
            ) from error
        return cursor

    def later(self, sql: str, parameters: Any = ()) -> None:
        """Run a statement whose answer nobody needs; it fails, if it does, with the statement that takes it along."""
        if self.dialect.name == "postgresql":
            self._waiting.append((sql, parameters))
        else:
            self.run(sql, parameters)

    def gather(self, sql: str, row: Sequence[Any]) -> None:
        """Insert a row, ``VALUES`` last in the statement, before any of SQLAlchemy's reads and before the commit."""
        if self.dialect.name == "postgresql":
            self.later(sql, row)
        else:
            self._gathered.setdefault(sql, []).append(row)

    def flush(self) -> None:
        """Run what waits."""
        gathered, self._gathered = self._gathered, {}
        for sql, rows in gathered.items():
            self._insert(sql, rows)
        if self._waiting:
            self.run(*self._waiting.pop())

    def _insert(self, sql: str, rows: list[Any]) -> None:
        """Many rows by few statements, of few lengths: the driver keeps those prepared that it has seen."""
        head, _, row = sql.partition(" VALUES ")
        start = 0
        for size in SIZES:
            while len(rows) - start >= size:
                chunk = rows[start : start + size]
                self.run(f"{head} VALUES {', '.join([row] * size)}", [value for one in chunk for value in one])
                start += size

    def forget(self) -> None:
        """Drop what waits: its transaction is taken back."""
        self._waiting.clear()
        self._gathered.clear()
