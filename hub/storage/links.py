"""Links in SQL: the shadow pair of a link is sealed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, ColumnElement, RowMapping, and_, bindparam, exists, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from hub.domain.errors import ConflictError
from hub.ports.links import Link
from hub.storage.cipher import Cipher
from hub.storage.prepared import Prepared, Row
from hub.storage.sql import Repository, insert_on, instant_or_none, stamp_or_none
from hub.storage.tables.links import LINK
from hub.storage.tables.records import NUMBER
from hub.storage.tables.reviews import REVIEW
from hub.storage.tables.runs import RUN_SEEN
from hub.storage.wire import Wire

PORTION = 1000  # ids in one statement: no database limits fewer


COLUMNS = [column.name for column in LINK.c]
KEY = ("system", "object", "external_id")


def save_link(dialect: str) -> Any:
    """An insert that takes the place of the link of the same remote record, if that is of the same record of ours."""
    statement = insert_on(dialect)(LINK)
    rest = {name: statement.excluded[name] for name in COLUMNS if name not in KEY}
    same = and_(LINK.c.entity == statement.excluded.entity, LINK.c.record_id == statement.excluded.record_id)
    return statement.on_conflict_do_update(index_elements=KEY, set_=rest, where=same)


def newest(dialect: str) -> Any:
    """The last revision that was drawn: of the sequence itself on PostgreSQL, which knows of open transactions, too."""
    if dialect == "postgresql":
        return text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM number_link_revision")
    return select(NUMBER.c.last).where(NUMBER.c.series == "link_revision")


SAVE = Prepared(save_link, COLUMNS)
NEWEST = Prepared(newest)
OF_REMOTE = Prepared(lambda _: select(LINK).where(*(LINK.c[name] == bindparam(f"its_{name}") for name in KEY)))

OF_RECORD = Prepared(
    lambda _: (
        select(LINK)
        .where(LINK.c.entity == bindparam("its_entity"), LINK.c.record_id == bindparam("its_record_id"))
        .order_by(LINK.c.system, LINK.c.object)
    )
)


class SqlLinks(Repository):
    """The crosswalk.

    Links are values: what one transaction has read or written once, it keeps. All links that a transaction writes have
    one revision, drawn with the first of them.
    """

    def __init__(self, wire: Wire, cipher: Cipher, draw: Callable[[], int]) -> None:
        super().__init__(wire)
        self._cipher = cipher
        self._draw = draw
        self._drawn: int | None = None
        self._kept: dict[tuple[str, str, str], Link | None] = {}
        self._rows: dict[tuple[str, str], list[Row]] = {}  # by our record

    def of_remote(self, system: str, name: str, external_id: str) -> Link | None:
        """The link of a remote record."""
        place = (system, name, external_id)
        if place not in self._kept:
            row = OF_REMOTE.first(self._wire, {f"its_{name}": value for name, value in zip(KEY, place, strict=True)})
            self._kept[place] = None if row is None else self._link(row)
        return self._kept[place]

    def prefetch_remotes(self, system: str, name: str, external_ids: Collection[str]) -> dict[str, Link]:
        """The links of many remote records."""
        wanted = sorted(set(external_ids))
        found: dict[str, Link] = {}
        for start in range(0, len(wanted), PORTION):
            chosen = LINK.c.external_id.in_(wanted[start : start + PORTION])
            for row in self.rows(select(LINK).where(LINK.c.system == system, LINK.c.object == name, chosen)):
                found[row["external_id"]] = self._link(row)
        self._kept |= {(system, name, each): found.get(each) for each in wanted}
        return found

    def forget(self) -> None:
        """Drop what was kept, the revision too: some of it was taken back."""
        self._kept.clear()
        self._rows.clear()
        self._drawn = None

    def revision(self) -> int:
        """The newest revision."""
        row = NEWEST.first(self._wire, {})
        return 0 if row is None else int(row["last"])

    def of_record(self, system: str, entity: str, record_id: str, name: str | None = None) -> Link | None:
        """The active link of our record in a system."""
        found = (row for row in self._of(entity, record_id) if (row["system"], row["state"]) == (system, "active"))
        chosen = next((row for row in found if name in (None, row["object"])), None)
        return None if chosen is None else self._link(chosen)

    def all_of_record(self, entity: str, record_id: str) -> list[Link]:
        """Every link of our record."""
        return [self._link(row) for row in self._of(entity, record_id)]

    def _of(self, entity: str, record_id: str) -> list[Row]:
        if (entity, record_id) not in self._rows:
            asked = {"its_entity": entity, "its_record_id": record_id}
            self._rows[entity, record_id] = OF_RECORD.rows(self._wire, asked)
        return self._rows[entity, record_id]

    def of_external(self, external_id: str, *, limit: int = 20) -> list[Link]:
        """Links by remote id alone."""
        statement = select(LINK).where(LINK.c.external_id == external_id)
        return [self._link(row) for row in self.rows(statement.order_by(LINK.c.system, LINK.c.object).limit(limit))]

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
        place = (link.system, link.object, link.external_id)
        shadow = {"hub": link.hub_shadow, "remote": link.remote_shadow, "lines": link.lines}
        values = {
            **{name: getattr(link, name) for name in COLUMNS if name not in {"shadow", "revision", "agreed_at"}},
            "shadow": self._cipher.seal(shadow, context(*place)),
            "agreed_at": stamp_or_none(link.agreed_at),
            "revision": self._revision(),
        }
        try:
            if not SAVE.change(self._wire, values):
                raise already_linked(link)
        except IntegrityError:
            raise already_linked(link) from None
        self._kept[place] = replace(link, revision=values["revision"])
        self._rows.pop((link.entity, link.record_id), None)

    def _revision(self) -> int:
        if self._drawn is None:
            self._drawn = self._draw()
        return self._drawn

    def move(self, link: Link, record_id: str, state: str) -> None:
        """Point a link at another record."""
        self._kept.pop((link.system, link.object, link.external_id), None)
        self._rows.clear()
        place = (LINK.c.system == link.system, LINK.c.object == link.object, LINK.c.external_id == link.external_id)
        try:
            self.change(update(LINK).where(*place).values(record_id=record_id, state=state, revision=self._revision()))
        except IntegrityError:
            raise already_linked(replace(link, record_id=record_id)) from None

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

    def unseen(self, system: str, name: str, run_id: str, *, before: int, after: str, limit: int) -> list[str]:
        """What a sweep did not see."""
        old = (LINK.c.revision <= before, LINK.c.external_id > after)
        statement = select(LINK.c.external_id).where(*active(system, name), *old, ~seen_by(run_id))
        return [row[0] for row in self.pairs(statement.order_by(LINK.c.external_id).limit(limit))]

    def miss(self, system: str, name: str, external_ids: Collection[str]) -> None:
        """Count a miss."""
        self._kept.clear()
        self._rows.clear()
        chosen = LINK.c.external_id.in_(set(external_ids))
        self.change(update(LINK).where(*active(system, name), chosen).values(missed=LINK.c.missed + 1))

    def refind(self, system: str, name: str, run_id: str) -> None:
        """Count from the beginning."""
        self._kept.clear()
        self._rows.clear()
        found = (LINK.c.missed > 0, seen_by(run_id))
        self.change(update(LINK).where(*active(system, name), *found).values(missed=0))

    def missed(self, system: str, name: str, times: int, *, after: str, limit: int) -> list[str]:
        """What was missed often."""
        often = (LINK.c.missed >= times, LINK.c.external_id > after, ~asked_about())
        statement = select(LINK.c.external_id).where(*active(system, name), *often)
        return [row[0] for row in self.pairs(statement.order_by(LINK.c.external_id).limit(limit))]

    def _link(self, row: RowMapping | Row) -> Link:
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
            agreed_at=instant_or_none(row["agreed_at"]),
            revision=row["revision"],
            missed=row["missed"],
            merged_into=row["merged_into"],
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


def active(system: str, name: str) -> tuple[ColumnElement[bool], ...]:
    """The active links of one object."""
    return (LINK.c.system == system, LINK.c.object == name, LINK.c.state == "active")


def seen_by(run_id: str) -> ColumnElement[bool]:
    """Whether a sweep has seen the link's remote record."""
    return exists().where(RUN_SEEN.c.run_id == run_id, RUN_SEEN.c.external_id == LINK.c.external_id)


def asked_about() -> ColumnElement[bool]:
    """Whether a person is asked what is to become of the link's record."""
    same = [REVIEW.c[name] == LINK.c[name] for name in ("entity", "record_id", "system")]
    return exists().where(*same, REVIEW.c.kind == "gone", REVIEW.c.state == "open")


def context(system: str, name: str, external_id: str) -> str:
    """Where a shadow is sealed for."""
    return f"link:{system}/{name}/{external_id}"
