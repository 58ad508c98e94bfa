"""Sweep the ids of a system: find linked records that are gone, and records that no poll has told.

A sweep goes in steps, each of which is committed with its place in the run, so that it survives a restart. Only a
complete one counts, and what two in a row did not find is looked at by itself before it is believed to be gone. Where
that would be more than the mapping's guard allows, the run stops as a whole: somebody looks, and sweeps with force.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from hub.domain.errors import HubError
from hub.domain.mapping import Mapping as FieldMapping
from hub.domain.sync.failures import Remedy, failure_of
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Ids
from hub.ports.runs import Run
from hub.ports.store import UnitOfWork
from hub.services.context import Hub, System
from hub.services.gate import Purpose
from hub.services.gone import MISSES
from hub.services.hints import hint
from hub.services.listing import ids_of
from hub.services.pausing import is_left_alone
from hub.services.runs import SWEEP, added, begin, ended, moved_on
from hub.services.taking import fetch
from hub.services.tracing import Tracer

PORTION = 500
ABANDONED = timedelta(days=2)  # a sweep that has not moved for so long says nothing about today
EMPTY = "{system} told no {object} at all, though {linked} are linked: nothing is concluded from that."
BRAKED = "{count} or more linked {object} are missing, more than the brake allows: look there, then sweep with --force."
ENDINGS = ("complete", "braked", "failed")
UNMAPPED = "{object} is mapped to nothing any more."
LISTING, MISSING, CONFIRMING = "list", "miss", "confirm"


def swept(system: System) -> list[FieldMapping]:
    """The mappings whose objects are swept."""
    specs = system.objects
    return [each for each in system.mappings.values() if specs[each.object].of is None and specs[each.object].sweep]


def step(hub: Hub, system: System) -> int:
    """Do a step of the sweep that is under way or due; says whether there was one."""
    if is_left_alone(hub, system):
        return 0
    run = next(iter(hub.store.read(lambda tx: tx.runs.open(SWEEP, system.name))), None) or next_due(hub, system)
    if run is None:
        return 0
    advance(hub, system, run)
    return 1


def next_due(hub: Hub, system: System) -> Run | None:
    """Begin the sweep of an object that was polled once and not swept for long; None where none is due.

    The one that was tried the longest ago comes first: one that fails each time keeps none of the others waiting.
    """
    now = hub.clock.now()

    def tried(tx: UnitOfWork, name: str) -> datetime:
        runs = (tx.runs.last(SWEEP, system.name, name, state=state) for state in ENDINGS)
        return max((run.started_at for run in runs if run is not None), default=BEGINNING)

    def first(tx: UnitOfWork) -> str | None:
        names = [one.object for one in swept(system) if tx.cursors.get(system.name, one.object) is not None]
        last = {name: tried(tx, name) for name in names}
        due = [name for name in names if now - last[name] >= system.sweep_every]
        return min(due, key=last.__getitem__, default=None)

    due = hub.store.read(first)
    return None if due is None else start(hub, system, due)


def start(hub: Hub, system: System, name: str, *, force: bool = False) -> Run:
    """Begin a sweep of one object, or take up the one that is open; ``force``: the brake does not stop it."""
    return begin(hub, SWEEP, system.name, name, {"phase": LISTING, "after": None}, force=force)


def advance(hub: Hub, system: System, run: Run) -> Run:
    """Do one step of a sweep; gives the run as it is then."""
    if hub.clock.now() - run.moved_at > ABANDONED:
        return hub.store.run(lambda tx: end(hub, tx, run, "failed", "Nothing moved for days: begun anew."))
    mapping = system.mapped(run.object)
    if mapping is None:
        return hub.store.run(lambda tx: end(hub, tx, run, "failed", UNMAPPED.format(object=run.object)))
    at = orjson.loads(run.position or "{}")
    return STEPS[at["phase"]](Sweep(hub, system.wanted_for(Purpose.BULK), mapping, run), at["after"])


@dataclass(frozen=True)
class Sweep:
    """One step of one sweep."""

    hub: Hub
    system: System
    mapping: FieldMapping
    run: Run

    def list_ids(self, after: str | None) -> Run:
        """Take the next ids of the system down; those that nobody knows here are asked for."""
        try:
            page = ids_of(self.system.connector, self.run.object, until=self.hub.clock.now(), after=after)
        except Exception as error:
            if failure_of(error).remedy in (Remedy.AGAIN, Remedy.LOOK):
                raise
            reason = str(error) if isinstance(error, HubError) else type(error).__name__
            return self.hub.store.run(lambda tx: end(self.hub, tx, self.run, "failed", reason))
        self.hub.points.reach("sweep.read")
        return self.hub.store.run(lambda tx: self.take_down(tx, page))

    def take_down(self, tx: UnitOfWork, page: Ids) -> Run:
        """Remember ids, and go on with the next, or with what was not among them."""
        tx.runs.see(self.run.id, page.ids)
        news = self.unknown(tx, page)
        for one in news:
            hint(self.hub, tx, self.system.name, self.run.object, one)
        counts = added(self.run.counts, told=len(page.ids), found=len(news))
        if page.after is not None:
            return self.go_on(tx, LISTING, page.after, counts)
        linked = tx.links.count(self.system.name, self.run.object)
        if not counts["told"] and linked:
            note = EMPTY.format(system=self.system.name, object=self.run.object, linked=linked)
            return end(self.hub, tx, self.run, "failed", note)
        return self.go_on(tx, MISSING, "", counts)

    def unknown(self, tx: UnitOfWork, page: Ids) -> list[str]:
        """Ids of records that are to be taken in and have no link; none where some are left alone on purpose."""
        if not self.mapping.pulls or self.mapping.sync.leaves_some:
            return []
        known = tx.links.prefetch_remotes(self.system.name, self.run.object, page.ids)
        return [one for one in page.ids if one not in known or known[one].state == "gone"]

    def count_missing(self, after: str | None) -> Run:
        """Count a miss for linked records that the complete listing did not have, a portion at a time."""

        def work(tx: UnitOfWork) -> Run:
            place = (self.system.name, self.run.object)
            missing = tx.links.unseen(*place, self.run.id, before=self.run.revision, after=after or "", limit=PORTION)
            if missing:
                tx.links.miss(*place, missing)
                return self.go_on(tx, MISSING, missing[-1], added(self.run.counts, missing=len(missing)))
            tx.links.refind(*place, self.run.id)
            return self.go_on(tx, CONFIRMING, "", self.run.counts)

        return self.hub.store.run(work)

    def confirm(self, after: str | None) -> Run:
        """Look at what was missed often enough, one by one; all of it, or by the brake none."""
        allowed = self.mapping.sync.guard.max_deleted
        place = (self.system.name, self.run.object)
        missed = self.hub.store.read(lambda tx: tx.links.missed(*place, MISSES, after=after or "", limit=allowed + 1))
        if not after and len(missed) > allowed and not self.run.forced:
            note = BRAKED.format(count=len(missed), object=self.run.object)
            return self.hub.store.run(lambda tx: end(self.hub, tx, self.run, "braked", note))
        if not missed:
            return self.hub.store.run(lambda tx: end(self.hub, tx, self.run, "complete", None))
        counts = added(self.run.counts, confirmed=self.look_at(missed[0]))
        return self.hub.store.run(lambda tx: self.go_on(tx, CONFIRMING, missed[0], counts))

    def look_at(self, remote_id: str) -> int:
        """Read one record that was missed; what would fail again and again is left to the inbox, and 0 is told."""
        tracer = Tracer(self.hub, self.hub.ids.new(), self.system.name, self.mapping.entity)
        try:
            fetch(self.hub, self.system, tracer, self.run.object, remote_id, deleted=True)
        except Exception as error:
            if failure_of(error).remedy in (Remedy.AGAIN, Remedy.LOOK):
                raise
            name, system = self.run.object, self.system.name
            self.hub.store.run(lambda tx: hint(self.hub, tx, system, name, remote_id, deleted=True))
            return 0
        return 1

    def go_on(self, tx: UnitOfWork, phase: str, after: str, counts: Mapping[str, int]) -> Run:
        """Keep the place from which the next step goes on."""
        return moved_on(self.hub, tx, self.run, {"phase": phase, "after": after}, counts)


STEPS: Mapping[str, Callable[[Sweep, Any], Run]] = {
    LISTING: Sweep.list_ids,
    MISSING: Sweep.count_missing,
    CONFIRMING: Sweep.confirm,
}


def end(hub: Hub, tx: UnitOfWork, run: Run, state: str, note: str | None) -> Run:
    """End a sweep and drop what it took down."""
    tx.runs.forget(run.id)
    return ended(hub, tx, run, state, note)


def is_overdue(tx: UnitOfWork, system: System, name: str, now: datetime) -> bool:
    """Whether the last complete sweep of an object is older than two intervals, or none of those that ended was."""
    ended = {state: tx.runs.last(SWEEP, system.name, name, state=state) for state in ENDINGS}
    complete = ended.pop("complete")
    if complete is None:
        return any(ended.values())
    return now - complete.started_at > 2 * system.sweep_every
