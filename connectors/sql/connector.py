"""The connector: see ``hub.ports.connector`` for what each method promises."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from connectors.sql.database import Database
from connectors.sql.describing import described
from connectors.sql.rows import Given, Rows, mark_of
from connectors.sql.shapes import Shape
from connectors.sql.values import aware, bound, kept
from hub.domain.documents import Doc
from hub.domain.errors import PositionLostError, RejectedError
from hub.ports.connector import Ids, Lack, ObjectSpec, Page, Probe, Remote
from hub.ports.describing import Description

IDS = 5000  # of one answer


class SqlConnector:
    """The declared tables of one database."""

    def __init__(self, database: Database, objects: Mapping[str, ObjectSpec], shapes: Mapping[str, Shape]) -> None:
        self._database, self._objects, self._shapes = database, objects, shapes

    def probe(self) -> Probe:
        """Say product, version and clock, and every table that is not as it is declared."""
        problems = []
        with self._database.reading() as connection:
            told = connection.execute(select(func.now())).scalar_one()
            for shape in self._shapes.values():
                try:
                    Rows(self._database, connection, shape)
                except RejectedError as wrong:
                    problems.append(Lack.of(wrong))
        return Probe(self._database.version, aware(told, "UTC"), tuple(problems))

    def objects(self) -> Mapping[str, ObjectSpec]:
        """What the connector file declares."""
        return self._objects

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """Rows changed within the closed interval, in their order; all rows of a table that dates no changes."""
        shape = self._shape(name)
        with self._rows(name) as rows:
            if shape.changed is None:
                return self._page(rows, shape, [rows.meant()], shape.id, after)
            column = rows.table.c[shape.changed.column]
            edges = (bound(edge, shape.changed, column, shape.zone) for edge in (since, until))
            return self._page(
                rows, shape, [rows.meant(), column.between(*edges)], (shape.changed.column, *shape.id), after
            )

    def ids(self, name: str, after: str | None = None) -> Ids:
        """The ids of all living rows."""
        shape = self._shape(name)
        with self._rows(name) as rows:
            found = rows.listed(rows.living(), *self._further(rows, shape, shape.id, after), order=shape.id, limit=IDS)
            more = mark_of(found[-1], shape.id, shape.zone) if len(found) == IDS else None
            return Ids(tuple(rows.id_of(row) for row in found), more)

    def get(self, name: str, remote_id: str) -> Remote | None:
        """The row, or None."""
        with self._rows(name) as rows:
            row = rows.one(remote_id)
            return None if row is None else rows.remotes([row])[0]

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """The rows whose column equals the value."""
        shape = self._shape(name)
        named = shape.column_of(field)
        if named is None:
            raise RejectedError("{object} has no field {field}", object=name, field=field)
        with self._rows(name) as rows:
            column = rows.table.c[named]
            equal = column == kept(value, column, shape.zone)
            return rows.remotes(rows.listed(rows.living(), equal, order=shape.id, limit=shape.page))

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - our key stands in the row
        """Write a new row and read it back, in one transaction."""
        with self._rows(self._writable(name), write=True) as rows:
            return self._read_back(rows, rows.add(doc))

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - as above
        """Write what differs and read it back, in one transaction."""
        with self._rows(self._writable(name), write=True) as rows:
            rows.change(seen, doc)
            return self._read_back(rows, seen.id)

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:  # noqa: ARG002 - as above
        """Write what the action is declared to write."""
        values = self._shape(self._writable(name)).actions.get(action)
        if values is None:
            raise RejectedError("{object} has no action {action}", object=name, action=action)
        with self._rows(name, write=True) as rows:
            rows.write(remote_id, values)

    def describe(self, name: str) -> Description | None:
        """The declared columns as the database describes them now."""
        shape = self._shape(name)
        with self._database.reading() as connection:
            tables = {
                each: self._database.table(connection, each, shape.schema, anew=True)
                for each in (shape.table, *(child.table for child in shape.children))
            }
        return Description("openapi", described(name, shape, tables))

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def _page(
        self,
        rows: Rows,
        shape: Shape,
        conditions: Sequence[ColumnElement[bool]],
        order: Sequence[str],
        after: str | None,
    ) -> Page:
        """The next rows; those that say that they are deleted are told as gone."""
        found = rows.listed(*conditions, *self._further(rows, shape, order, after), order=order, limit=shape.page)
        more = mark_of(found[-1], order, shape.zone) if len(found) == shape.page else None
        gone = [row for row in found if _is_deleted(shape, row)]
        living = [row for row in found if row not in gone]
        return Page(tuple(rows.remotes(living)), more, tuple(rows.id_of(row) for row in gone))

    def _further(self, rows: Rows, shape: Shape, order: Sequence[str], after: str | None) -> list[ColumnElement[bool]]:
        """Where a listing goes on; PositionLostError when that is not a place of ours."""
        if after is None:
            return []
        try:
            marks = json.loads(after)
            values = [kept(mark, rows.table.c[column], shape.zone) for mark, column in zip(marks, order, strict=True)]
        except (ValueError, TypeError, RejectedError) as error:
            raise PositionLostError("{after} is no place in a listing.", after=after) from error
        return [rows.beyond(order, values)]

    @staticmethod
    def _read_back(rows: Rows, remote_id: str) -> Remote:
        row = rows.one(remote_id)
        if row is None:
            raise RejectedError("The row {id} is none that the declaration means: correct `where`.", id=remote_id)
        return rows.remotes([row])[0]

    @contextmanager
    def _rows(self, name: str, *, write: bool = False) -> Iterator[Rows]:
        shape = self._shape(name)
        with self._database.writing() if write else self._database.reading() as connection:
            yield Rows(self._database, connection, shape)

    def _shape(self, name: str) -> Shape:
        if name not in self._shapes:
            raise RejectedError("{system}: no object {object} is declared", system=self._database.system, object=name)
        return self._shapes[name]

    def _writable(self, name: str) -> str:
        if self._shape(name).read_only:
            raise RejectedError(
                "{system}: {object} is only read, never written", system=self._database.system, object=name
            )
        return name


def _is_deleted(shape: Shape, row: Given) -> bool:
    return shape.deleted is not None and row[shape.deleted[0]] in shape.deleted[1]
