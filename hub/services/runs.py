"""The life of a run: begun, moved on step by step, ended; and whether one holds all else with its system."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import orjson

from hub.domain.documents import Doc
from hub.ports.runs import Run
from hub.ports.store import UnitOfWork
from hub.services.context import Hub

LOAD, SWEEP, DUPLICATES = "load", "sweep", "duplicates"
STALLED = timedelta(minutes=10)  # a load that has not moved for so long no longer holds its system


def begin(hub: Hub, kind: str, system: str, name: str, position: Doc, *, force: bool) -> Run:
    """Begin a run at a place, or give the one that has not ended; ``force``: from now on no brake stops it."""
    now = hub.clock.now()
    run_id = hub.ids.new()

    def work(tx: UnitOfWork) -> Run:
        told = orjson.dumps(position).decode()
        revision = tx.links.revision()
        new = Run(run_id, kind, system, name, now, now, position=told, revision=revision, forced=force)
        run = tx.runs.begin(new)
        return tx.runs.save(replace(run, forced=True)) if force and not run.forced else run

    return hub.store.run(work)


def moved_on(hub: Hub, tx: UnitOfWork, run: Run, position: Doc, counts: Mapping[str, int]) -> Run:
    """Keep where a run goes on, with what brought it there; StaleError where another worker was faster."""
    told = orjson.dumps(position).decode()
    return tx.runs.save(replace(run, position=told, counts=counts, moved_at=hub.clock.now()))


def ended(hub: Hub, tx: UnitOfWork, run: Run, state: str, note: str | None) -> Run:
    """End a run, with what a person should know of it."""
    now = hub.clock.now()
    return tx.runs.save(replace(run, state=state, note=note, moved_at=now, ended_at=now))


def added(counts: Mapping[str, int], **more: int) -> dict[str, int]:
    """Counts, and what a step adds to them."""
    return {**counts, **{name: counts.get(name, 0) + value for name, value in more.items()}}


def is_loading(hub: Hub, tx: UnitOfWork, name: str) -> bool:
    """Whether an initial load of the system is under way: all else waits for it."""
    return any(hub.clock.now() - run.moved_at < STALLED for run in tx.runs.open(LOAD, name))
