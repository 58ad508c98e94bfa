"""Records: read with their children, found by our key, created, and changed by what differs."""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.tryton.models import Models
from connectors.tryton.shapes import Child, Field, Key, Shape
from connectors.tryton.wire import Wire
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, RetryableError, StaleError
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Remote

READS = 5  # of a record that is changed again and again
SECOND = 1.0


@dataclass(frozen=True)
class Loaded:
    """A record as it is now: the stamps that Tryton compares on a write, and the row that holds our key."""

    remote: Remote
    stamps: dict[str, str]
    key_row: str | None = None

    @property
    def changed_at(self) -> datetime:
        """When it or a row of it was changed last."""
        return self.remote.changed_at or BEGINNING

    @property
    def is_coarse(self) -> bool:
        """Whether Tryton's lock counts whole seconds, so that it cannot tell two writes of one second apart."""
        return all(stamp.isdecimal() for stamp in self.stamps.values())


class Records:
    """Serves objects that are a model of Tryton as it is."""

    def __init__(self, wire: Wire, models: Models, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._wire = wire
        self._models = models
        self._pause = pause

    def load(self, shape: Shape, ids: Sequence[int]) -> list[Loaded]:
        """The records that exist and are meant by the shape, in the order of the ids."""
        domain = [["id", "in", list(ids)], *shape.domain, *self._models.with_inactive(shape.model)]
        there = set(self._wire.read(f"{shape.model}.search", domain, 0, None, None)) - self._left_out(shape)
        wanted = [record for record in dict.fromkeys(ids) if record in there]
        if not wanted:
            return []
        rows = self._wire.read(
            f"{shape.model}.read", wanted, [field.asked for field in shape.fields] + self._wire.series.stamps
        )
        children = {child.name: self._rows_of(child, wanted) for child in shape.children}
        by_id = {row["id"]: row for row in rows}
        return [
            self._loaded(shape, by_id[record], {name: rows.get(record, []) for name, rows in children.items()})
            for record in wanted
        ]

    def get(self, shape: Shape, remote_id: str) -> Loaded | None:
        """One record, or None when there is none."""
        return next(iter(self.load(shape, [int(remote_id)])), None)

    def find(self, shape: Shape, field: str, value: str) -> list[int]:
        """The ids of the records whose field, or our key, equals the value."""
        clauses = [self._clause(shape, field, value), *shape.domain, *self._models.with_inactive(shape.model)]
        ids: list[int] = self._wire.read(f"{shape.model}.search", clauses, 0, None, [["id", "ASC"]])
        return ids

    def ids(self, shape: Shape, beyond: int, limit: int) -> list[int]:
        """The next ids, in their order, with those that the shape leaves out."""
        domain = [["id", ">", beyond], *shape.domain, *self._models.with_inactive(shape.model)]
        found: list[int] = self._wire.read(f"{shape.model}.search", domain, 0, limit, [["id", "ASC"]])
        return found

    def left_out(self, shape: Shape) -> set[int]:
        """The ids that other models point at and that are therefore not meant."""
        return self._left_out(shape)

    def create(self, shape: Shape, values: dict[str, Any]) -> Remote:
        """Write a new record and read it back."""
        (created,) = self._wire.write(f"{shape.model}.create", [values], accept=shape.accept_warnings)
        return self._wire.after_write(lambda: self._read_back(shape, created))

    def values(self, shape: Shape, doc: Doc) -> dict[str, Any]:
        """What create wants for a document: fields, rows of children, our key."""
        values = self._models.encoded(shape.model, shape.fields, doc)
        for child in shape.children:
            rows = [self._models.encoded(child.model, child.fields, row) for row in doc.get(child.name, [])]
            values[child.name] = [["create", rows]] if rows else []
        if shape.key and doc.get(shape.key.field):
            _put_key(values, shape.key, str(doc[shape.key.field]))
        return values

    def update(self, shape: Shape, seen: Remote, doc: Doc) -> Remote:
        """Send what differs; StaleError when the record or a row of it moved since it was seen."""
        now = self._lockable(shape, seen.id)
        if now is None or (seen.version is not None and now.remote.version != seen.version):
            raise StaleError(
                "{system}: {object} {id} was changed there meanwhile",
                system=self._wire.system,
                object=shape.name,
                id=seen.id,
            )
        values = self._differences(shape, now, doc)
        if not values:
            return now.remote
        self._wire.write(
            f"{shape.model}.write", [int(seen.id)], values, accept=shape.accept_warnings, _timestamp=now.stamps
        )
        return self._wire.after_write(lambda: self._read_back(shape, int(seen.id)))

    def _lockable(self, shape: Shape, remote_id: str) -> Loaded | None:
        """The record as it is, with stamps that any later write will change.

        Where the lock counts whole seconds (Tryton 7.0 on SQLite), a record that was changed within the running second
        is read again in the next one: its stamps would not show that somebody wrote between our read and our write.
        """
        now = self.get(shape, remote_id)
        for _ in range(READS):
            if now is None or not now.is_coarse:
                return now
            clock = self._wire.version()[1]  # asked before the read, so that the read is not older
            now = self.get(shape, remote_id)
            if now is None or clock is None or now.changed_at < clock:
                return now
            self._pause(SECOND)
        raise RetryableError(
            "{system}: {object} {id} is changed there every second: its lock cannot tell the changes apart",
            system=self._wire.system,
            object=shape.name,
            id=remote_id,
        )

    def _read_back(self, shape: Shape, record: int) -> Remote:
        loaded = self.get(shape, str(record))
        if loaded is None:
            raise RejectedError(
                "{system}: {object} {id} is not what this object means: look at it there",
                system=self._wire.system,
                object=shape.name,
                id=record,
            )
        return loaded.remote

    def _left_out(self, shape: Shape) -> set[int]:
        return {
            row[field]
            for model, field in shape.without
            for row in self._wire.read(f"{model}.search_read", [], 0, None, None, [field])
        }

    def _rows_of(self, child: Child, parents: list[int]) -> dict[int, list[dict[str, Any]]]:
        asked = [*(field.asked for field in child.fields), child.parent, *self._wire.series.stamps]
        rows = self._wire.read(
            f"{child.model}.search_read", [[child.parent, "in", parents]], 0, None, [["id", "ASC"]], asked
        )
        of: dict[int, list[dict[str, Any]]] = {}
        for row in rows:
            of.setdefault(row[child.parent], []).append(row)
        return of

    def _loaded(self, shape: Shape, row: dict[str, Any], children: dict[str, list[dict[str, Any]]]) -> Loaded:
        doc = self._models.decoded(shape.model, shape.fields, row)
        for child in shape.children:
            doc[child.name] = [
                {"id": str(told["id"]), **self._models.decoded(child.model, child.fields, told)}
                for told in children[child.name]
            ]
        key_row = _take_key(doc, shape.key)
        stamped = [(shape.model, row)]
        stamped += [(child.model, told) for child in shape.children for told in children[child.name]]
        stamps = {f"{model},{told['id']}": told["_timestamp"] for model, told in stamped}
        changed = [(model, told["id"], self._wire.series.changed_at(told)) for model, told in stamped]
        remote = Remote(str(row["id"]), doc, _version(changed), max(at for _, _, at in changed))
        return Loaded(remote, stamps, key_row)

    def _clause(self, shape: Shape, field: str, value: str) -> list[Any]:
        key = shape.key
        if key and field == key.field:
            return [f"{key.child}.{key.column}" if key.child else key.field, "=", key.prefix + value]
        known = {field.name: field for field in shape.fields}
        return [known[field].asked if field in known else field, "=", value]

    def _differences(self, shape: Shape, now: Loaded, doc: Doc) -> dict[str, Any]:
        values = self._models.encoded(shape.model, shape.fields, _changed(shape.fields, now.remote.doc, doc))
        for child in shape.children:
            if child.name in doc:
                commands = self._commands(child, now.remote.doc[child.name], doc[child.name])
                if commands:
                    values[child.name] = commands
        key = shape.key
        if key and doc.get(key.field) and doc[key.field] != now.remote.doc.get(key.field):
            _put_key(values, key, str(doc[key.field]), row=now.key_row)
        return values

    def _commands(self, child: Child, old: list[Doc], new: list[Doc]) -> list[list[Any]]:
        """What Tryton must do to the rows: delete, write, create."""
        before = {row["id"]: row for row in old}
        kept = {row["id"] for row in new if row.get("id")}
        if kept - before.keys():
            raise StaleError(
                "{system}: rows {rows} of {child} are gone there",
                system=self._wire.system,
                rows=", ".join(sorted(kept - before.keys())),
                child=child.name,
            )
        commands: list[list[Any]] = []
        gone = [int(row) for row in before if row not in kept]
        if gone:
            commands.append(["delete", gone])
        for row in new:
            if row.get("id"):
                values = self._models.encoded(child.model, child.fields, _changed(child.fields, before[row["id"]], row))
                if values:
                    commands.append(["write", [int(row["id"])], values])
        added = [self._models.encoded(child.model, child.fields, row) for row in new if not row.get("id")]
        if added:
            commands.append(["create", added])
        return commands


def _changed(fields: Iterable[Field], old: Doc, new: Doc) -> Doc:
    return {
        field.name: new[field.name] for field in fields if field.name in new and new[field.name] != old.get(field.name)
    }


def _put_key(values: dict[str, Any], key: Key, value: str, *, row: str | None = None) -> None:
    told = key.prefix + value
    if key.child is None:
        values[key.field] = told
    else:
        command = ["write", [int(row)], {key.column: told}] if row else ["create", [{key.column: told}]]
        values[key.child] = [*values.get(key.child, []), command]


def _take_key(doc: Doc, key: Key | None) -> str | None:
    """Move our key from where it lives into its field; returns the id of the row that holds it."""
    if key is None:
        return None
    if key.child is None:
        told = doc.get(key.field)
        doc[key.field] = told.removeprefix(key.prefix) if told and told.startswith(key.prefix) else None
        return None
    ours = [row for row in doc[key.child] if str(row[key.column]).startswith(key.prefix)]
    doc[key.child] = [row for row in doc[key.child] if row not in ours]
    doc[key.field] = ours[0][key.column].removeprefix(key.prefix) if ours else None
    return str(ours[0]["id"]) if ours else None


def _version(changed: Iterable[tuple[str, int, datetime]]) -> str:
    """One mark for a record and its rows: it changes when one of them is changed, added or removed."""
    told = sorted((model, row, at.isoformat()) for model, row, at in changed)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:20]
