"""Links in SQL: the shadow pair of a link is sealed."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Column, ColumnElement, RowMapping, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from hub.domain.errors import ConflictError
from hub.ports.links import Link
from hub.storage.cipher import Cipher
from hub.storage.sql import Repository
from hub.storage.tables import LINK
from hub.storage.wire import Wire

PORTION = 1000  # ids in one statement: no database limits fewer


class SqlLinks(Repository):
    """The crosswalk."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher

    def of_remote(self, system: str, name: str, external_id: str) -> Link | None:
        """The link of a remote record."""
        row = self.first(select(LINK).where(key(system, name, external_id)))
        return None if row is None else self._link(row)

    def of_record(self, system: str, entity: str, record_id: str, name: str | None = None) -> Link | None:
        """The active link of our record in a system."""
        statement = select(LINK).where(
            LINK.c.system == system, LINK.c.entity == entity, LINK.c.record_id == record_id, LINK.c.state == "active"
        )
        if name is not None:
            statement = statement.where(LINK.c.object == name)
        row = self.first(statement.order_by(LINK.c.object))
        return None if row is None else self._link(row)

    def all_of_record(self, entity: str, record_id: str) -> list[Link]:
        """Every link of our record."""
        statement = select(LINK).where(LINK.c.entity == entity, LINK.c.record_id == record_id)
        return [self._link(row) for row in self.rows(statement.order_by(LINK.c.system, LINK.c.object))]

    def prefetch(self, system: str, entity: str, record_ids: Sequence[str]) -> dict[str, str]:
        """External ids by our id."""
        statement = select(LINK.c.record_id, LINK.c.external_id).where(
            LINK.c.system == system,
            LINK.c.entity == entity,
            LINK.c.state == "active",
            LINK.c.record_id.in_(set(record_ids)),
        )
        return {row[0]: row[1] for row in self.pairs(statement)}

    def of_many_records(self, system: str, wanted: Mapping[str, Collection[str]]) -> dict[tuple[str, str], str]:
        """External ids by object and our id."""
        return self._many(system, wanted, LINK.c.record_id, LINK.c.external_id, LINK.c.state == "active")

    def of_many_remotes(self, system: str, wanted: Mapping[str, Collection[str]]) -> dict[tuple[str, str], str]:
        """Our ids by object and external id."""
        return self._many(system, wanted, LINK.c.external_id, LINK.c.record_id, LINK.c.state != "gone")

    def _many(
        self,
        system: str,
        wanted: Mapping[str, Collection[str]],
        by: Column[str],
        told: Column[str],
        state: ColumnElement[bool],
    ) -> dict[tuple[str, str], str]:
        """One statement for all that a batch refers to, in portions that a statement can hold."""
        pairs = sorted((name, one) for name, ids in wanted.items() for one in set(ids))
        found: dict[tuple[str, str], str] = {}
        for start in range(0, len(pairs), PORTION):
            portion: dict[str, list[str]] = {}
            for name, one in pairs[start : start + PORTION]:
                portion.setdefault(name, []).append(one)
            chosen = or_(*(and_(LINK.c.object == name, by.in_(ids)) for name, ids in portion.items()))
            statement = select(LINK.c.object, by, told).where(LINK.c.system == system, state, chosen)
            found |= {(row[0], row[1]): row[2] for row in self.pairs(statement)}
        return found

    def save(self, link: Link) -> None:
        """Insert or replace."""
        known = self.first(
            select(LINK.c.entity, LINK.c.record_id).where(key(link.system, link.object, link.external_id))
        )
        if known is not None and (known["entity"], known["record_id"]) != (link.entity, link.record_id):
            raise already_linked(link)
        shadow = {"hub": link.hub_shadow, "remote": link.remote_shadow, "lines": link.lines}
        values = {
            "system": link.system,
            "object": link.object,
            "external_id": link.external_id,
            "entity": link.entity,
            "record_id": link.record_id,
            "state": link.state,
            "version": link.version,
            "shadow": self._cipher.seal(shadow, context(link.system, link.object, link.external_id)),
        }
        try:
            self.upsert(LINK, values)
        except IntegrityError:
            raise already_linked(link) from None

    def page(self, system: str, name: str, *, after: str = "", limit: int = 100) -> list[Link]:
        """Active links along the primary key."""
        mine = (LINK.c.system == system, LINK.c.object == name, LINK.c.external_id > after, LINK.c.state == "active")
        return [
            self._link(row) for row in self.rows(select(LINK).where(*mine).order_by(LINK.c.external_id).limit(limit))
        ]

    def count(self, system: str, name: str) -> int:
        """How many active links an object has."""
        statement = select(func.count()).where(LINK.c.system == system, LINK.c.object == name, LINK.c.state == "active")
        return int(self.pairs(statement)[0][0])

    def _link(self, row: RowMapping) -> Link:
        shadow = self._cipher.open(row["shadow"], context(row["system"], row["object"], row["external_id"]))
        return Link(
            system=row["system"],
            object=row["object"],
            external_id=row["external_id"],
            entity=row["entity"],
            record_id=row["record_id"],
            state=row["state"],
            hub_shadow=shadow["hub"],
            remote_shadow=shadow["remote"],
            version=row["version"],
            lines=shadow["lines"],
        )


def already_linked(link: Link) -> ConflictError:
    """Two records claim one another's link."""
    return ConflictError(
        "{system} {object} {external_id} and {entity} {id} are linked to others already: merge or unlink one first.",
        system=link.system,
        object=link.object,
        external_id=link.external_id,
        entity=link.entity,
        id=link.record_id,
    )


def key(system: str, name: str, external_id: str) -> ColumnElement[bool]:
    """The primary key as a condition."""
    return and_(LINK.c.system == system, LINK.c.object == name, LINK.c.external_id == external_id)


def context(system: str, name: str, external_id: str) -> str:
    """Where a shadow is sealed for."""
    return f"link:{system}/{name}/{external_id}"
