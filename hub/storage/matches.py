"""Approved matches in SQL; values that a person gave are sealed."""

from datetime import datetime

from sqlalchemy import bindparam, select

from hub.ports.matches import Match
from hub.storage.cipher import Cipher
from hub.storage.prepared import Prepared
from hub.storage.sql import Repository, stamp
from hub.storage.tables.links import APPROVED
from hub.storage.wire import Wire

GET = Prepared(
    lambda _: select(APPROVED).where(
        APPROVED.c.system == bindparam("its_system"),
        APPROVED.c.object == bindparam("its_object"),
        APPROVED.c.external_id == bindparam("its_id"),
    )
)
ANY = Prepared(
    lambda _: (
        select(APPROVED.c.object)
        .where(APPROVED.c.system == bindparam("its_system"), APPROVED.c.object == bindparam("its_object"))
        .limit(1)
    )
)


class SqlMatches(Repository):
    """Approved matches by remote record."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher
        self._has_any: dict[tuple[str, str], bool] = {}

    def get(self, system: str, name: str, external_id: str) -> Match | None:
        """What was said about a remote record."""
        if not self._is_any(system, name):
            return None
        row = GET.first(self._wire, {"its_system": system, "its_object": name, "its_id": external_id})
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

    def _is_any(self, system: str, name: str) -> bool:
        """Whether anything was said about an object: of most nothing ever is, and a page of records need not ask."""
        if (system, name) not in self._has_any:
            row = ANY.first(self._wire, {"its_system": system, "its_object": name})
            self._has_any[system, name] = row is not None
        return self._has_any[system, name]

    def forget(self) -> None:
        """Drop what was kept: some of it was taken back."""
        self._has_any.clear()

    def save(self, match: Match) -> None:
        """Remember, in place of what was said before."""
        self.forget()
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
