"""The life of a run: begun, moved on step by step, ended."""

from collections.abc import Mapping
from dataclasses import replace

import orjson

from hub.domain.documents import Doc
from hub.ports.runs import Run
from hub.ports.store import UnitOfWork
from hub.services.context import Hub


def begin(hub: Hub, kind: str, system: str, name: str, position: Doc) -> Run:
    """Begin a run at a place, or give the one that has not ended."""
    now = hub.clock.now()
    run_id = hub.ids.new()

    def work(tx: UnitOfWork) -> Run:
        told = orjson.dumps(position).decode()
        new = Run(run_id, kind, system, name, now, now, position=told, revision=tx.links.revision())
        return tx.runs.begin(new)

    return hub.store.run(work)


def moved_on(hub: Hub, tx: UnitOfWork, run: Run, position: Doc, counts: Mapping[str, int]) -> Run:
    """Keep where a run goes on, with what brought it there; StaleError where another worker was faster."""
    told = orjson.dumps(position).decode()
    return tx.runs.save(replace(run, position=told, counts=counts, moved_at=hub.clock.now()))


def ended(hub: Hub, tx: UnitOfWork, run: Run, state: str, note: str | None) -> Run:
    """End a run, with what a person should know of it."""
    now = hub.clock.now()
    return tx.runs.save(replace(run, state=state, note=note, moved_at=now, ended_at=now))
