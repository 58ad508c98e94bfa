"""The connector: every promise of the port, by what the connector file declares of an object."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from hub.domain.documents import Doc
from hub.domain.errors import HubError, RejectedError
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Ids, Item, ObjectSpec, Page, Probe, Remote
from hub.ports.describing import Description
from hub.transport.declared.batches import Batches
from hub.transport.declared.changes import Changes, Span, Stand
from hub.transport.declared.pages import Place, page_of
from hub.transport.declared.probing import Prober
from hub.transport.declared.records import Records
from hub.transport.declared.shapes import Shape
from hub.transport.declared.writing import Writer
from hub.transport.places import found_at

LATEST = datetime(2199, 12, 31, tzinfo=UTC)


class DeclaredConnector:
    """One system; see ``hub.ports.connector`` for what each method promises."""

    def __init__(self, system: str, shapes: Mapping[str, Shape], prober: Prober) -> None:
        self._system = system
        self._shapes = shapes
        self._prober = prober
        self._records = Records(shapes)
        self._changes = Changes(self._records, prober.clock)
        self._writer = Writer(system, self._records)
        self._batches = Batches(self._records, self._writer)

    def probe(self) -> Probe:
        """Say version and clock, and every object that we may not list."""
        return self._prober.probe(self._shapes.values())

    def objects(self) -> Mapping[str, ObjectSpec]:
        """What the connector file declares."""
        return {name: shape.spec for name, shape in self._shapes.items()}

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """Records changed within the closed interval, by themselves or by a row of theirs."""
        return self._changes.page(self._shape(name), Span(since, until), after)

    def within(self, name: str, at: datetime, *, beyond: str | None, after: str | None = None) -> Page:
        """Records changed at just this instant, in the order of their ids."""
        return self._changes.within(self._shape(name), at, beyond, after)

    def ids(self, name: str, after: str | None = None) -> Ids:
        """The ids of all records; by reading all changes where no call lists ids alone."""
        shape = self._shape(name)
        if shape.ids is None:
            page = self.changes(name, since=BEGINNING, until=LATEST, after=after)
            return Ids(tuple(dict.fromkeys(remote.id for remote in page.records)), page.after)
        rows = page_of(shape, shape.ids, {}, Place() if after is None else Stand.parse(after).place)
        told = [shape.ids.items.id(shape.ids.items.record(item)) for item in rows.items]
        ids = tuple(one for one in told if one is not None)
        return Ids(ids, None if rows.after is None else str(Stand(place=rows.after)))

    def get(self, name: str, remote_id: str) -> Remote | None:
        """The record, or None."""
        return self._records.get(self._shape(name), remote_id)

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """The records whose field has the value."""
        return self._records.find(self._shape(name), field, value)

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        """Write a new record and read it back."""
        shape = self._shape(name)
        if shape.spec.of:
            raise RejectedError("{object} acts on a {of}: it is not created", object=name, of=shape.spec.of)
        return self._writer.create(shape, doc, key)

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:
        """Bring a record to what the document says, sending what differs."""
        return self._writer.update(self._shape(name), seen, doc, key)

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:
        """Call an action of the steps declared for the object."""
        self._writer.act(self._shape(name), remote_id, action, key)

    def write_many(self, name: str, items: Sequence[Item]) -> Mapping[str, Remote | HubError]:
        """Write several records; by one call for each kind of write where the connector file has one."""
        return self._batches.write(self._shape(name), items)

    def describe(self, name: str) -> Description | None:
        """What the system says of the object's fields; None where the connector file does not say how to ask."""
        shape = self._shape(name)
        if shape.describe is None:
            return None
        call, kind, place = shape.describe
        return Description(kind, found_at(place, call.read({})))

    def _shape(self, name: str) -> Shape:
        if name not in self._shapes:
            raise RejectedError("{system}: no object {object} is declared", system=self._system, object=name)
        return self._shapes[name]
