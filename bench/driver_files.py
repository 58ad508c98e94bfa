"""The files driver against the csv module: ten files of 200 rows with ten columns; a file that is read back.

Both sides take the same files and put them away; between two plays they are put back, which counts for both.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.drivers import Work
from connectors.files import connect
from hub.domain.documents import Doc
from hub.ports.connector import ObjectSpec, Setup

FILES, SIZE, WRITTEN = 10, 200, 50
NAMES = ("no", "name", "code", "note", "active", "ref", "city", "status", "price", "due")
REMOTE: Doc = {
    "item": {"read": {"folder": "in", "files": "*.csv"}, "id": ["no"], "fields": {name: {} for name in NAMES}},
    "bill": {"write": {"folder": "out"}, "id": ["no"], "fields": {name: {} for name in NAMES}},
}
LATER = datetime(2199, 1, 1, tzinfo=UTC)


def row(number: int) -> Doc:
    """One record."""
    return {
        "no": str(number), "name": f"Pump {number} 水泵", "code": f"P-{number}", "note": "n" * 40, "active": "1",
        "ref": f"r{number}", "city": "上海", "status": "in use", "price": "12.50", "due": "2026-03-02",
    }  # fmt: skip


@contextmanager
def case() -> Iterator[tuple[Work, ...]]:
    """Both sides, each with a folder of its own."""
    with TemporaryDirectory(prefix="tickethub-bench-") as one, TemporaryDirectory(prefix="tickethub-bench-") as other:
        bare, theirs = Bare(furnished(Path(one))), furnished(Path(other))
        objects = {name: ObjectSpec(name) for name in REMOTE}
        connector = connect(Setup("bench", {"folder": str(theirs)}, objects, REMOTE, {}))
        numbers = iter(range(10**9))

        def driven_read() -> int:
            put_back(theirs)
            found, after = 0, None
            while True:
                page = connector.changes("item", since=LATER, until=LATER, after=after)
                found, after = found + len(page.records), page.after
                if after is None:
                    return found

        def driven_write() -> int:
            for _ in range(WRITTEN):
                connector.create("bill", row(next(numbers)))
            return WRITTEN

        yield Work("paged read", bare.read, driven_read), Work("single write", bare.write, driven_write)


def furnished(folder: Path) -> Path:
    """Files that were taken in once."""
    (folder / "in" / "done").mkdir(parents=True)
    for at in range(FILES):
        rows = [row(at * SIZE + place) for place in range(SIZE)]
        (folder / "in" / "done" / f"{at}.csv").write_bytes(as_csv(rows))
    return folder


def put_back(folder: Path) -> None:
    """They lie there again."""
    for file in (folder / "in" / "done").iterdir():
        file.replace(folder / "in" / file.name)


def as_csv(rows: list[Doc]) -> bytes:
    """A whole file."""
    told = io.StringIO(newline="")
    writer = csv.DictWriter(told, NAMES)
    writer.writeheader()
    writer.writerows(rows)
    return told.getvalue().encode()


class Bare:
    """What somebody writes who needs it once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = iter(range(10**9))

    def read(self) -> int:
        """Every row of every file, which is put away then."""
        put_back(self.folder)
        found = 0
        for file in sorted((self.folder / "in").glob("*.csv")):
            docs = list(csv.DictReader(io.StringIO(file.read_bytes().decode(), newline="")))
            found += len({doc["no"]: doc for doc in docs})
            file.replace(self.folder / "in" / "done" / file.name)
        return found

    def write(self) -> int:
        """One file for each record, whole or not at all, with its copy, and what stands in that."""
        (self.folder / "out" / "sent").mkdir(parents=True, exist_ok=True)
        for _ in range(WRITTEN):
            doc = row(next(self.numbers))
            for target in (self.folder / "out" / f"{doc['no']}.csv", self.folder / "out/sent" / f"{doc['no']}.csv"):
                part = target.with_suffix(".part")
                part.write_bytes(as_csv([doc]))
                part.replace(target)
            (read,) = csv.DictReader(io.StringIO(target.read_bytes().decode(), newline=""))
            assert read == doc
        return WRITTEN
