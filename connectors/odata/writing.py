"""Records as they are written: created in one deep insert, changed by what differs, and acted upon."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.odata.answers import etag_of
from connectors.odata.asking import Write
from connectors.odata.batch import Batches
from connectors.odata.differing import differences, key_of, patch, set_of
from connectors.odata.entities import Kind, rows_at
from connectors.odata.keys import id_of
from connectors.odata.records import Records
from connectors.odata.shapes import Shape
from connectors.odata.values import V4, literal, read
from connectors.odata.wire import Wire
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, StaleError
from hub.ports.connector import Remote


class Writing:
    """Writes what ``Records`` reads."""

    def __init__(self, wire: Wire, records: Records, batches: Batches, now: Callable[[], datetime]) -> None:
        self._wire = wire
        self._records = records
        self._batches = batches
        self._now = now

    def create(self, shape: Shape, doc: Doc) -> Remote:
        """Write a new record and read it back."""
        write = self.insert(shape, doc)
        reply = self._wire.write(shape.service, write, shape.version)
        return self._wire.after_write(lambda: self._records.read_back(shape, self.made_id(shape, reply.doc)))

    def insert(self, shape: Shape, doc: Doc) -> Write:
        """The write that makes a record."""
        kind = self._records.kind(shape)
        return Write("POST", shape.set, {**self._defaults(shape, kind), **kind.made(doc)})

    def _defaults(self, shape: Shape, kind: Kind) -> Doc:
        """What the file says of every new record."""
        values: Doc = {}
        for name, told in shape.defaults.items():
            if isinstance(told, list):
                values[name] = told
            elif isinstance(told, dict):
                today = self._now().astimezone(ZoneInfo(told["today"])).date()
                values[name] = kind.written(name, today.isoformat())
            elif told != "":
                values[name] = kind.written(name, told)
        return values

    def made_id(self, shape: Shape, told: Any) -> str:
        """The id of a record that was made, by the answer to the write; UnknownOutcomeError when it does not say."""
        found = told.get("d", told) if isinstance(told, dict) else {}
        entity = self._records.kind(shape).entity
        if not isinstance(found, dict) or not all(found.get(name) not in (None, "") for name in entity.keys):
            raise self._wire.lost("it does not say what was made", write=True)
        return id_of(entity.keys, entity, found)

    def update(self, shape: Shape, seen: Remote, doc: Doc) -> Remote:
        """Send what differs; StaleError when the record or a row of it moved since it was seen."""
        now, writes = self.changes(shape, seen, doc)
        if not writes:
            return now
        self._send(shape, writes)
        return self._wire.after_write(lambda: self._records.read_back(shape, seen.id))

    def changes(self, shape: Shape, seen: Remote, doc: Doc) -> tuple[Remote, list[Write]]:
        """The record as it is now, and the writes that bring it to the document."""
        told = self._records.told(shape, seen.id)
        now = None if told is None else self._records.remote(shape, told)
        if told is None or now is None or (seen.version is not None and now.version != seen.version):
            raise self.stale(shape, seen.id)
        return now, list(differences(self._records.kind(shape), shape.set, told, now.doc, doc))

    def stale(self, shape: Shape, remote_id: str) -> StaleError:
        """Somebody was faster."""
        return StaleError(
            "{system}: {object} {id} was changed there meanwhile",
            system=self._wire.system,
            object=shape.name,
            id=remote_id,
        )

    def act(self, shape: Shape, remote_id: str, action: str) -> None:
        """Do what the file says of an action; RejectedError when there is no such action or record."""
        act, kind = shape.acts.get(action), self._records.kind(shape)
        if act is None:
            raise RejectedError("{object} has no action {action}", object=shape.name, action=action)
        told = self._records.told(shape, remote_id)
        if told is None:
            raise RejectedError("{object} {id} is not there", object=shape.name, id=remote_id)
        if act.call is not None:
            self._wire.write(shape.service, self._call(shape, kind, told, act.call, act.parameters), shape.version)
            return
        rows, holder, rows_set = [told], kind, shape.set
        if act.rows is not None:
            child = next(each for each in kind.node.children if each.navigation == act.rows)
            rows, holder = rows_at(told, act.rows), kind.of(child)
            rows_set = set_of(holder)
        values = {name: holder.written(name, value) for name, value in act.update.items()}
        self._send(shape, [patch(holder, rows_set, row, values) for row in rows])

    def _call(self, shape: Shape, kind: Kind, told: Doc, name: str, parameters: Mapping[str, str]) -> Write:
        """A function import of version 2, with what it wants to know in the address; a bound action of version 4."""
        given = {each: read(kind.entity.type_of(source), told.get(source)) for each, source in parameters.items()}
        if shape.version == V4:
            path = f"{shape.set}{key_of(kind, told)}/{kind.model.actions.get(name, name)}"
            return Write("POST", path, given, etag_of(told))
        types = {each: kind.entity.type_of(source) for each, source in parameters.items()}
        query = tuple((each, literal(types[each], value, shape.version, where=each)) for each, value in given.items())
        return Write("POST", name, None, etag_of(told), query)

    def _send(self, shape: Shape, writes: Sequence[Write]) -> None:
        """One write by itself; several as one changeset, all of it or nothing."""
        if len(writes) == 1:
            self._wire.write(shape.service, writes[0], shape.version)
        elif writes:
            (outcome,) = self._batches.send(shape.service, shape.version, [writes])
            if isinstance(outcome, Exception):
                raise outcome
