"""One transaction with every repository on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError

from hub.storage.accounts import SqlAccounts
from hub.storage.audit import SqlAudit
from hub.storage.budgets import SqlBudgets
from hub.storage.cipher import Cipher
from hub.storage.cursors import SqlCursors
from hub.storage.grants import SqlGrantRows
from hub.storage.idempotency import SqlIdempotency
from hub.storage.inbox import SqlInbox
from hub.storage.levels import SqlLevels
from hub.storage.links import SqlLinks
from hub.storage.matches import SqlMatches
from hub.storage.outbox import SqlOutbox
from hub.storage.pauses import SqlPauses
from hub.storage.prepared import Prepared
from hub.storage.privacy import Privacy
from hub.storage.records import SqlRecords
from hub.storage.reports import SqlReports
from hub.storage.reviews import SqlReviews
from hub.storage.runs import SqlRuns
from hub.storage.search import SqlSearch
from hub.storage.sql import insert_on
from hub.storage.tables.records import NUMBER, SERIES
from hub.storage.timers import SqlTimers
from hub.storage.trace import SqlTrace
from hub.storage.wire import Wire


def next_of(dialect: str, series: str) -> Any:
    """The next number: of a sequence on PostgreSQL, so that writers do not wait for one another."""
    if dialect == "postgresql":
        return text(f"SELECT nextval('number_{series}') AS last")
    bump = insert_on(dialect)(NUMBER).values(series=bindparam("series"), last=1)
    bump = bump.on_conflict_do_update(index_elements=["series"], set_={"last": NUMBER.c.last + 1})
    return bump.returning(NUMBER.c.last)


NEXT = {series: Prepared(partial(next_of, series=series)) for series in SERIES}


@dataclass(frozen=True)
class Vault:
    """What repositories need beside a connection: the cipher, what is personal, and the clock of the audit trail."""

    cipher: Cipher
    privacy: Mapping[str, Privacy]
    now: Callable[[], datetime]


class SqlUnitOfWork:
    """Every repository, on one connection."""

    def __init__(self, wire: Wire, vault: Vault) -> None:
        self._wire = wire
        cipher = vault.cipher
        self.records = SqlRecords(wire, cipher, vault.privacy)
        self.links = SqlLinks(wire, cipher, partial(self.next_number, "link_revision"))
        self.inbox = SqlInbox(wire, cipher)
        self.outbox = SqlOutbox(wire, cipher)
        self.matches = SqlMatches(wire, cipher)
        self.cursors = SqlCursors(wire)
        self.budgets = SqlBudgets(wire)
        self.pauses = SqlPauses(wire)
        self.grants = SqlGrantRows(wire, cipher)
        self.reviews = SqlReviews(wire, cipher)
        self.runs = SqlRuns(wire)
        self.audit = SqlAudit(wire, cipher, vault.now)
        self.trace = SqlTrace(wire)
        self.accounts = SqlAccounts(wire)
        self.idempotency = SqlIdempotency(wire, cipher)
        self.timers = SqlTimers(wire)
        self.search = SqlSearch(wire)
        self.levels = SqlLevels(wire)
        self.reports = SqlReports(wire, cipher)

    def attempt(self, fn: Callable[[], object]) -> Exception | None:
        """Run inside a savepoint."""
        self._wire.later("SAVEPOINT attempt")
        try:
            fn()
            self._wire.later("RELEASE attempt")
            self._wire.flush()
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller decides
            self._wire.forget()
            self._wire.run("ROLLBACK TO attempt")
            self._wire.later("RELEASE attempt")
            self.records.forget()
            self.links.forget()
            return error
        return None

    def next_number(self, series: str) -> int:
        """The next number of a series."""
        if series not in SERIES:
            raise KeyError(series)
        row = NEXT[series].first(self._wire, {"series": series})
        if row is None:
            raise AssertionError
        return int(row["last"])
