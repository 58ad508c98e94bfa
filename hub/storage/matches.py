"""Approved matches in SQL; values that a person gave are sealed."""

from datetime import datetime

from sqlalchemy import select

from hub.ports.matches import Match
from hub.storage.cipher import Cipher
from hub.storage.sql import Repository, stamp
from hub.storage.tables import APPROVED
from hub.storage.wire import Wire


class SqlMatches(Repository):
    """Approved matches by remote record."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher

    def get(self, system: str, name: str, external_id: str) -> Match | None:
        """What was said about a remote record."""
        key = (APPROVED.c.system == system, APPROVED.c.object == name, APPROVED.c.external_id == external_id)
        row = self.first(select(APPROVED).where(*key))
        if row is None:
            return None
        return Match(
            system=system,
            object=name,
            external_id=external_id,
            entity=row["entity"],
            record_id=row["record_id"],
            by=row["decided_by"],
            at=datetime.fromisoformat(row["decided_at"]),
            given=self._cipher.open(row["given"], context(system, name, external_id)),
        )

    def save(self, match: Match) -> None:
        """Remember, in place of what was said before."""
        values = {
            "system": match.system,
            "object": match.object,
            "external_id": match.external_id,
            "entity": match.entity,
            "record_id": match.record_id,
            "given": self._cipher.seal(match.given, context(match.system, match.object, match.external_id)),
            "decided_by": match.by,
            "decided_at": stamp(match.at),
        }
        self.upsert(APPROVED, values)


def context(system: str, name: str, external_id: str) -> str:
    """Where given values are sealed for."""
    return f"match:{system}/{name}/{external_id}"
