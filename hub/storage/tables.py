"""Every table, on one MetaData, in the terms that SQLite and PostgreSQL share.

Instants are UTC ISO strings, which sort as text; documents are JSON text; what is personal is sealed bytes.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint, text

metadata = MetaData()
serial = BigInteger().with_variant(Integer, "sqlite")

# Fields by which records are listed: the x-index fields of schemas/canonical, which a test compares.
INDEXED: dict[str, tuple[str, ...]] = {
    "asset": (
        "created_at",
        "updated_at",
        "serial",
        "name",
        "product_id",
        "customer_id",
        "site_id",
        "status",
        "contract_id",
        "qr_token",
    ),
    "call": (
        "created_at",
        "updated_at",
        "system",
        "call_id",
        "direction",
        "queue",
        "state",
        "customer_id",
        "contact_id",
        "agent",
        "started_at",
        "ticket_id",
        "call_back",
    ),
    "charge": (
        "created_at",
        "updated_at",
        "obligation",
        "ticket_id",
        "customer_id",
        "code",
        "part_id",
        "state",
        "invoice_id",
    ),
    "consumption": (
        "created_at",
        "updated_at",
        "ticket_id",
        "visit_id",
        "part_id",
        "issue_id",
        "warehouse_id",
        "issue_kind",
        "asset_id",
        "state",
        "remote_number",
        "at",
    ),
    "contact": ("created_at", "updated_at", "customer_id", "name", "pending"),
    "contract": ("created_at", "updated_at", "number", "customer_id", "state", "starts_on", "ends_on"),
    "customer": (
        "created_at",
        "updated_at",
        "code",
        "name",
        "level",
        "parent_id",
        "credit_hold",
        "pending",
        "merged_into",
    ),
    "evidence": ("created_at", "updated_at", "ticket_id", "visit_id", "kind", "sha256"),
    "follow_up": ("created_at", "updated_at", "ticket_id", "outcome", "score", "at"),
    "invoice": (
        "created_at",
        "updated_at",
        "number",
        "reference",
        "state",
        "customer_id",
        "ticket_id",
        "issued_at",
        "due_at",
    ),
    "issue": (
        "created_at",
        "updated_at",
        "ticket_id",
        "visit_id",
        "part_id",
        "reservation_id",
        "from_warehouse_id",
        "to_warehouse_id",
        "issue_kind",
        "state",
        "remote_number",
        "at",
    ),
    "notification": ("created_at", "updated_at", "to_role", "to_user", "ticket_id", "state"),
    "part": ("created_at", "updated_at", "sku", "name", "active"),
    "part_request": (
        "created_at",
        "updated_at",
        "ticket_id",
        "visit_id",
        "part_id",
        "from_warehouse_id",
        "issue_kind",
        "state",
        "remote_number",
        "at",
    ),
    "payment": ("created_at", "updated_at", "number", "invoice_id", "customer_id", "state", "received_at"),
    "product": ("created_at", "updated_at", "code", "name", "category"),
    "release": (
        "created_at",
        "updated_at",
        "ticket_id",
        "visit_id",
        "part_id",
        "reservation_id",
        "warehouse_id",
        "state",
        "remote_number",
        "at",
    ),
    "reservation": (
        "created_at",
        "updated_at",
        "ticket_id",
        "visit_id",
        "part_id",
        "part_request_id",
        "warehouse_id",
        "to_warehouse_id",
        "state",
        "remote_number",
        "at",
    ),
    "return": (
        "created_at",
        "updated_at",
        "ticket_id",
        "visit_id",
        "part_id",
        "issue_id",
        "from_warehouse_id",
        "to_warehouse_id",
        "state",
        "remote_number",
        "at",
    ),
    "sales_order": ("created_at", "updated_at", "number", "customer_id", "ordered_on", "state"),
    "site": ("created_at", "updated_at", "customer_id", "name", "territory"),
    "stock_level": ("created_at", "updated_at", "warehouse_id", "part_id"),
    "technician": ("created_at", "updated_at", "name", "user_name", "active", "warehouse_id"),
    "ticket": (
        "created_at",
        "updated_at",
        "number",
        "type",
        "status",
        "is_draft",
        "priority",
        "channel",
        "queue",
        "customer_id",
        "contact_id",
        "site_id",
        "call_id",
        "chase_count",
        "parent_id",
        "merged_into",
        "opened_at",
        "completed_at",
        "closed_at",
        "loop_closed_at",
    ),
    "visit": ("created_at", "updated_at", "ticket_id", "technician_id", "status", "window_start"),
    "warehouse": ("created_at", "updated_at", "code", "name", "kind", "technician_id"),
}
# Listed and sorted by, but seldom alone and on few values: an index would cost every write more than it saves.
UNINDEXED = {
    *("created_at", "updated_at", "is_draft", "priority", "channel", "type", "chase_count", "credit_hold", "pending"),
    *("active", "kind", "level", "issue_kind", "direction", "at", "category", "completed_at", "closed_at", "queue"),
    *("loop_closed_at", "merged_into", "agent", "outcome", "score", "code", "issued_at", "due_at", "remote_number"),
    "system",
}
SPARSE = {"contact_id", "parent_id", "site_id", "call_back"}  # few records have them: only those are in the index
SERIES = ("ticket", "call", "visit", "charge", "link_revision")


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
        *(field_index(name, field) for field in INDEXED[entity] if field not in UNINDEXED),
    )


def field_index(table: str, field: str) -> Index:
    """The index of one field, in the order of which records are listed."""
    given = text(f"{field} is not null") if field in SPARSE else None
    return Index(f"ix_{table}_{field}", field, "id", sqlite_where=given, postgresql_where=given)


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

NUMBER = Table(
    "number",
    metadata,
    Column("series", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

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
    Index(
        "ux_link_active",
        "system",
        "object",
        "entity",
        "record_id",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)

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
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", Text),
    Column("not_before", Text),
    Column("waits_for", Text),
    Column("error", Text),
    Column("error_class", Text),
    Column("failure", Text),
    UniqueConstraint("source", "key", name="ux_inbox_key"),
    Index(
        "ix_inbox_digest",
        "digest",
        sqlite_where=text("state in ('new', 'dead')"),
        postgresql_where=text("state in ('new', 'dead')"),
    ),
    Index(
        "ix_inbox_new",
        "source",
        "received_at",
        sqlite_where=text("state = 'new'"),
        postgresql_where=text("state = 'new'"),
    ),
    Index(
        "ix_inbox_dead",
        "source",
        sqlite_where=text("state = 'dead'"),
        postgresql_where=text("state = 'dead'"),
    ),
    Index(
        "ix_inbox_subject",
        "source",
        "subject",
        sqlite_where=text("state = 'new'"),
        postgresql_where=text("state = 'new'"),
    ),
    Index(
        "ix_inbox_waits_for",
        "source",
        "waits_for",
        sqlite_where=text("waits_for is not null"),
        postgresql_where=text("waits_for is not null"),
    ),
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
    Column("state", Text, nullable=False),
    Column("payload", LargeBinary),
    Column("attempt", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", Text),
    Column("not_before", Text),
    Column("sent_at", Text),
    Column("error", Text),
    Column("bulk", Integer, nullable=False),
    Column("error_class", Text),
    Column("failure", Text),
    Index("ix_outbox_record", "entity", "record_id"),
    Index(
        "ix_outbox_open",
        "system",
        "bulk",
        "id",
        sqlite_where=text("state in ('ready', 'sent', 'unknown')"),
        postgresql_where=text("state in ('ready', 'sent', 'unknown')"),
    ),
    Index(
        "ix_outbox_dead",
        "system",
        sqlite_where=text("state = 'dead'"),
        postgresql_where=text("state = 'dead'"),
    ),
)

ROUTE = Table(
    "route",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("system", Text, nullable=False),
    sqlite_with_rowid=False,
)

BUDGET = Table(
    "budget",
    metadata,
    Column("system", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("used", Integer, nullable=False),
)

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

# A run is work in steps, which goes on after a restart; a report is what a comparison found, kept and signed off.
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
    Index(
        "ux_run_open",
        "system",
        "kind",
        "object",
        unique=True,
        sqlite_where=text("ended_at is null"),
        postgresql_where=text("ended_at is null"),
    ),
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
    Index(
        "ux_review_open",
        "digest",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
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

ACCOUNT = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("technician_id", Text),
    Column("disabled", Integer, nullable=False),
)

API_KEY = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("revoked_at", Text),
)

SESSION = Table(
    "session",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)

ANSWER = Table(
    "answer",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
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

KEY_CHECK = Table(
    "key_check",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("probe", LargeBinary, nullable=False),
)
