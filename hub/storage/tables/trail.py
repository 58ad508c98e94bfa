"""What was done: the audit trail with its seals, and the stops of each message."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from hub.storage.tables.base import metadata, serial

AUDIT = Table(
    "audit",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("correlation", Text, nullable=False),
    Column("payload", LargeBinary),
    Column("salt", LargeBinary),
    Column("content", LargeBinary, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Index("ix_audit_record", "entity", "record_id"),
    Index("ix_audit_correlation", "correlation"),
    sqlite_autoincrement=True,
)

SEAL = Table(
    "audit_seal",
    metadata,
    Column("seq", serial, primary_key=True, autoincrement=False),
    Column("entry_id", serial, nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),
)

READER = Table(
    "audit_reader",
    metadata,
    Column("name", Text, primary_key=True),
    Column("place", serial, nullable=False),
)

TRACE = Table(
    "trace",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("correlation", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("stop", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("params", Text, nullable=False),
    Index("ix_trace_correlation", "correlation"),
    Index("ix_trace_record", "entity", "record_id"),
)
