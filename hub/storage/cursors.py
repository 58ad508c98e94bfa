"""Polling positions in SQL."""

from datetime import datetime

from sqlalchemy import select

from hub.storage.sql import Repository, stamp
from hub.storage.tables import CURSOR


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
