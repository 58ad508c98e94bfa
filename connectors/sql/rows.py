"""Rows of a declared table, read and written."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, insert, not_, or_, select, update
from sqlalchemy import types as sql

from connectors.sql.database import Database
from connectors.sql.shapes import Child, Field, Shape
from connectors.sql.values import dated, kept, told, undated
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, StaleError
from hub.ports.connector import Remote
from hub.transport.key_parts import quoted

Given = Mapping[str, Any]


class Rows:
    """The rows of one object, within one transaction."""

    def __init__(self, database: Database, connection: Connection, shape: Shape) -> None:
        self._database, self._connection, self._shape = database, connection, shape
        self.table = self._described(shape.table, {*shape.id, *self._asked()})
        if shape.changed is not None and undated(self.table.c[shape.changed.column], shape.changed):
            raise RejectedError(
                "{system}: {table}.{column} is no date: say in `changed` the `form` of a text, the `unit` of a number.",
                system=database.system,
                table=shape.table,
                column=shape.changed.column,
            )

    def _described(self, name: str, columns: Iterable[str]) -> Table:
        """A table; RejectedError names the columns that it does not have."""
        table = self._database.table(self._connection, name, self._shape.schema)
        if missing := sorted(set(columns) - set(table.columns.keys())):
            raise RejectedError(
                "{system}: {table} has no column {columns}.",
                system=self._database.system,
                table=name,
                columns=", ".join(missing),
            )
        return table

    def _asked(self) -> list[str]:
        shape = self._shape
        named = [field.column for field in shape.fields]
        named += [shape.changed.column] if shape.changed else []
        named += [shape.deleted[0]] if shape.deleted else []
        return [*named, *shape.where, *([shape.version] if shape.version else [])]

    # Which rows

    def meant(self) -> ColumnElement[bool]:
        """The rows that the declaration means, deleted ones among them."""
        return and_(True, *(self._one_of(column, values) for column, values in self._shape.where.items()))  # noqa: FBT003

    def deleted(self) -> ColumnElement[bool] | None:
        """What says that a row is deleted, where rows say so."""
        return None if self._shape.deleted is None else self._one_of(*self._shape.deleted)

    def living(self) -> ColumnElement[bool]:
        """The rows that are not deleted."""
        deleted = self.deleted()
        return self.meant() if deleted is None else and_(self.meant(), not_(deleted))

    def _one_of(self, column: str, values: Sequence[Any]) -> ColumnElement[bool]:
        here = self.table.c[column]
        found = and_(here.is_not(None), here.in_([value for value in values if value is not None]))  # true or false
        return or_(found, here.is_(None)) if None in values else found

    def is_row(self, remote_id: str) -> ColumnElement[bool] | None:
        """The row of an id; None for what can be none."""
        parts = remote_id.split("/")
        if len(parts) != len(self._shape.id):
            return None
        try:
            values = [self._key(column, unquote(part)) for column, part in zip(self._shape.id, parts, strict=True)]
        except (RejectedError, ValueError):
            return None
        return and_(*(self.table.c[column] == value for column, value in zip(self._shape.id, values, strict=True)))

    def _key(self, column: str, value: str) -> Any:
        found = self.table.c[column]
        return int(value) if isinstance(found.type, sql.Integer) else kept(value, found, self._shape.zone)

    def beyond(self, columns: Sequence[str], values: Sequence[Any]) -> ColumnElement[bool]:
        """The rows that follow these values in the order of these columns."""
        here = [self.table.c[column] for column in columns]
        return or_(
            *(
                and_(*(here[before] == values[before] for before in range(place)), here[place] > values[place])
                for place in range(len(here))
            )
        )

    # Reading

    def listed(self, *conditions: ColumnElement[bool], order: Sequence[str], limit: int) -> list[Given]:
        """Rows in the order of these columns."""
        asked: Select[Any] = select(self.table).where(*conditions).limit(limit)
        asked = asked.order_by(*(self.table.c[column] for column in order))
        found = self._connection.execute(asked)
        names = tuple(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found]

    def one(self, remote_id: str, *, locked: bool = False) -> Given | None:
        """One living row, ``locked`` where the database can; None when there is none."""
        found = self.is_row(remote_id)
        if found is None:
            return None
        asked = select(self.table).where(found, self.living())
        row = self._connection.execute(asked.with_for_update() if locked else asked).first()
        return None if row is None else dict(row._mapping)  # noqa: SLF001

    def remotes(self, rows: Sequence[Given]) -> list[Remote]:
        """Rows with their children, as documents."""
        docs = [self._doc(self._shape.fields, row) for row in rows]
        for child in self._shape.children:
            found = self._children(child, [row[self._shape.id[0]] for row in rows])
            for row, doc in zip(rows, docs, strict=True):
                doc[child.name] = found.get(row[self._shape.id[0]], [])
        return [self._remote(row, doc) for row, doc in zip(rows, docs, strict=True)]

    def _remote(self, row: Given, doc: Doc) -> Remote:
        shape = self._shape
        version = told(row[shape.version], shape.zone) if shape.version else None
        mark = str(version) if version is not None else _digest(doc)
        changed = dated(row[shape.changed.column], shape.changed, shape.zone) if shape.changed else None
        return Remote(self.id_of(row), doc, mark, changed)

    def id_of(self, row: Given) -> str:
        """The id of a row: its key, or its keys with a stroke between them."""
        return "/".join([quoted(str(told(row[column], self._shape.zone))) for column in self._shape.id])

    def _doc(self, fields: Sequence[Field], row: Given) -> Doc:
        return {field.name: told(row[field.column], self._shape.zone) for field in fields}

    def _children(self, child: Child, ids: Sequence[Any]) -> dict[Any, list[Doc]]:
        table = self._child_table(child)
        asked = select(table).where(table.c[child.parent].in_(ids)).order_by(table.c[child.id])
        found: dict[Any, list[Doc]] = {}
        for each in self._connection.execute(asked):
            row = dict(each._mapping)  # noqa: SLF001
            doc = {"id": str(told(row[child.id], self._shape.zone)), **self._doc(child.fields, row)}
            found.setdefault(row[child.parent], []).append(doc)
        return found

    def _child_table(self, child: Child) -> Table:
        return self._described(child.table, {child.id, child.parent, *(field.column for field in child.fields)})

    # Writing

    def add(self, doc: Doc) -> str:
        """Write a new row with its children; gives its id."""
        made = self._connection.execute(insert(self.table).values(self._values(self._shape.fields, self.table, doc)))
        keys = made.inserted_primary_key
        given = {column: doc.get(name) for name, column in ((f.name, f.column) for f in self._shape.fields)}
        known = dict(zip((column.name for column in self.table.primary_key), keys or (), strict=False))
        row = {column: known.get(column) or given.get(column) for column in self._shape.id}
        if None in row.values():
            raise RejectedError(
                "{system}: {table} does not say which id a new row got.",
                system=self._database.system,
                table=self._shape.table,
            )
        for child in self._shape.children:
            self._add_children(child, row[self._shape.id[0]], doc.get(child.name, []))
        return self.id_of(row)

    def change(self, seen: Remote, doc: Doc) -> None:
        """Write what differs from the row that was seen; StaleError when it is another one now."""
        row = self.one(seen.id, locked=True)
        now = self.remotes([row])[0] if row is not None else None
        if now is None or now.version != seen.version:
            raise StaleError("{system}: the record was changed there meanwhile", system=self._database.system)
        differing = {name: value for name, value in doc.items() if value != now.doc.get(name)}
        if values := self._values(self._shape.fields, self.table, differing):
            self.write(seen.id, values)
        for child in self._shape.children:
            if child.name in differing and row is not None:
                self._change_children(child, row[self._shape.id[0]], now.doc[child.name], doc[child.name])

    def write(self, remote_id: str, values: Given) -> None:
        """Write columns of one row."""
        found = self.is_row(remote_id)
        if found is not None:
            self._connection.execute(update(self.table).where(found).values(dict(values)))

    def _change_children(self, child: Child, parent: Any, old: Sequence[Doc], new: Sequence[Doc]) -> None:
        table = self._child_table(child)
        before = {row["id"]: row for row in old}
        kept_ids = {row["id"] for row in new if row.get("id")}
        if kept_ids - before.keys():
            raise StaleError("{system}: the record was changed there meanwhile", system=self._database.system)
        for gone in before.keys() - kept_ids:
            self._connection.execute(delete(table).where(table.c[child.id] == self._child_key(table, child, gone)))
        for row in new:
            if row.get("id") and row != before[row["id"]]:
                mine = table.c[child.id] == self._child_key(table, child, row["id"])
                self._connection.execute(update(table).where(mine).values(self._values(child.fields, table, row)))
        self._add_children(child, parent, [row for row in new if not row.get("id")])

    def _add_children(self, child: Child, parent: Any, rows: Sequence[Doc]) -> None:
        table = self._child_table(child)
        for row in rows:
            values = {child.parent: parent, **self._values(child.fields, table, row)}
            self._connection.execute(insert(table).values(values))

    @staticmethod
    def _child_key(table: Table, child: Child, told_id: str) -> Any:
        return int(told_id) if isinstance(table.c[child.id].type, sql.Integer) else told_id

    def _values(self, fields: Sequence[Field], table: Table, doc: Doc) -> dict[str, Any]:
        return {
            field.column: kept(doc[field.name], table.c[field.column], self._shape.zone)
            for field in fields
            if field.name in doc and not field.computed
        }


def _digest(doc: Doc) -> str:
    return hashlib.sha256(orjson.dumps(doc, option=orjson.OPT_SORT_KEYS)).hexdigest()[:20]


def mark_of(row: Given, columns: Sequence[str], zone: str) -> str:
    """Where a listing stands, for who continues it."""
    return json.dumps([told(row[column], zone) for column in columns], ensure_ascii=False)
