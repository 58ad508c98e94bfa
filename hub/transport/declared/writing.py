"""Writes: new records in one call or several, what differs in known ones, actions; read back unless told whole."""

import re
from collections.abc import Callable
from typing import TypeVar

from hub.domain.documents import Doc
from hub.domain.errors import (
    AuthError,
    NotFoundError,
    PositionLostError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.domain.telling import without_values
from hub.ports.connector import Remote
from hub.transport.declared.children import RowCall, row_calls
from hub.transport.declared.conditions import are_met
from hub.transport.declared.differences import Sent, changes, whole
from hub.transport.declared.pages import all_items
from hub.transport.declared.records import Records
from hub.transport.declared.shapes import Shape, Writing
from hub.transport.places import Reply, found_at

T = TypeVar("T")
NOT_DONE = (RetryableError, RejectedError, AuthError)  # of one call: it left nothing over there
WHOLE = {"doc", "its"}
REASON = 300  # characters of what another system says
SINGLE_QUOTED = re.compile(r"(?<!\w)'[^']*'(?!\w)")
FAILED = (*NOT_DONE, StaleError, NotFoundError, PositionLostError)


class Writer:
    """Writes records of all objects of one system."""

    def __init__(self, system: str, records: Records) -> None:
        self._system = system
        self._records = records

    def create(self, shape: Shape, doc: Doc, key: str) -> Remote:
        """Write a new record, or finish what an attempt that was cut off left of it; read it back."""
        how: Writing = shape["create"]
        sent = whole(self._records, shape, doc, without=how.without)
        rows = row_calls(shape, {}, doc)
        values = {"doc": sent.doc, "its": sent.its, "key": key or None}
        begun = self._begun(shape, how, values)
        if begun is not None:
            return self._finished(shape, how, values, begun, None, rows)
        reply = self._first(lambda: how.call.write(values))
        made = self._surely(lambda: self._made(shape, how, doc, reply))
        return self._taken(shape, how, {}, doc, self._finished(shape, how, values, made, reply, rows), reply)

    def update(self, shape: Shape, seen: Remote, doc: Doc, key: str) -> Remote:
        """Send what differs from the record that was seen; StaleError when it moved since."""
        if shape.update is None and not changes(self._records, shape, seen.doc, doc).its:
            return self.unmoved(shape, seen)  # there is no call, and nothing that it would have to send
        how: Writing = shape["update"]
        if seen.doc == doc or not how.locks or shape.children or seen.version is None:
            seen = self.unmoved(shape, seen)
        differs = changes(self._records, shape, seen.doc, doc, how.without)
        rows = row_calls(shape, seen.doc, doc)
        if not differs.its and not rows:
            return seen
        self.must_be_open(shape, seen, differs)
        reply: Reply | None = None
        if differs.its:
            values = self.values(shape, seen, doc, differs, how) | {"key": key or None}
            reply = self._on_known(shape, seen.id, lambda: how.call.write(values))
        now = self._surely(lambda: self._written(shape, how, seen.id, reply, rows))
        return self._taken(shape, how, seen.doc, {name: doc[name] for name in differs.its}, now, reply)

    def act(self, shape: Shape, remote_id: str, action: str, key: str) -> None:
        """Call an action; StaleError when the record is gone."""
        known = {step.action for steps in (*shape.spec.goals.values(), shape.spec.compensate) for step in steps}
        call = shape.act.get(action) or shape.act.get("*")
        if call is None or action not in known:
            raise RejectedError("{object} has no action {action}", object=shape.name, action=action)
        values = {"id": shape.wire_id(remote_id), "action": action, "key": key or None}
        self._on_known(shape, remote_id, lambda: call.write(values))

    def values(self, shape: Shape, seen: Remote, doc: Doc, differs: Sent, how: Writing | None = None) -> Doc:
        """What the templates of an update may name; all of the document only where one of them does."""
        sent = Sent({}, {})
        if how is None or WHOLE & how.call.needs:
            without = frozenset[str]() if how is None else how.without
            sent = whole(self._records, shape, doc, seen=seen.doc, without=without)
        return {
            "id": shape.wire_id(seen.id),
            "version": None if seen.version is None else seen.version.partition("~")[0],
            "doc": sent.doc,
            "its": sent.its,
            "changes": differs.doc,
            "changed": differs.names,
        }

    def must_be_open(self, shape: Shape, seen: Remote, differs: Sent) -> None:
        """RejectedError where the connector file says that a record is not changed as it stands."""
        if shape.update is not None and not are_met(shape.update.only, seen.doc):
            raise RejectedError(
                "{system}: {object} {id} differs in {fields}, and as it stands there it must not be changed: "
                "look at it there, then replay this message",
                system=self._system, object=shape.name, id=seen.id, fields=", ".join(differs.its),
            )  # fmt: skip

    def unmoved(self, shape: Shape, seen: Remote) -> Remote:
        """The record as it is now; StaleError when that is not as it was seen."""
        now = self._records.get(shape, seen.id)
        moved = now is None or now.merged_into is not None
        if now is None or moved or (now.doc != seen.doc if seen.version is None else now.version != seen.version):
            raise self._stale(shape, seen.id)
        return now

    def surely_read(self, shape: Shape, remote_id: str) -> Remote:
        """A record that was just written; UnknownOutcomeError when it cannot be read."""
        return self._surely(lambda: self._read_back(shape, remote_id))

    # --- creating

    def _begun(self, shape: Shape, how: Writing, values: Doc) -> str | None:
        """The id of what an earlier attempt left half made, brought up to date; None where there is nothing."""
        if how.resume is None:
            return None
        items = all_items(shape, how.resume, values)
        ids = {how.resume.items.id(how.resume.items.record(item)) for item, _ in items} - {None}
        if len(ids) > 1:
            raise RejectedError(
                "{system}: {count} {object} stand half made there for one of ours: finish or delete them there",
                system=self._system, count=len(ids), object=shape.name,
            )  # fmt: skip
        begun = next(iter(ids), None)
        if begun is not None and how.amend is not None:
            how.amend.write({**values, "id": shape.wire_id(begun)})
        return begun

    def _made(self, shape: Shape, how: Writing, doc: Doc, reply: Reply) -> str:
        """The id of a new record: told by the answer, or looked up by our key."""
        told = how.id(reply) if how.id else self._id_in(shape, how, reply)
        by = shape.spec.lookup_by
        if told is None and by is not None and doc.get(by) is not None:
            found = self._records.find(shape, by, str(doc[by]))
            told = found[0].id if len(found) == 1 else None
        if told is None:
            raise RejectedError("{system} does not say which {object} it made", system=self._system, object=shape.name)
        return told

    @staticmethod
    def _id_in(shape: Shape, how: Writing, reply: Reply) -> str | None:
        item = found_at(how.record, reply)
        return None if item is None else shape.items.id(shape.items.record(item))

    def _finished(
        self, shape: Shape, how: Writing, values: Doc, made: str, reply: Reply | None, rows: list[RowCall]
    ) -> Remote:
        for step in how.then:
            one = {**values, "id": shape.wire_id(made)}
            reply = self._step(how, lambda one=one, step=step: step.call.write(one))  # type: ignore[misc] # bound now
            made = (step.id(reply) if step.id else None) or made
        return self._surely(lambda: self._written(shape, how, made, reply, rows))

    def _step(self, how: Writing, call: Callable[[], Reply]) -> Reply:
        """A further call: where a repeat resumes what is there it fails like a first one, else nobody knows."""
        if how.resume is None:
            return self._surely(call)
        try:
            return call()
        except NOT_DONE:
            raise
        except (StaleError, NotFoundError) as error:
            raise self._unread(error) from error

    # --- what all writes share

    def _written(self, shape: Shape, how: Writing, remote_id: str, reply: Reply | None, rows: list[RowCall]) -> Remote:
        for call, values in rows:
            call.write({**values, "id": shape.wire_id(remote_id)})
        if how.read_back or rows or reply is None:
            return self._read_back(shape, remote_id)
        told = self._records.told(shape, found_at(how.record, reply), reply)
        if not isinstance(told, Remote):
            raise RejectedError("{system}: the answer tells no {object}", system=self._system, object=shape.name)
        return told

    def _taken(self, shape: Shape, how: Writing, old: Doc, wanted: Doc, now: Remote, reply: Reply | None) -> Remote:
        """The record as it is now; RejectedError where the product passed over a field of what was wanted."""
        told = {field.name for field in shape.fields or () if field.ask is not None and not field.computed}
        kept = [name for name in wanted if name in told and old.get(name) == now.doc.get(name) != wanted[name]]
        if how.verify and kept:
            raise RejectedError(
                "{system}: {object} {id} was written, but not its {fields}: {reason}",
                system=self._system, object=shape.name, id=now.id, fields=", ".join(kept), reason=words_of(reply),
            )  # fmt: skip
        return now

    def _read_back(self, shape: Shape, remote_id: str) -> Remote:
        remote = self._records.get(shape, remote_id)
        if remote is None:
            raise RejectedError(
                "{system}: {object} {id} is not what this object means: look at it there",
                system=self._system, object=shape.name, id=remote_id,
            )  # fmt: skip
        return remote

    @staticmethod
    def _first(call: Callable[[], Reply]) -> Reply:
        try:
            return call()
        except (NotFoundError, StaleError) as error:
            raise RejectedError(error.template, **error.params) from error

    def _on_known(self, shape: Shape, remote_id: str, call: Callable[[], Reply]) -> Reply:
        if shape.wire_id(remote_id) is None:
            raise self._stale(shape, remote_id)
        try:
            return call()
        except NotFoundError as error:
            raise self._stale(shape, remote_id) from error

    def _surely(self, work: Callable[[], T]) -> T:
        """Do what follows a write that has happened: a failure now leaves the outcome to be looked up."""
        try:
            return work()
        except FAILED as error:
            raise self._unread(error) from error

    def _unread(self, error: Exception) -> UnknownOutcomeError:
        return UnknownOutcomeError(
            "{system}: written, but not read back: {error}", system=self._system, error=str(error)
        )

    def _stale(self, shape: Shape, remote_id: str) -> StaleError:
        return StaleError(
            "{system}: {object} {id} was changed there meanwhile", system=self._system, object=shape.name, id=remote_id
        )


def words_of(reply: Reply | None) -> str:
    """What an answer says to people: a text, or a list of texts, without the values in them."""
    told = [] if reply is None else reply.doc if isinstance(reply.doc, list) else [reply.doc]
    texts = (SINGLE_QUOTED.sub("…", one) for one in told if isinstance(one, str))
    return without_values("; ".join(texts))[:REASON] or "-"
