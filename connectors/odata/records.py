"""Records as they are read: with their rows, by their id, or by a field."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from connectors.odata.asking import Query
from connectors.odata.changed import Dating
from connectors.odata.entities import Kind
from connectors.odata.keys import equal, every, id_of, ids_by, parted, predicate
from connectors.odata.metadata import Entity, Model
from connectors.odata.paging import Source, next_page
from connectors.odata.shapes import Child, Pick, Shape, meets
from connectors.odata.sums import summed
from connectors.odata.wire import Wire
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.ports.connector import Remote

STATE = "state"
FOUND = 50  # records of one look-up; more than one is a question for a person


class Records:
    """Serves the objects that are entity sets."""

    def __init__(self, wire: Wire, zones: Mapping[str, str]) -> None:
        self._wire = wire
        self._zones = zones  # by object
        self._kinds: dict[str, tuple[Model, Kind, Dating]] = {}

    # --- what it is over there

    def kind(self, shape: Shape) -> Kind:
        """The entity type of an object; RejectedError when the service does not have its set."""
        return self._known(shape)[1]

    def dating(self, shape: Shape) -> Dating:
        """How an object's changes are dated."""
        return self._known(shape)[2]

    def _known(self, shape: Shape) -> tuple[Model, Kind, Dating]:
        """What the metadata says of an object, worked out once for as long as it is the same."""
        model, known = self._wire.model(shape.service), self._kinds.get(shape.name)
        if known is None or known[0] is not model:
            known = self._kinds[shape.name] = self._worked_out(shape, model)
        return known

    def _worked_out(self, shape: Shape, model: Model) -> tuple[Model, Kind, Dating]:
        entity = model.of_set(shape.set)
        if entity is None:
            template = "{system}: the service {service} has no {set}"
            raise RejectedError(template, system=self._wire.system, service=shape.service, set=shape.set)
        dating = Dating(shape.changed, entity, self.zone(shape))
        also = [*dating.properties, *shape.identity, *shape.sums]
        also += [name for line in shape.states for name in (*line.where, *line.unless)]
        also += [name for act in shape.acts.values() for name in act.parameters.values()]
        return model, Kind(model, entity, shape.node, shape.version, also=also), dating

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
            rows = self._whole(shape, kind, equal(kind.entity, key, shape.version))
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

    def _whole(self, shape: Shape, kind: Kind, condition: str) -> list[Doc]:
        """Every row of a record, however many pages they are."""
        source = Source(
            shape.service, shape.set, shape.version, kind.entity, kind.select(), kind.expand(), kind.entity.keys,
            every(shape.filter, condition), shape.links,
        )  # fmt: skip
        rows, place = next_page(self._wire, source, None)
        found = list(rows.rows)
        while place is not None:
            rows, place = next_page(self._wire, source, place)
            found += rows.rows
        return found

    def remote(self, shape: Shape, told: Doc) -> Remote:
        """A record as told, in the form of our port."""
        return self.remotes(shape, (told,))[0]

    def remotes(self, shape: Shape, rows: Iterable[Doc]) -> tuple[Remote, ...]:
        """Records as told, in the form of our port; RetryableError where a value is not of its type."""
        _, kind, dating = self._known(shape)
        id_by = ids_by(self.names(shape, kind.entity), kind.entity)
        told_by = partial(self._with_state, shape, kind) if shape.states else kind.document
        try:
            return tuple(Remote(id_by(told), told_by(told), kind.version_of(told), dating.at(told)) for told in rows)
        except (ValueError, ArithmeticError, TypeError, AttributeError) as error:
            raise self._wire.lost("a value is not of its type", write=False) from error

    @staticmethod
    def _with_state(shape: Shape, kind: Kind, told: Doc) -> Doc:
        state = next((line.state for line in shape.states if line.fits(told)), None)
        return {**kind.document(told), STATE: state}

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
        return list(self.remotes(shape, summed(shape, self._all(shape, kind, wanted))))

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

    def read_back(self, shape: Shape, remote_id: str) -> Remote:
        """A record that was just written."""
        found = self.get(shape, remote_id)
        if found is None:
            raise RejectedError("{object} {id} is not there", object=shape.name, id=remote_id)
        return found
