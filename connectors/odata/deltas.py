"""Changes by the links of version 4 that tell what changed since they were given, deleted entities among them.

Links are kept in memory only: after a restart everything is read again, which is what PositionLostError asks for.
"""

import re
import threading
from collections.abc import Callable
from datetime import datetime

import orjson

from connectors.odata.answers import Rows
from connectors.odata.asking import Query
from connectors.odata.entities import Kind
from connectors.odata.keys import id_of
from connectors.odata.records import Records
from connectors.odata.shapes import Shape
from connectors.odata.values import V4
from connectors.odata.wire import Wire
from hub.domain.documents import Doc
from hub.domain.errors import NotFoundError, PositionLostError
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Page

TRACK = {"Prefer": "odata.track-changes"}
KEPT = 20  # links of one object: polls overlap, so that an older one is the right one
IN_BRACKETS = re.compile(r"\(([^()]*)\)$")


class Deltas:
    """Lists changes of objects that are tracked."""

    def __init__(self, wire: Wire, records: Records, now: Callable[[], datetime]) -> None:
        self._wire = wire
        self._records = records
        self._now = now
        self._links: dict[str, list[tuple[datetime, str]]] = {}
        self._lock = threading.Lock()

    def changes(self, shape: Shape, since: datetime, after: str | None) -> Page:
        """What changed since then: everything from the beginning, else what the link of that time tells."""
        kind = self._records.kind(shape)
        if after is not None:
            begun, link, whole = orjson.loads(after)
            return self._page(shape, kind, datetime.fromisoformat(begun), self._follow(shape, link), whole=whole)
        if since <= BEGINNING:
            asked = Query(kind.select(), kind.expand(), shape.filter)
            rows = self._wire.rows(shape.service, shape.set, asked, V4, TRACK)
            return self._page(shape, kind, self._now(), rows, whole=True)
        return self._page(shape, kind, self._now(), self._follow(shape, self._link(shape, since)), whole=False)

    def _link(self, shape: Shape, since: datetime) -> str:
        with self._lock:
            known = [link for at, link in self._links.get(shape.name, ()) if at <= since]
        if not known:
            raise self._lost(shape)
        return known[-1]

    def _follow(self, shape: Shape, link: str) -> Rows:
        try:
            return self._wire.follow(link, V4, base=self._wire.address(shape.service, ""))
        except NotFoundError as error:  # 410: the link has expired
            with self._lock:
                self._links.pop(shape.name, None)
            raise self._lost(shape) from error

    def _lost(self, shape: Shape) -> PositionLostError:
        return PositionLostError(
            "{system} no longer tells what changed in {object}", system=self._wire.system, object=shape.name
        )

    def _page(self, shape: Shape, kind: Kind, begun: datetime, rows: Rows, *, whole: bool) -> Page:
        gone = tuple(one for one in (removed_id(kind, row) for row in rows.rows) if one is not None)
        there = [row for row in rows.rows if removed_id(kind, row) is None]
        if whole:
            records = [self._records.remote(shape, row) for row in there]
        else:  # a link tells the properties that changed, and rows by themselves
            found = (self._records.get(shape, id_of(kind.entity.keys, kind.entity, row)) for row in there)
            records = [each for each in found if each is not None]
        if rows.delta is not None:
            self._keep(shape, begun, rows.delta)
        told = orjson.dumps([begun.isoformat(), rows.next, whole]).decode()
        return Page(tuple(records), told if rows.next else None, gone, rows.at)

    def _keep(self, shape: Shape, at: datetime, link: str) -> None:
        with self._lock:
            self._links.setdefault(shape.name, []).append((at, link))
            del self._links[shape.name][:-KEPT]


def removed_id(kind: Kind, row: Doc) -> str | None:
    """The id of an entity that a delta tells as deleted, in either notation of version 4; None of any other row."""
    deleted = "@removed" in row or str(row.get("@odata.context", "")).endswith("$deletedEntity")
    if not deleted:
        return None
    if all(row.get(name) is not None for name in kind.entity.keys):
        return id_of(kind.entity.keys, kind.entity, row)
    told = str(row.get("@id") or row.get("@odata.id") or row.get("id") or "")
    inside = IN_BRACKETS.search(told)
    return (inside[1] if inside else told).strip("'") or None
