"""What every repository shares: a connection, and the words for storing values."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
from sqlalchemy import Column, ColumnElement, Executable, RowMapping, Select, Table, func
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from hub.storage.wire import Wire


def stamp(at: datetime) -> str:
    """An instant as it is stored; text order is time order."""
    return at.astimezone(UTC).isoformat()


def stamp_or_none(at: datetime | None) -> str | None:
    """The same for an instant that may be missing."""
    return None if at is None else stamp(at)


def instant_or_none(text: str | None) -> datetime | None:
    """A stored instant."""
    return None if text is None else datetime.fromisoformat(text)


def dumps(value: Any) -> str:
    """JSON text."""
    return orjson.dumps(value).decode()


loads = orjson.loads
AMONG = {
    "sqlite": "{column} IN (SELECT value FROM json_each(:ids))",
    "postgresql": "{column} = ANY (ARRAY (SELECT json_array_elements_text(CAST(:ids AS json))))",
}
"""A column among the texts of a JSON list, in statements that are prepared once for any number of them.

An array is looked up by the index; with a set PostgreSQL rather reads a table of some thousand rows from end to end.
"""


class Held(Protocol):
    """What is leased: by which id, under which fence."""

    @property
    def id(self) -> str: ...  # noqa: D102 - the type says it
    @property
    def fence(self) -> int: ...  # noqa: D102


def by_fence(held: Iterable[Held]) -> dict[int, list[str]]:
    """The ids of what is leased, by fence: nearly always one, since most is done at the first attempt."""
    found: dict[int, list[str]] = {}
    for each in held:
        found.setdefault(each.fence, []).append(each.id)
    return found


class Repository:
    """Runs statements on one transaction's connection."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def first(self, statement: Executable) -> RowMapping | None:
        """The first row."""
        return self._wire.execute(statement).mappings().first()

    def rows(self, statement: Executable) -> Sequence[RowMapping]:
        """All rows."""
        return self._wire.execute(statement).mappings().all()

    def pairs(self, statement: Executable) -> Sequence[Any]:
        """All rows, as tuples."""
        return self._wire.execute(statement).all()

    def change(self, statement: Executable, values: Any = None) -> int:
        """Run a write and say how many rows it touched."""
        return self._wire.execute(statement, values).rowcount

    def upsert(self, table: Table, values: dict[str, Any]) -> None:
        """Insert the row, or replace the one with its primary key."""
        statement = insert_on(self._wire.dialect.name)(table).values(values)
        keys = [column.name for column in table.primary_key]
        rest = {name: statement.excluded[name] for name in values if name not in keys}
        self.change(statement.on_conflict_do_update(index_elements=keys, set_=rest))

    def add_if_new(self, table: Table, values: dict[str, Any] | list[dict[str, Any]]) -> int:
        """Insert what does not collide with a unique key; says how many rows were new."""
        insert = insert_on(self._wire.dialect.name)
        return self.change(
            insert(table).values(values).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        )


def chosen_by(dialect: str, column: Column[str], ids: Select[Any]) -> ColumnElement[bool]:
    """Whether a row is one of those chosen, which nobody else holds a lock on; they are chosen, and locked, once."""
    locked = ids.with_for_update(skip_locked=True).scalar_subquery()
    return column == func.any(func.array(locked)) if dialect == "postgresql" else column.in_(locked)


def insert_on(dialect: str) -> Any:
    """The insert of a database, which knows what to do about rows that are there."""
    return pg_insert if dialect == "postgresql" else sqlite_insert
