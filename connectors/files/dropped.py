"""Files that somebody drops: taken in in the order of their names, then put away.

A file is put away when its listing is asked to go on behind it, which the sync engine does only when all its rows are
in our tables. What dies before reads it again.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from operator import itemgetter

from connectors.files.formats import Table, UnreadableError, rows_of, written
from connectors.files.places import MOST, Entry, Place
from connectors.files.shapes import Drop, Format
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.transport.key_parts import quoted

UNFINISHED = (".part", ".tmp", ".filepart")
KEPT = 20_000_000  # bytes of files whose rows are remembered
DONE, FAILED = "done", "failed"
REASON, LINE = "reason", "line"


@dataclass(frozen=True)
class Refused:
    """A row that cannot be used: in which line, why, and what stands there by the headings."""

    line: int
    wrong: str
    row: Mapping[str, str]


@dataclass(frozen=True)
class Told:
    """What one file tells: documents by id, in its order; and the rows that cannot be used."""

    docs: dict[str, Doc]
    refused: tuple[Refused, ...]


class Dropped:
    """One drop folder."""

    def __init__(self, system: str, place: Place, drop: Drop, id_of: Sequence[str], form: Format) -> None:
        self._system, self._place, self._drop, self._id, self._form = system, place, drop, id_of, form
        self._known: dict[Entry, Told] = {}  # the longest known first
        self._size = 0  # of the files that are known
        self._turn = threading.Lock()  # of those who look into what is known, or change it

    def waiting(self, until: datetime, settle: timedelta) -> list[Entry]:
        """The files that are whole, in the order of their names."""
        return [each for each in self.lying() if each.changed_at + settle <= until]

    def lying(self) -> list[Entry]:
        """The files that lie there, whole or not, in the order of their names."""
        return list(self._files(self._drop.folder))

    def done(self) -> list[Entry]:
        """The files that were taken in, in the order of their names."""
        return list(self._files(f"{self._drop.folder}/{DONE}"))

    def failed(self) -> int:
        """How many files a person has to look at."""
        return len(self._place.listing(f"{self._drop.folder}/{FAILED}"))

    def _files(self, folder: str) -> Iterator[Entry]:
        for entry in self._place.listing(folder):
            meant = fnmatchcase(entry.name, self._drop.files)
            if meant and not entry.name.startswith(".") and not entry.name.endswith(UNFINISHED):
                yield entry

    def told(self, entry: Entry) -> Told:
        """What a file tells; a file that cannot be read at all is put aside, and RejectedError says why."""
        try:
            return self._remembered(entry)
        except UnreadableError as error:
            self._place.move(entry.path, f"{self._drop.folder}/{FAILED}/{entry.name}")
            raise RejectedError(
                error.template, **{**error.params, "system": self._system, "file": entry.name}
            ) from error

    def is_readable(self, entry: Entry) -> bool:
        """Whether a file tells anything; one that does not stays where it is."""
        try:
            self._remembered(entry)
        except UnreadableError:
            return False
        return True

    def _remembered(self, entry: Entry) -> Told:
        with self._turn:
            told = self._known.get(entry)
        if told is None:
            told = self._read(entry)
            with self._turn:
                self._forget(entry)  # somebody else may have read it meanwhile
                self._known[entry] = told
                self._size += entry.size
                while self._size > KEPT and len(self._known) > 1:
                    self._forget(next(iter(self._known)))
        return told

    def _forget(self, entry: Entry) -> None:
        if self._known.pop(entry, None) is not None:
            self._size -= entry.size

    def _read(self, entry: Entry) -> Told:
        content = self._place.read(entry.path) or b""
        if len(content) > MOST:
            raise UnreadableError("{system}: {file} lies in failed now: it has more than {most} bytes.", most=MOST)
        return self._sorted(rows_of(content, self._form, list(self._drop.columns.values())))

    def _sorted(self, table: Table) -> Told:
        """Rows that can be used, and rows that cannot: without an id, or with that of a row before."""
        names, columns, width = list(self._drop.columns), self._drop.columns.values(), len(table.headings)
        picked = itemgetter(*map(table.headings.index, columns), 0)  # one more than there are: always a tuple
        docs: dict[str, Doc] = {}
        refused = []
        for number, cells in table.rows:
            wrong: str | None = None
            doc: Doc = {}
            if len(cells) == width and "" not in cells:
                doc = dict(zip(names, picked(cells)))  # noqa: B905 - a fifth of the time of a row
            elif not any(cells):
                continue
            elif (wrong := table.misfit(cells)) is None:
                doc = {name: value or None for name, value in zip(names, picked(cells), strict=False)}
            key = self.id_of(doc)
            if key and key not in docs:
                docs[key] = doc
                continue
            wrong = wrong or self._lacking(doc) or "The file tells this record twice."
            refused.append(Refused(number, wrong, dict(zip(table.headings, cells, strict=False))))
        return Told(docs, tuple(refused))

    def _lacking(self, doc: Doc) -> str | None:
        missing = [self._drop.columns[name] for name in self._id if not doc[name]]
        return f"It has no {', '.join(missing)}." if missing else None

    def id_of(self, doc: Doc) -> str:
        """The id of a record: its fields of the id, with a stroke between them; empty where one is missing."""
        if len(self._id) == 1:  # as nearly always, and each row is asked
            value = doc.get(self._id[0])
            return quoted(value) if value else ""
        parts = [doc.get(name) or "" for name in self._id]
        return "/".join(map(quoted, parts)) if all(parts) else ""

    def put_away(self, entry: Entry) -> None:
        """A file is in our tables: it goes to the others; rows that could not be used go to failed, with the reason.

        One that took its place in this moment stays, to be read.
        """
        if self._place.entry(entry.path) != entry:
            return
        refused = self.told(entry).refused
        if refused:
            headings = [name for name in dict.fromkeys(name for each in refused for name in each.row) if name]
            rows = [[str(each.line), each.wrong, *map(each.row.get, headings)] for each in refused]
            content = written([LINE, REASON, *headings], rows, self._form)
            self._place.write(f"{self._drop.folder}/{FAILED}/{entry.name}", content)
        self._place.move(entry.path, f"{self._drop.folder}/{DONE}/{entry.name}")
        with self._turn:
            self._forget(entry)
