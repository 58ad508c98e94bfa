"""One attempt at one delivery: intent before call, look before writing again, read back after."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from hub.domain.documents import Doc
from hub.domain.errors import HubError, RejectedError, RetryableError, StaleError
from hub.domain.mapping import MissingLinkError
from hub.domain.sync import make_there, merge
from hub.domain.sync.failures import failure_of
from hub.domain.sync.keys import key_of
from hub.ports.connector import Idempotency, Item, Remote
from hub.ports.links import Link
from hub.ports.outbox import Delivery
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import agreeing, records, signals
from hub.services.context import Actor, Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.gate import TURN, NotNowError, Purpose
from hub.services.hints import hint
from hub.services.tracing import Tracer

T = TypeVar("T")
Note = Callable[[UnitOfWork], None]
LEASE_MARGIN = timedelta(seconds=30)
KEYED = {Idempotency.NATIVE, Idempotency.HEADER}  # whose calls take our key along


class TakenOverError(HubError):
    """Another worker holds this delivery now: leave it."""


class UnwantedError(HubError):
    """The record is not to be made over there: it was merged into another, or unlinked."""


class WentAwayError(RetryableError):
    """The remote record was merged into another one."""


@dataclass(frozen=True)
class Write:
    """What is to be written: ``link`` is None where the record is new over there; ``told`` names the fields."""

    doc: Doc
    link: Link | None = None
    told: tuple[str, ...] = ()

    @property
    def operation(self) -> str:
        """What it is called where idempotency is declared, and in the frozen payload."""
        return "create" if self.link is None else "update"

    @property
    def seen(self) -> Remote | None:
        """What the remote record was when both sides last agreed."""
        return None if self.link is None else Remote(self.link.external_id, self.link.remote_shadow, self.link.version)


class Attempt:
    """One attempt at one delivery; ``doubt`` says whether a call may have happened of which nothing is recorded."""

    def __init__(self, hub: Hub, system: System, delivery: Delivery) -> None:
        self.hub = hub
        self.system = system.wanted_for(Purpose.BULK) if delivery.bulk else system
        self.delivery = delivery
        self.mapping = system.mappings[delivery.entity]
        self.spec = system.spec(delivery.entity)
        self.actor = Actor(f"system:{system.name}", delivery.correlation, system=system.name)
        self.tracer = Tracer(hub, delivery.correlation, system.name, delivery.entity, delivery.record_id)
        self.doubt = delivery.state != "ready"
        named = (delivery.system, delivery.entity, delivery.record_id, delivery.correlation)
        self.signal = signals.Attempt(signals.OUT, *named, hub.clock.now())
        self.was_called = False  # whether the system was asked to write anything in this attempt
        self.is_done = False
        self.seen: Link | None = None  # the link that the last write was worked out from

    # What is to be written

    def planned(self, tx: UnitOfWork) -> Write | None:
        """What our record asks of the remote one, as far as we know that one; None when nothing."""
        link, record = self.link(tx), self.record(tx)
        doc = record.doc
        if link is None and records.is_unwanted(tx, self.system, record):
            raise UnwantedError("{entity} {id} is not to be made there.", entity=record.entity, id=record.id)
        if link is None:
            refs = Crosswalk(tx, self.system).prefetch(self.mapping, hub=[doc])
            return Write(make_there(self.mapping, doc, refs).doc)
        crosswalk = Crosswalk(tx, self.system, link.lines)
        due = merge(
            self.mapping,
            hub_base=link.hub_shadow,
            remote_base=link.remote_shadow,
            hub_now=doc,
            remote_now=link.remote_shadow,
            refs=crosswalk.prefetch(self.mapping, hub=[doc], remote=[link.remote_shadow]),
        )
        told = {change.path for change in due.changes if change.to == "remote"}
        return Write(due.remote, link, tuple(sorted(told))) if told else None

    def link(self, tx: UnitOfWork) -> Link | None:
        """The link of the record to the object that it is mapped to."""
        return tx.links.of_record(self.system.name, self.delivery.entity, self.delivery.record_id, self.mapping.object)

    def target(self, tx: UnitOfWork) -> str:
        """The remote id of the document that ours acts on; MissingLinkError when it is not over there yet."""
        entity = next(entity for entity, mapping in self.system.mappings.items() if mapping.object == self.spec.of)
        target_id = str(self.record(tx).doc[f"{entity}_id"])
        link = tx.links.of_record(self.system.name, entity, target_id, self.spec.of)
        if link is None:
            raise MissingLinkError(entity, target_id, side="hub")
        return link.external_id

    def record(self, tx: UnitOfWork) -> Record:
        """Our record."""
        return tx.records.need(self.delivery.entity, self.delivery.record_id)

    # Writing

    def write(self, write: Write) -> Link:
        """Commit the intent, call, and record what came back; RetryableError where it was merged first.

        What a repeated call gives back may have been changed by somebody since the first one.
        """
        repeated = self.doubt
        self.commit(lambda tx: self.intend(tx, {write.operation: write.doc}))
        return self.conclude(write, self.answer(write), ours=not repeated)

    def answer(self, write: Write) -> Remote:
        """Make the call whose intent is committed; RetryableError where it was merged first."""
        self.seen = write.link
        try:
            return self.called(lambda: self.call(write))
        except StaleError:
            if write.link is None:
                raise
            raise self.stale(write.link) from None

    def call(self, write: Write) -> Remote:
        """The call itself."""
        connector, name = self.system.connector, self.mapping.object
        if write.seen is None:
            return connector.create(name, write.doc, **self.keyed("create"))
        return connector.update(name, write.seen, write.doc, **self.keyed("update", write.doc))

    def item(self, write: Write) -> Item:
        """The same as one of a batch."""
        return Item(self.delivery.record_id, write.doc, write.seen)

    def keyed(self, operation: str, *content: Doc | str) -> dict[str, str]:
        """Our key, where the system takes one along with such a call."""
        if self.spec.idempotency_of(operation) not in KEYED:
            return {}
        return {"key": key_of(self.delivery.entity, self.delivery.record_id, operation, *content)}

    def intend_and_call(self, payload: Doc, call: Callable[[], T]) -> T:
        """Commit what is about to be sent, then send it; TakenOverError when another worker holds the delivery."""
        self.commit(lambda tx: self.intend(tx, payload))
        return self.called(call)

    def called(self, call: Callable[[], T]) -> T:
        """Make a call whose intent is committed, and learn from how it ends."""
        self.hub.points.reach("outbox.sent")
        doubted, self.doubt = self.doubt, True
        try:
            result = call()
        except HubError as error:
            self.learn(error, doubted=doubted)
            raise
        self.was_called = True
        self.hub.points.reach("outbox.called")
        return result

    def learn(self, error: HubError, *, doubted: bool = False) -> None:
        """What a failed call leaves: the doubt there was, and its own unless nothing certainly happened."""
        self.doubt = doubted or not failure_of(error).nothing_happened
        self.was_called = self.was_called or not isinstance(error, NotNowError)

    def intend(self, tx: UnitOfWork, payload: Doc) -> None:
        """Freeze what is about to be sent, with when it was first sent."""
        now, limit = self.hub.clock.now(), self.system.request_limit + LEASE_MARGIN
        first = (self.delivery.payload or {}).get("first", now.isoformat())
        self.delivery = tx.outbox.intend(self.delivery, {**payload, "first": first}, now=now, until=now + limit)

    def conclude(self, write: Write, remote: Remote, *, ours: bool = True) -> Link:
        """Record what our write made of the remote record; where that was all, the delivery is done with it."""
        note = self.told(write, remote)
        link = self.agree(remote, write.doc, note, ends=self.delivery.goal is None, ours=ours)
        self.concluded(write)
        return link

    def concluded(self, write: Write) -> None:
        """What a write made of the remote record is committed."""
        if write.link is None:
            self.hub.points.reach("outbox.linked")

    def told(self, write: Write, remote: Remote) -> Note:
        """What a person reads about the write."""
        if write.link is None:
            return self.note("Created {object} {id}.", object=self.mapping.object, id=remote.id)
        return self.note("Sent {fields}.", fields=", ".join(write.told))

    def conclude_in(self, tx: UnitOfWork, write: Write, remote: Remote) -> None:
        """The same for one of many, in their transaction, which ends the deliveries together."""
        agreeing.agree(self.hub, tx, self.tracer, self.system, self.record(tx), remote, write.doc)
        self.told(write, remote)(tx)

    def agree(
        self,
        remote: Remote,
        sent: Doc | None,
        note: Note | None = None,
        *,
        relays: bool = True,
        ends: bool = False,
        ours: bool = True,
    ) -> Link:
        """Record what the remote record is now, in one transaction with the link, and with the delivery's end."""

        def work(tx: UnitOfWork) -> Link:
            record = self.record(tx)
            self.refuse_taken(tx, remote)
            link = agreeing.agree(
                self.hub, tx, self.tracer, self.system, record, remote, sent, relays=relays, ours=ours
            )
            if note is not None:
                note(tx)
            return link

        def work_and_end(tx: UnitOfWork) -> Link:
            link = work(tx)
            tx.outbox.done(self.delivery)
            return link

        link = self._agreed(work, work_and_end, remote.id) if ends else self.hub.store.run(work)
        self.doubt = False
        self.is_done = ends
        if ends:
            signals.done(self.hub, self.signal)
        return link

    def refuse_taken(self, tx: UnitOfWork, remote: Remote) -> None:
        """RetryableError where a record that was found by its values turned out to be another one of ours meanwhile."""
        if not self.spec.lookup_alike:
            return
        link = tx.links.of_remote(self.system.name, self.mapping.object, remote.id)
        if link is not None and link.record_id != self.delivery.record_id:
            raise RetryableError("{object} {id} is another record of ours.", object=self.mapping.object, id=remote.id)

    def _agreed(
        self, work: Callable[[UnitOfWork], Link], work_and_end: Callable[[UnitOfWork], Link], remote_id: str
    ) -> Link:
        """What happened over there is recorded even by one who no longer holds the delivery.

        But not over what was agreed since: his copy may be older, so that the record is read again.
        """

        def late(tx: UnitOfWork) -> None:
            link = self.link(tx)
            if link is None or (self.seen is not None and link.revision == self.seen.revision):
                work(tx)
            else:
                hint(self.hub, tx, self.system.name, self.mapping.object, remote_id)

        try:
            return self.hub.store.run(work_and_end)
        except StaleError:
            self.hub.store.run(late)
            raise TakenOverError("{id} was taken over.", id=self.delivery.id) from None

    def merge_first(self, link: Link) -> Link:
        """Somebody changed the remote record since we last agreed: take that in before we write."""
        return self.agree(self.read(link.external_id), None, relays=False)

    def read(self, remote_id: str) -> Remote:
        """The remote record as it is now; WentAwayError when it went into another, to which the link is moved first."""
        remote = self.system.connector.get(self.mapping.object, remote_id)
        if remote is None:
            raise RejectedError(
                "{object} {id} is gone from {system}: restore it there, or unlink the record.",
                object=self.mapping.object,
                id=remote_id,
                system=self.system.name,
            )
        if remote.merged_into is not None:
            self.hub.store.run(lambda tx: hint(self.hub, tx, self.system.name, self.mapping.object, remote_id))
            raise WentAwayError(
                "{object} {id} went into {into}: the link is moved first.",
                object=self.mapping.object,
                id=remote_id,
                into=remote.merged_into,
            )
        return remote

    def stale(self, link: Link) -> RetryableError:
        """The remote record moved: merge, and come again."""
        self.merge_first(link)
        return RetryableError("{system} had a newer version: merged, and due again.", system=self.system.name)

    # The delivery

    def commit(self, work: Callable[[UnitOfWork], None]) -> None:
        """Change the delivery; TakenOverError when another worker holds it."""
        try:
            self.hub.store.run(work)
        except StaleError:
            raise TakenOverError("{id} was taken over.", id=self.delivery.id) from None

    def finish(self, note: Note | None = None) -> None:
        """Nothing is left to be done."""

        def work(tx: UnitOfWork) -> None:
            if note is not None:
                note(tx)
            tx.outbox.done(self.delivery)

        self.commit(work)
        self.ended()

    def ended(self) -> None:
        """The delivery is done, and that is committed."""
        self.is_done = True
        signals.done(self.hub, self.signal)

    def note(self, template: str, /, **params: object) -> Note:
        """What is told of the delivery, in the transaction in which it becomes true."""
        return lambda tx: self.tracer.note(tx, "delivered", template, **params)

    def lease_ended(self) -> bool:
        """Whether it waited so long for its turn that another worker may hold it."""
        until = self.delivery.leased_until
        return until is not None and self.hub.clock.now() >= until

    def lost_call_ends_at(self) -> datetime | None:
        """Until when a call that gave no answer may still be running over there."""
        sent = self.delivery.sent_at
        return None if sent is None else sent + TURN + self.system.request_limit + self.spec.settle
