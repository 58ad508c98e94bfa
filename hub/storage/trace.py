"""The trace in SQL."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import RowMapping, func, insert, select

from hub.ports.trace import Stop
from hub.storage.prepared import Prepared
from hub.storage.sql import Repository, dumps, loads, stamp
from hub.storage.tables.trail import TRACE

NOTED = ("correlation", "at", "stop", "system", "entity", "record_id", "template", "params")
NOTE = Prepared(lambda _: insert(TRACE).inline(), NOTED)


class SqlTrace(Repository):
    """Stops by correlation and by record."""

    def note(self, stop: Stop) -> None:
        """Remember that a message passed a stop."""
        values = {
            "correlation": stop.correlation,
            "at": stamp(stop.at),
            "stop": stop.stop,
            "system": stop.system,
            "entity": stop.entity,
            "record_id": stop.record_id,
            "template": stop.template,
            "params": dumps(stop.params),
        }
        NOTE.gather(self._wire, values)

    def of_correlation(self, correlation: str) -> list[Stop]:
        """The stops of a message, in order."""
        statement = select(TRACE).where(TRACE.c.correlation == correlation).order_by(TRACE.c.id)
        return stops(self.rows(statement))

    def of_record(self, entity: str, record_id: str, *, limit: int = 200) -> list[Stop]:
        """The stops that concerned a record, in order."""
        mine = select(TRACE).where(TRACE.c.entity == entity, TRACE.c.record_id == record_id)
        return stops(reversed(self.rows(mine.order_by(TRACE.c.id.desc()).limit(limit))))

    def recent(self, *, limit: int = 50) -> list[Stop]:
        """The newest stop of each of the newest messages."""
        newest = select(func.max(TRACE.c.id)).group_by(TRACE.c.correlation).order_by(func.max(TRACE.c.id).desc())
        ids = newest.limit(limit).subquery()
        return stops(self.rows(select(TRACE).where(TRACE.c.id.in_(select(ids))).order_by(TRACE.c.id.desc())))


def stops(rows: Iterable[RowMapping]) -> list[Stop]:
    """Rows as stops."""
    return [
        Stop(
            correlation=row["correlation"],
            at=datetime.fromisoformat(row["at"]),
            stop=row["stop"],
            system=row["system"],
            entity=row["entity"],
            record_id=row["record_id"],
            template=row["template"],
            params=loads(row["params"]),
        )
        for row in rows
    ]
