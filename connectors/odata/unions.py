"""Objects that are several others: which one, says a field of the document, and the beginning of the id."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import orjson

from connectors.odata.shapes import Union
from hub.domain.documents import Doc
from hub.domain.errors import PositionLostError, RejectedError
from hub.ports.connector import Ids, Page, Remote

BETWEEN = ":"


class Serving(Protocol):
    """What serves the objects that a union is made of."""

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """See ``hub.ports.connector``."""
        ...

    def ids(self, name: str, after: str | None = None) -> Ids:
        """See ``hub.ports.connector``."""
        ...

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """See ``hub.ports.connector``."""
        ...


class Unions:
    """Tells apart and puts together."""

    def __init__(self, serving: Serving, unions: Mapping[str, Union]) -> None:
        self._serving = serving
        self._unions = unions

    def __contains__(self, name: str) -> bool:
        return name in self._unions

    def of_id(self, name: str, remote_id: str) -> tuple[str, str, str] | None:
        """Which one, the object that it is, and its id there; None where the id is none of a union."""
        which, between, inner = remote_id.partition(BETWEEN)
        objects = self._unions[name].objects
        return (which, objects[which], inner) if between and which in objects else None

    def of_doc(self, name: str, doc: Doc) -> tuple[str, str]:
        """Which one a document is, and the object; RejectedError when it does not say."""
        union = self._unions[name]
        which = str(doc.get(union.by))
        if which not in union.objects:
            raise RejectedError(
                "{object}: {field} is none of {known}", object=name, field=union.by, known=", ".join(union.objects)
            )
        return which, union.objects[which]

    def outward(self, name: str, which: str, remote: Remote) -> Remote:
        """A record of one of them as a record of the union."""
        doc = {self._unions[name].by: which, **remote.doc}
        return remote._replace(id=f"{which}{BETWEEN}{remote.id}", doc=doc)

    def inward(self, name: str, remote: Remote) -> Remote:
        """A record of the union as one of the object that it is."""
        found = self.of_id(name, remote.id)
        return remote._replace(id=found[2] if found else remote.id, doc=self.without(name, remote.doc))

    def without(self, name: str, doc: Doc) -> Doc:
        """A document without the field that tells which."""
        return {key: value for key, value in doc.items() if key != self._unions[name].by}

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None) -> Page:
        """The changes of one after the other."""
        which, inner, then = self._turn(name, after)
        page = self._serving.changes(self._unions[name].objects[which], since=since, until=until, after=inner)
        records = tuple(self.outward(name, which, each) for each in page.records)
        gone = tuple(f"{which}{BETWEEN}{each}" for each in page.gone)
        return Page(records, then(page.after), gone, page.at)

    def ids(self, name: str, after: str | None) -> Ids:
        """The ids of one after the other."""
        which, inner, then = self._turn(name, after)
        found = self._serving.ids(self._unions[name].objects[which], inner)
        return Ids(tuple(f"{which}{BETWEEN}{each}" for each in found.ids), then(found.after))

    def find(self, name: str, field: str, value: str) -> list[Remote]:
        """Those of all of them."""
        return [
            self.outward(name, which, each)
            for which, inner in self._unions[name].objects.items()
            for each in self._serving.find(inner, field, value)
        ]

    def _turn(self, name: str, after: str | None) -> "tuple[str, str | None, _Then]":
        order = list(self._unions[name].objects)
        try:
            which, inner = orjson.loads(after) if after else (order[0], None)
        except (ValueError, TypeError) as error:
            raise PositionLostError("This is no place in a listing") from error
        if which not in order:
            raise PositionLostError("This is no place in a listing")
        return which, inner, _Then(order, which)


class _Then:
    """Where a listing goes on: in the same object, else in the next."""

    def __init__(self, order: Sequence[str], which: str) -> None:
        self._order = order
        self._which = which

    def __call__(self, after: str | None) -> str | None:
        if after is not None:
            return orjson.dumps([self._which, after]).decode()
        rest = self._order[self._order.index(self._which) + 1 :]
        return orjson.dumps([rest[0], None]).decode() if rest else None
