"""The statements of one transaction on their way to the database, in their order."""

from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.exc import DBAPIError


class Wire:
    """One connection, for SQLAlchemy's statements and for prepared ones, which run on the driver's own cursor.

    On PostgreSQL each answer that is waited for is a round trip: what nobody waits for travels with the next statement.
    """

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self._connection = connection
        self._driver: Any = connection.connection.dbapi_connection
        self._waiting: list[tuple[str, Any]] = []

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

    def flush(self) -> None:
        """Run what waits."""
        if self._waiting:
            self.run(*self._waiting.pop())

    def forget(self) -> None:
        """Drop what waits: its transaction is taken back."""
        self._waiting.clear()
