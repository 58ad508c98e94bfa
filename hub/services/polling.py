"""Ask a system what changed, window by window, page by page; nothing that it told is passed before it is in our tables.

The cursor moves when a window was read and taken in to its end, and never beyond the present of the system. Whatever
dies in between is read again: records that equal what was agreed on are dropped, the others are merged once more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from hub.domain.errors import PositionLostError, RejectedError
from hub.domain.mapping import Mapping
from hub.domain.sync.window import BEGINNING, Window, floor, window
from hub.ports.connector import Keyset, Page
from hub.ports.cursors import Cursor
from hub.ports.store import UnitOfWork
from hub.services import signals
from hub.services.context import Hub, System
from hub.services.hints import hint
from hub.services.pausing import is_left_alone
from hub.services.taking import take_page
from hub.services.tracing import Tracer

QUIET = timedelta(days=2)  # a feed that told something before and then nothing for so long is looked at by a person
CLAMPED = "The cursor lay in the future: set back to {since}."
LOST = "{system} no longer knows what changed since {since}: everything is read again."


def poll(hub: Hub, system: System) -> int:
    """Take in what changed since the last poll, less the overlap; says how many records were news.

    An object that fails stops none of the others: each has its turn, then the first error is raised.
    """
    if is_left_alone(hub, system):
        return 0
    news, failed = 0, []
    for mapping in polled(hub, system):
        try:
            news += poll_object(hub, system, mapping)
        except Exception as error:  # noqa: BLE001 - whatever it is must not stop the other objects; it is raised below
            signals.not_polled(hub, system.name, mapping.object, error)
            failed.append(error)
    if failed:
        raise failed[0]
    return news


def polled(hub: Hub, system: System) -> list[Mapping]:
    """The mappings whose objects are asked for changes."""
    held = hub.holds.of(system.name)
    return [
        mapping
        for mapping in system.mappings.values()
        if mapping.pulls and system.objects[mapping.object].of is None and mapping.entity not in held
    ]


def poll_object(hub: Hub, system: System, mapping: Mapping) -> int:
    """Poll one object; its cursor moves when all of the window is in."""
    feed, now = system.objects[mapping.object].feed, hub.clock.now()
    position = hub.store.read(lambda tx: tx.cursors.get(system.name, mapping.object))
    due = window(
        position, now=now, lag=system.lag, overlap=system.overlap, zone=feed.zone, granularity=feed.granularity
    )
    note = CLAMPED.format(since=due.since.isoformat()) if due.clamped else None
    listing = Listing(hub, system, mapping)
    try:
        listing.take(due)
    except PositionLostError:
        note = LOST.format(system=system.name, since=due.since.isoformat())
        listing.take(Window(BEGINNING, due.until))
    hub.points.reach("inbound.listed")
    hub.store.run(partial(listing.passed, until=due.until, at=now, note=note))
    signals.polled(hub, system.name, mapping.object, listing.news)
    return listing.news


@dataclass
class Listing:
    """One listing of an object's changes as it is taken in: what it told, and up to when the system had told all."""

    hub: Hub
    system: System
    mapping: Mapping
    news: int = 0
    told: bool = False
    system_now: datetime | None = field(default=None)

    def take(self, due: Window) -> None:
        """Take in a window; where a listing has a cap and reached it, go on from its last record."""
        feed = self.system.objects[self.mapping.object].feed
        name, since = self.mapping.object, due.since
        while True:
            told, last = 0, None
            ask = partial(self.system.connector.changes, name, since=since, until=due.until)
            for page in self.pages(ask):
                told += len(page.records)
                for remote in page.records:
                    last = remote.changed_at or last
            if feed.cap is None or told < feed.cap:
                return
            if last is None:
                raise self.cut_off("-")
            begun = floor(last, feed.zone, feed.granularity)
            if begun <= since:
                self.take_instant(begun)
                begun += feed.granularity
                if begun > due.until:
                    return
            since = begun

    def take_instant(self, at: datetime) -> None:
        """Take in what one instant has beyond the cap, by id; RejectedError where the connector cannot tell it."""
        if not isinstance(self.system.connector, Keyset):
            raise self.cut_off(at.isoformat())
        beyond: str | None = None
        while True:
            ask = partial(self.system.connector.within, self.mapping.object, at, beyond=beyond)
            ids = [remote.id for page in self.pages(ask) for remote in page.records]
            if not ids:
                return
            beyond = ids[-1]

    def cut_off(self, at: str) -> RejectedError:
        """More changed at one time than can be listed."""
        return RejectedError(
            "{system} tells at most {cap} {object} changed at {at}, and cannot go on by id: not all can be read.",
            system=self.system.name,
            cap=self.system.objects[self.mapping.object].feed.cap,
            object=self.mapping.object,
            at=at,
        )

    def pages(self, ask: Callable[..., Page]) -> Iterator[Page]:
        """The pages of one listing; each is in our tables before the next is asked for."""
        after: str | None = None
        while True:
            revision = self.hub.store.read(lambda tx: tx.links.revision())
            page = ask(after=after)
            self.hub.points.reach("inbound.page_read")
            if self.system_now is None:
                self.system_now = page.at
            self.told = self.told or bool(page.records or page.gone)
            told = {"system": self.system.name, "object": self.mapping.object}
            self.hub.meter.count("polled_records_total", len(page.records), **told)
            self.news += take_page(self.hub, self.system, self.mapping, page.records, revision)
            if page.gone:
                self.news += self.hub.store.run(partial(self.tell_deleted, page.gone))
            yield page
            if page.after is None or page.after == after:
                return
            after = page.after

    def tell_deleted(self, ids: tuple[str, ...], tx: UnitOfWork) -> int:
        """Have each deleted record that is linked looked at; more than the brake allows are not believed."""
        links = tx.links.prefetch_remotes(self.system.name, self.mapping.object, ids)
        linked = [one for one, link in links.items() if link.state == "active"]
        believed = len(linked) <= self.mapping.sync.guard.max_deleted
        for one in linked:
            hint(self.hub, tx, self.system.name, self.mapping.object, one, deleted=believed)
        return len(linked)

    def passed(self, tx: UnitOfWork, *, until: datetime, at: datetime, note: str | None) -> None:
        """Move the cursor: to the end of the window, at most to the system's own present."""
        position = until if self.system_now is None else min(until, self.system_now - self.system.lag)
        if note is not None:
            tx.cursors.set_back(self.system.name, self.mapping.object, position, note)
            tracer = Tracer(self.hub, self.hub.ids.new(), self.system.name, self.mapping.entity)
            tracer.note(tx, "received", "{object}: {note}", object=self.mapping.object, note=note)
        tx.cursors.save(self.system.name, self.mapping.object, position)
        tx.cursors.polled(self.system.name, self.mapping.object, at=at, told=self.told)


def is_suspicious(cursor: Cursor, now: datetime) -> bool:
    """Whether a feed has fallen silent: it told something once, is asked and answers, and has told nothing for long."""
    return cursor.told_at is not None and now - cursor.told_at > QUIET
