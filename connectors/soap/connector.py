"""The connector: each promise of the port is kept by the operation that the connector file names for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.soap.arguments import names_within
from connectors.soap.calls import Calls
from connectors.soap.listing import following, listed, position, told, understood
from connectors.soap.objects import Object, Operation, operation_of
from hub.domain.documents import Doc
from hub.domain.errors import NotFoundError, RejectedError, StaleError
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Feed, Ids, Lack, ObjectSpec, Page, Probe, Remote, Setup
from hub.transport.caller import Reply
from hub.transport.places import inside

LATEST = datetime.fromisoformat("2199-12-31T00:00:00+00:00")


class SoapConnector:
    """One SOAP service; see ``hub.ports.connector`` for what each method promises."""

    def __init__(self, calls: Calls, setup: Setup, objects: Mapping[str, Object]) -> None:
        self._calls = calls
        self._specs = setup.objects
        self._objects = objects
        self._probe = setup.connection.get("probe")

    def probe(self) -> Probe:
        """Say version and clock, and every operation that the WSDL does not have."""
        known = set(self._calls.service.operations())
        wanted = [each.call for one in self._objects.values() for each in one.operations()]
        problems = [
            Lack("The WSDL has no operation {call}.", {"call": call})
            for call in dict.fromkeys(wanted)
            if call not in known
        ]
        if self._probe is None:
            return Probe("SOAP", None, tuple(problems))
        operation = operation_of({name: value for name, value in self._probe.items() if name != "zone"})
        reply = self._calls.read(operation)
        version = inside(reply.doc, operation.version or "")
        return Probe(str(version or "SOAP"), self._clock(operation, reply), tuple(problems))

    def objects(self) -> Mapping[str, ObjectSpec]:
        """What the connector file declares."""
        return self._specs

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """Records changed within the closed interval, in the order of their change within a page."""
        which = self._object(name)
        operation = self._offered(which, which.listing, "list")
        feed = self._specs[name].feed
        reply = self._calls.read(
            operation,
            since=told(since, feed, offset=which.offset),
            until=told(until, feed, offset=which.offset),
            after=position(operation.paging, after),
        )
        records = [self._remote(which, each) for each in listed(reply, operation.records)]
        return Page(
            tuple(sorted(records, key=lambda remote: remote.changed_at or since)),
            following(operation, reply, after, len(records)),
            gone=tuple(map(str, listed(reply, operation.gone))) if operation.gone else (),
            at=understood(inside(reply.doc, operation.at), feed) if operation.at else None,
        )

    def ids(self, name: str, after: str | None = None) -> Ids:
        """The ids of all records, by an operation of their own where one is declared."""
        which = self._object(name)
        if which.ids is None:
            page = self.changes(name, since=BEGINNING, until=LATEST, after=after)
            return Ids(tuple(remote.id for remote in page.records), page.after)
        reply = self._calls.read(which.ids, after=position(which.ids.paging, after))
        found = listed(reply, which.ids.ids)
        return Ids(tuple(map(str, found)), following(which.ids, reply, after, len(found)))

    def get(self, name: str, remote_id: str) -> Remote | None:
        """The record, or None when the declared table says that there is none."""
        which = self._object(name)
        operation = self._offered(which, which.get, "get")
        try:
            reply = self._calls.read(operation, id=remote_id)
        except NotFoundError:
            return None
        found = next(iter(listed(reply, operation.record)), None)
        return self._remote(which, found) if isinstance(found, dict) else None

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """The records whose field equals the value, by the operation declared for the field."""
        which = self._object(name)
        operation = self._offered(which, which.find.get(field), f"find.{field}")
        found, after = list[Remote](), None
        while True:
            try:
                reply = self._calls.read(operation, value=value, after=position(operation.paging, after))
            except NotFoundError:
                return found
            page = [self._remote(which, each) for each in listed(reply, operation.records)]
            found += [remote for remote in page if str(inside(remote.doc, field)) == value]
            after = following(operation, reply, after, len(page))
            if after is None:
                return found

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        """Write a new record and read it back."""
        which = self._object(name)
        operation = self._offered(which, which.create, "create")
        reply = self._calls.write(operation, doc=which.written(doc), key=key)
        if operation.record is not None:
            return self._calls.after_write(lambda: self._remote(which, inside(reply.doc, operation.record or "")))
        made = inside(reply.doc, operation.id or which.id)
        if made is None:
            raise self._calls.lost("no id")
        return self._calls.after_write(lambda: self._there(which, str(made)))

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:
        """Bring a record to what the document says. Without a version to send, it is read before it is written."""
        which = self._object(name)
        operation = self._offered(which, which.update, "update")
        before, after = which.written(seen.doc), which.written(doc)
        changes = {field: value for field, value in after.items() if before.get(field) != value}
        if not changes or "version" not in names_within(operation.arguments):
            now = self.get(name, seen.id)
            if now is None or (now.version, now.doc) != (seen.version, seen.doc):
                raise self._stale(which, seen.id)
            if not changes:
                return now
        self._calls.write(operation, id=seen.id, version=seen.version, doc=after, changes=changes, key=key)
        return self._calls.after_write(lambda: self._there(which, seen.id))

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:
        """Call the operation of an action."""
        which = self._object(name)
        operation = self._offered(which, which.actions.get(action), f"actions.{action}")
        version = None
        if "version" in names_within(operation.arguments):
            now = self.get(name, remote_id)
            version = now.version if now else None
        self._calls.write(operation, id=remote_id, version=version, key=key)

    def _there(self, which: Object, remote_id: str) -> Remote:
        """A record that was just written."""
        found = self.get(which.name, remote_id)
        if found is None:
            raise RejectedError(
                "{system}: {object} {id} is not what this object means: look at it there",
                system=self._calls.system,
                object=which.name,
                id=remote_id,
            )
        return found

    def _remote(self, which: Object, record: Any) -> Remote:
        """A record as the engine wants it: its version and the time of its change stand beside the document."""
        own = inside(record, which.id)
        if own is None:
            raise RejectedError(
                "{system}: a record of {object} has no {field}",
                system=self._calls.system,
                object=which.name,
                field=which.id,
            )
        version = inside(record, which.version) if which.version else None
        changed = understood(inside(record, which.changed_at), self._feed(which)) if which.changed_at else None
        beside = {which.version, which.changed_at}
        doc = {name: value for name, value in record.items() if name not in beside}
        return Remote(str(own), doc, None if version is None else str(version), changed)

    def _feed(self, which: Object) -> Feed:
        return self._specs[which.name].feed

    def _clock(self, operation: Operation, reply: Reply) -> datetime | None:
        zone = Feed(zone=(self._probe or {}).get("zone", "UTC"))
        if operation.at is not None:
            return understood(inside(reply.doc, operation.at), zone)
        date = reply.headers.get("Date")
        return parsedate_to_datetime(date) if date else None

    def _object(self, name: str) -> Object:
        if name not in self._objects:
            raise RejectedError("{system}: no object {object} is declared", system=self._calls.system, object=name)
        return self._objects[name]

    def _offered(self, which: Object, operation: Operation | None, kind: str) -> Operation:
        if operation is None:
            raise RejectedError(
                "{system}: the connector file names no operation for {kind} of {object}",
                system=self._calls.system,
                kind=kind,
                object=which.name,
            )
        return operation

    def _stale(self, which: Object, remote_id: str) -> StaleError:
        return StaleError(
            "{system}: {object} {id} was changed there meanwhile",
            system=self._calls.system,
            object=which.name,
            id=remote_id,
        )
