"""Canonical records: documents with a version, kept by entity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Record:
    """A stored document; ``version`` counts its writes from 1 and is its ETag."""

    entity: str
    id: str
    version: int
    doc: Doc


@dataclass(frozen=True)
class Listing:
    """One page of records; ``after`` continues it, None ends it."""

    records: tuple[Record, ...]
    after: str | None


class Records(Protocol):
    """The repository of every entity."""

    def get(self, entity: str, record_id: str) -> Record | None:
        """The record, or None."""
        ...

    def need(self, entity: str, record_id: str) -> Record:
        """The record; NotFoundError names it when there is none."""
        ...

    def many(self, entity: str, record_ids: Sequence[str]) -> dict[str, Record]:
        """The records that exist among these, by id, in one query."""
        ...

    def add(self, entity: str, doc: Doc) -> Record:
        """Store a new record under ``doc["id"]``; ConflictError when the id is taken."""
        ...

    def put(self, entity: str, doc: Doc, *, version: int) -> Record:
        """Replace the record; StaleError when its version is no longer ``version``."""
        ...

    def page(
        self,
        entity: str,
        where: Mapping[str, object] | None = None,
        *,
        sort: str = "id",
        limit: int = 50,
        after: str | None = None,
        words: Sequence[str] | None = None,
    ) -> Listing:
        """Records whose indexed fields equal the values (a list means any of), sorted by a field (``-`` descending).

        ``words`` are tokens that full-text search must all find in them; none at all finds nothing.
        """
        ...

    def all(self, entity: str, where: Mapping[str, object] | None = None, *, sort: str = "id") -> list[Record]:
        """Every record that matches; for sets that are small by nature (lines of one ticket, technicians)."""
        ...

    def newest(
        self,
        entity: str,
        of: str,
        owners: Sequence[str],
        where: Mapping[str, object] | None = None,
        *,
        sort: str,
        most: int,
    ) -> list[Record]:
        """Of each owner (the value of field ``of``) the first ``most`` records in an order, in one query."""
        ...

    def by_secret(self, entity: str, field: str, value: str, where: Mapping[str, str] | None = None) -> list[Record]:
        """Records whose encrypted field equals the value, found by its blind index, oldest first.

        ``where`` narrows them by indexed fields.
        """
        ...

    def by_secrets(self, fields: Sequence[tuple[str, str]], value: str) -> list[Record]:
        """Records of several kinds, each once, any of whose (entity, encrypted field) equals the value."""
        ...
