"""Records: read one by one or several at a time, whole with their children, and found by a field."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import NotFoundError, RejectedError
from hub.ports.connector import Remote
from hub.transport.declared.conditions import are_met
from hub.transport.declared.fields import document
from hub.transport.declared.pages import all_items
from hub.transport.declared.shapes import Child, Get, Listing, Shape, version_in
from hub.transport.places import Reply, as_text, found_at

Find = Callable[[str, str, str], Sequence[Remote]]
Read = Callable[[str, str], Remote | None]


@dataclass(frozen=True)
class Gone:
    """A record that the system tells as deleted."""

    id: str
    merged_into: str | None = None


class Records:
    """Reads records of all objects of one system."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self._shapes = shapes

    def get(self, shape: Shape, remote_id: str) -> Remote | None:
        """The record; None where there is none. One that was merged into another says so, and has no document."""
        wire_id = shape.wire_id(remote_id)
        if wire_id is None or remote_id in {".", ".."}:
            return None
        if shape.get is None:
            return next(iter(self.many(shape, [remote_id])), None)
        try:
            items = self._got(shape, shape.get, {"id": wire_id, "fields": list(shape.get.asked)})
        except NotFoundError:
            return None
        told = [self.told(shape, item, reply) for item, reply in items]
        return next((remote_of(one) for one in told if one is not None and one.id == remote_id), None)

    @staticmethod
    def _got(shape: Shape, get: Get, values: Doc) -> list[tuple[Any, Reply]]:
        if get.listing is not None:
            return list(all_items(shape, get.listing, values))
        reply = get.call.read(values)
        item = found_at(get.record, reply)
        if item is None:
            raise get.call.caller.http.lost("no record where one should be", write=False)
        return [(item, reply)]

    def many(self, shape: Shape, ids: Sequence[str]) -> list[Remote]:
        """Those of the records that there are, in the order of the ids."""
        if shape.many is None:
            if shape.get is None:
                raise RejectedError("{object}: the connector file has no call to read one record", object=shape.name)
            found = [self.get(shape, one) for one in ids]
            return [one for one in found if one is not None and one.merged_into is None]
        told: dict[str, Remote] = {}
        for start in range(0, len(ids), shape.many.most):
            wire_ids = [shape.wire_id(one) for one in ids[start : start + shape.many.most]]
            values = {"ids": [one for one in wire_ids if one is not None]}
            told |= {one.id: one for one in self.whole(shape, shape.many, all_items(shape, shape.many, values))}
        return [told[one] for one in dict.fromkeys(ids) if one in told]

    def find(self, shape: Shape, field: str, value: str) -> list[Remote]:
        """The records whose field has the value."""
        listing = shape.find.get(field) or shape.find.get("*")
        if listing is None:
            raise RejectedError(
                "{object}: the connector file has no call to find by {field}", object=shape.name, field=field
            )
        own = next((one for one in shape.fields or () if one.name == field), None)
        sought = value if own is None else own.written(value)
        values = {"value": sought, "field": own.ask or field if own else field}
        found = self.whole(shape, listing, all_items(shape, listing, values))
        return [one for one in found if not listing.exact or _is_same(one.doc.get(field, value), value)]

    def whole(self, shape: Shape, listing: Listing, items: Iterable[tuple[Any, Reply]]) -> list[Remote]:
        """The records of a list, read where the list does not tell them whole; without deleted ones."""
        if not listing.whole:
            ids = [told for item, _ in items if (told := listing.items.id(item)) is not None]
            return self.many(shape, list(dict.fromkeys(ids)))
        records = (self.told(shape, item, reply) for item, reply in items)
        return [one for one in records if isinstance(one, Remote)]

    def told(self, shape: Shape, item: Any, reply: Reply | None) -> Remote | Gone | None:
        """What an item of an answer tells: a record, a deleted one, or one that is not of this object.

        The version that stands in a header is that of an answer with one record.
        """
        items = shape.items
        record = item if items.unwrap is None else items.unwrap(item)
        remote_id = items.id(record)
        if remote_id is None:
            raise RejectedError("{object}: a record has no id where the connector file says", object=shape.name)
        if shape.is_simple:
            return Remote(remote_id, shape.tell(record), None, items.changed(record))
        if not shape.is_meant(record):
            return None
        if shape.is_gone(record):
            return Gone(remote_id, _text(shape.merged_into(record)) if shape.merged_into else None)
        doc = shape.tell(record)
        self._resolve(shape, doc)
        for child in shape.children:
            doc[child.name] = self.rows(shape, child, remote_id)
        version = self._version(shape, record, doc, reply) if shape.locks else None
        return Remote(remote_id, doc, version, items.changed(record))

    def rows(self, shape: Shape, child: Child, remote_id: str) -> list[Doc]:
        """The rows of a record that a call of their own reads."""
        items = [item for item, _ in all_items(shape, child.listing, {"id": shape.wire_id(remote_id)})]
        records = [
            (child.listing.items.id(child.listing.items.record(item)), child.listing.items.record(item))
            for item in items
        ]
        return [{"id": row_id, **document(child.fields, row)} for row_id, row in records if are_met(child.only, row)]

    def id_by(self, shape: Shape, name: str, field: str, value: str) -> str | int | None:
        """The id of another object's only record with this value; RejectedError where there is none, or several."""
        other = self._shapes[name]
        found = self.find(other, field, value)
        if len(found) != 1:
            raise RejectedError(
                "{object}: {count} records of {other} have the {field} that is to be written",
                object=shape.name,
                count=len(found),
                other=name,
                field=field,
            )
        return other.wire_id(found[0].id)

    def _resolve(self, shape: Shape, doc: Doc) -> None:
        for field in shape.resolved:
            if field.by is not None and doc[field.name] is not None:
                other = self.get(self._shapes[field.by.object], str(doc[field.name]))
                doc[field.name] = None if other is None else other.doc.get(field.by.field)

    @staticmethod
    def _version(shape: Shape, record: Any, doc: Doc, reply: Reply | None) -> str | None:
        told = version_in(shape.version, record, reply)
        if told is None or not shape.children:
            return told
        return f"{told}~{digest({child.name: doc[child.name] for child in shape.children})}"


def remote_of(told: Remote | Gone) -> Remote | None:
    """A record as get tells it; a deleted one only where it says which one took its place."""
    if isinstance(told, Remote):
        return told
    return Remote(told.id, {}, merged_into=told.merged_into) if told.merged_into else None


def digest(doc: Doc) -> str:
    """A mark of a document, which changes with it."""
    return hashlib.sha256(json.dumps(doc, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:20]


def _text(value: Any) -> str | None:
    return None if value is None else as_text(value)


def _is_same(told: Any, value: str) -> bool:
    return as_text(told).strip().casefold() == value.strip().casefold()
