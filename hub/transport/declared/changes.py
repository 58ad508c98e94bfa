"""What changed: the listing of an object, then those of what feeds it, then that of what was deleted.

A listing in the order of change goes on from the last change that it told, not from a row number, wherever it can be
asked so: a record that changes meanwhile moves to the end, and would pull one that nobody has seen over the edge of a
page. Rows told twice by that are told once.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hub.domain.errors import RejectedError
from hub.ports.connector import Page, Remote
from hub.transport.declared.clock import Clock
from hub.transport.declared.pages import Place, Rows, page_of
from hub.transport.declared.records import Gone, Records
from hub.transport.declared.shapes import Listing, Shape


@dataclass(frozen=True)
class Stand:
    """Where a listing of changes stands: at which of its parts, from which change on, and who of that was told."""

    part: int = 0
    since: str | None = None
    seen: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> "Stand":
        """Read back what ``str`` wrote; RejectedError when it is something else."""
        try:
            told = json.loads(text)
            return cls(told["part"], told["since"], tuple(told["seen"]), Place(**told["place"]))
        except (ValueError, TypeError, KeyError) as error:
            raise RejectedError("{place} is no place in a listing", place=text[:60]) from error


@dataclass(frozen=True)
class Span:
    """The closed interval that is asked for."""

    since: datetime
    until: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether a change lies in it; one that nobody dates may."""
        return at is None or self.since <= at <= self.until


class Changes:
    """Lists what changed."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def page(self, shape: Shape, span: Span, after: str | None) -> Page:
        """The next page."""
        parts = parts_of(shape)
        stand = Stand() if after is None else Stand.parse(after)
        if stand.part >= len(parts):
            raise RejectedError("{place} is no place in a listing", place=str(after)[:60])
        kind, listing = parts[stand.part]
        rows, following = self._rows(shape, kind, listing, span, stand)
        if following is None and stand.part + 1 < len(parts):
            following = Stand(stand.part + 1)
        told, gone = TELL[kind](self, shape, listing, span, rows)
        return Page(told, None if following is None else str(following), gone, self._clock.at(shape, rows.reply))

    def within(self, shape: Shape, at: datetime, beyond: str | None, after: str | None) -> Page:
        """What changed at one instant, in the order of ids."""
        listing: Listing = shape["within"]
        step = shape.spec.feed.granularity
        values = {
            "at": listing.instants.write(at),
            "until": listing.instants.write(at + step, up=True),
            "beyond": None if beyond is None else shape.wire_id(beyond),
        }
        stand = Stand() if after is None else Stand.parse(after)
        rows = page_of(shape, listing, values, stand.place)
        told = [one for one in self._told(shape, listing, rows) if isinstance(one, Remote)]
        here = tuple(one for one in told if one.changed_at is None or at <= one.changed_at < at + step)
        return Page(here, None if rows.after is None else str(Stand(place=rows.after)))

    def _rows(self, shape: Shape, kind: str, listing: Listing, span: Span, stand: Stand) -> tuple[Rows, Stand | None]:
        since = span.since if stand.since is None else datetime.fromisoformat(stand.since)
        rows = page_of(shape, listing, bounds(shape, listing, since, span.until), stand.place)
        if not moves(kind, listing) and listing.order != "changed_desc":
            return rows, None if rows.after is None else replace(stand, place=rows.after)
        changes = [listing.items.changed(listing.items.record(item)) for item in rows.items]
        if listing.order == "changed_desc":
            is_over = any(at is not None and at < span.since for at in changes)
            oldest_first = replace(rows, items=rows.items[::-1])  # the order that a page promises
            return oldest_first, None if rows.after is None or is_over else replace(stand, place=rows.after)
        in_order(shape, changes)
        following = None if rows.after is None else moved(shape, listing, rows, changes, since, stand)
        seen = set(stand.seen) if stand.place.number == 0 else set()
        items = tuple(item for item in rows.items if listing.items.id(listing.items.record(item)) not in seen)
        return replace(rows, items=items), following

    def _told(self, shape: Shape, listing: Listing, rows: Rows) -> list[Remote | Gone]:
        if not listing.whole:
            return [*self._records.whole(shape, listing, ((item, rows.reply) for item in rows.items))]
        tell = self._records.told
        return [told for item in rows.items if (told := tell(shape, item, None)) is not None]

    def tell_own(
        self, shape: Shape, listing: Listing, span: Span, rows: Rows
    ) -> tuple[tuple[Remote, ...], tuple[str, ...]]:
        """Records of the object's own listing."""
        if not listing.whole:
            items = listing.items
            rows = replace(rows, items=tuple(one for one in rows.items if span.holds(items.changed(items.record(one)))))
        records: list[Remote] = []
        gone: list[str] = []
        for told in self._told(shape, listing, rows):
            if isinstance(told, Remote):
                if not listing.whole or span.holds(told.changed_at):
                    records.append(told)
            elif told.merged_into:
                records.append(Remote(told.id, {}, merged_into=told.merged_into))
            else:
                gone.append(told.id)
        return tuple(records), tuple(gone)

    def tell_fed(
        self, shape: Shape, listing: Listing, span: Span, rows: Rows
    ) -> tuple[tuple[Remote, ...], tuple[str, ...]]:
        """Records that rows of another listing belong to, changed when the row was."""
        when: dict[str, datetime | None] = {}
        for item in rows.items:
            record = listing.items.record(item)
            at, parent = listing.items.changed(record), listing.parent(record) if listing.parent else None
            if parent is not None and span.holds(at):
                when[parent] = latest(when.get(parent), at)
        found = self._records.many(shape, list(when))
        return tuple(one._replace(changed_at=latest(one.changed_at, when[one.id])) for one in found), ()

    def tell_deleted(
        self, _: Shape, listing: Listing, span: Span, rows: Rows
    ) -> tuple[tuple[Remote, ...], tuple[str, ...]]:
        """Ids of deleted records."""
        records = (listing.items.record(item) for item in rows.items)
        ids = (listing.items.id(record) for record in records if span.holds(listing.items.changed(record)))
        return (), tuple(dict.fromkeys(one for one in ids if one is not None))


