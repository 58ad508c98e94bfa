"""What was asked of systems, by day, in SQL."""

from datetime import date

from sqlalchemy import select

from hub.storage.sql import Repository
from hub.storage.tables.queues import BUDGET


class SqlBudgets(Repository):
    """Calls by system and day."""

    def take(self, system: str, day: date, amount: int, *, ceiling: int) -> int:
        """Take from the day, up to the ceiling."""
        row = self.first(select(BUDGET.c.used).where(BUDGET.c.system == system, BUDGET.c.day == day.isoformat()))
        used = 0 if row is None else int(row["used"])
        taken = max(min(amount, ceiling - used), 0)
        if taken:
            self.upsert(BUDGET, {"system": system, "day": day.isoformat(), "used": used + taken})
        return taken
