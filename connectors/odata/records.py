"""Records: read with their rows, found by a field, created in one deep insert, and changed by what differs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.odata.batch import Batches
from connectors.odata.changed import Dating
from connectors.odata.entities import Kind, rows_at
from connectors.odata.keys import equal, every, id_of, parted, predicate
from connectors.odata.metadata import Entity
from connectors.odata.shapes import Child, Pick, Shape, meets
from connectors.odata.sums import summed
from connectors.odata.values import V4, literal, read
from connectors.odata.wire import Query, Wire, Write, etag_of
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, StaleError
from hub.ports.connector import Remote

STATE = "state"
FOUND = 50  # records of one look-up; more than one is a question for a person


class Records:
    """Serves the objects that are entity sets."""

    def __init__(self, wire: Wire, batches: Batches, zones: Mapping[str, str], now: Callable[[], datetime]) -> None:
        self._wire = wire
        self._now = now
        self._batches = batches
        self._zones = zones  # by object

    # --- what it is over there

    def kind(self, shape: Shape) -> Kind:
        """The entity type of an object; RejectedError when the service does not have its set."""
        model = self._wire.model(shape.service)
        entity = model.of_set(shape.set)
        if entity is None:
            raise RejectedError(
                "{system}: the service {service} has no {set}",
                system=self._wire.system,
                service=shape.service,
                set=shape.set,
            )
        also = [*self.dating(shape, entity).properties, *shape.identity, *shape.sums]
        also += [name for line in shape.states for name in (*line.where, *line.unless)]
        also += [name for act in shape.acts.values() for name in act.parameters.values()]
        return Kind(model, entity, shape.node, shape.version, also=also)

    def dating(self, shape: Shape, entity: Entity) -> Dating:
        """How an object's changes are dated."""
        return Dating(shape.changed, entity, self.zone(shape))

    def zone(self, shape: Shape) -> str:
        """The zone in which an object's changes are dated."""
        return self._zones.get(shape.name, "UTC")

    def names(self, shape: Shape, entity: Entity) -> tuple[str, ...]:
        """The properties that make a record's id."""
        return shape.identity or entity.keys

    # --- reading

    def get(self, shape: Shape, remote_id: str) -> Remote | None:
        """One record, or None."""
        told = self.told(shape, remote_id)
        return None if told is None else self.remote(shape, told)

    def told(self, shape: Shape, remote_id: str) -> Doc | None:
        """One record as the system tells it, or None."""
        kind = self.kind(shape)
        key = self._key(shape, kind.entity, remote_id)
        if key is None:
            return None
        if shape.identity:
            rows = self._all(shape, kind, equal(kind.entity, key, shape.version))
            return next(iter(summed(shape, rows)), None)
        asked = Query(kind.select(), kind.expand())
        return self._wire.one(
            shape.service, shape.set + predicate(kind.entity, key, shape.version), asked, shape.version
        )

    def _key(self, shape: Shape, entity: Entity, remote_id: str) -> dict[str, Any] | None:
        names = self.names(shape, entity)
        parts = parted(remote_id, len(names))
        if parts is None or any(self._too_long(entity, *pair) for pair in zip(names, parts, strict=True)):
            return None
        return dict(zip(names, parts, strict=True))

    @staticmethod
    def _too_long(entity: Entity, name: str, part: str) -> bool:
        """A text that no entity can have as this part of its key, which services answer with an error."""
        most = entity.properties[name].most if name in entity.properties else None
        return most is not None and len(part) > most

    def _all(self, shape: Shape, kind: Kind, condition: str) -> list[Doc]:
        asked = Query(kind.select(), kind.expand(), every(shape.filter, condition), top=self._wire.page)
        return list(self._wire.rows(shape.service, shape.set, asked, shape.version).rows)

    def remote(self, shape: Shape, told: Doc) -> Remote:
        """A record as told, in the form of our port."""
        kind = self.kind(shape)
        try:
            doc = kind.document(told)
            if shape.states:
                doc[STATE] = next((line.state for line in shape.states if line.fits(told)), None)
            return Remote(
                id_of(self.names(shape, kind.entity), kind.entity, told),
                doc,
                kind.version_of(told),
                self.dating(shape, kind.entity).at(told),
            )
        except (ValueError, ArithmeticError, TypeError) as error:
            raise self._wire.lost("a value is not of its type", write=False) from error

    def find(self, shape: Shape, name: str, value: str) -> list[Remote]:
        """The records whose field equals the value; a field may stand in a child, or be picked out of one."""
        kind = self.kind(shape)
        head, _, rest = name.partition(".")
        child, pick = kind.node.child(head), next((each for each in kind.node.picks if each.name == name), None)
        if pick is not None:
            ids = self._by_row(shape, kind, pick, pick.property, value)
        elif child is not None and rest:
            ids = self._by_row(shape, kind, child, self._property(kind.of(child), rest), value)
        else:
            return self._by_field(shape, kind, name, value)
        found = (self.get(shape, remote_id) for remote_id in ids)
        return [each for each in found if each is not None]

    def _by_field(self, shape: Shape, kind: Kind, name: str, value: str) -> list[Remote]:
        field = kind.node.field(name)
        properties = field.properties if field else (name,)
        parts = parted(value, len(properties))
        if parts is None:
            return []
        wanted = equal(kind.entity, dict(zip(properties, parts, strict=True)), shape.version)
        return [self.remote(shape, row) for row in summed(shape, self._all(shape, kind, wanted))]

    def _property(self, kind: Kind, name: str) -> str:
        field = kind.node.field(name)
        return field.properties[0] if field else name

    def _by_row(self, shape: Shape, kind: Kind, holder: Child | Pick, name: str, value: str) -> list[str]:
        """The ids of the records that have a row with the value."""
        rows = kind.of(holder)
        rows_set = kind.model.set_of(rows.entity)
        if rows_set is None:
            raise RejectedError("{entity} has no set of its own", entity=rows.entity.name)
        asked = Query(
            (*kind.entity.keys, *holder.where), (), equal(rows.entity, {name: value}, shape.version), top=FOUND
        )
        found = self._wire.rows(shape.service, rows_set, asked, shape.version).rows
        meant = [row for row in found if meets(row, holder.where)]
        return list(dict.fromkeys(id_of(kind.entity.keys, rows.entity, row) for row in meant))

    # --- writing

    def create(self, shape: Shape, doc: Doc) -> Remote:
        """Write a new record and read it back."""
        write = self.insert(shape, doc)
        reply = self._wire.write(shape.service, write, shape.version)
        return self._wire.after_write(lambda: self.read_back(shape, self.made_id(shape, reply.doc)))

    def insert(self, shape: Shape, doc: Doc) -> Write:
        """The write that makes a record."""
        kind = self.kind(shape)
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
        entity = self.kind(shape).entity
        if not isinstance(found, dict) or not all(found.get(name) not in (None, "") for name in entity.keys):
            raise self._wire.lost("it does not say what was made", write=True)
        return id_of(entity.keys, entity, found)

    def read_back(self, shape: Shape, remote_id: str) -> Remote:
        """A record that was just written."""
        found = self.get(shape, remote_id)
        if found is None:
            raise RejectedError("{object} {id} is not there", object=shape.name, id=remote_id)
        return found

    def update(self, shape: Shape, seen: Remote, doc: Doc) -> Remote:
        """Send what differs; StaleError when the record or a row of it moved since it was seen."""
        now, writes = self.changes(shape, seen, doc)
        if not writes:
            return now
        self._send(shape, writes)
        return self._wire.after_write(lambda: self.read_back(shape, seen.id))

    def changes(self, shape: Shape, seen: Remote, doc: Doc) -> tuple[Remote, list[Write]]:
        """The record as it is now, and the writes that bring it to the document."""
        told = self.told(shape, seen.id)
        now = None if told is None else self.remote(shape, told)
        if told is None or now is None or (seen.version is not None and now.version != seen.version):
            raise self.stale(shape, seen.id)
        return now, list(self._writes(self.kind(shape), shape.set, told, now.doc, doc))

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
        act, kind = shape.acts.get(action), self.kind(shape)
        if act is None:
            raise RejectedError("{object} has no action {action}", object=shape.name, action=action)
        told = self.told(shape, remote_id)
        if told is None:
            raise RejectedError("{object} {id} is not there", object=shape.name, id=remote_id)
        if act.call is not None:
            self._wire.write(shape.service, self._call(shape, kind, told, act.call, act.parameters), shape.version)
            return
        rows, holder, rows_set = [told], kind, shape.set
        if act.rows is not None:
            child = next(each for each in kind.node.children if each.navigation == act.rows)
            rows, holder = rows_at(told, act.rows), kind.of(child)
            rows_set = self._set_of(holder)
        values = {name: holder.written(name, value) for name, value in act.update.items()}
        self._send(shape, [self._patch(holder, rows_set, row, values) for row in rows])

    def _call(self, shape: Shape, kind: Kind, told: Doc, name: str, parameters: Mapping[str, str]) -> Write:
        """A function import of version 2, with what it wants to know in the address; a bound action of version 4."""
        given = {each: read(kind.entity.type_of(source), told.get(source)) for each, source in parameters.items()}
        if shape.version == V4:
            path = f"{shape.set}{self._predicate(kind, told)}/{kind.model.actions.get(name, name)}"
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

    # --- what differs

    def _writes(self, kind: Kind, own_set: str, told: Doc, old: Doc, new: Doc) -> Iterator[Write]:
        """The writes that bring an entity and its rows from one document to another."""
        values = kind.differences(old, new)
        if values:
            yield self._patch(kind, own_set, told, values)
        path = own_set + self._predicate(kind, told)
        for pick in kind.node.picks:
            if pick.written and new.get(pick.name) not in (None, old.get(pick.name)):
                made = Kind.made(kind, {pick.name: new[pick.name]})[pick.child][0]
                yield from (Write("DELETE", *self._at(kind.of(pick), row)) for row in kind.picked(pick, told))
                yield Write("POST", f"{path}/{pick.child}", made)
        for child in kind.node.children:
            if not child.read_only and child.name in new:
                yield from self._row_writes(kind.of(child), child, path, kind.meant(child, told), old, new)

    def _row_writes(
        self, kind: Kind, child: Child, path: str, rows: Sequence[Doc], old: Doc, new: Doc
    ) -> Iterator[Write]:
        if child.one:
            yield from self._one_write(kind, child, path, rows, old, new)
            return
        before = {row["id"]: row for row in old[child.name]}
        wanted = new[child.name] or []
        kept = {row["id"]: row for row in wanted if row.get("id")}
        if kept.keys() - before.keys():
            raise StaleError("{system}: rows of {child} are gone there", system=self._wire.system, child=child.name)
        for row in rows:
            row_id = kind.row_id(row)
            if row_id in kept:
                yield from self._writes(kind, self._set_of(kind), row, before[row_id], kept[row_id])
            else:
                own, _, etag = self._at(kind, row)
                yield Write("DELETE", own, None, etag)
        for row in wanted:
            if not row.get("id"):
                yield Write("POST", f"{path}/{child.navigation}", kind.made(row, child.constants))

    def _one_write(
        self, kind: Kind, child: Child, path: str, rows: Sequence[Doc], old: Doc, new: Doc
    ) -> Iterator[Write]:
        wanted = new[child.name]
        if wanted and rows:
            yield from self._writes(kind, self._set_of(kind), rows[0], old[child.name], wanted)
        elif wanted:
            yield Write("POST", f"{path}/{child.navigation}", kind.made(wanted, child.constants))

    def _patch(self, kind: Kind, own_set: str, told: Doc, values: Doc) -> Write:
        return Write("PATCH", own_set + self._predicate(kind, told), values, etag_of(told))

    def _at(self, kind: Kind, told: Doc) -> tuple[str, None, str | None]:
        return self._set_of(kind) + self._predicate(kind, told), None, etag_of(told)

    def _set_of(self, kind: Kind) -> str:
        found = kind.model.set_of(kind.entity)
        if found is None:
            raise RejectedError("{entity} has no set of its own", entity=kind.entity.name)
        return found

    @staticmethod
    def _predicate(kind: Kind, told: Doc) -> str:
        key = {name: read(kind.entity.type_of(name), told.get(name)) for name in kind.entity.keys}
        return predicate(kind.entity, key, kind.version)
