"""What waits for a person."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from hub.storage.tables.base import metadata, where

REVIEW = Table(
    "review",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("detail", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("correlation", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("settled_at", Text),
    Column("settled_by", Text, nullable=False),
    Index("ix_review_record", "entity", "record_id"),
    Index("ux_review_open", "digest", unique=True, **where("state = 'open'")),
)
