"""Listings: what changed in an interval, by its own dates and by what feeds it, and all ids."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.odata.answers import Rows
from connectors.odata.changed import Dating
from connectors.odata.entities import Kind, rows_at
from connectors.odata.keys import every, id_of
from connectors.odata.metadata import Entity
from connectors.odata.paging import Place, Source, next_page, place_of, position, told
from connectors.odata.records import Records
from connectors.odata.shapes import Child, Feed, Field, Node, Shape
from connectors.odata.sums import summed
from connectors.odata.wire import Wire
from hub.domain.errors import RejectedError
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Ids, Page, Remote

ALL = -1
"""A turn that lists every entity there is."""


@dataclass(frozen=True)
class Window:
    """A closed interval."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Found:
    """Records of one page, and the place after them."""

    records: tuple[Remote, ...]
    then: Place | None
    at: datetime | None


class Listings:
    """Lists what ``Records`` serves."""

    def __init__(self, wire: Wire, records: Records) -> None:
        self._wire = wire
        self._records = records

    def changes(self, shape: Shape, since: datetime, until: datetime, after: str | None) -> Page:
        """The next page of the closed interval: by each of the properties that date a change, then by each feed."""
        turns, window = list(_turns(shape, since)), Window(since, until)
        number, place = position(after)
        turn = turns[min(number, len(turns) - 1)]
        found = (
            self._fed(shape, turn, window, place) if isinstance(turn, Feed) else self._own(shape, turn, window, place)
        )
        if found.then is not None:
            return Page(found.records, told(number, found.then), at=found.at)
        return Page(found.records, told(number + 1, None) if number + 1 < len(turns) else None, at=found.at)

    def ids(self, shape: Shape, after: str | None) -> Ids:
        """The next ids, in the order of the keys."""
        kind = self._records.kind(shape)
        names = self._records.names(shape, kind.entity)
        number, place = position(after)
        source = self._source(shape, kind.entity, names, (), names, shape.filter)
        rows, then = next_page(self._wire, source, place)
        ids = dict.fromkeys(id_of(names, kind.entity, row) for row in rows.rows)
        return Ids(tuple(ids), None if then is None else told(number, then))

    # --- by its own dates

    def _own(self, shape: Shape, turn: int, window: Window, place: Place | None) -> Found:
        kind = self._records.kind(shape)
        dating = self._records.dating(shape)
        within, order = None, self._records.names(shape, kind.entity)
        if turn != ALL:
            names = dating.alternatives[turn]
            within = dating.between(names, window.since, window.until, shape.version)
            order = (*names, *(name for name in kind.entity.keys if name not in names))
        source = self._source(shape, kind.entity, kind.select(), kind.expand(), order, every(shape.filter, within))
        rows, then = next_page(self._wire, source, place)
        if shape.identity:
            rows, then = _whole(source, rows, then)
        meant = [row for row in rows.rows if turn <= 0 or dating.is_dated_by(turn, row)]
        return Found(self._records.remotes(shape, summed(shape, meant)), then, rows.at)

    @staticmethod
    def _source(
        shape: Shape,
        entity: Entity,
        select: Sequence[str],
        expand: Sequence[str],
        order: tuple[str, ...],
        condition: str | None,
    ) -> Source:
        return Source(
            shape.service, shape.set, shape.version, entity, select, expand, order, condition, shape.links
        )  # fmt: skip

    # --- by what feeds it

    def _fed(self, shape: Shape, feed: Feed, window: Window, place: Place | None) -> Found:
        """Records that other entities say were changed, each once in a page."""
        kind = self._feeding(shape, feed)
        dating = Dating(feed.changed, kind.entity, self._records.zone(shape))
        names = dating.alternatives[0]
        order = (*names, *(name for name in kind.entity.keys if name not in names))
        within = dating.between(names, window.since, window.until, shape.version)
        source = Source(
            feed.service, feed.set, shape.version, kind.entity, kind.select(), kind.expand(), order, within
        )  # fmt: skip
        rows, then = next_page(self._wire, source, place)
        ids = dict.fromkeys(one for row in rows.rows for one in _fed_ids(feed, kind, row))
        found = (self._records.get(shape, one) for one in ids)
        return Found(tuple(each for each in found if each is not None), then, rows.at)

    def _feeding(self, shape: Shape, feed: Feed) -> Kind:
        model = self._wire.model(feed.service)
        entity = model.of_set(feed.set)
        if entity is None:
            template = "{system}: the service {service} has no {set}"
            raise RejectedError(template, system=self._wire.system, service=feed.service, set=feed.set)
        dates = [name for each in feed.changed for name in each.split("+")]
        named = Node(tuple(Field(name, (name,)) for name in feed.ids))
        node = Node(children=(Child(feed.rows, feed.rows, named),)) if feed.rows else named
        return Kind(model, entity, node, shape.version, also=dates)


def _turns(shape: Shape, since: datetime) -> Iterator[int | Feed]:
    """What is listed one after the other; what has no dates of its own is listed whole from the beginning.

    An entity that is changed for the first time meanwhile goes on to a turn that is still to come.
    """
    if not shape.changed and (since <= BEGINNING or not shape.feeds):
        yield ALL
        return
    yield from reversed(range(len(shape.changed)))
    yield from shape.feeds


def _whole(source: Source, rows: Rows, then: Place | None) -> tuple[Rows, Place | None]:
    """The same without the last record, of which there may be more rows in the next page."""
    if then is None:
        return rows, then
    complete = tuple(row for row in rows.rows if place_of(source, row) != then)
    if not complete:
        return rows, then
    return Rows(complete, rows.next, rows.delta, rows.at), place_of(source, complete[-1])


def _fed_ids(feed: Feed, kind: Kind, row: dict[str, object]) -> Iterator[str]:
    """The ids that an entity of a feed names."""
    holder = kind.of(kind.node.children[0]).entity if feed.rows else kind.entity
    for each in rows_at(row, feed.rows) if feed.rows else [row]:
        if all(each.get(name) not in (None, "") for name in feed.ids):
            yield id_of(feed.ids, holder, each)
