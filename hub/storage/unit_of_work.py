"""One transaction with every repository on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

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

R = TypeVar("R")


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


class Repo(Generic[R]):
    """A repository that a transaction makes when it is first asked for: most need three or four of them."""

    def __init__(self, make: Callable[["SqlUnitOfWork"], R]) -> None:
        self._make = make

    def __set_name__(self, _owner: type, name: str) -> None:
        """Remember where the transaction keeps it."""
        self._name = name

    def __get__(self, tx: "SqlUnitOfWork", _owner: type) -> R:
        """Make it; from now on the transaction has it as an attribute of its own."""
        made = tx.__dict__[self._name] = self._make(tx)
        return made


class SqlUnitOfWork:
    """Every repository, on one connection."""

    wire: Wire
    vault: Vault

    records = Repo(lambda tx: SqlRecords(tx.wire, tx.vault.cipher, tx.vault.privacy))
    links = Repo(lambda tx: SqlLinks(tx.wire, tx.vault.cipher, partial(tx.next_number, "link_revision")))
    inbox = Repo(lambda tx: SqlInbox(tx.wire, tx.vault.cipher))
    outbox = Repo(lambda tx: SqlOutbox(tx.wire, tx.vault.cipher))
    matches = Repo(lambda tx: SqlMatches(tx.wire, tx.vault.cipher))
    cursors = Repo(lambda tx: SqlCursors(tx.wire))
    budgets = Repo(lambda tx: SqlBudgets(tx.wire))
    pauses = Repo(lambda tx: SqlPauses(tx.wire))
    grants = Repo(lambda tx: SqlGrantRows(tx.wire, tx.vault.cipher))
    reviews = Repo(lambda tx: SqlReviews(tx.wire, tx.vault.cipher))
    runs = Repo(lambda tx: SqlRuns(tx.wire))
    audit = Repo(lambda tx: SqlAudit(tx.wire, tx.vault.cipher, tx.vault.now))
    trace = Repo(lambda tx: SqlTrace(tx.wire))
    accounts = Repo(lambda tx: SqlAccounts(tx.wire))
    idempotency = Repo(lambda tx: SqlIdempotency(tx.wire, tx.vault.cipher))
    timers = Repo(lambda tx: SqlTimers(tx.wire))
    search = Repo(lambda tx: SqlSearch(tx.wire))
    levels = Repo(lambda tx: SqlLevels(tx.wire))
    reports = Repo(lambda tx: SqlReports(tx.wire, tx.vault.cipher))

    def __init__(self, wire: Wire, vault: Vault) -> None:
        self.wire = wire
        self.vault = vault

    def attempt(self, fn: Callable[[], object]) -> Exception | None:
        """Run inside a savepoint."""
        self.wire.flush()
        self.wire.run("SAVEPOINT attempt")  # at once: what fails before anything is run must find it
        try:
            fn()
            self.wire.flush()
            self.wire.later("RELEASE attempt")
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller decides
            self.wire.forget()
            self.wire.run("ROLLBACK TO attempt")
            self.wire.later("RELEASE attempt")
            for kept in (self.records, self.links, self.inbox, self.outbox, self.matches):
                kept.forget()
            return error
        return None

    def next_number(self, series: str) -> int:
        """The next number of a series."""
        if series not in SERIES:
            raise KeyError(series)
        row = NEXT[series].first(self.wire, {"series": series})
        if row is None:
            raise AssertionError
        return int(row["last"])
