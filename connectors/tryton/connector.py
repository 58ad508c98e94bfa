"""The connector: each object is served by the part that its declaration names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from connectors.tryton import invoice
from connectors.tryton.describing import described
from connectors.tryton.feed import Feeds
from connectors.tryton.levels import Levels
from connectors.tryton.models import Models
from connectors.tryton.movements import Movements
from connectors.tryton.records import Records
from connectors.tryton.series import is_of
from connectors.tryton.shapes import Shape
from connectors.tryton.shipments import Shipments, as_movement
from connectors.tryton.wire import Wire
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Ids, Lack, ObjectSpec, Page, Probe, Remote
from hub.ports.describing import Description

IDS = 2000  # of one answer
LATEST = datetime(2199, 12, 31, tzinfo=UTC)


class TrytonConnector:
    """One Tryton database; see ``hub.ports.connector`` for what each method promises."""

    def __init__(self, wire: Wire, objects: Mapping[str, ObjectSpec], shapes: Mapping[str, Shape]) -> None:
        self._wire = wire
        self._objects = objects
        self._shapes = shapes
        self._models = Models(wire)
        self._records = Records(wire, self._models)
        self._feeds = Feeds(wire, self._models)
        self._levels = Levels(wire, self._feeds)
        self._shipments = Shipments(wire, self._records)
        self._movements = Movements(wire, self._models, self._records, self._shipments)

    def probe(self) -> Probe:
        """Say version and clock, and every object that our user may not read."""
        version, now = self._wire.version()
        problems = self._unproved(version)
        problems += _refusal_of(lambda: self._wire.company)
        for shape in self._shapes.values():
            problems += _refusal_of(partial(self._wire.read, f"{shape.model}.search", [], 0, 1, None))
        return Probe(version, now, tuple(problems))

    def _unproved(self, version: str) -> list[Lack]:
        if any(is_of(version, each) for each in self._wire.known):
            return []
        proved = " and ".join(each.name for each in self._wire.known)
        return [
            Lack(
                "Version {version} is not {proved}, with which this was proved.", {"version": version, "proved": proved}
            )
        ]

    def objects(self) -> Mapping[str, ObjectSpec]:
        """What the connector file declares."""
        return self._objects

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """Records changed within the closed interval, themselves or by a row of theirs."""
        shape = self._shape(name)
        if shape.kind == "level":
            return self._levels.changes(since, until, after)
        changes = self._feeds.changes(shape.feeds, since, until, after)
        return Page(tuple(self._load(shape, changes.keys)), changes.after)

    def ids(self, name: str, after: str | None = None) -> Ids:
        """The ids of all records, in their order; of what is computed, as its changes tell them."""
        shape = self._shape(name)
        if shape.kind != "record":
            page = self.changes(name, since=BEGINNING, until=LATEST, after=after)
            return Ids(tuple(remote.id for remote in page.records), page.after)
        found = self._records.ids(shape, int(after or 0), IDS)
        left_out = self._records.left_out(shape)
        return Ids(
            tuple(str(one) for one in found if one not in left_out), str(found[-1]) if len(found) == IDS else None
        )

    def get(self, name: str, remote_id: str) -> Remote | None:
        """The record, or None."""
        shape = self._shape(name)
        if shape.kind == "level":
            return self._levels.get(remote_id)
        if not remote_id.isdecimal():
            return None
        return next(iter(self._load(shape, [int(remote_id)])), None)

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """The records whose field equals the value; the look-up field is our own key."""
        shape = self._shape(name)
        if shape.kind == "level":
            return self._levels.find(field, value)
        return self._load(shape, self._records.find(shape, field, value))

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - Tryton knows no keys
        """Write a new record and read it back."""
        shape = self._writable(name)
        if self._objects[name].of:
            raise RejectedError("{object} acts on a {of}: it is not created", object=name, of=self._objects[name].of)
        if shape.kind == "movement":
            return self._movements.create(shape, doc)
        values = self._records.values(shape, doc)
        if shape.prepare == "invoice":
            values = invoice.complete(self._wire, self._models, shape, doc, values)
        return self._records.create(shape, values)

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - as above
        """Bring a record to what the document says, sending what differs."""
        shape = self._writable(name)
        return (self._records if shape.kind == "record" else self._movements).update(shape, seen, doc)

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:  # noqa: ARG002 - as above
        """Call an action of the steps declared for the object."""
        shape = self._writable(name)
        known = {step.action for steps in self._objects[name].goals.values() for step in steps}
        if action not in known:
            raise RejectedError("{object} has no action {action}", object=name, action=action)
        button = self._wire.series.actions.get(action, action)
        if shape.kind == "record":
            self._wire.write(f"{shape.model}.{button}", [int(remote_id)], accept=shape.accept_warnings)
        else:
            self._movements.act(shape, remote_id, button)

    def describe(self, name: str) -> Description | None:
        """What Tryton says of the object's fields; None of levels and movements, which are made of several models."""
        shape = self._shape(name)
        if shape.kind != "record":
            return None
        return Description("tryton", described(Models(self._wire), shape))  # asked anew: what is known may be old

    def _load(self, shape: Shape, ids: Sequence[int]) -> list[Remote]:
        if shape.kind == "record":
            return [loaded.remote for loaded in self._records.load(shape, ids)]
        return [as_movement(shape, shipment) for shipment in self._shipments.load(shape, ids)]

    def _shape(self, name: str) -> Shape:
        if name not in self._shapes:
            raise RejectedError("{system}: no object {object} is declared", system=self._wire.system, object=name)
        return self._shapes[name].renamed(self._wire.series.fields)

    def _writable(self, name: str) -> Shape:
        shape = self._shape(name)
        if shape.read_only:
            raise RejectedError("{system}: {object} is only read, never written", system=self._wire.system, object=name)
        return shape


def _refusal_of(ask: Callable[[], object]) -> list[Lack]:
    try:
        ask()
    except RejectedError as refused:
        return [Lack.of(refused)]
    return []
