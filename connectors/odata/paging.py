"""Pages of a listing: by keyset, so that nothing is skipped while others write, or by the server's own links."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.odata.answers import Rows
from connectors.odata.asking import Query
from connectors.odata.keys import beyond, every
from connectors.odata.metadata import Entity
from connectors.odata.values import read
from connectors.odata.wire import Wire
from hub.domain.documents import Doc
from hub.domain.errors import PositionLostError, RejectedError

Place = list[Any] | str  # values of the ordering properties, or the server's own link


@dataclass(frozen=True)
class Source:
    """What is listed: entities of a set within a filter, in the order of some properties."""

    service: str
    set: str
    version: int
    entity: Entity
    select: Sequence[str]
    expand: Sequence[str]
    order: tuple[str, ...]
    filter: str | None
    links: bool = False


def next_page(wire: Wire, source: Source, place: Place | None) -> tuple[Rows, Place | None]:
    """The next rows of a source, and the place after them; None where there are no more."""
    if isinstance(place, str):
        rows = wire.follow(place, source.version, base=wire.address(source.service, ""))
        return rows, rows.next
    top = None if source.links else wire.page
    condition = every(source.filter, _after(wire, source, place))
    asked = Query(source.select, source.expand, condition, source.order, top)
    rows = wire.rows(source.service, source.set, asked, source.version)
    return (rows, rows.next) if source.links else _new(wire, source, place, rows)


def place_of(source: Source, row: Doc) -> list[Any]:
    """Where a row stands in the order of its source."""
    return [read(source.entity.type_of(name), row.get(name)) for name in source.order]


def _after(wire: Wire, source: Source, place: list[Any] | None) -> str | None:
    if place is None:
        return None
    if len(place) != len(source.order):
        raise PositionLostError("{system} does not know this place in a listing", system=wire.system)
    return beyond(source.entity, list(zip(source.order, place, strict=True)), source.version)


def _new(wire: Wire, source: Source, place: list[Any] | None, rows: Rows) -> tuple[Rows, Place | None]:
    """Rows that were not told before, and where they end: a time may be kept more exactly than it is told."""
    new = rows.rows if place is None else tuple(row for row in rows.rows if place_of(source, row) != place)
    more = rows.next is not None or len(rows.rows) >= wire.page
    if more and not new:
        raise RejectedError("{system}: a listing does not go on", system=wire.system)
    return Rows(new, rows.next, rows.delta, rows.at), place_of(source, rows.rows[-1]) if more else None


def position(after: str | None) -> tuple[int, Place | None]:
    """Which source of a listing, and where in it; PositionLostError when it is none of ours."""
    if after is None:
        return 0, None
    try:
        number, place = orjson.loads(after)
        return int(number), place
    except (ValueError, TypeError) as error:
        raise PositionLostError("This is no place in a listing") from error


def told(number: int, place: Place | None) -> str:
    """The same as text."""
    return orjson.dumps([number, place]).decode()
