"""Polling positions in SQL."""

from datetime import datetime

from sqlalchemy import and_, select, update

from hub.ports.cursors import Cursor
from hub.storage.sql import Repository, instant_or_none, stamp
from hub.storage.tables.runs import CURSOR


class SqlCursors(Repository):
    """Polling positions."""

    def get(self, system: str, name: str) -> datetime | None:
        """The lower bound of the next poll."""
        row = self.first(select(CURSOR.c.position).where(CURSOR.c.system == system, CURSOR.c.object == name))
        return None if row is None else datetime.fromisoformat(row["position"])

    def save(self, system: str, name: str, position: datetime) -> None:
        """Move the position forwards."""
        known = self.get(system, name)
        if known is None or position > known:
            self.upsert(CURSOR, {"system": system, "object": name, "position": stamp(position)})

    def polled(self, system: str, name: str, *, at: datetime, told: bool) -> None:
        """Remember a complete poll."""
        seen = {"polled_at": stamp(at), **({"told_at": stamp(at)} if told else {})}
        mine = and_(CURSOR.c.system == system, CURSOR.c.object == name)
        self.change(update(CURSOR).where(mine).values(seen))

    def set_back(self, system: str, name: str, position: datetime, note: str) -> None:
        """Put the position anywhere."""
        self.upsert(CURSOR, {"system": system, "object": name, "position": stamp(position), "note": note})

    def listing(self) -> list[Cursor]:
        """All of them."""
        return [
            Cursor(
                system=row["system"],
                object=row["object"],
                position=datetime.fromisoformat(row["position"]),
                polled_at=instant_or_none(row["polled_at"]),
                told_at=instant_or_none(row["told_at"]),
                note=row["note"],
            )
            for row in self.rows(select(CURSOR).order_by(CURSOR.c.system, CURSOR.c.object))
        ]
