"""Records that are made of several remote objects: read together, told as one document, written part by part.

A mapping with ``remote.objects`` has documents with one key per object: the object whose id identifies the whole, those
whose ids the whole holds, and lists of rows that hold the id of the whole. The connector knows nothing of this: it is
asked for each object by itself. A change of any of them is a change of the whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from hub.domain.documents import Doc
from hub.domain.errors import AuthError, HubError, RejectedError, RetryableError, StaleError, UnknownOutcomeError
from hub.domain.mapping import Mapping as FieldMapping
from hub.domain.mapping.rules import RemoteObject
from hub.domain.mapping.values import clone, is_nothing, normal
from hub.ports.connector import Connector, Ids, Keyset, ObjectSpec, Page, Probe, Remote
from hub.ports.describing import Describing, Description
from hub.services.listing import ids_of

LATEST = datetime(2199, 12, 31, tzinfo=UTC)
FAILED = (RetryableError, RejectedError, AuthError, StaleError, UnknownOutcomeError)


def composed(connector: Connector, mappings: Iterable[FieldMapping]) -> Connector:
    """The connector as the engine sees it: with the records of these mappings as wholes."""
    wholes = {
        mapping.object: Whole(mapping.object, mapping.spec.objects) for mapping in mappings if mapping.spec.objects
    }
    return Composing(connector, wholes) if wholes else connector


@dataclass(frozen=True)
class Whole:
    """The object that identifies a record, and the further objects it is made of, in the order of the file."""

    root: str
    objects: tuple[RemoteObject, ...]

    @property
    def linked(self) -> tuple[RemoteObject, ...]:
        """The objects whose ids the whole holds."""
        return tuple(each for each in self.objects if each.id is not None)

    @property
    def rows(self) -> tuple[RemoteObject, ...]:
        """The objects whose rows hold the id of the whole."""
        return tuple(each for each in self.objects if each.id is None)

    def object(self, name: str) -> RemoteObject | None:
        """A further object by its name."""
        return next((each for each in self.objects if each.name == name), None)


class Composing:
    """A connector whose wholes are told and written as one record."""

    def __init__(self, connector: Connector, wholes: Mapping[str, Whole]) -> None:
        self._connector = connector
        self._wholes = wholes

    def probe(self) -> Probe:
        """As the connector says."""
        return self._connector.probe()

    def describe(self, name: str) -> Description | None:
        """What the system says of one object, each by itself; None where the connector cannot ask."""
        return self._connector.describe(name) if isinstance(self._connector, Describing) else None

    def objects(self) -> Mapping[str, ObjectSpec]:
        """As the connector file declares."""
        return self._connector.objects()

    def act(self, name: str, remote_id: str, action: str, **key: str) -> None:
        """On the object that identifies the whole."""
        self._connector.act(name, remote_id, action, **key)

    # --- reading

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """Records of which any object changed; each object's own listing follows that of the one before it."""
        whole = self._wholes.get(name)
        if whole is None:
            return self._connector.changes(name, since=since, until=until, after=after)
        feeds = (whole.root, *(each.name for each in whole.objects))
        number, position = orjson.loads(after) if after else (0, None)
        page = self._connector.changes(feeds[number], since=since, until=until, after=position)
        found = dict.fromkeys(self._concerned(whole, feeds[number], page.records))
        records = (self.get(name, remote_id) for remote_id in found)
        last = page.after is None and number + 1 == len(feeds)
        then = (number, page.after) if page.after is not None else (number + 1, None)
        return Page(tuple(each for each in records if each is not None), None if last else orjson.dumps(then).decode())

    def _concerned(self, whole: Whole, name: str, changed: Sequence[Remote]) -> Iterator[str]:
        """The ids of the wholes that changed objects belong to."""
        for remote in changed:
            yield from self._owners(whole, name, remote)

    def wholes_of(self, name: str, remote_id: str) -> list[tuple[str, str]]:
        """Object and id of every whole that one of the further objects is a part of; none when it is gone."""
        concerned = [whole for whole in self._wholes.values() if whole.object(name) is not None]
        part = self._connector.get(name, remote_id) if concerned else None
        if part is None:
            return []
        return [(whole.root, owner) for whole in concerned for owner in self._owners(whole, name, part)]

    def _owners(self, whole: Whole, name: str, remote: Remote) -> Iterator[str]:
        part = whole.object(name)
        if part is None:
            yield remote.id
        elif part.id is None:
            owner = remote.doc.get(str(part.parent))
            if not is_nothing(owner):
                yield str(owner)
        else:
            holder, field = part.id.names
            for found in self._connector.find(holder, field, remote.id):
                yield from self._owners(whole, holder, found)

    def ids(self, name: str, after: str | None = None) -> Ids:
        """The ids of the object that identifies the whole."""
        return ids_of(self._connector, name, until=LATEST, after=after)

    def within(self, name: str, at: datetime, *, beyond: str | None, after: str | None = None) -> Page:
        """As the connector says, of an object by itself; RejectedError where it cannot."""
        if name in self._wholes or not isinstance(self._connector, Keyset):
            raise RejectedError("{object} cannot be listed by id within one instant.", object=name)
        return self._connector.within(name, at, beyond=beyond, after=after)

    def get(self, name: str, remote_id: str) -> Remote | None:
        """The whole, or None when the object that identifies it is not there."""
        root = self._connector.get(name, remote_id)
        return None if root is None else self._whole(name, root)

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """The wholes whose identifying object has the value."""
        return [self._whole(name, root) for root in self._connector.find(name, field, value)]

    def _whole(self, name: str, root: Remote) -> Remote:
        whole = self._wholes.get(name)
        if whole is None:
            return root
        parts = {name: root}
        doc: Doc = {name: clone(root.doc)}
        for part in whole.linked:
            held = part.id.read(doc) if part.id else None
            found = None if is_nothing(held) else self._connector.get(part.name, str(held))
            if found is not None:
                parts[part.name] = found
                doc[part.name] = clone(found.doc)
        for part in whole.rows:
            rows = sorted(self._connector.find(part.name, str(part.parent), root.id), key=lambda row: row.id)
            doc[part.name] = [{"id": row.id, **clone(row.doc)} for row in rows]
        times = [each.changed_at for each in parts.values() if each.changed_at is not None]
        return Remote(root.id, doc, versions_of(parts), max(times, default=None))

    # --- writing

    def create(self, name: str, doc: Doc, **key: str) -> Remote:
        """Write the objects that the whole refers to, then the whole; what an earlier attempt has written is taken up.

        Fails with a RejectedError where an object was written, the whole was not, and it could not be found again: a
        second attempt would make it twice, so a person decides.
        """
        whole = self._wholes.get(name)
        if whole is None:
            return self._connector.create(name, doc, **key)
        becoming = clone(doc)
        lost: list[str] = []
        try:
            for part in reversed(whole.linked):
                if part.name in becoming:
                    self._place(part, becoming, lost)
            root = self._connector.create(name, becoming.get(name, {}), **key)
        except FAILED as error:
            raise orphaned(name, lost, error) if lost else error from None
        return self._whole(name, root)

    def _place(self, part: RemoteObject, becoming: Doc, lost: list[str]) -> None:
        """Make an object, or take up the one that carries its key; note its id where the whole holds it.

        ``lost`` collects what a second attempt would make again, for want of a key to find it by.
        """
        key = self.objects()[part.name].lookup_by
        value = becoming[part.name].get(key) if key else None
        found = self._connector.find(part.name, str(key), str(value)) if value else ()
        try:
            made = found[0] if found else self._connector.create(part.name, becoming[part.name])
        except UnknownOutcomeError:
            lost += [] if value else [f"{part.name} (its answer was lost)"]
            raise
        if not value:
            lost.append(f"{part.name} {made.id}")
        if part.id is not None:
            part.id.write(becoming, made.id)

    def update(self, name: str, seen: Remote, doc: Doc, **key: str) -> Remote:
        """Write each object that differs, against the version that was seen of it; StaleError when one moved."""
        whole = self._wholes.get(name)
        if whole is None:
            return self._connector.update(name, seen, doc, **key)
        known = orjson.loads(seen.version or "{}")
        becoming = clone(doc)
        lost: list[str] = []
        try:
            self._update_parts(whole, known, seen, becoming, lost)
            self._write(name, known, seen.doc, becoming)
        except FAILED as error:
            raise orphaned(name, lost, error) if lost else error from None
        read_back = self.get(name, seen.id)
        if read_back is None:
            raise StaleError("{object} {id} is gone.", object=name, id=seen.id)
        return read_back

    def _update_parts(
        self, whole: Whole, known: Mapping[str, Any], seen: Remote, becoming: Doc, lost: list[str]
    ) -> None:
        for part in reversed(whole.linked):
            if part.name in becoming and part.name not in known:
                self._place(part, becoming, lost)
            else:
                self._write(part.name, known, seen.doc, becoming)
        for part in whole.rows:
            if normal(becoming.get(part.name)) != normal(seen.doc.get(part.name)):
                raise RejectedError(
                    "The rows of {object} are only read: make the rules of its list '<-'.", object=part.name
                )

    def _write(self, name: str, known: Mapping[str, Any], old: Doc, new: Doc) -> None:
        if name in new and name in known and normal(new[name]) != normal(old.get(name)):
            remote_id, version = known[name]
            self._connector.update(name, Remote(remote_id, old.get(name, {}), version), new[name])


def versions_of(parts: Mapping[str, Remote]) -> str:
    """The optimistic locks of all objects in one text: id and version by object."""
    return orjson.dumps({name: [part.id, part.version] for name, part in sorted(parts.items())}).decode()


def orphaned(name: str, lost: Sequence[str], error: HubError) -> RejectedError:
    """An object was written that a second attempt would not find again."""
    return RejectedError(
        "{parts} was written, but not {object}, as far as we know ({reason}): look there and remove what is too much, "
        "then replay this message.",
        parts=", ".join(lost),
        object=name,
        reason=str(error),
    )
