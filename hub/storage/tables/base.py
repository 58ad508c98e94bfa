"""What every table is made with: the one MetaData, and the terms that SQLite and PostgreSQL share.

Instants are UTC ISO strings, which sort as text; documents are JSON text; what is personal is sealed bytes.
"""

from typing import Any

from sqlalchemy import BigInteger, Integer, MetaData, text

metadata = MetaData()
serial = BigInteger().with_variant(Integer, "sqlite")


def where(condition: str) -> dict[str, Any]:
    """An index has only the rows that fulfil this."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
