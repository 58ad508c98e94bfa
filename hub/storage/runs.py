"""Runs in SQL: what a run found may name records and values, so its detail is sealed."""

from datetime import datetime

from sqlalchemy import RowMapping, select

from hub.ports.runs import Run
from hub.storage.cipher import Cipher
from hub.storage.sql import Repository, dumps, instant_or_none, loads, stamp, stamp_or_none
from hub.storage.tables import RUN
from hub.storage.wire import Wire


class SqlRuns(Repository):
    """Runs by kind, system and object."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher

    def save(self, run: Run) -> None:
        """Insert or replace."""
        values = {
            "id": run.id,
            "kind": run.kind,
            "system": run.system,
            "object": run.object,
            "state": run.state,
            "position": run.position,
            "counts": dumps(run.counts),
            "started_at": stamp(run.started_at),
            "ended_at": stamp_or_none(run.ended_at),
            "detail": self._cipher.seal(run.detail, context(run.id)),
        }
        self.upsert(RUN, values)

    def get(self, run_id: str) -> Run | None:
        """One run."""
        row = self.first(select(RUN).where(RUN.c.id == run_id))
        return None if row is None else self._run(row)

    def last(self, kind: str, system: str, name: str, *, state: str | None = None) -> Run | None:
        """The newest run over an object."""
        mine = select(RUN).where(RUN.c.kind == kind, RUN.c.system == system, RUN.c.object == name)
        if state is not None:
            mine = mine.where(RUN.c.state == state)
        row = self.first(mine.order_by(RUN.c.id.desc()).limit(1))
        return None if row is None else self._run(row)

    def listing(self, *, kind: str, system: str | None = None, limit: int = 100) -> list[Run]:
        """The newest runs of a kind."""
        statement = select(RUN).where(RUN.c.kind == kind).order_by(RUN.c.id.desc()).limit(limit)
        if system is not None:
            statement = statement.where(RUN.c.system == system)
        return [self._run(row) for row in self.rows(statement)]

    def _run(self, row: RowMapping) -> Run:
        return Run(
            id=row["id"],
            kind=row["kind"],
            system=row["system"],
            object=row["object"],
            state=row["state"],
            position=row["position"],
            counts=loads(row["counts"]),
            started_at=datetime.fromisoformat(row["started_at"]),
            ended_at=instant_or_none(row["ended_at"]),
            detail=self._cipher.open(row["detail"], context(row["id"])),
        )


def context(run_id: str) -> str:
    """Where a run's detail is sealed for."""
    return f"run:{run_id}"
