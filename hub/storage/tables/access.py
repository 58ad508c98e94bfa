"""Who may come in: accounts, keys, sessions; what a repeated request is answered; which key seals the rest."""

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from hub.storage.tables.base import metadata

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

KEY_CHECK = Table(
    "key_check",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("probe", LargeBinary, nullable=False),
)
