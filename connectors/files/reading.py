"""Objects that are read from dropped files."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from connectors.files.dropped import Dropped
from connectors.files.places import Entry
from connectors.files.shapes import Drop, Shape
from hub.domain.errors import RejectedError
from hub.ports.connector import Ids, Page, Remote

ROWS = 500  # of one page; nor does it end more files


class Position(NamedTuple):
    """Behind a page: the files that it ended, and the one that it began with the row that is next; each by its mark."""

    ended: Collection[str] = ()
    begun: str | None = None
    row: int = 0

    @classmethod
    def told(cls, after: str | None) -> "Position":
        """The position that a page told."""
        ended, begun, row = json.loads(after) if after else cls()
        return cls(frozenset(ended), begun, row)

    def as_text(self) -> str:
        """As a page tells it."""
        return json.dumps(self)


class Reading:
    """One object that is read."""

    def __init__(self, name: str, shape: Shape, drop: Drop, dropped: Dropped) -> None:
        self._name, self._shape, self._drop, self._dropped = name, shape, drop, dropped

    def changes(self, until: datetime, after: str | None) -> Page:
        """The next rows of the files that lie there, whatever their dates: a copied file may be older than it seems.

        Who asks to go on behind a page has its rows: the files that it ended are put away. A file that took the place
        of one of them meanwhile is another one, and is read from its first row.
        """
        behind = Position.told(after)
        records: list[Remote] = []
        ended: list[str] = []
        for entry in self._dropped.waiting(until, self._shape.settle):
            mark = entry.mark
            if mark in behind.ended:
                self._dropped.put_away(entry)
                continue
            if ended and not self._dropped.is_readable(entry):
                break  # what lies before it is taken in first; the next page begins with it and says what is wrong
            docs = self._dropped.told(entry).docs
            row = behind.row if mark == behind.begun else 0
            further = row + ROWS - len(records)
            records += [Remote(key, doc, None, entry.changed_at) for key, doc in islice(docs.items(), row, further)]
            if further < len(docs):
                return Page(tuple(records), Position(ended, mark, further).as_text())
            ended.append(mark)
            if max(len(records), len(ended)) == ROWS:
                break
        return Page(tuple(records), Position(ended).as_text() if ended else None)

    def get(self, remote_id: str) -> Remote | None:
        """What the newest file says of a record; None where the newest one that has all records does not have it.

        RejectedError where no file can say that there is none.
        """
        for entry in self._newest_first():
            doc = self._dropped.told(entry).docs.get(remote_id)
            if doc is not None:
                return Remote(remote_id, doc, None, entry.changed_at)
        if self._drop.whole and (done := self._dropped.done()):
            self._all_of(done[-1])
            return None
        raise RejectedError("No file tells of {object} {id}: drop one that does.", object=self._name, id=remote_id)

    def _newest_first(self) -> Iterator[Entry]:
        """The files that count, those that lie there before those that were taken in."""
        yield from reversed(self._dropped.lying())
        done = self._dropped.done()
        yield from reversed(done[-1:] if self._drop.whole else done)

    def find(self, field: str, value: str) -> list[Remote]:
        """The records whose field has the value in the newest file that tells them."""
        newest: dict[str, Remote] = {}
        for entry in self._newest_first():
            for key, doc in self._dropped.told(entry).docs.items():
                newest.setdefault(key, Remote(key, doc, None, entry.changed_at))
        return [remote for remote in newest.values() if remote.doc.get(field) == value]

    def ids(self) -> Ids:
        """What the newest file has that was taken in, where each has all; RejectedError where that cannot be told."""
        done = self._dropped.done()
        if not self._drop.whole or not done:
            raise RejectedError(
                "No file tells all {object} there are: drop one, or say sweep: false.", object=self._name
            )
        return Ids(tuple(self._all_of(done[-1])))

    def _all_of(self, entry: Entry) -> list[str]:
        """The ids of a file that has all records; RejectedError when some of its rows cannot be used."""
        told = self._dropped.told(entry)
        if told.refused:
            raise RejectedError(
                "{file} has rows that cannot be used: what is missing in it is not taken for gone.", file=entry.name
            )
        return list(told.docs)
