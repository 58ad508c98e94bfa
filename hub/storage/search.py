"""Full-text search: FTS5 on SQLite, an array-made tsvector on PostgreSQL, over the same tokens.

Neither database tokenises: a token is written as the hex of its UTF-8, which both keep whole.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, column, select, text

from hub.storage.prepared import Prepared
from hub.storage.sql import Repository

STATEMENTS = {
    "sqlite": {
        "own": "INSERT INTO search_row (entity, record_id) VALUES (:entity, :id) ON CONFLICT DO NOTHING",
        "place": "SELECT id FROM search_row WHERE entity = :entity AND record_id = :id",
        "drop": "DELETE FROM search WHERE rowid = :place",
        # no SELECT here: a statement that may have to be taken back makes FTS5 write out what it has gathered
        "put": "INSERT INTO search (rowid, tokens) VALUES (:place, :tokens)",
        "put_own": "INSERT INTO search (rowid, tokens) VALUES (last_insert_rowid(), :tokens)",
        # CROSS: the hits first; planned freely, every row of the entity is asked whether it is one
        "find": "SELECT record_id FROM search CROSS JOIN search_row ON search_row.id = search.rowid "
        "WHERE entity = :searched AND search MATCH :query",
    },
    "postgresql": {
        "drop": "DELETE FROM search WHERE entity = :entity AND record_id = :id",
        "put": "INSERT INTO search (entity, record_id, tokens) "
        "VALUES (:entity, :id, array_to_tsvector(string_to_array(:tokens, ' '))) "
        "ON CONFLICT (entity, record_id) DO UPDATE SET tokens = excluded.tokens",
        "find": "SELECT record_id FROM search WHERE entity = :searched AND tokens @@ CAST(:query AS tsquery)",
    },
}
OWN, PLACE, DROP, PUT, PUT_OWN = (
    Prepared(lambda dialect, name=name: text(STATEMENTS[dialect][name]))  # type: ignore[misc] # name is bound early
    for name in ("own", "place", "drop", "put", "put_own")
)


class SqlSearch(Repository):
    """Tokens by record."""

    def index(self, entity: str, record_id: str, tokens: Sequence[str]) -> None:
        """Replace the record's tokens."""
        key: dict[str, Any] = {"entity": entity, "id": record_id}
        words = " ".join(map(whole, set(tokens)))
        if self._wire.dialect.name == "sqlite":
            self._place(key, words)
        elif words:
            PUT.later(self._wire, {**key, "tokens": words})
        else:
            DROP.later(self._wire, key)

    def _place(self, key: dict[str, Any], words: str) -> None:
        """A row of FTS5 has no key but its number: it is dropped, and made anew."""
        if words and OWN.change(self._wire, key):
            PUT_OWN.change(self._wire, {"tokens": words})
            return
        row = PLACE.first(self._wire, key)
        if row is None:
            return
        DROP.change(self._wire, {"place": row["id"]})
        if words:
            PUT.change(self._wire, {"place": row["id"], "tokens": words})


def found(dialect: str, entity: str, tokens: Sequence[str]) -> Select[Any]:
    """The ids of the records that have all tokens; there has to be one."""
    joined = (" & " if dialect == "postgresql" else " AND ").join(sorted(map(whole, set(tokens))))
    hits = text(STATEMENTS[dialect]["find"]).bindparams(searched=entity, query=joined)
    return select(hits.columns(column("record_id")).subquery("hits").c.record_id)


def whole(token: str) -> str:
    """A token in letters that no database splits."""
    return "t" + token.encode().hex()
