"""Records in SQL: one table per entity, the personal part sealed."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import RowMapping, Select, Table, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from hub.ports.records import Listing, Record
from hub.storage.cipher import Cipher
from hub.storage.prepared import Prepared, Row
from hub.storage.privacy import Privacy
from hub.storage.search import found
from hub.storage.sql import Repository, dumps, loads
from hub.storage.tables.records import BLIND, RECORDS
from hub.storage.wire import Wire

PORTION = 1000  # ids in one statement: no database limits fewer
OF_RECORD = and_(BLIND.c.entity == bindparam("entity"), BLIND.c.record_id == bindparam("record_id"))
OF_DIGEST = and_(BLIND.c.field == bindparam("field"), BLIND.c.digest == bindparam("digest"))
DIGESTS = Prepared(lambda _: select(BLIND.c.field, BLIND.c.digest).where(OF_RECORD))
FORGET = Prepared(lambda _: delete(BLIND).where(OF_RECORD, OF_DIGEST))
LEARN = Prepared(lambda _: insert(BLIND), [column.name for column in BLIND.c])


class SqlRecords(Repository):
    """The repository of every entity.

    Documents are values that nobody changes in place: what one transaction has read or written once, it keeps.
    """

    def __init__(self, wire: Wire, cipher: Cipher, privacy: Mapping[str, Privacy]) -> None:
        super().__init__(wire)
        self._cipher = cipher
        self._privacy = privacy
        self._kept: dict[tuple[str, str], Record] = {}

    def get(self, entity: str, record_id: str) -> Record | None:
        """The record, or None."""
        if kept := self._kept.get((entity, record_id)):
            return kept
        row = get_of(entity).first(self._wire, {"id": record_id})
        return None if row is None else self._keep(self._record(entity, row))

    def forget(self) -> None:
        """Drop what was kept: some of it was taken back."""
        self._kept.clear()

    def need(self, entity: str, record_id: str) -> Record:
        """The record; NotFoundError names it when there is none."""
        record = self.get(entity, record_id)
        if record is None:
            raise NotFoundError("There is no {entity} {id}.", entity=entity, id=record_id)
        return record

    def many(self, entity: str, record_ids: Sequence[str]) -> dict[str, Record]:
        """The records that exist among these."""
        table, wanted = table_of(entity), sorted(set(record_ids))
        for start in range(0, len(wanted), PORTION):
            for row in self.rows(select(table).where(table.c.id.in_(wanted[start : start + PORTION]))):
                if (entity, row["id"]) not in self._kept:
                    self._keep(self._record(entity, row))
        return {each: self._kept[entity, each] for each in wanted if (entity, each) in self._kept}

    def add(self, entity: str, doc: Doc) -> Record:
        """Store a new record."""
        record = Record(entity, doc["id"], 1, doc)
        try:
            add_of(entity).change(self._wire, self._row(record))
        except IntegrityError:
            raise ConflictError("There is a {entity} {id} already.", entity=entity, id=record.id) from None
        self._index_secrets(entity, record.id, self._digests(entity, doc))
        return self._keep(record)

    def put(self, entity: str, doc: Doc, *, version: int) -> Record:
        """Replace the record."""
        record = Record(entity, doc["id"], version + 1, doc)
        if not put_of(entity).change(self._wire, self._row(record) | {"its_id": record.id, "seen": version}):
            self._kept.pop((entity, record.id), None)
            self.need(entity, record.id)
            raise StaleError(
                "{entity} {id} was changed meanwhile: read it again and decide again.", entity=entity, id=record.id
            )
        if self._privacy[entity].blind:
            self._reindex_secrets(record)
        return self._keep(record)

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
        """One page, by keyset (sort value, id)."""
        if words is not None and not words:
            return Listing((), None)
        table, field, descending = table_of(entity), sort.removeprefix("-"), sort.startswith("-")
        statement = ordered(filtered(table, entity, where or {}), table, entity, sort).limit(limit + 1)
        if words:
            statement = statement.where(table.c.id.in_(found(self._wire.dialect.name, entity, words)))
        if after is not None:
            statement = statement.where(beyond(table, field, decode_after(after), descending=descending))
        rows = self.rows(statement)
        more = len(rows) > limit
        last = rows[limit - 1] if more else None
        return Listing(
            tuple(self._record(entity, row) for row in rows[:limit]),
            encode_after(last[field], last["id"]) if last is not None else None,
        )

    def all(self, entity: str, where: Mapping[str, object] | None = None, *, sort: str = "id") -> list[Record]:
        """Every record that matches."""
        return [self._record(entity, row) for row in self._listed(entity, where or {}, sort)]

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
        """The first records of each owner."""
        table = table_of(entity)
        owner = column_of(table, entity, of)
        mine = filtered(table, entity, {**(where or {}), of: list(owners)})
        rank = func.row_number().over(partition_by=owner, order_by=order_of(table, entity, sort))
        ranked = mine.add_columns(rank.label("rank")).subquery()
        return [self._record(entity, row) for row in self.rows(select(ranked).where(ranked.c.rank <= most))]

    def by_secret(self, entity: str, field: str, value: str, where: Mapping[str, str] | None = None) -> list[Record]:
        """Records by blind index, oldest first."""
        given = {**(where or {}), "entity": entity, "field": field}
        digest = self._cipher.digest(entity, field, value)
        rows = by_secret_of(entity, tuple(where or ())).rows(self._wire, {**given, "digest": digest})
        return [self._record(entity, row) for row in rows]

    def by_secrets(self, fields: Sequence[tuple[str, str]], value: str) -> list[Record]:
        """Records of several kinds by blind index, in the order of the fields, then oldest first."""
        given: dict[str, object] = {}
        for at, (entity, field) in enumerate(fields):
            digest = self._cipher.digest(entity, field, value)
            given |= {f"entity{at}": entity, f"field{at}": field, f"digest{at}": digest}
        hits = hits_of(len(fields)).rows(self._wire, given)
        order = {pair: at for at, pair in enumerate(fields)}
        hits.sort(key=lambda hit: (order[hit["entity"], hit["field"]], hit["record_id"]))
        found = dict.fromkeys((hit["entity"], hit["record_id"]) for hit in hits)
        return [self.need(entity, record_id) for entity, record_id in found]

    def _listed(self, entity: str, where: Mapping[str, object], sort: str) -> Sequence[RowMapping | Row]:
        if all(isinstance(value, str | bool) for value in where.values()):
            values = {field: as_text(value) for field, value in where.items()}
            return all_of(entity, tuple(where), sort).rows(self._wire, values)
        table = table_of(entity)
        return self.rows(ordered(filtered(table, entity, where), table, entity, sort))

    def _keep(self, record: Record) -> Record:
        self._kept[record.entity, record.id] = record
        return record

    def _record(self, entity: str, row: RowMapping | Row) -> Record:
        doc: Doc = loads(row["doc"])
        if row["sealed"] is not None:
            doc |= self._cipher.open(row["sealed"], f"{entity}:{row['id']}")
        return Record(entity, row["id"], row["version"], doc)

    def _row(self, record: Record) -> dict[str, Any]:
        privacy = self._privacy[record.entity]
        public, secret = privacy.split(record.doc)
        return {
            "id": record.id,
            "version": record.version,
            "doc": dumps(public),
            "sealed": self._cipher.seal(secret, f"{record.entity}:{record.id}") if secret else None,
            **{field: as_text(record.doc.get(field)) for field in privacy.indexed},
        }

    def _digests(self, entity: str, doc: Doc) -> set[tuple[str, bytes]]:
        return {(path, self._cipher.digest(entity, path, value)) for path, value in self._privacy[entity].secrets(doc)}

    def _reindex_secrets(self, record: Record) -> None:
        mine = {"entity": record.entity, "record_id": record.id}
        old = {(row["field"], bytes(row["digest"])) for row in DIGESTS.rows(self._wire, mine)}
        new = self._digests(record.entity, record.doc)
        for field, digest in old - new:
            FORGET.later(self._wire, {**mine, "field": field, "digest": digest})
        self._index_secrets(record.entity, record.id, new - old)

    def _index_secrets(self, entity: str, record_id: str, digests: Iterable[tuple[str, bytes]]) -> None:
        for field, digest in digests:
            row = {"entity": entity, "field": field, "digest": digest, "record_id": record_id}
            LEARN.later(self._wire, row)


@cache
def get_of(entity: str) -> Prepared:
    """A record by its id."""
    table = table_of(entity)
    return Prepared(lambda _: select(table).where(table.c.id == bindparam("id")))


@cache
def add_of(entity: str) -> Prepared:
    """A new row."""
    table = table_of(entity)
    return Prepared(lambda _: insert(table), [column.name for column in table.c])


@cache
def put_of(entity: str) -> Prepared:
    """Another row in place of the version that was seen."""
    table = table_of(entity)
    seen = and_(table.c.id == bindparam("its_id"), table.c.version == bindparam("seen"))
    return Prepared(lambda _: update(table).where(seen), [column.name for column in table.c])


@cache
def by_secret_of(entity: str, narrowed: tuple[str, ...]) -> Prepared:
    """The records with a digest, oldest first; narrowed by the equality of fields."""
    table = table_of(entity)
    hits = select(BLIND.c.record_id).where(BLIND.c.entity == bindparam("entity"), OF_DIGEST)
    equal = [column_of(table, entity, field) == bindparam(field) for field in narrowed]
    return Prepared(lambda _: select(table).where(table.c.id.in_(hits), *equal).order_by(table.c.id))


@cache
def hits_of(count: int) -> Prepared:
    """Where so many digests stand in the blind index."""
    names = ("entity", "field", "digest")
    alternatives = [and_(*(BLIND.c[name] == bindparam(f"{name}{at}") for name in names)) for at in range(count)]
    return Prepared(lambda _: select(BLIND.c.entity, BLIND.c.field, BLIND.c.record_id).where(or_(*alternatives)))


@cache
def all_of(entity: str, fields: tuple[str, ...], sort: str) -> Prepared:
    """The records whose fields equal one value each, in order."""
    table = table_of(entity)
    equal = [column_of(table, entity, field) == bindparam(field) for field in fields]
    statement = ordered(select(table).where(*equal), table, entity, sort)
    return Prepared(lambda _: statement)


def table_of(entity: str) -> Table:
    """The table of an entity; NotFoundError when there is no such entity."""
    table = RECORDS.get(entity)
    if table is None:
        raise NotFoundError("There are no records of the kind {entity}.", entity=entity)
    return table


def column_of(table: Table, entity: str, field: str) -> Any:
    """The column of an indexed field; InvalidError lists them when there is none."""
    names = [column.name for column in table.c if column.name not in {"version", "doc", "sealed"}]
    if field not in names:
        raise InvalidError(
            "{entity} cannot be filtered or sorted by {field}: use one of {choices}.",
            entity=entity,
            field=field,
            choices=", ".join(names),
        )
    return table.c[field]


def filtered(table: Table, entity: str, where: Mapping[str, object]) -> Select[Any]:
    """The records whose fields equal the values."""
    statement = select(table)
    for field, value in where.items():
        column = column_of(table, entity, field)
        if isinstance(value, list | tuple | set | frozenset):
            statement = statement.where(column.in_([as_text(one) for one in value]))
        else:
            statement = statement.where(column == as_text(value))
    return statement


def ordered(statement: Select[Any], table: Table, entity: str, sort: str) -> Select[Any]:
    """In the order of one field, then of the id; missing values stand first."""
    return statement.order_by(*order_of(table, entity, sort))


def order_of(table: Table, entity: str, sort: str) -> tuple[Any, Any]:
    """The order of one field, then of the id."""
    column = column_of(table, entity, sort.removeprefix("-"))
    if sort.startswith("-"):
        return column.desc().nulls_last(), table.c.id.desc()
    return column.asc().nulls_first(), table.c.id.asc()


def beyond(table: Table, field: str, position: tuple[str | None, str], *, descending: bool) -> Any:
    """The rows that come after a position in that order."""
    column, (value, record_id) = table.c[field], position
    if value is None:
        same = and_(column.is_(None), table.c.id < record_id if descending else table.c.id > record_id)
        return same if descending else or_(same, column.is_not(None))
    if descending:
        return or_(column < value, column.is_(None), and_(column == value, table.c.id < record_id))
    return or_(column > value, and_(column == value, table.c.id > record_id))


def as_text(value: object) -> str | None:
    """An indexed value as it is stored; booleans as JSON writes them."""
    if value is None or isinstance(value, str):
        return value
    return dumps(value)


def encode_after(value: str | None, record_id: str) -> str:
    """A page position that a client hands back as it is."""
    return base64.urlsafe_b64encode(dumps([value, record_id]).encode()).decode().rstrip("=")


def decode_after(after: str) -> tuple[str | None, str]:
    """Read a page position; InvalidError when it was made up."""
    try:
        value, record_id = loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, TypeError):
        value, record_id = None, None
    if not isinstance(record_id, str) or not isinstance(value, str | None) or "\x00" in f"{value}{record_id}":
        raise InvalidError("after={after} is no page position: take it from the page before, unchanged.", after=after)
    return value, record_id
