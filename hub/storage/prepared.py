"""Statements of hot paths: compiled once per database, and run on the driver's own cursor.

Building a statement and handing it to SQLAlchemy costs ten times as much as the database's own work on one row.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.sql import ClauseElement

from hub.storage.wire import Wire

Row = dict[str, Any]


@dataclass(frozen=True)
class Compiled:
    """A statement in the words of one driver; ``order`` names its parameters where the driver wants them in order."""

    sql: str
    fixed: Mapping[str, Any]
    order: tuple[str, ...] | None

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        named = {**self.fixed, **values}
        return named if self.order is None else [named[name] for name in self.order]


class Prepared:
    """A statement without expanding parameters, on columns of text, integers and bytes, which drivers take as they are.

    ``build`` gives the statement for a dialect's name; ``columns`` are those that an insert or update sets.
    """

    def __init__(self, build: Callable[[str], ClauseElement], columns: Iterable[str] | None = None) -> None:
        self._build = build
        self._columns = None if columns is None else list(columns)
        self._compiled: dict[str, Compiled] = {}

    def first(self, wire: Wire, values: Mapping[str, Any]) -> Row | None:
        """The first row."""
        cursor = self._execute(wire, values)
        row = cursor.fetchone()
        return None if row is None else dict(zip(names(cursor), row, strict=True))

    def rows(self, wire: Wire, values: Mapping[str, Any]) -> list[Row]:
        """All rows."""
        cursor = self._execute(wire, values)
        header = names(cursor)
        return [dict(zip(header, row, strict=True)) for row in cursor.fetchall()]

    def change(self, wire: Wire, values: Mapping[str, Any]) -> int:
        """Run a write; how many rows it touched."""
        return int(self._execute(wire, values).rowcount)

    def later(self, wire: Wire, values: Mapping[str, Any]) -> None:
        """Run a write whose outcome nobody waits for."""
        compiled = self._in_words_of(wire.dialect)
        wire.later(compiled.sql, compiled.parameters(values))

    def gather(self, wire: Wire, values: Mapping[str, Any]) -> None:
        """Insert a row that only SQLAlchemy's statements read: with others of its kind, before they do."""
        compiled = self._in_words_of(wire.dialect)
        wire.gather(compiled.sql, compiled.parameters(values))

    def _execute(self, wire: Wire, values: Mapping[str, Any]) -> Any:
        compiled = self._in_words_of(wire.dialect)
        return wire.run(compiled.sql, compiled.parameters(values))

    def _in_words_of(self, dialect: Dialect) -> Compiled:
        return self._compiled.get(dialect.name) or self._compile(dialect)

    def _compile(self, dialect: Dialect) -> Compiled:
        made: Any = self._build(dialect.name).compile(dialect=dialect, column_keys=self._columns)
        order = tuple(made.positiontup) if made.positional else None
        compiled = self._compiled[dialect.name] = Compiled(str(made), made.params, order)
        return compiled


def names(cursor: Any) -> list[str]:
    """The names of a result's columns."""
    return [column[0] for column in cursor.description]
