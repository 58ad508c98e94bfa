"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database up."""
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("technician_id", sa.Text(), nullable=True),
        sa.Column("disabled", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "answer",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key"),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "approved_match",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("given", sa.LargeBinary(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("system", "object", "external_id"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit", schema=None) as batch:
        batch.create_index("ix_audit_correlation", ["correlation"], unique=False)
        batch.create_index("ix_audit_record", ["entity", "record_id"], unique=False)

    op.create_table(
        "audit_reader",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "audit_seal",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("entry_id"),
    )
    op.create_table(
        "blind_index",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "field", "digest", "record_id"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("blind_index", schema=None) as batch:
        batch.create_index("ix_blind_index_record", ["entity", "record_id"], unique=False)

    op.create_table(
        "route",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "record_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budget",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("system", "day"),
    )
    op.create_table(
        "pause",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("system"),
    )
    op.create_table(
        "grant",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.Text(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "cursor",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("polled_at", sa.Text(), nullable=True),
        sa.Column("told_at", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("system", "object"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Text(), nullable=True),
        sa.Column("not_before", sa.Text(), nullable=True),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("error_class", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "key", name="ux_inbox_key"),
    )
    with op.batch_alter_table("inbox", schema=None) as batch:
        batch.create_index(
            "ix_inbox_digest",
            ["digest"],
            unique=False,
            sqlite_where=sa.text("state in ('new', 'dead')"),
            postgresql_where=sa.text("state in ('new', 'dead')"),
        )
        batch.create_index(
            "ix_inbox_new",
            ["source", "received_at"],
            unique=False,
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch.create_index(
            "ix_inbox_dead",
            ["source"],
            unique=False,
            sqlite_where=sa.text("state = 'dead'"),
            postgresql_where=sa.text("state = 'dead'"),
        )
        batch.create_index(
            "ix_inbox_subject",
            ["source", "subject"],
            unique=False,
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch.create_index(
            "ix_inbox_waits_for",
            ["source", "waits_for"],
            unique=False,
            sqlite_where=sa.text("waits_for is not null"),
            postgresql_where=sa.text("waits_for is not null"),
        )

    op.create_table(
        "key_check",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("probe", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key_id"),
    )
    op.create_table(
        "link",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("shadow", sa.LargeBinary(), nullable=False),
        sa.Column("agreed_at", sa.Text(), nullable=True),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("system", "object", "external_id"),
    )
    with op.batch_alter_table("link", schema=None) as batch:
        batch.create_index("ix_link_record", ["entity", "record_id"], unique=False)
        batch.create_index(
            "ux_link_active",
            ["system", "object", "entity", "record_id"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "number",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Text(), nullable=True),
        sa.Column("not_before", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("bulk", sa.Integer(), nullable=False),
        sa.Column("error_class", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("outbox", schema=None) as batch:
        batch.create_index(
            "ix_outbox_open",
            ["system", "bulk", "id"],
            unique=False,
            sqlite_where=sa.text("state in ('ready', 'sent', 'unknown')"),
            postgresql_where=sa.text("state in ('ready', 'sent', 'unknown')"),
        )
        batch.create_index(
            "ix_outbox_dead",
            ["system"],
            unique=False,
            sqlite_where=sa.text("state = 'dead'"),
            postgresql_where=sa.text("state = 'dead'"),
        )
        batch.create_index("ix_outbox_record", ["entity", "record_id"], unique=False)

    op.create_table(
        "record_asset",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("site_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("contract_id", sa.Text(), nullable=True),
        sa.Column("qr_token", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_asset", schema=None) as batch:
        batch.create_index("ix_record_asset_contract_id", ["contract_id", "id"], unique=False)
        batch.create_index("ix_record_asset_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_asset_name", ["name", "id"], unique=False)
        batch.create_index("ix_record_asset_product_id", ["product_id", "id"], unique=False)
        batch.create_index("ix_record_asset_qr_token", ["qr_token", "id"], unique=False)
        batch.create_index("ix_record_asset_serial", ["serial", "id"], unique=False)
        batch.create_index(
            "ix_record_asset_site_id",
            ["site_id", "id"],
            unique=False,
            sqlite_where=sa.text("site_id is not null"),
            postgresql_where=sa.text("site_id is not null"),
        )
        batch.create_index("ix_record_asset_status", ["status", "id"], unique=False)

    op.create_table(
        "record_call",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("system", sa.Text(), nullable=True),
        sa.Column("call_id", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("started_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("call_back", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_call", schema=None) as batch:
        batch.create_index(
            "ix_record_call_call_back",
            ["call_back", "id"],
            unique=False,
            sqlite_where=sa.text("call_back is not null"),
            postgresql_where=sa.text("call_back is not null"),
        )
        batch.create_index("ix_record_call_call_id", ["call_id", "id"], unique=False)
        batch.create_index(
            "ix_record_call_contact_id",
            ["contact_id", "id"],
            unique=False,
            sqlite_where=sa.text("contact_id is not null"),
            postgresql_where=sa.text("contact_id is not null"),
        )
        batch.create_index("ix_record_call_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_call_started_at", ["started_at", "id"], unique=False)
        batch.create_index("ix_record_call_state", ["state", "id"], unique=False)
        batch.create_index("ix_record_call_ticket_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "record_charge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("obligation", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("part_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_charge", schema=None) as batch:
        batch.create_index("ix_record_charge_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_charge_invoice_id", ["invoice_id", "id"], unique=False)
        batch.create_index("ix_record_charge_obligation", ["obligation", "id"], unique=False)
        batch.create_index("ix_record_charge_part_id", ["part_id", "id"], unique=False)
        batch.create_index("ix_record_charge_state", ["state", "id"], unique=False)
        batch.create_index("ix_record_charge_ticket_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "record_comment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("visibility", sa.Text(), nullable=True),
        sa.Column("author_kind", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_comment", schema=None) as batch:
        batch.create_index("ix_record_comment_ticket_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "record_consumption",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("part_id", sa.Text(), nullable=True),
        sa.Column("issue_id", sa.Text(), nullable=True),
        sa.Column("warehouse_id", sa.Text(), nullable=True),
        sa.Column("issue_kind", sa.Text(), nullable=True),
        sa.Column("asset_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("remote_number", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_consumption", schema=None) as batch:
        batch.create_index("ix_record_consumption_asset_id", ["asset_id", "id"], unique=False)
        batch.create_index("ix_record_consumption_issue_id", ["issue_id", "id"], unique=False)
        batch.create_index("ix_record_consumption_part_id", ["part_id", "id"], unique=False)
        batch.create_index("ix_record_consumption_state", ["state", "id"], unique=False)
        batch.create_index("ix_record_consumption_ticket_id", ["ticket_id", "id"], unique=False)
        batch.create_index("ix_record_consumption_visit_id", ["visit_id", "id"], unique=False)
        batch.create_index("ix_record_consumption_warehouse_id", ["warehouse_id", "id"], unique=False)

    op.create_table(
        "record_contact",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("pending", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_contact", schema=None) as batch:
        batch.create_index("ix_record_contact_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_contact_name", ["name", "id"], unique=False)

    op.create_table(
        "record_contract",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Text(), nullable=True),
        sa.Column("ends_on", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_contract", schema=None) as batch:
        batch.create_index("ix_record_contract_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_contract_ends_on", ["ends_on", "id"], unique=False)
        batch.create_index("ix_record_contract_number", ["number", "id"], unique=False)
        batch.create_index("ix_record_contract_starts_on", ["starts_on", "id"], unique=False)
        batch.create_index("ix_record_contract_state", ["state", "id"], unique=False)

    op.create_table(
        "record_customer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("credit_hold", sa.Text(), nullable=True),
        sa.Column("pending", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_customer", schema=None) as batch:
        batch.create_index("ix_record_customer_code", ["code", "id"], unique=False)
        batch.create_index("ix_record_customer_name", ["name", "id"], unique=False)
        batch.create_index(
            "ix_record_customer_parent_id",
            ["parent_id", "id"],
            unique=False,
            sqlite_where=sa.text("parent_id is not null"),
            postgresql_where=sa.text("parent_id is not null"),
        )

    op.create_table(
        "record_evidence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_evidence", schema=None) as batch:
        batch.create_index("ix_record_evidence_sha256", ["sha256", "id"], unique=False)
        batch.create_index("ix_record_evidence_ticket_id", ["ticket_id", "id"], unique=False)
        batch.create_index("ix_record_evidence_visit_id", ["visit_id", "id"], unique=False)

    op.create_table(
        "record_follow_up",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("score", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_follow_up", schema=None) as batch:
        batch.create_index("ix_record_follow_up_ticket_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "record_interaction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_interaction", schema=None) as batch:
        batch.create_index("ix_record_interaction_customer_id", ["customer_id", "id"], unique=False)

    op.create_table(
        "record_invoice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.Text(), nullable=True),
        sa.Column("due_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_invoice", schema=None) as batch:
        batch.create_index("ix_record_invoice_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_invoice_number", ["number", "id"], unique=False)
        batch.create_index("ix_record_invoice_reference", ["reference", "id"], unique=False)
        batch.create_index("ix_record_invoice_state", ["state", "id"], unique=False)
        batch.create_index("ix_record_invoice_ticket_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "record_issue",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("part_id", sa.Text(), nullable=True),
        sa.Column("reservation_id", sa.Text(), nullable=True),
        sa.Column("from_warehouse_id", sa.Text(), nullable=True),
        sa.Column("to_warehouse_id", sa.Text(), nullable=True),
        sa.Column("issue_kind", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("remote_number", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_issue", schema=None) as batch:
        batch.create_index("ix_record_issue_from_warehouse_id", ["from_warehouse_id", "id"], unique=False)
        batch.create_index("ix_record_issue_part_id", ["part_id", "id"], unique=False)
        batch.create_index("ix_record_issue_reservation_id", ["reservation_id", "id"], unique=False)
        batch.create_index("ix_record_issue_state", ["state", "id"], unique=False)
        batch.create_index("ix_record_issue_ticket_id", ["ticket_id", "id"], unique=False)
        batch.create_index("ix_record_issue_to_warehouse_id", ["to_warehouse_id", "id"], unique=False)
        batch.create_index("ix_record_issue_visit_id", ["visit_id", "id"], unique=False)

    op.create_table(
        "record_lead",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("asset_id", sa.Text(), nullable=True),
        sa.Column("contract_id", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_lead", schema=None) as batch:
        batch.create_index("ix_record_lead_asset_id", ["asset_id", "id"], unique=False)
        batch.create_index("ix_record_lead_contract_id", ["contract_id", "id"], unique=False)
        batch.create_index("ix_record_lead_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_lead_state", ["state", "id"], unique=False)

    op.create_table(
        "record_notification",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("to_role", sa.Text(), nullable=True),
        sa.Column("to_user", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_notification", schema=None) as batch:
        batch.create_index("ix_record_notification_state", ["state", "id"], unique=False)
        batch.create_index("ix_record_notification_ticket_id", ["ticket_id", "id"], unique=False)
        batch.create_index("ix_record_notification_to_role", ["to_role", "id"], unique=False)
        batch.create_index("ix_record_notification_to_user", ["to_user", "id"], unique=False)

    op.create_table(
        "record_part",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("active", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_part", schema=None) as batch:
        batch.create_index("ix_record_part_name", ["name", "id"], unique=False)
        batch.create_index("ix_record_part_sku", ["sku", "id"], unique=False)

    op.create_table(
        "record_part_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("part_id", sa.Text(), nullable=True),
        sa.Column("from_warehouse_id", sa.Text(), nullable=True),
        sa.Column("issue_kind", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("remote_number", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_part_request", schema=None) as batch:
        batch.create_index("ix_record_part_request_from_warehouse_id", ["from_warehouse_id", "id"], unique=False)
        batch.create_index("ix_record_part_request_part_id", ["part_id", "id"], unique=False)
        batch.create_index("ix_record_part_request_state", ["state", "id"], unique=False)
        batch.create_index("ix_record_part_request_ticket_id", ["ticket_id", "id"], unique=False)
        batch.create_index("ix_record_part_request_visit_id", ["visit_id", "id"], unique=False)

    op.create_table(
        "record_payment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("received_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_payment", schema=None) as batch:
        batch.create_index("ix_record_payment_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_payment_invoice_id", ["invoice_id", "id"], unique=False)
        batch.create_index("ix_record_payment_number", ["number", "id"], unique=False)
        batch.create_index("ix_record_payment_received_at", ["received_at", "id"], unique=False)
        batch.create_index("ix_record_payment_state", ["state", "id"], unique=False)

    op.create_table(
        "record_product",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_product", schema=None) as batch:
        batch.create_index("ix_record_product_code", ["code", "id"], unique=False)
        batch.create_index("ix_record_product_name", ["name", "id"], unique=False)

    op.create_table(
        "record_release",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("part_id", sa.Text(), nullable=True),
        sa.Column("reservation_id", sa.Text(), nullable=True),
        sa.Column("warehouse_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("remote_number", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_release", schema=None) as batch:
        batch.create_index("ix_record_release_part_id", ["part_id", "id"], unique=False)
        batch.create_index("ix_record_release_reservation_id", ["reservation_id", "id"], unique=False)
        batch.create_index("ix_record_release_state", ["state", "id"], unique=False)
        batch.create_index("ix_record_release_ticket_id", ["ticket_id", "id"], unique=False)
        batch.create_index("ix_record_release_visit_id", ["visit_id", "id"], unique=False)
        batch.create_index("ix_record_release_warehouse_id", ["warehouse_id", "id"], unique=False)

    op.create_table(
        "record_reservation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("part_id", sa.Text(), nullable=True),
        sa.Column("part_request_id", sa.Text(), nullable=True),
        sa.Column("warehouse_id", sa.Text(), nullable=True),
        sa.Column("to_warehouse_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("remote_number", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_reservation", schema=None) as batch:
        batch.create_index("ix_record_reservation_part_id", ["part_id", "id"], unique=False)
        batch.create_index("ix_record_reservation_part_request_id", ["part_request_id", "id"], unique=False)
        batch.create_index("ix_record_reservation_state", ["state", "id"], unique=False)
        batch.create_index("ix_record_reservation_ticket_id", ["ticket_id", "id"], unique=False)
        batch.create_index("ix_record_reservation_to_warehouse_id", ["to_warehouse_id", "id"], unique=False)
        batch.create_index("ix_record_reservation_visit_id", ["visit_id", "id"], unique=False)
        batch.create_index("ix_record_reservation_warehouse_id", ["warehouse_id", "id"], unique=False)

    op.create_table(
        "record_return",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("part_id", sa.Text(), nullable=True),
        sa.Column("issue_id", sa.Text(), nullable=True),
        sa.Column("from_warehouse_id", sa.Text(), nullable=True),
        sa.Column("to_warehouse_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("remote_number", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_return", schema=None) as batch:
        batch.create_index("ix_record_return_from_warehouse_id", ["from_warehouse_id", "id"], unique=False)
        batch.create_index("ix_record_return_issue_id", ["issue_id", "id"], unique=False)
        batch.create_index("ix_record_return_part_id", ["part_id", "id"], unique=False)
        batch.create_index("ix_record_return_state", ["state", "id"], unique=False)
        batch.create_index("ix_record_return_ticket_id", ["ticket_id", "id"], unique=False)
        batch.create_index("ix_record_return_to_warehouse_id", ["to_warehouse_id", "id"], unique=False)
        batch.create_index("ix_record_return_visit_id", ["visit_id", "id"], unique=False)

    op.create_table(
        "record_sales_order",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("ordered_on", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_sales_order", schema=None) as batch:
        batch.create_index("ix_record_sales_order_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_sales_order_number", ["number", "id"], unique=False)
        batch.create_index("ix_record_sales_order_ordered_on", ["ordered_on", "id"], unique=False)
        batch.create_index("ix_record_sales_order_state", ["state", "id"], unique=False)

    op.create_table(
        "record_service_record",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("asset_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_service_record", schema=None) as batch:
        batch.create_index("ix_record_service_record_asset_id", ["asset_id", "id"], unique=False)
        batch.create_index("ix_record_service_record_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_service_record_number", ["number", "id"], unique=False)
        batch.create_index("ix_record_service_record_ticket_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "record_site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_site", schema=None) as batch:
        batch.create_index("ix_record_site_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index("ix_record_site_name", ["name", "id"], unique=False)
        batch.create_index("ix_record_site_territory", ["territory", "id"], unique=False)

    op.create_table(
        "record_stock_level",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("warehouse_id", sa.Text(), nullable=True),
        sa.Column("part_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_stock_level", schema=None) as batch:
        batch.create_index("ix_record_stock_level_part_id", ["part_id", "id"], unique=False)
        batch.create_index("ix_record_stock_level_warehouse_id", ["warehouse_id", "id"], unique=False)

    op.create_table(
        "record_technician",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=True),
        sa.Column("active", sa.Text(), nullable=True),
        sa.Column("warehouse_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_technician", schema=None) as batch:
        batch.create_index("ix_record_technician_name", ["name", "id"], unique=False)
        batch.create_index("ix_record_technician_user_name", ["user_name", "id"], unique=False)
        batch.create_index("ix_record_technician_warehouse_id", ["warehouse_id", "id"], unique=False)

    op.create_table(
        "record_ticket",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("is_draft", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("site_id", sa.Text(), nullable=True),
        sa.Column("call_id", sa.Text(), nullable=True),
        sa.Column("chase_count", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.Text(), nullable=True),
        sa.Column("completed_at", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("loop_closed_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_ticket", schema=None) as batch:
        batch.create_index("ix_record_ticket_call_id", ["call_id", "id"], unique=False)
        batch.create_index(
            "ix_record_ticket_contact_id",
            ["contact_id", "id"],
            unique=False,
            sqlite_where=sa.text("contact_id is not null"),
            postgresql_where=sa.text("contact_id is not null"),
        )
        batch.create_index("ix_record_ticket_customer_id", ["customer_id", "id"], unique=False)
        batch.create_index(
            "ix_record_ticket_merged_into",
            ["merged_into", "id"],
            unique=False,
            sqlite_where=sa.text("merged_into is not null"),
            postgresql_where=sa.text("merged_into is not null"),
        )
        batch.create_index("ix_record_ticket_number", ["number", "id"], unique=False)
        batch.create_index("ix_record_ticket_opened_at", ["opened_at", "id"], unique=False)
        batch.create_index(
            "ix_record_ticket_parent_id",
            ["parent_id", "id"],
            unique=False,
            sqlite_where=sa.text("parent_id is not null"),
            postgresql_where=sa.text("parent_id is not null"),
        )
        batch.create_index(
            "ix_record_ticket_site_id",
            ["site_id", "id"],
            unique=False,
            sqlite_where=sa.text("site_id is not null"),
            postgresql_where=sa.text("site_id is not null"),
        )
        batch.create_index("ix_record_ticket_status", ["status", "id"], unique=False)

    op.create_table(
        "record_visit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("technician_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("window_start", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_visit", schema=None) as batch:
        batch.create_index("ix_record_visit_status", ["status", "id"], unique=False)
        batch.create_index("ix_record_visit_technician_id", ["technician_id", "id"], unique=False)
        batch.create_index("ix_record_visit_ticket_id", ["ticket_id", "id"], unique=False)
        batch.create_index("ix_record_visit_window_start", ["window_start", "id"], unique=False)

    op.create_table(
        "record_warehouse",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("technician_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("record_warehouse", schema=None) as batch:
        batch.create_index("ix_record_warehouse_code", ["code", "id"], unique=False)
        batch.create_index("ix_record_warehouse_name", ["name", "id"], unique=False)
        batch.create_index("ix_record_warehouse_technician_id", ["technician_id", "id"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("review", schema=None) as batch:
        batch.create_index("ix_review_record", ["entity", "record_id"], unique=False)
        batch.create_index(
            "ux_review_open",
            ["digest"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "report",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("report", schema=None) as batch:
        batch.create_index("ix_report_kind", ["kind", "system", "object", "id"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("forced", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("run", schema=None) as batch:
        batch.create_index("ix_run_started", ["system", "started_at"], unique=False)
        batch.create_index(
            "ux_run_open",
            ["system", "kind", "object"],
            unique=True,
            sqlite_where=sa.text("ended_at is null"),
            postgresql_where=sa.text("ended_at is null"),
        )

    op.create_table(
        "run_seen",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "external_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "timer",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "record_id", "name", "kind"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("timer", schema=None) as batch:
        batch.create_index("ix_timer_due", ["due_at"], unique=False)

    op.create_table(
        "trace",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("stop", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("trace", schema=None) as batch:
        batch.create_index("ix_trace_correlation", ["correlation"], unique=False)
        batch.create_index("ix_trace_record", ["entity", "record_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE search (entity text, record_id text, tokens tsvector, PRIMARY KEY (entity, record_id))"
        )
        op.execute("CREATE INDEX ix_search_tokens ON search USING gin (tokens)")
        for series in ("ticket", "call", "visit", "charge", "link_revision"):
            op.execute(f"CREATE SEQUENCE number_{series}")
    else:
        op.execute(
            "CREATE TABLE search_row (id INTEGER PRIMARY KEY, entity TEXT, record_id TEXT, UNIQUE (entity, record_id))"
        )
        op.execute("CREATE VIRTUAL TABLE search USING fts5(tokens)")
