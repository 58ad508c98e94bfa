"""One transaction with every repository on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from sqlalchemy import Connection, bindparam, text

from hub.storage.accounts import SqlAccounts
from hub.storage.audit import SqlAudit
from hub.storage.cipher import Cipher
from hub.storage.cursors import SqlCursors
from hub.storage.idempotency import SqlIdempotency
from hub.storage.inbox import SqlInbox
from hub.storage.links import SqlLinks
from hub.storage.outbox import SqlOutbox
from hub.storage.prepared import Prepared
from hub.storage.privacy import Privacy
from hub.storage.records import SqlRecords
from hub.storage.reviews import SqlReviews
from hub.storage.search import SqlSearch
from hub.storage.sql import insert_on
from hub.storage.tables import NUMBER, SERIES
from hub.storage.timers import SqlTimers
from hub.storage.trace import SqlTrace


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
    """Every repository, on one connection; made as they are asked for."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    @cached_property
    def records(self) -> SqlRecords:
        """Canonical records."""
        return SqlRecords(self._connection, self._vault.cipher, self._vault.privacy)

    @cached_property
    def links(self) -> SqlLinks:
        """The crosswalk."""
        return SqlLinks(self._connection, self._vault.cipher)

    @cached_property
    def inbox(self) -> SqlInbox:
        """Received messages."""
        return SqlInbox(self._connection, self._vault.cipher)

    @cached_property
    def outbox(self) -> SqlOutbox:
        """Deliveries."""
        return SqlOutbox(self._connection, self._vault.cipher)

    @cached_property
    def cursors(self) -> SqlCursors:
        """Polling positions."""
        return SqlCursors(self._connection)

    @cached_property
    def reviews(self) -> SqlReviews:
        """The review queue."""
        return SqlReviews(self._connection, self._vault.cipher)

    @cached_property
    def audit(self) -> SqlAudit:
        """The audit trail."""
        return SqlAudit(self._connection, self._vault.cipher, self._vault.now)

    @cached_property
    def trace(self) -> SqlTrace:
        """The stops of messages."""
        return SqlTrace(self._connection)

    @cached_property
    def accounts(self) -> SqlAccounts:
        """Users, sessions, keys."""
        return SqlAccounts(self._connection)

    @cached_property
    def idempotency(self) -> SqlIdempotency:
        """First answers."""
        return SqlIdempotency(self._connection, self._vault.cipher)

    @cached_property
    def timers(self) -> SqlTimers:
        """Armed timers."""
        return SqlTimers(self._connection)

    @cached_property
    def search(self) -> SqlSearch:
        """Full-text search."""
        return SqlSearch(self._connection)

    def next_number(self, series: str) -> int:
        """The next number of a series."""
        if series not in SERIES:
            raise KeyError(series)
        row = NEXT[series].first(self._connection, {"series": series})
        if row is None:
            raise AssertionError
        return int(row["last"])
