"""How full the queues are, in SQL: every question stays inside a partial index, however many rows are done."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, exists, func, literal_column, select

from hub.ports.levels import Asked, Unsealed, Waiting
from hub.ports.outbox import OPEN_STATES
from hub.storage.audit import LATE
from hub.storage.sql import Repository, instant_or_none, stamp
from hub.storage.tables.queues import INBOX, OUTBOX
from hub.storage.tables.reviews import REVIEW
from hub.storage.tables.runs import CURSOR
from hub.storage.tables.trail import AUDIT, SEAL

MOST = 100_000  # rows that a count looks at: beyond it a figure would say no more, and cost a scrape its time
MOST_UNSEALED = 10_000
INCOMING, OUTGOING = "in", "out"


def among(*states: str) -> Any:
    """States in the text of a statement, not as parameters: only so does a planner find the partial index."""
    return [literal_column(f"'{state}'") for state in states]


class SqlLevels(Repository):
    """What a scrape asks."""

    def waiting(self, *, now: datetime) -> list[Waiting]:
        """Both queues: the incoming one along its time, the outgoing one system by system along its index."""
        incoming = select(INBOX.c.source.label("system"), INBOX.c.state, INBOX.c.received_at.label("at"))
        incoming = incoming.add_columns(INBOX.c.not_before).where(INBOX.c.state == among("new")[0])
        told = self._grouped(INCOMING, incoming.order_by(INBOX.c.received_at).limit(MOST), now)
        outgoing = select(OUTBOX.c.system, OUTBOX.c.state, OUTBOX.c.created_at.label("at"), OUTBOX.c.not_before)
        for name in self._receivers():
            mine = outgoing.where(OUTBOX.c.state.in_(among(*OPEN_STATES)), OUTBOX.c.system == name)
            told += self._grouped(OUTGOING, mine.limit(MOST), now)
        return told

    def _receivers(self) -> Iterator[str]:
        """The systems that something waits for, each found by one step in the index."""
        name = ""
        while True:
            after = select(func.min(OUTBOX.c.system)).where(OUTBOX.c.state.in_(among(*OPEN_STATES)))
            found = self.pairs(after.where(OUTBOX.c.system > name))[0][0]
            if found is None:
                return
            yield (name := found)

    def _grouped(self, direction: str, rows: Select[Any], now: datetime) -> list[Waiting]:
        seen = rows.subquery()
        is_due = func.coalesce(seen.c.not_before, "") <= stamp(now)
        oldest, oldest_due = func.min(seen.c.at), func.min(case((is_due, seen.c.at)))
        counted = select(seen.c.system, seen.c.state, func.count(), oldest, oldest_due)
        found: dict[str, list[Any]] = defaultdict(list)
        for row in self.pairs(counted.group_by(seen.c.system, seen.c.state)):
            found[row[0]].append(row)
        return [
            Waiting(name, direction, {row[1]: row[2] for row in group}, first(group, 3), first(group, 4))
            for name, group in sorted(found.items())
        ]

    def outgoing(self, system: str) -> dict[str, tuple[int, datetime | None]]:
        """Along the index of what is open."""
        mine = select(OUTBOX.c.entity, OUTBOX.c.created_at.label("at"))
        seen = mine.where(OUTBOX.c.state.in_(among(*OPEN_STATES)), OUTBOX.c.system == system).limit(MOST).subquery()
        counted = select(seen.c.entity, func.count(), func.min(seen.c.at)).group_by(seen.c.entity)
        return {row[0]: (row[1], instant_or_none(row[2])) for row in self.pairs(counted)}

    def dead(self) -> dict[tuple[str, str], int]:
        """Given up."""
        told: dict[tuple[str, str], int] = {}
        for direction, table, system in ((INCOMING, INBOX, INBOX.c.source), (OUTGOING, OUTBOX, OUTBOX.c.system)):
            counted = select(system, func.count()).where(table.c.state == among("dead")[0]).group_by(system)
            told |= {(row[0], direction): row[1] for row in self.pairs(counted)}
        return told

    def positions(self) -> dict[tuple[str, str], datetime]:
        """Where polling goes on."""
        rows = self.pairs(select(CURSOR.c.system, CURSOR.c.object, CURSOR.c.position))
        return {(row[0], row[1]): datetime.fromisoformat(row[2]) for row in rows}

    def reviews(self) -> list[Asked]:
        """Open questions."""
        counted = select(REVIEW.c.system, REVIEW.c.kind, func.count(), func.min(REVIEW.c.created_at))
        counted = counted.where(REVIEW.c.state == among("open")[0]).group_by(REVIEW.c.system, REVIEW.c.kind)
        return [Asked(row[0], row[1], row[2], datetime.fromisoformat(row[3])) for row in self.pairs(counted)]

    def unsealed(self) -> Unsealed:
        """Entries behind the last seal; an entry that was written late lies a little before it."""
        last = self.pairs(select(SEAL.c.entry_id).order_by(SEAL.c.seq.desc()).limit(1))
        since = last[0][0] - LATE if last else 0
        bare = ~exists().where(SEAL.c.entry_id == AUDIT.c.id)
        rows = select(AUDIT.c.at).where(AUDIT.c.id > since, bare).order_by(AUDIT.c.id).limit(MOST_UNSEALED).subquery()
        count, oldest = self.pairs(select(func.count(), func.min(rows.c.at)))[0]
        return Unsealed(count, instant_or_none(oldest))


def first(rows: list[Any], place: int) -> datetime | None:
    """The earliest instant of a column."""
    return min((datetime.fromisoformat(row[place]) for row in rows if row[place]), default=None)
