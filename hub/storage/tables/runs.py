"""How far each system was read. A run is work in steps, which goes on after a restart; a report is what was found.

A cursor is where polling goes on. Runs are sweeps and loads: they are moved on and fenced, and hold no value of a
record. Reports are comparisons, which are kept: what differed is sealed in them, and people sign them off.
"""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from hub.storage.tables.base import metadata, serial, where

CURSOR = Table(
    "cursor",
    metadata,
    Column("system", Text, primary_key=True),
    Column("object", Text, primary_key=True),
    Column("position", Text, nullable=False),
    Column("polled_at", Text),
    Column("told_at", Text),
    Column("note", Text),
)

RUN = Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("position", Text),
    Column("version", Integer, nullable=False),
    Column("revision", serial, nullable=False),
    Column("counts", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("moved_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("note", Text),
    Column("forced", Integer, nullable=False),
    Index("ux_run_open", "system", "kind", "object", unique=True, **where("ended_at is null")),
    Index("ix_run_started", "system", "started_at"),
)

RUN_SEEN = Table(
    "run_seen",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

REPORT = Table(
    "report",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("position", Text),
    Column("counts", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("detail", LargeBinary, nullable=False),
    Index("ix_report_kind", "kind", "system", "object", "id"),
)
