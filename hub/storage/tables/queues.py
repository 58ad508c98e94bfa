"""What waits to be taken in or delivered, the one route of each obligation, and how much may be asked in a day."""

from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from hub.storage.tables.base import metadata, where


def leased() -> list[Column[Any]]:
    """What workers keep of a message or delivery: who holds it, when it is due, how it failed."""
    return [
        Column("state", Text, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("fence", Integer, nullable=False),
        Column("lease_until", Text),
        Column("not_before", Text),
        Column("error", Text),
        Column("error_class", Text),
        Column("failure", Text),
    ]


INBOX = Table(
    "inbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text),
    Column("digest", LargeBinary, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("headers", Text, nullable=False),
    Column("correlation", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("subject", Text),
    Column("waits_for", Text),
    *leased(),
    UniqueConstraint("source", "key", name="ux_inbox_key"),
    Index("ix_inbox_digest", "digest", **where("state in ('new', 'dead')")),
    Index("ix_inbox_new", "source", "received_at", **where("state = 'new'")),
    Index("ix_inbox_dead", "source", **where("state = 'dead'")),
    Index("ix_inbox_subject", "source", "subject", **where("state = 'new'")),
    Index("ix_inbox_waits_for", "source", "waits_for", **where("waits_for is not null")),
)

OUTBOX = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("system", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("correlation", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("goal", Text),
    Column("payload", LargeBinary),
    Column("sent_at", Text),
    Column("bulk", Integer, nullable=False),
    *leased(),
    Index("ix_outbox_record", "entity", "record_id"),
    Index("ix_outbox_open", "system", "bulk", "id", **where("state in ('ready', 'sent', 'unknown')")),
    Index("ix_outbox_dead", "system", **where("state = 'dead'")),
)

ROUTE = Table(
    "route",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("system", Text, nullable=False),
    sqlite_with_rowid=False,
)

PAUSE = Table(
    "pause",
    metadata,
    Column("system", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

GRANT = Table(
    "grant",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary),
    Column("expires_at", Text),
    Column("fence", Integer, nullable=False),
    Column("lease_until", Text),
)

BUDGET = Table(
    "budget",
    metadata,
    Column("system", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("used", Integer, nullable=False),
)
