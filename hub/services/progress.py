"""How a system's sync goes: its feeds, its runs, how fast a run is and how long it will take."""

from datetime import datetime, timedelta

from hub.domain.documents import Doc
from hub.ports.cursors import Cursor
from hub.ports.runs import Run
from hub.ports.store import UnitOfWork
from hub.services.context import Hub, System
from hub.services.polling import is_suspicious
from hub.services.runs import SWEEP
from hub.services.sweeping import is_overdue


def status(hub: Hub) -> Doc:
    """Each object of each system: when it was polled and swept, what a person should look at; and the newest runs."""

    def work(tx: UnitOfWork) -> Doc:
        feeds = {(one.system, one.object): one for one in tx.cursors.listing()}
        rows = [
            feed_row(hub, tx, system, mapping.object, feeds.get((system.name, mapping.object)))
            for system in hub.systems.values()
            for mapping in system.mappings.values()
            if system.objects[mapping.object].of is None
        ]
        return {"feeds": rows, "runs": [run_row(run, hub.clock.now()) for run in tx.runs.listing(limit=20)]}

    return hub.store.read(work)


def feed_row(hub: Hub, tx: UnitOfWork, system: System, name: str, cursor: Cursor | None) -> Doc:
    """One object of one system."""
    now = hub.clock.now()
    last = tx.runs.last(SWEEP, system.name, name, state="complete")
    return {
        "system": system.name,
        "object": name,
        "links": tx.links.count(system.name, name),
        "position": text(cursor.position if cursor else None),
        "polled_at": text(cursor.polled_at if cursor else None),
        "told_at": text(cursor.told_at if cursor else None),
        "swept_at": text(last.started_at if last else None),
        "quiet": bool(cursor and is_suspicious(cursor, now)),
        "overdue": bool(cursor and system.objects[name].sweep and is_overdue(tx, system, name, now)),
        "note": cursor.note if cursor else None,
    }


def run_row(run: Run, now: datetime) -> Doc:
    """One run with its rate (records a second) and the seconds that are left, as far as they can be told."""
    elapsed = ((run.ended_at or run.moved_at) - run.started_at) / timedelta(seconds=1)
    done, total = run.counts.get("done", run.counts.get("told", 0)), run.counts.get("total")
    rate = done / elapsed if elapsed > 0 else None
    left = (total - done) / rate if rate and total and run.ended_at is None and total >= done else None
    return {
        "id": run.id,
        "kind": run.kind,
        "system": run.system,
        "object": run.object,
        "state": run.state,
        "counts": dict(run.counts),
        "rate": None if rate is None else round(rate, 1),
        "left": None if left is None else round(left),
        "idle": round((now - run.moved_at) / timedelta(seconds=1)) if run.ended_at is None else None,
        "started_at": text(run.started_at),
        "ended_at": text(run.ended_at),
        "note": run.note,
    }


def text(at: datetime | None) -> str | None:
    """An instant as documents tell it."""
    return None if at is None else at.isoformat()
