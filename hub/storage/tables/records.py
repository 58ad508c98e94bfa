"""Canonical records, one table for each entity; what is found by its digest, the numbers given, what is due."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from hub.storage.tables.base import metadata, where
from hub.storage.tables.listed import ADOPTED_BY, FOLLOWED, INDEXED, SPARSE, UNINDEXED


def record_table(entity: str) -> Table:
    """The table of one entity: the document, its sealed part, and a column for every indexed field."""
    name = f"record_{entity}"
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("doc", Text, nullable=False),
        Column("sealed", LargeBinary),
        *(Column(field, Text) for field in INDEXED[entity]),
        *(field_index(name, field) for field in INDEXED[entity] if is_sought(entity, field)),
    )


def is_sought(entity: str, field: str) -> bool:
    """Whether records are looked for by a field so often, among so many, that an index is worth its writes."""
    return field not in UNINDEXED or (entity, field) in ADOPTED_BY | FOLLOWED


def field_index(table: str, field: str) -> Index:
    """The index of one field, in the order of which records are listed."""
    given = where(f"{field} is not null") if field in SPARSE else {}
    return Index(f"ix_{table}_{field}", field, "id", **given)


RECORDS = {entity: record_table(entity) for entity in INDEXED}

BLIND = Table(
    "blind_index",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Index("ix_blind_index_record", "entity", "record_id"),
    sqlite_with_rowid=False,
)

TIMER = Table(
    "timer",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("due_at", Text, nullable=False),
    Index("ix_timer_due", "due_at"),
    sqlite_with_rowid=False,
)

NUMBER = Table(
    "number",
    metadata,
    Column("series", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)
SERIES = ("ticket", "call", "visit", "charge", "link_revision")  # of NUMBER
