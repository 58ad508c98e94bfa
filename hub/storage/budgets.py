"""What was asked of systems, by day, in SQL."""

from datetime import date

from sqlalchemy import select

from hub.storage.sql import Repository
from hub.storage.tables.queues import BUDGET


class SqlBudgets(Repository):
    """Calls by system and day."""

    def take(self, system: str, day: date, amount: int, *, ceiling: int) -> int:
        """Take from the day, up to the ceiling."""
        used = self.used(system, day)
        taken = max(min(amount, ceiling - used), 0)
        if taken:
            self.upsert(BUDGET, {"system": system, "day": day.isoformat(), "used": used + taken})
        return taken

    def used(self, system: str, day: date) -> int:
        """What was taken."""
        row = self.first(select(BUDGET.c.used).where(BUDGET.c.system == system, BUDGET.c.day == day.isoformat()))
        return 0 if row is None else int(row["used"])
