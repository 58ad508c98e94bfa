"""Full-text search: FTS5 on SQLite, an array-made tsvector on PostgreSQL, over the same tokens.

Neither database tokenises: a token is written as the hex of its UTF-8, which both keep whole.
"""

from collections.abc import Sequence

from sqlalchemy import TextClause, text

from hub.storage.sql import Repository

STATEMENTS = {
    "sqlite": {
        "drop": "DELETE FROM search "
        "WHERE rowid = (SELECT id FROM search_row WHERE entity = :entity AND record_id = :id)",
        "own": "INSERT INTO search_row (entity, record_id) VALUES (:entity, :id) ON CONFLICT DO NOTHING",
        "add": "INSERT INTO search (rowid, tokens) "
        "SELECT id, :tokens FROM search_row WHERE entity = :entity AND record_id = :id",
        "find": "SELECT record_id FROM search JOIN search_row ON search_row.id = search.rowid "
        "WHERE entity = :entity AND search MATCH :query ORDER BY record_id DESC LIMIT :limit",
    },
    "postgresql": {
        "drop": "DELETE FROM search WHERE entity = :entity AND record_id = :id",
        "own": "SELECT 1",
        "add": "INSERT INTO search (entity, record_id, tokens) "
        "VALUES (:entity, :id, array_to_tsvector(string_to_array(:tokens, ' ')))",
        "find": "SELECT record_id FROM search WHERE entity = :entity AND tokens @@ CAST(:query AS tsquery) "
        "ORDER BY record_id DESC LIMIT :limit",
    },
}


class SqlSearch(Repository):
    """Tokens by record."""

    def index(self, entity: str, record_id: str, tokens: Sequence[str]) -> None:
        """Replace the record's tokens."""
        key = {"entity": entity, "id": record_id}
        self._connection.execute(self._statement("drop"), key)
        if tokens:
            self._connection.execute(self._statement("own"), key)
            self._connection.execute(self._statement("add"), {**key, "tokens": " ".join(map(whole, set(tokens)))})

    def find(self, entity: str, tokens: Sequence[str], *, limit: int = 50) -> list[str]:
        """Ids of the records that have all tokens, newest first."""
        if not tokens:
            return []
        joined = " & " if self._connection.dialect.name == "postgresql" else " AND "
        query = joined.join(sorted(map(whole, set(tokens))))
        rows = self._connection.execute(self._statement("find"), {"entity": entity, "query": query, "limit": limit})
        return [row[0] for row in rows]

    def _statement(self, name: str) -> TextClause:
        return text(STATEMENTS[self._connection.dialect.name][name])


def whole(token: str) -> str:
    """A token in letters that no database splits."""
    return "t" + token.encode().hex()
