"""Objects that are written as files for somebody else to take, and answered by files.

A file goes to its folder under a name that follows from the record alone, then a copy of it to ``sent``: what is there
was handed over. Where we die between the two and the file was taken meanwhile, it is written once more, under the same
name, by which whoever takes it can tell.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import unquote

import orjson

from connectors.files.dropped import Dropped
from connectors.files.formats import WRITERS, UnreadableError, rows_of, written
from connectors.files.places import Entry, Place
from connectors.files.reading import ROWS
from connectors.files.shapes import Shape
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, StaleError
from hub.ports.connector import Ids, Page, Remote
from hub.transport.key_parts import quoted

SENT = "sent"
NAME = re.compile(r"(?P<id>.+?)(?:-(?P<number>[0-9]+))?\.(?:csv|xlsx)")


@dataclass(frozen=True)
class Sent:
    """The newest file of a record, and which one in a row it is."""

    entry: Entry
    number: int


@dataclass(frozen=True)
class Answered:
    """The files that lie in ``results`` with what each tells, and the newest answer of each record."""

    files: dict[Entry, dict[str, Doc]]
    told: dict[str, tuple[Doc, datetime]]


class Writing:
    """One object that is written."""

    def __init__(self, system: str, name: str, place: Place, shape: Shape, results: Dropped | None) -> None:
        self._system, self._name, self._place, self._shape, self._results = system, name, place, shape, results
        self._answered = Answered({}, {})

    def changes(self, since: datetime, until: datetime, after: str | None) -> Page:
        """What was sent or answered within the closed interval."""
        answers = self._answers()
        changed = sorted(
            (max(sent.entry.changed_at, answers.get(key, (None, sent.entry.changed_at))[1]), key)
            for key, sent in self._sent().items()
        )
        places = [f"{at.isoformat()} {key}" for at, key in changed if since <= at <= until]
        further = [place for place in places if after is None or place > after]
        page = [place.partition(" ")[2] for place in further[:ROWS]]
        found = tuple(remote for key in page if (remote := self.get(key)) is not None)
        return Page(found, further[ROWS - 1] if len(further) > ROWS else None)

    def ids(self) -> Ids:
        """Everything that was ever sent."""
        return Ids(tuple(sorted(self._sent())))

    def get(self, remote_id: str) -> Remote | None:
        """What was sent last, with what came back."""
        sent = self._found(remote_id)
        return None if sent is None else self._told_by(remote_id, sent)

    def _told_by(self, remote_id: str, sent: Sent) -> Remote:
        """A record as a copy of its file and the answers tell it."""
        row = self._row_of(remote_id, sent)
        doc = {name: row.get(column) or None for name, column in self._shape.columns.items()}
        answer, at = self._answers().get(remote_id, ({}, sent.entry.changed_at))
        doc |= {name: answer.get(name) for name in self._shape.told}
        return Remote(remote_id, doc, mark([sent.number, doc]), max(at, sent.entry.changed_at))

    def _row_of(self, remote_id: str, sent: Sent) -> dict[str, str]:
        """What a copy says by its headings; RejectedError where somebody has spoilt it."""
        content = self._place.read(sent.entry.path)
        try:
            table = rows_of(content or b"", self._shape.format, list(self._shape.columns.values()))
            return dict(zip(table.headings, next(table.rows)[1], strict=False))
        except (UnreadableError, StopIteration) as error:
            raise RejectedError(
                "{object} {id}: {file} in sent cannot be read: put back what was sent.",
                object=self._name,
                id=remote_id,
                file=sent.entry.name,
            ) from error

    def find(self, field: str, value: str) -> list[Remote]:
        """By a field of the id that is the whole id, or by any other one, which reads all that was sent."""
        keys = [quoted(value)] if self._shape.id == (field,) else sorted(self._sent())
        found = [self.get(key) for key in keys]
        return [each for each in found if each is not None and each.doc.get(field) == value]

    def create(self, doc: Doc) -> Remote:
        """Hand a new record over; one that was handed over already is what it was."""
        wrong = [name for name in doc if name not in self._shape.columns and name not in self._shape.told]
        missing = [name for name in self._shape.id if not doc.get(name)]
        if wrong or missing:
            raise RejectedError(
                "{object}: there must be {missing}, and there is no {wrong}.",
                object=self._name,
                missing=", ".join(missing) or "-",
                wrong=", ".join(wrong) or "-",
            )
        key = "/".join(quoted(str(doc[name])) for name in self._shape.id)
        before = self._newest(key)
        if before is None:
            return self._told_by(key, self._handed_over(key, 1, doc))
        found = self._told_by(key, before)
        if self._differs(found.doc, doc):
            raise RejectedError("{object} {id} was handed over with other values.", object=self._name, id=key)
        return found

    def update(self, seen: Remote, doc: Doc) -> Remote:
        """Hand a change over; StaleError when an answer came meanwhile."""
        sent = self._found(seen.id)
        now = None if sent is None else self._told_by(seen.id, sent)
        if now is None or sent is None or now.version != seen.version:
            raise self._stale()
        if not self._differs(now.doc, doc):
            return now
        return self._told_by(seen.id, self._handed_over(seen.id, sent.number + 1, {**now.doc, **doc}))

    def _differs(self, old: Doc, new: Doc) -> bool:
        return any(new[name] != old.get(name) for name in self._shape.columns if name in new)

    def _stale(self) -> StaleError:
        return StaleError("{system}: the record was changed there meanwhile", system=self._system)

    def _handed_over(self, key: str, number: int, doc: Doc) -> Sent:
        """Hand a file over, and then its copy; gives that. StaleError when somebody took it away at once."""
        name = file_of(key, number, self._shape.format.kind)
        columns = self._shape.columns
        cells = [None if doc.get(field) is None else str(doc[field]) for field in columns]
        content = written(list(columns.values()), [cells], self._shape.format)
        copy = f"{self._shape.folder}/{SENT}/{name}"
        self._place.write(f"{self._shape.folder}/{name}", content)
        self._place.write(copy, content)
        entry = self._place.entry(copy)
        if entry is None:
            raise self._stale()
        return Sent(entry, number)

    def _sent(self) -> dict[str, Sent]:
        """The newest file of each record, as the copies tell."""
        newest: dict[str, Sent] = {}
        for entry in self._place.listing(f"{self._shape.folder}/{SENT}"):
            named = NAME.fullmatch(entry.name)
            if named is None:
                continue
            key, sent = key_of(named["id"]), Sent(entry, int(named["number"] or 1))
            if key not in newest or newest[key].number < sent.number:
                newest[key] = sent
        return newest

    def _found(self, key: str) -> Sent | None:
        """The newest file of one record, though its first ones were tidied away."""
        return self._newest(key) or self._sent().get(key)

    def _newest(self, key: str) -> Sent | None:
        """The newest file of one record: they are asked for by their names, however many others there are."""
        found = None
        for number in count(1):
            entries = (
                self._place.entry(f"{self._shape.folder}/{SENT}/{file_of(key, number, kind)}") for kind in WRITERS
            )
            entry = next((each for each in entries if each is not None), None)
            if entry is None:
                break
            found = Sent(entry, number)
        return found

    def _answers(self) -> dict[str, tuple[Doc, datetime]]:
        """What came back of each record and when, the newest answer of each; a file is read once, however many lie."""
        if self._results is None:
            return {}
        lying, known = self._results.lying(), self._answered
        if lying != list(known.files):
            new = [entry for entry in lying if entry not in known.files]
            read = known.files | {entry: self._results.told(entry).docs for entry in new}
            files = {entry: read[entry] for entry in lying}
            told = {key: (doc, entry.changed_at) for entry, docs in files.items() for key, doc in docs.items()}
            self._answered = known = Answered(files, told)
        return known.told


def flat(key: str) -> str:
    """An id as the name of a file: parts with ``+`` between them, and no hyphen or dot that could be taken for ours."""
    return key.replace("-", "%2D").replace(".", "%2E").replace("/", "+")


def file_of(key: str, number: int, kind: str) -> str:
    """The name of a record's file, the how many-th it is."""
    return f"{flat(key)}{f'-{number}' if number > 1 else ''}.{kind}"


def key_of(name: str) -> str:
    """The id that a file is named by."""
    return "/".join(quoted(unquote(part)) for part in name.split("+"))


def mark(told: Any) -> str:
    """One mark for what was sent of a record, and what came back."""
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:20]
