"""The hub's tables as they lie there, read with plain SQL: the invariants share no code with the engine."""

import json
import sqlite3
from typing import Any

import psycopg

Row = dict[str, Any]


class Tables:
    """Reads one database; each question sees what is committed."""

    def __init__(self, database: str) -> None:
        self._mark = "?"
        if "://" in database:
            self._mark = "%s"
            self._connection: Any = psycopg.connect(database.replace("+psycopg", ""), autocommit=True)
        else:
            self._connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def rows(self, statement: str, *values: object) -> list[Row]:
        """What a statement gives."""
        cursor = self._connection.execute(statement.replace("?", self._mark), values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def opened(self, sealed: bytes, context: str) -> Any:
        """What a sealed column says: the forked hub seals nothing."""
        return json.loads(sealed)

    def doc_of(self, entity: str, row: Row) -> Row:
        """The document of a record, with what is personal in it."""
        doc: Row = json.loads(row["doc"])
        return doc if row["sealed"] is None else doc | self.opened(bytes(row["sealed"]), f"{entity}:{row['id']}")

    def record(self, entity: str, record_id: str) -> Row | None:
        """One record's document."""
        found = self.rows(f"SELECT id, doc, sealed FROM record_{entity} WHERE id = ?", record_id)
        return self.doc_of(entity, found[0]) if found else None

    def records(self, entity: str) -> dict[str, Row]:
        """Every record of an entity."""
        found = self.rows(f"SELECT id, doc, sealed FROM record_{entity}")
        return {row["id"]: self.doc_of(entity, row) for row in found}

    def links(self) -> list[Row]:
        """Every link."""
        statement = "SELECT system, object, external_id, entity, record_id, state FROM link"
        return self.rows(statement)

    def linked(self, system: str, name: str, external_id: str) -> str | None:
        """Our id of a remote record, or of one that is gone."""
        statement = "SELECT record_id FROM link WHERE system = ? AND object = ? AND external_id = ?"
        found = self.rows(statement, system, name, external_id)
        return str(found[0]["record_id"]) if found else None

    def remote(self, system: str, entity: str, record_id: str) -> str | None:
        """The remote id of one of ours."""
        statement = (
            "SELECT external_id FROM link WHERE system = ? AND entity = ? AND record_id = ? AND state = 'active'"
        )
        found = self.rows(statement, system, entity, record_id)
        return str(found[0]["external_id"]) if found else None

    def states(self, system: str, entity: str, record_id: str) -> list[str]:
        """The states of a record's links to a system."""
        statement = "SELECT state FROM link WHERE system = ? AND entity = ? AND record_id = ?"
        return [str(row["state"]) for row in self.rows(statement, system, entity, record_id)]

    def inbox(self) -> list[Row]:
        """Messages that are not done."""
        statement = "SELECT id, source, state, error, attempt, raw FROM inbox WHERE state != 'done' ORDER BY id"
        found = self.rows(statement)
        return [{**row, "raw": json.loads(self.opened(bytes(row["raw"]), f"inbox:{row['id']}"))} for row in found]

    def outbox(self) -> list[Row]:
        """Deliveries that are not done."""
        return self.rows(
            "SELECT id, system, entity, record_id, state, error, attempt FROM outbox WHERE state != 'done' ORDER BY id"
        )

    def reviews(self) -> list[Row]:
        """Open questions."""
        statement = "SELECT id, kind, entity, record_id, system, detail FROM review WHERE state = 'open'"
        found = self.rows(statement)
        return [{**row, "detail": self.opened(bytes(row["detail"]), f"review:{row['id']}")} for row in found]

    def audit(self, entity: str, record_id: str) -> list[Row]:
        """The acts on a record, oldest first, with their payloads."""
        statement = "SELECT actor, action, content, payload FROM audit WHERE entity = ? AND record_id = ? ORDER BY id"
        found = self.rows(statement, entity, record_id)
        return [
            {**row, "payload": self.opened(bytes(row["payload"]), f"audit:{bytes(row['content']).hex()}")}
            for row in found
        ]
