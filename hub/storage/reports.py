"""Reports in SQL: what was found may name records and values, so its detail is sealed."""

from datetime import datetime

from sqlalchemy import RowMapping, select

from hub.ports.reports import Report
from hub.storage.cipher import Cipher
from hub.storage.sql import Repository, dumps, instant_or_none, loads, stamp, stamp_or_none
from hub.storage.tables.runs import REPORT
from hub.storage.wire import Wire


class SqlReports(Repository):
    """Reports by kind, system and object."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher

    def save(self, report: Report) -> None:
        """Insert or replace."""
        values = {
            "id": report.id,
            "kind": report.kind,
            "system": report.system,
            "object": report.object,
            "state": report.state,
            "position": report.position,
            "counts": dumps(report.counts),
            "started_at": stamp(report.started_at),
            "ended_at": stamp_or_none(report.ended_at),
            "detail": self._cipher.seal(report.detail, context(report.id)),
        }
        self.upsert(REPORT, values)

    def get(self, report_id: str) -> Report | None:
        """One report."""
        row = self.first(select(REPORT).where(REPORT.c.id == report_id))
        return None if row is None else self._report(row)

    def last(self, kind: str, system: str, name: str, *, state: str | None = None) -> Report | None:
        """The newest report over an object."""
        mine = select(REPORT).where(REPORT.c.kind == kind, REPORT.c.system == system, REPORT.c.object == name)
        if state is not None:
            mine = mine.where(REPORT.c.state == state)
        row = self.first(mine.order_by(REPORT.c.id.desc()).limit(1))
        return None if row is None else self._report(row)

    def listing(self, *, kind: str, system: str | None = None, limit: int = 100) -> list[Report]:
        """The newest reports of a kind."""
        statement = select(REPORT).where(REPORT.c.kind == kind).order_by(REPORT.c.id.desc()).limit(limit)
        if system is not None:
            statement = statement.where(REPORT.c.system == system)
        return [self._report(row) for row in self.rows(statement)]

    def _report(self, row: RowMapping) -> Report:
        return Report(
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


def context(report_id: str) -> str:
    """Where a report's detail is sealed for."""
    return f"report:{report_id}"