TELL = {"list": Changes.tell_own, "feed": Changes.tell_fed, "deleted": Changes.tell_deleted}


def parts_of(shape: Shape) -> list[tuple[str, Listing]]:
    """What is read one after the other."""
    deleted = [] if shape.deleted is None else [("deleted", shape.deleted)]
    return [("list", shape["list"]), *(("feed", feed) for feed in shape.feeds), *deleted]


def bounds(shape: Shape, listing: Listing, since: datetime, until: datetime) -> dict[str, Any]:
    """The interval as the product wants it: what lies outside is dropped when it comes, so rather more than less."""
    step = step_of(shape, listing)
    return {"since": listing.instants.write(since - step), "until": listing.instants.write(until + step, up=True)}


def step_of(shape: Shape, listing: Listing) -> timedelta:
    """How far a listing that leaves its bounds out is asked beyond them."""
    return max(shape.spec.feed.granularity, listing.instants.step) if listing.exclusive else timedelta(0)


def moves(kind: str, listing: Listing) -> bool:
    """Whether a listing can go on from the last change that it told."""
    return (
        kind == "list" and listing.order == "changed" and listing.page.kind in {"offset", "page"}
        and "since" in listing.call.needs
    )  # fmt: skip


def in_order(shape: Shape, changes: Sequence[datetime | None]) -> None:
    """Nothing, where a page is in the order of change; RejectedError otherwise: what it skips nobody would see."""
    dated = [at for at in changes if at is not None]
    if len(dated) != len(changes) or dated != sorted(dated):
        raise RejectedError("{object} are not listed in the order of change: say order: none", object=shape.name)


def moved(
    shape: Shape, listing: Listing, rows: Rows, changes: Sequence[datetime | None], since: datetime, stand: Stand
) -> Stand:
    """Where a listing goes on: at its last change, or further on within one instant."""
    last = changes[-1] if changes else None
    if last is None or last <= since or rows.after is None:
        return replace(stand, place=rows.after or Place())
    ids = [listing.items.id(listing.items.record(item)) for item in rows.items]
    again = last - step_of(shape, listing)  # from here on they are told once more
    told = tuple(one for one, at in zip(ids, changes, strict=True) if at and at >= again and one is not None)
    return Stand(stand.part, last.isoformat(), told)


def latest(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two times that may not be told."""
    return max(filter(None, (one, other)), default=None)
