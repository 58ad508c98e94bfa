"""Runs in SQL."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import RowMapping, and_, bindparam, delete, select, update

from hub.domain.errors import StaleError
from hub.ports.runs import Run
from hub.storage.prepared import Prepared, Row
from hub.storage.sql import Repository, dumps, instant_or_none, loads, stamp, stamp_or_none
from hub.storage.tables.runs import RUN, RUN_SEEN

OPEN = Prepared(
    lambda _: (
        select(RUN)
        .where(RUN.c.kind == bindparam("its_kind"), RUN.c.system == bindparam("its_system"), RUN.c.ended_at.is_(None))
        .order_by(RUN.c.object)
    )
)  # asked before each turn of a worker


class SqlRuns(Repository):
    """Sweeps and loads."""

    def begin(self, run: Run) -> Run:
        """Store a new run, or give the open one back."""
        self.add_if_new(RUN, {**values_of(run), "id": run.id})
        same = (RUN.c.kind == run.kind, RUN.c.system == run.system, RUN.c.object == run.object)
        row = self.first(select(RUN).where(*same, RUN.c.ended_at.is_(None)))
        if row is None:
            raise StaleError("Run {id} was begun by another worker: try again.", id=run.id)
        return run_of(row)

    def get(self, run_id: str) -> Run | None:
        """One run."""
        row = self.first(select(RUN).where(RUN.c.id == run_id))
        return None if row is None else run_of(row)

    def save(self, run: Run) -> Run:
        """Replace it."""
        mine = and_(RUN.c.id == run.id, RUN.c.version == run.version)
        if not self.change(update(RUN).where(mine).values({**values_of(run), "version": run.version + 1})):
            raise StaleError("Run {id} was moved on by another worker.", id=run.id)
        row = self.first(select(RUN).where(RUN.c.id == run.id))
        if row is None:
            raise AssertionError
        return run_of(row)

    def open(self, kind: str, system: str) -> list[Run]:
        """The runs that have not ended."""
        return [run_of(row) for row in OPEN.rows(self._wire, {"its_kind": kind, "its_system": system})]

    def last(self, kind: str, system: str, name: str, *, state: str) -> Run | None:
        """The newest that ended in a state."""
        mine = (RUN.c.kind == kind, RUN.c.system == system, RUN.c.object == name, RUN.c.state == state)
        row = self.first(select(RUN).where(*mine).order_by(RUN.c.started_at.desc(), RUN.c.id.desc()).limit(1))
        return None if row is None else run_of(row)

    def listing(self, *, system: str | None = None, limit: int = 50) -> list[Run]:
        """The newest runs."""
        statement = select(RUN).order_by(RUN.c.started_at.desc(), RUN.c.id.desc()).limit(limit)
        if system is not None:
            statement = statement.where(RUN.c.system == system)
        return [run_of(row) for row in self.rows(statement)]

    def see(self, run_id: str, external_ids: Collection[str]) -> None:
        """Remember what was seen."""
        rows = [{"run_id": run_id, "external_id": one} for one in sorted(set(external_ids))]
        for start in range(0, len(rows), PORTION):
            self.add_if_new(RUN_SEEN, rows[start : start + PORTION])

    def forget(self, run_id: str) -> None:
        """Drop what was seen."""
        self.change(delete(RUN_SEEN).where(RUN_SEEN.c.run_id == run_id))


PORTION = 500  # rows in one statement: no database limits fewer


def values_of(run: Run) -> dict[str, object]:
    """A run as a row, but for its key."""
    return {
        "kind": run.kind,
        "system": run.system,
        "object": run.object,
        "state": run.state,
        "position": run.position,
        "version": run.version,
        "revision": run.revision,
        "counts": dumps(dict(run.counts)),
        "started_at": stamp(run.started_at),
        "moved_at": stamp(run.moved_at),
        "ended_at": stamp_or_none(run.ended_at),
        "note": run.note,
        "forced": int(run.forced),
    }


def run_of(row: RowMapping | Row) -> Run:
    """A row as a run."""
    return Run(
        id=row["id"],
        kind=row["kind"],
        system=row["system"],
        object=row["object"],
        started_at=datetime.fromisoformat(row["started_at"]),
        moved_at=datetime.fromisoformat(row["moved_at"]),
        state=row["state"],
        position=row["position"],
        revision=row["revision"],
        counts=loads(row["counts"]),
        ended_at=instant_or_none(row["ended_at"]),
        note=row["note"],
        version=row["version"],
        forced=bool(row["forced"]),
    )
