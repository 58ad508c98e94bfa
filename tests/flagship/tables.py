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

    def record(self, entity: str, record_id: str) -> Row | None:
        """One record's document."""
        found = self.rows(f"SELECT doc FROM record_{entity} WHERE id = ?", record_id)
        return json.loads(found[0]["doc"]) if found else None

    def records(self, entity: str) -> dict[str, Row]:
        """Every record of an entity."""
        return {row["id"]: json.loads(row["doc"]) for row in self.rows(f"SELECT id, doc FROM record_{entity}")}

    def links(self) -> list[Row]:
        """Every link, with its shadow."""
        statement = "SELECT system, object, external_id, entity, record_id, state, shadow FROM link"
        return [{**row, "shadow": json.loads(bytes(row["shadow"]))} for row in self.rows(statement)]

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
        return [{**row, "raw": json.loads(json.loads(bytes(row["raw"])))} for row in self.rows(statement)]

    def outbox(self) -> list[Row]:
        """Deliveries that are not done."""
        return self.rows(
            "SELECT id, system, entity, record_id, state, error, attempt FROM outbox WHERE state != 'done' ORDER BY id"
        )

    def reviews(self) -> list[Row]:
        """Open questions."""
        statement = "SELECT id, kind, entity, record_id, system, detail FROM review WHERE state = 'open'"
        return [{**row, "detail": json.loads(bytes(row["detail"]))} for row in self.rows(statement)]

    def audit(self, entity: str, record_id: str) -> list[Row]:
        """The acts on a record, oldest first, with their payloads."""
        statement = "SELECT actor, action, payload FROM audit WHERE entity = ? AND record_id = ? ORDER BY id"
        found = self.rows(statement, entity, record_id)
        return [{**row, "payload": json.loads(bytes(row["payload"]))} for row in found]
