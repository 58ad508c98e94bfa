"""Timers in SQL."""

from datetime import datetime

from sqlalchemy import delete, select, tuple_, update

from hub.ports.timers import Timer
from hub.storage.sql import Repository, stamp
from hub.storage.tables import TIMER


class SqlTimers(Repository):
    """Armed timers."""

    def arm(self, entity: str, record_id: str, timers: tuple[Timer, ...]) -> None:
        """Replace the record's unfired timers."""
        self.change(delete(TIMER).where(TIMER.c.entity == entity, TIMER.c.record_id == record_id, TIMER.c.fired == 0))
        rows = [
            {
                "entity": entity,
                "record_id": record_id,
                "name": timer.name,
                "kind": timer.kind,
                "due_at": stamp(timer.due_at),
                "fired": 0,
            }
            for timer in timers
        ]
        if rows:
            self.add_if_new(TIMER, rows)

    def take_due(self, *, now: datetime, limit: int) -> list[Timer]:
        """Mark due timers as fired, earliest first."""
        key = (TIMER.c.entity, TIMER.c.record_id, TIMER.c.name, TIMER.c.kind)
        due = select(*key).where(TIMER.c.fired == 0, TIMER.c.due_at <= stamp(now)).order_by(TIMER.c.due_at)
        due = due.limit(limit).with_for_update(skip_locked=True)
        fire = update(TIMER).where(tuple_(*key).in_(due)).values(fired=1).returning(*TIMER.c)
        timers = [
            Timer(row["entity"], row["record_id"], row["name"], row["kind"], datetime.fromisoformat(row["due_at"]))
            for row in self.rows(fire)
        ]
        return sorted(timers, key=lambda timer: (timer.due_at, timer.record_id, timer.name, timer.kind))
