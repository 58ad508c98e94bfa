"""The records of a twin: numbered, versioned, dated by its own clock."""

import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from hub.domain.documents import Doc


@dataclass
class Row:
    """One record; ``changed_at`` never goes back, and no two changes of one twin need to have the same."""

    id: str
    doc: Doc
    created_at: datetime
    changed_at: datetime
    revision: int = 1


@dataclass
class Rows:
    """All records, by kind and id; ``deleted`` keeps what was removed, with the time of its removal.

    ``grain`` is the smallest step in which the product dates changes. Requests may come side by side: ``lock`` it.
    """

    clock: Callable[[], datetime]
    grain: timedelta = timedelta(seconds=1)
    by_kind: dict[str, dict[str, Row]] = field(default_factory=dict)
    deleted: dict[str, dict[str, Row]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def stamp(self) -> datetime:
        """The present as the product writes it down."""
        now = self.clock()
        return now - timedelta(microseconds=now.timestamp() * 1_000_000 % (self.grain / timedelta(microseconds=1)))

    def of(self, kind: str) -> list[Row]:
        """The records of a kind, in the order of their creation."""
        return list(self.by_kind.get(kind, {}).values())

    def get(self, kind: str, row_id: str) -> Row | None:
        """One record."""
        return self.by_kind.get(kind, {}).get(row_id)

    def add(self, kind: str, doc: Doc, row_id: str | None = None) -> Row:
        """Write a new record down."""
        with self.lock:
            row = Row(row_id or str(next(self.numbers)), deepcopy(doc), self.stamp(), self.stamp())
            self.by_kind.setdefault(kind, {})[row.id] = row
            return row

    def change(self, kind: str, row_id: str, values: Doc) -> Row:
        """Write other values down; a person over there does it the same way. KeyError where there is no such record."""
        with self.lock:
            row = self.by_kind[kind][row_id]
            row.doc = {**row.doc, **deepcopy(values)}
            row.revision, row.changed_at = row.revision + 1, max(row.changed_at, self.stamp())
            return row

    def remove(self, kind: str, row_id: str) -> Row:
        """Delete a record; KeyError where there is none."""
        with self.lock:
            row = self.by_kind[kind].pop(row_id)
            row.changed_at = self.stamp()
            self.deleted.setdefault(kind, {})[row_id] = row
            return row

    def changed(self, kind: str, since: datetime, until: datetime) -> list[Row]:
        """Records changed in the closed interval, by the time of their change, then by creation."""
        found = [row for row in self.of(kind) if since <= row.changed_at <= until]
        return sorted(found, key=lambda row: row.changed_at)
