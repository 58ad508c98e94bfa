"""Which remote record is which of ours: links with what both sides last agreed on, and what people have approved."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from hub.storage.tables.base import metadata, serial, where

LINK = Table(
    "link",
    metadata,
    Column("system", Text, primary_key=True),
    Column("object", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Text),
    Column("shadow", LargeBinary, nullable=False),
    Column("agreed_at", Text),
    Column("revision", serial, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("merged_into", Text),
    Index("ix_link_record", "entity", "record_id"),
    Index("ux_link_active", "system", "object", "entity", "record_id", unique=True, **where("state = 'active'")),
)

APPROVED = Table(
    "approved_match",
    metadata,
    Column("system", Text, primary_key=True),
    Column("object", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("record_id", Text),
    Column("given", LargeBinary, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
)
