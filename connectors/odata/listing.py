"""Listings: what changed in an interval, and all ids, by keyset, so that nothing is skipped while others write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from connectors.odata.changed import Dating
from connectors.odata.entities import Kind, rows_at
from connectors.odata.keys import beyond, every, id_of
from connectors.odata.metadata import Entity
from connectors.odata.records import Records
from connectors.odata.shapes import Child, Feed, Field, Node, Shape
from connectors.odata.sums import summed
from connectors.odata.values import read
from connectors.odata.wire import Query, Rows, Wire
from hub.domain.documents import Doc
from hub.domain.errors import PositionLostError, RejectedError
from hub.ports.connector import Ids, Page, Remote

Place = list[Any] | str  # values of the ordering properties, or the server's own link


@dataclass(frozen=True)
class Source:
    """One thing that is listed: entities in the order of some properties, within a filter."""

    service: str
    set: str
    version: int
    entity: Entity
    select: Sequence[str]
    expand: Sequence[str]
    order: tuple[str, ...]
    filter: str | None
    links: bool = False


class Listings:
    """Lists what ``Records`` serves."""

    def __init__(self, wire: Wire, records: Records) -> None:
        self._wire = wire
        self._records = records

    # --- changes

    def changes(self, shape: Shape, since: datetime, until: datetime, after: str | None) -> Page:
        """The next page of the closed interval: by each of the properties that date a change, then by each feed."""
        number, place = _position(after)
        sources = 1 if not shape.changed and not shape.feeds else len(shape.changed) + len(shape.feeds)
        if number < max(len(shape.changed), 0 if shape.feeds else 1):
            records, then, at = self._own(shape, number, since, until, place)
        else:
            records, then, at = self._fed(shape, shape.feeds[number - len(shape.changed)], since, until, place)
        if then is not None:
            return Page(records, _told(number, then), at=at)
        return Page(records, _told(number + 1, None) if number + 1 < sources else None, at=at)

    def _own(
        self, shape: Shape, number: int, since: datetime, until: datetime, place: Place | None
    ) -> tuple[tuple[Remote, ...], Place | None, datetime | None]:
        kind = self._records.kind(shape)
        dating = self._records.dating(shape, kind.entity)
        within, order = None, self._records.names(shape, kind.entity)
        if shape.changed:
            names = dating.alternatives[number]
            within = dating.between(names, since, until, shape.version)
            order = (*names, *(name for name in kind.entity.keys if name not in names))
        source = Source(
            shape.service, shape.set, shape.version, kind.entity, kind.select(), kind.expand(), order,
            every(shape.filter, within), shape.links,
        )  # fmt: skip
        rows, then = self._page(source, place)
        meant = [row for row in rows.rows if not shape.changed or dating.is_dated_by(number, row)]
        return tuple(self._records.remote(shape, row) for row in summed(shape, meant)), then, rows.at

    def _fed(
        self, shape: Shape, feed: Feed, since: datetime, until: datetime, place: Place | None
    ) -> tuple[tuple[Remote, ...], Place | None, datetime | None]:
        """Records that other entities say were changed, each once in a page."""
        entity = self._entity(feed)
        dating = Dating(feed.changed, entity, self._records.zone(shape))
        names = dating.alternatives[0]
        order = (*names, *(name for name in entity.keys if name not in names))
        select: list[str] = list(order)
        expand: list[str] = []
        if feed.rows:
            select, expand = self._with_rows(shape, entity, feed, order)
        else:
            select += feed.ids
        within = dating.between(names, since, until, shape.version)
        source = Source(feed.service, feed.set, shape.version, entity, select, expand, order, within)
        rows, then = self._page(source, place)
        ids = dict.fromkeys(one for row in rows.rows for one in self._fed_ids(feed, entity, row))
        found = (self._records.get(shape, one) for one in ids)
        return tuple(each for each in found if each is not None), then, rows.at

    def _entity(self, feed: Feed) -> Entity:
        entity = self._wire.model(feed.service).of_set(feed.set)
        if entity is None:
            raise RejectedError(
                "{system}: the service {service} has no {set}",
                system=self._wire.system,
                service=feed.service,
                set=feed.set,
            )
        return entity

    def _with_rows(self, shape: Shape, entity: Entity, feed: Feed, order: Sequence[str]) -> tuple[list[str], list[str]]:
        fields = Node(tuple(Field(name, (name,)) for name in feed.ids))
        node = Node(children=(Child(str(feed.rows), str(feed.rows), fields),))
        kind = Kind(self._wire.model(feed.service), entity, node, shape.version, also=order)
        return kind.select(), kind.expand()

    def _fed_ids(self, feed: Feed, entity: Entity, row: Doc) -> Iterator[str]:
        holder = entity
        if feed.rows:
            holder = self._wire.model(feed.service).behind(entity, feed.rows) or entity
        for each in rows_at(row, feed.rows) if feed.rows else [row]:
            if all(each.get(name) not in (None, "") for name in feed.ids):
                yield id_of(feed.ids, holder, each)

    # --- ids

    def ids(self, shape: Shape, after: str | None) -> Ids:
        """The next ids, in the order of the keys."""
        kind = self._records.kind(shape)
        names = self._records.names(shape, kind.entity)
        number, place = _position(after)
        source = Source(
            shape.service, shape.set, shape.version, kind.entity, names, (), names, shape.filter, shape.links
        )
        rows, then = self._page(source, place)
        ids = dict.fromkeys(id_of(names, kind.entity, row) for row in rows.rows)
        return Ids(tuple(ids), None if then is None else _told(number, then))

    # --- pages

    def _page(self, source: Source, place: Place | None) -> tuple[Rows, Place | None]:
        """The next rows of a source, and the place after them; None where there are no more."""
        if isinstance(place, str):
            base = self._wire.address(source.service, "")
            rows = self._wire.follow(place, source.version, base=base)
            return rows, rows.next
        further = None
        if place is not None:
            if len(place) != len(source.order):
                raise PositionLostError("{system} does not know this place in a listing", system=self._wire.system)
            further = beyond(source.entity, list(zip(source.order, place, strict=True)), source.version)
        asked = Query(
            source.select,
            source.expand,
            every(source.filter, further),
            source.order,
            None if source.links else self._wire.page,
        )
        rows = self._wire.rows(source.service, source.set, asked, source.version)
        if source.links:
            return rows, rows.next
        return self._beyond(source, place, rows)

    def _beyond(self, source: Source, place: Place | None, rows: Rows) -> tuple[Rows, Place | None]:
        """Rows that were not told before, and where they end: a time may be kept more exactly than it is told."""
        placed = [(self._place(source, row), row) for row in rows.rows]
        new = tuple(row for at, row in placed if at != place)
        more = rows.next is not None or len(rows.rows) >= self._wire.page
        if more and not new:
            raise RejectedError("{system}: a listing does not go on", system=self._wire.system)
        return Rows(new, rows.next, rows.delta, rows.at), placed[-1][0] if more else None

    @staticmethod
    def _place(source: Source, row: Doc) -> list[Any]:
        return [read(source.entity.type_of(name), row.get(name)) for name in source.order]


def _position(after: str | None) -> tuple[int, Place | None]:
    """Which source, and where in it; PositionLostError when it is none of ours."""
    if after is None:
        return 0, None
    try:
        number, place = orjson.loads(after)
    except (ValueError, TypeError) as error:
        raise PositionLostError("This is no place in a listing") from error
    return int(number), place


def _told(number: int, place: Place | None) -> str:
    return orjson.dumps([number, place]).decode()
