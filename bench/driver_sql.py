"""The sql driver against SQLAlchemy Core on SQLite files: ten columns, pages of 200 rows; a row that is read back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    and_,
    create_engine,
    insert,
    or_,
    select,
)  # fmt: skip

from bench.drivers import Work
from connectors.sql import connect
from hub.domain.documents import Doc
from hub.ports.connector import Feed, ObjectSpec, Setup

ROWS, SIZE, WRITTEN = 2000, 200, 20
START = datetime(2026, 3, 2)  # noqa: DTZ001 - as old tables have it
END = datetime(2026, 3, 3)  # noqa: DTZ001
NAMES = ("name", "code", "note", "active", "ref", "city", "status", "price", "due")
ITEM = Table(
    "item", MetaData(), Column("no", Integer, primary_key=True), Column("name", String(60)), Column("code", String(20)),
    Column("note", String(60)), Column("active", Boolean), Column("ref", String(20)), Column("city", String(20)),
    Column("status", String(20)), Column("price", Numeric(12, 2)), Column("due", Date),
    Column("changed", DateTime, index=True),
)  # fmt: skip
REMOTE: Doc = {
    "item": {"table": "item", "id": "no", "changed": {"column": "changed"}, "fields": {name: {} for name in NAMES}}
}


def row(number: int) -> Doc:
    """One row."""
    return {
        "name": f"Pump {number} 水泵", "code": f"P-{number}", "note": "n" * 40, "active": True, "ref": f"r{number}",
        "city": "上海", "status": "in use", "price": Decimal("12.50"), "due": date(2026, 3, 2),
    }  # fmt: skip


DOC = {**row(7), "price": "12.50", "due": "2026-03-02"}


@contextmanager
def case() -> Iterator[tuple[Work, ...]]:
    """Both sides, each with a file of its own."""
    with TemporaryDirectory(prefix="tickethub-bench-") as folder:
        urls = [f"sqlite:///{Path(folder) / name}" for name in ("bare.db", "driven.db")]
        engines = [furnished(url) for url in urls]
        bare = Bare(engines[0])
        objects = {"item": ObjectSpec("item", feed=Feed("UTC", timedelta(seconds=1)))}
        connector: Any = connect(Setup("bench", {"url": urls[1]}, objects, REMOTE, {"page": SIZE}))
        window = {"since": START.replace(tzinfo=UTC), "until": END.replace(tzinfo=UTC)}

        def driven_read() -> int:
            found, after = 0, None
            while True:
                page = connector.changes("item", after=after, **window)
                found, after = found + len(page.records), page.after
                if after is None:
                    return found

        def driven_write() -> int:
            for _ in range(WRITTEN):
                connector.create("item", DOC)
            return WRITTEN

        yield Work("paged read", bare.read, driven_read), Work("single write", bare.write, driven_write)
        connector.close()
        for engine in engines:
            engine.dispose()


def furnished(url: str) -> Engine:
    """A database with rows of a day."""
    engine = create_engine(url)
    ITEM.metadata.create_all(engine)
    with engine.begin() as connection:
        rows = [{**row(number), "changed": START + timedelta(seconds=number)} for number in range(ROWS)]
        connection.execute(insert(ITEM), rows)
    return engine


def taken(found: Doc) -> Doc:
    """A row as a document, by somebody who knows the table."""
    doc = {name: found[name] for name in NAMES}
    return {**doc, "price": str(found["price"]), "due": found["due"].isoformat()}


class Bare:
    """What somebody writes who needs it once."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def read(self) -> int:
        """All rows of the day, page by page behind the last one."""
        columns = [ITEM.c.no, ITEM.c.changed, *(ITEM.c[name] for name in NAMES)]
        at, number, found = START, 0, 0
        while True:
            further = or_(ITEM.c.changed > at, and_(ITEM.c.changed == at, ITEM.c.no > number))
            asked = select(*columns).where(ITEM.c.changed.between(START, END), further)
            with self.engine.connect() as connection:
                page = connection.execute(asked.order_by(ITEM.c.changed, ITEM.c.no).limit(SIZE)).mappings().all()
            found += len([(str(each["no"]), each["changed"], taken(dict(each))) for each in page])
            if len(page) < SIZE:
                return found
            at, number = page[-1]["changed"], page[-1]["no"]

    def write(self) -> int:
        """One row in a transaction of its own, and what became of it."""
        for _ in range(WRITTEN):
            with self.engine.begin() as connection:
                made = connection.execute(insert(ITEM).values(row(7)).returning(ITEM.c.no)).scalar_one()
                told = connection.execute(select(ITEM).where(ITEM.c.no == made)).mappings().one()
                assert taken(dict(told))["price"] == "12.50"
        return WRITTEN
