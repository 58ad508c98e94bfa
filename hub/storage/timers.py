"""Timers in SQL."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, tuple_

from hub.ports.timers import Timer
from hub.storage.prepared import Prepared
from hub.storage.sql import Repository, stamp
from hub.storage.tables.records import TIMER

DISARM = Prepared(
    lambda _: delete(TIMER).where(TIMER.c.entity == bindparam("entity"), TIMER.c.record_id == bindparam("id"))
)
ARM = Prepared(lambda _: insert(TIMER), [column.name for column in TIMER.c])


class SqlTimers(Repository):
    """Armed timers."""

    def arm(self, entity: str, record_id: str, timers: tuple[Timer, ...]) -> None:
        """Replace the record's timers."""
        DISARM.later(self._wire, {"entity": entity, "id": record_id})
        mine = {"entity": entity, "record_id": record_id}
        for one in timers:
            row = {**mine, "name": one.name, "kind": one.kind, "due_at": stamp(one.due_at)}
            ARM.later(self._wire, row)

    def take_due(self, *, now: datetime, limit: int) -> list[Timer]:
        """Take due timers away, earliest first."""
        key = (TIMER.c.entity, TIMER.c.record_id, TIMER.c.name, TIMER.c.kind)
        due = select(*key).where(TIMER.c.due_at <= stamp(now)).order_by(TIMER.c.due_at).limit(limit)
        due = due.with_for_update(skip_locked=True)
        taken = self.rows(delete(TIMER).where(tuple_(*key).in_(due)).returning(*TIMER.c))
        timers = [
            Timer(row["entity"], row["record_id"], row["name"], row["kind"], datetime.fromisoformat(row["due_at"]))
            for row in taken
        ]
        return sorted(timers, key=lambda timer: (timer.due_at, timer.record_id, timer.name, timer.kind))
