"""The connector: every object is an entity set of a service, or several sets that are told as one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from connectors.odata.batch import Batches
from connectors.odata.deltas import Deltas
from connectors.odata.describing import described, described_union
from connectors.odata.listing import Listings
from connectors.odata.many import Many
from connectors.odata.records import Records
from connectors.odata.shapes import Shape
from connectors.odata.unions import Unions
from connectors.odata.wire import Wire
from connectors.odata.writing import Writing
from hub.domain.documents import Doc
from hub.domain.errors import HubError, RejectedError
from hub.ports.connector import Ids, Item, Lack, ObjectSpec, Page, Probe, Remote
from hub.ports.describing import Description


class ODataConnector:
    """The OData services of one system; see ``hub.ports.connector`` for what each method promises."""

    def __init__(
        self, wire: Wire, objects: Mapping[str, ObjectSpec], shapes: Mapping[str, Shape], now: Callable[[], datetime]
    ) -> None:
        self._wire = wire
        self._objects = objects
        self._shapes = shapes
        batches = Batches(wire)
        zones = {name: spec.feed.zone for name, spec in objects.items()}
        self._records = Records(wire, zones)
        self._writing = Writing(wire, self._records, batches, now)
        self._listings = Listings(wire, self._records)
        self._deltas = Deltas(wire, self._records, now)
        self._many = Many(wire, self._records, self._writing, batches)
        self._unions = Unions(self, {name: each.union for name, each in shapes.items() if each.union})

    def probe(self) -> Probe:
        """The versions of OData that are spoken, the system's clock, and every set or field that is not there."""
        shapes = [shape for name, shape in self._shapes.items() if name not in self._unions]
        versions = " and ".join(str(version) for version in sorted({shape.version for shape in shapes}))
        now = self._wire.now(shapes[0].service) if shapes else None
        problems = {str(problem): problem for shape in shapes for problem in self._problems(shape)}
        return Probe(f"OData {versions}", now, tuple(problems.values()))

    def _problems(self, shape: Shape) -> Iterator[Lack]:
        try:
            kind = self._records.kind(shape)
            for name in kind.asked:
                if name not in kind.entity.properties:
                    yield Lack("{set} has no {field}.", {"set": shape.set, "field": name})
            kind.select()
        except RejectedError as refused:
            yield Lack.of(refused)

    def objects(self) -> Mapping[str, ObjectSpec]:
        """What the connector file declares, by alias."""
        return self._objects

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """Records changed within the closed interval, themselves or by what feeds them."""
        shape = self._shape(name)
        if name in self._unions:
            return self._unions.changes(name, since=since, until=until, after=after)
        if shape.tracks:
            return self._deltas.changes(shape, since, after)
        return self._listings.changes(shape, since, until, after)

    def ids(self, name: str, after: str | None = None) -> Ids:
        """The ids of all records."""
        shape = self._shape(name)
        return self._unions.ids(name, after) if name in self._unions else self._listings.ids(shape, after)

    def get(self, name: str, remote_id: str) -> Remote | None:
        """The record, or None."""
        shape = self._shape(name)
        if name not in self._unions:
            return self._records.get(shape, remote_id)
        found = self._unions.of_id(name, remote_id)
        inner = self.get(found[1], found[2]) if found else None
        return self._unions.outward(name, found[0], inner) if found and inner else None

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """The records whose field equals the value; ``child.field`` is one of a row."""
        shape = self._shape(name)
        return (
            self._unions.find(name, field, value) if name in self._unions else self._records.find(shape, field, value)
        )

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - no keys in OData
        """Write a new record with its rows, and read it back."""
        shape = self._writable(name)
        if name in self._unions:
            which, inner = self._unions.of_doc(name, doc)
            return self._unions.outward(name, which, self.create(inner, self._unions.without(name, doc)))
        return self._writing.create(shape, doc)

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - as above
        """Bring a record to what the document says, sending what differs."""
        shape = self._writable(name)
        if name in self._unions:
            which, inner, _ = self._inside(name, seen.id)
            updated = self.update(inner, self._unions.inward(name, seen), self._unions.without(name, doc))
            return self._unions.outward(name, which, updated)
        return self._writing.update(shape, seen, doc)

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:  # noqa: ARG002 - as above
        """Do what the file says of an action."""
        shape = self._writable(name)
        if name in self._unions:
            _, inner, inner_id = self._inside(name, remote_id)
            self.act(inner, inner_id, action)
        else:
            self._writing.act(shape, remote_id, action)

    def write_many(self, name: str, items: Sequence[Item]) -> Mapping[str, Remote | HubError]:
        """Write several records in one call, each in a changeset of its own."""
        shape = self._writable(name)
        if name in self._unions:
            raise RejectedError("{object} is not written in batches", object=name)
        return self._many.write(shape, items)

    def describe(self, name: str) -> Description | None:
        """What the service says of the object's fields; of what is several objects, what it says of the first."""
        shape = self._shape(name)
        if shape.union is not None:
            first = self._shape(next(iter(shape.union.objects.values())))
            return Description("openapi", described_union(shape, self._described(first)))
        return Description("openapi", self._described(shape))

    def _described(self, shape: Shape) -> Doc:
        self._wire.forget(shape.service)
        return described(shape, self._records.kind(shape), self._objects[shape.name].lookup_by)

    def _inside(self, name: str, remote_id: str) -> tuple[str, str, str]:
        found = self._unions.of_id(name, remote_id)
        if found is None:
            raise RejectedError("{object} {id} is not there", object=name, id=remote_id)
        return found

    def _shape(self, name: str) -> Shape:
        if name not in self._shapes:
            raise RejectedError("{system}: no object {object} is declared", system=self._wire.system, object=name)
        return self._shapes[name]

    def _writable(self, name: str) -> Shape:
        shape = self._shape(name)
        if shape.read_only:
            raise RejectedError("{system}: {object} is only read, never written", system=self._wire.system, object=name)
        return shape
