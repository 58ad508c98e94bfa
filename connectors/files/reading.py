"""Objects that are read from dropped files."""

import json
from datetime import datetime
from itertools import islice

from connectors.files.dropped import Dropped
from connectors.files.places import Entry
from connectors.files.shapes import Drop, Shape
from hub.domain.errors import RejectedError
from hub.ports.connector import Ids, Page, Remote

ROWS = 500  # of one page


class Reading:
    """One object that is read."""

    def __init__(self, name: str, shape: Shape, drop: Drop, dropped: Dropped) -> None:
        self._name, self._shape, self._drop, self._dropped = name, shape, drop, dropped

    def changes(self, until: datetime, after: str | None) -> Page:
        """The next rows of the files that lie there, whatever their dates: a copied file may be older than it seems."""
        place, row = json.loads(after) if after else (None, 0)
        waiting = self._dropped.waiting(until, self._shape.settle)
        if place is not None and row == 0:
            waiting = self._put_away(waiting, place)
        entry = waiting[0] if waiting else None
        if entry is None:
            return Page(())
        docs = self._dropped.told(entry).docs
        row = row if entry.name == place else 0
        page = tuple(Remote(key, doc, None, entry.changed_at) for key, doc in islice(docs.items(), row, row + ROWS))
        further = row + ROWS
        return Page(page, json.dumps([entry.name, further if further < len(docs) else 0]))

    def _put_away(self, waiting: list[Entry], name: str) -> list[Entry]:
        """Put the file away that was taken in, unless another one of its name lies there by now."""
        for entry in waiting:
            if entry.name == name:
                self._dropped.put_away(entry)
        return [entry for entry in waiting if entry.name != name]

    def get(self, remote_id: str) -> Remote | None:
        """What the newest file says of a record; None where the newest one that has all records does not have it.

        RejectedError where no file can say that there is none.
        """
        lying, done = self._dropped.lying(), self._dropped.done()
        for entry in reversed([*(done[-1:] if self._drop.whole else done), *lying]):
            doc = self._dropped.told(entry).docs.get(remote_id)
            if doc is not None:
                return Remote(remote_id, doc, None, entry.changed_at)
        if self._drop.whole and done:
            self._all_of(done[-1])
            return None
        raise RejectedError("No file tells of {object} {id}: drop one that does.", object=self._name, id=remote_id)

    def find(self, field: str, value: str) -> list[Remote]:
        """The records whose field has the value in the newest file that tells them."""
        done = self._dropped.done()
        newest: dict[str, Remote] = {}
        for entry in [*(done[-1:] if self._drop.whole else done), *self._dropped.lying()]:
            told = self._dropped.told(entry).docs
            newest |= {key: Remote(key, doc, None, entry.changed_at) for key, doc in told.items()}
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
