"""Paused systems, in SQL."""

from collections.abc import Mapping

from sqlalchemy import RowMapping, delete, insert, select

from hub.domain.instants import parse_instant
from hub.ports.pauses import Pause
from hub.storage.sql import Repository, stamp
from hub.storage.tables.queues import PAUSE


class SqlPauses(Repository):
    """At most one for each system."""

    def get(self, system: str) -> Pause | None:
        """The pause of a system."""
        row = self.first(select(PAUSE).where(PAUSE.c.system == system))
        return None if row is None else _pause(row)

    def all(self) -> Mapping[str, Pause]:
        """All there are, by system."""
        return {row["system"]: _pause(row) for row in self.rows(select(PAUSE))}

    def put(self, pause: Pause) -> None:
        """Pause a system."""
        self.change(insert(PAUSE).values(system=pause.system, at=stamp(pause.at), actor=pause.by, reason=pause.reason))

    def end(self, system: str) -> None:
        """End its pause."""
        self.change(delete(PAUSE).where(PAUSE.c.system == system))


def _pause(row: RowMapping) -> Pause:
    return Pause(row["system"], parse_instant(row["at"]), row["actor"], row["reason"])
