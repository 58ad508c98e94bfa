"""Deliver what is due: intent before call, look before writing again, read back after.

One attempt at one delivery ends in exactly one of: done, later, uncertain (look there first), dead (a person decides).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hub.domain.documents import Doc
from hub.domain.errors import (
    AuthError,
    ConflictError,
    HubError,
    InvalidError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.domain.mapping import MissingLinkError
from hub.domain.retry import GIVE_UP_AFTER, next_attempt
from hub.domain.sync import Merge, make_there, merge
from hub.ports.connector import Remote, Step
from hub.ports.links import Link
from hub.ports.outbox import Delivery
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import agreeing, records
from hub.services.context import Actor, Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.tracing import Tracer

T = TypeVar("T")
CERTAINLY_NOTHING = (RetryableError, RejectedError, AuthError, StaleError)  # the port promises: nothing happened
LEASE_MARGIN = timedelta(seconds=30)
PARKED = timedelta(seconds=5)  # a child waits this long for its parent's link before it asks again


class TakenOverError(HubError):
    """Another worker holds this delivery now: leave it."""


class NotYetError(HubError):
    """A lost call may still be running over there: look again at ``at``."""

    def __init__(self, template: str, /, *, at: datetime, **params: object) -> None:
        super().__init__(template, **params)
        self.at = at


def deliver(hub: Hub, name: str, limit: int = 8) -> int:
    """Attempt what is due for one system; says how many deliveries were attempted."""
    system = hub.systems[name]
    if system.paused:
        return 0
    lease = system.request_limit + LEASE_MARGIN
    due = hub.store.run(lambda tx: tx.outbox.claim(name, now=hub.clock.now(), lease_for=lease, limit=limit))
    for delivery in due:
        hub.points.reach("outbox.claimed")
        Attempt(hub, system, delivery).make()
    return len(due)


class Attempt:
    """One attempt at one delivery."""

    def __init__(self, hub: Hub, system: System, delivery: Delivery) -> None:
        self.hub = hub
        self.system = system
        self.delivery = delivery
        self.mapping = system.mappings[delivery.entity]
        self.spec = system.spec(delivery.entity)
        self.actor = Actor(f"system:{system.name}", delivery.correlation, system=system.name)
        self.tracer = Tracer(hub, delivery.correlation, system.name, delivery.entity, delivery.record_id)
        self.doubt = delivery.state != "ready"  # whether a call may have happened of which nothing is recorded

    def make(self) -> None:
        """Try, and record how it ended."""
        try:
            self.send()
        except TakenOverError:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is must not stop the other deliveries
            handle = next(handle for kind, handle in OUTCOMES if isinstance(error, kind))
            try:
                handle(self, error)
            except StaleError:
                return  # the lease ended meanwhile: whoever holds it decides
        self.hub.points.reach("outbox.done")

    def send(self) -> None:
        """Bring the remote record to what ours says, and a document to its goal."""
        self.hub.holds.refuse(self.system.name, self.delivery.entity)
        if self.doubt:
            self.look()
        link = self.link() or self.link_by_target() or self.create()
        self.update()
        if self.delivery.goal is not None:
            self.reach_goal(link)
        self.commit(lambda tx: tx.outbox.done(self.delivery))

    # Where the record is over there

    def link(self) -> Link | None:
        """The link of the record to the object that it is mapped to."""
        return self.hub.store.read(self._link)

    def _link(self, tx: UnitOfWork) -> Link | None:
        return tx.links.of_record(self.system.name, self.delivery.entity, self.delivery.record_id, self.mapping.object)

    def link_by_target(self) -> Link | None:
        """A document that acts on another document's remote record shares that record; it makes none of its own."""
        if self.spec.of is None:
            return None
        return self.agree(self.read(self.hub.store.read(self.target)), None, relays=False)

    def target(self, tx: UnitOfWork) -> str:
        """The remote id of the document that ours acts on; MissingLinkError when it is not over there yet."""
        entity = next(entity for entity, mapping in self.system.mappings.items() if mapping.object == self.spec.of)
        target_id = str(self.record(tx).doc[f"{entity}_id"])
        link = tx.links.of_record(self.system.name, entity, target_id, self.spec.of)
        if link is None:
            raise MissingLinkError(entity, target_id, side="hub")
        return link.external_id

    def look(self) -> None:
        """Settle the doubt about an earlier call; the delivery is ready again when it certainly left nothing."""
        if self.link() is None and self.spec.of is None:
            remote = self.find_ours()
            if remote is not None:
                self.agree(remote, (self.delivery.payload or {}).get("create", {}), ours=False)
                self.note("delivered", "Found it there as {id}: the earlier call had worked.", id=remote.id)
            elif self.spec.lookup_by is None:
                raise RejectedError(
                    "{system} gave no answer and cannot be asked whether {object} was written: look there, "
                    "then replay this message or drop it.",
                    system=self.system.name,
                    object=self.mapping.object,
                )
            else:
                self.wait_for_a_lost_call()
        self.doubt = False

    def find_ours(self) -> Remote | None:
        """The remote record that carries our key; ConflictError when several do."""
        if self.spec.lookup_by is None:
            return None
        found = self.system.connector.find(self.mapping.object, self.spec.lookup_by, self.delivery.record_id)
        if len(found) > 1:
            raise ConflictError(
                "{system} has {count} records of {object} with our key {key}: merge them there, then replay.",
                system=self.system.name,
                count=len(found),
                object=self.mapping.object,
                key=self.delivery.record_id,
            )
        return found[0] if found else None

    def wait_for_a_lost_call(self) -> None:
        """NotYetError while a call that gave no answer may still be running over there."""
        sent = self.delivery.sent_at
        until = None if sent is None else sent + self.system.request_limit + self.spec.settle
        if until is not None and self.hub.clock.now() < until:
            raise NotYetError("{system} may still be working on the last call.", at=until, system=self.system.name)

    # Writing

    def create(self) -> Link:
        """Write the record over there for the first time."""
        doc = self.hub.store.read(self.made)
        remote = self.write({"create": doc}, lambda: self.system.connector.create(self.mapping.object, doc))
        self.hub.points.reach("outbox.called")
        link = self.agree(remote, doc)
        self.note("delivered", "Created {object} {id}.", object=self.mapping.object, id=remote.id)
        self.hub.points.reach("outbox.linked")
        return link

    def made(self, tx: UnitOfWork) -> Doc:
        """The remote record that is to be made."""
        doc = self.record(tx).doc
        return make_there(self.mapping, doc, Crosswalk(tx, self.system).prefetch(self.mapping, hub=[doc])).doc

    def update(self) -> None:
        """Send what changed here since both sides last agreed; nothing when nothing did."""
        link, due = self.hub.store.read(self.due)
        if not due.push_due:
            return
        seen = Remote(link.external_id, link.remote_shadow, link.version)
        try:
            remote = self.write(
                {"update": due.remote}, lambda: self.system.connector.update(self.mapping.object, seen, due.remote)
            )
        except StaleError:
            self.merge_first(link)
            raise RetryableError(
                "{system} had a newer version: merged, and due again.", system=self.system.name
            ) from None
        self.hub.points.reach("outbox.called")
        self.agree(remote, due.remote)
        told = sorted({change.path for change in due.changes if change.to == "remote"})
        self.note("delivered", "Sent {fields}.", fields=", ".join(told))

    def due(self, tx: UnitOfWork) -> tuple[Link, Merge]:
        """What our record asks of the remote one, as far as we know that one."""
        link = self._link(tx)
        if link is None:
            raise NotFoundError("{entity} {id} has no link.", entity=self.delivery.entity, id=self.delivery.record_id)
        doc = self.record(tx).doc
        crosswalk = Crosswalk(tx, self.system, link.lines)
        return link, merge(
            self.mapping,
            hub_base=link.hub_shadow,
            remote_base=link.remote_shadow,
            hub_now=doc,
            remote_now=link.remote_shadow,
            refs=crosswalk.prefetch(self.mapping, hub=[doc], remote=[link.remote_shadow]),
        )

    def merge_first(self, link: Link) -> None:
        """Somebody changed the remote record since we last agreed: take that in before we write."""
        remote = self.read(link.external_id)
        self.agree(remote, None, relays=False)

    def agree(self, remote: Remote, sent: Doc | None, *, relays: bool = True, ours: bool = True) -> Link:
        """Record what the remote record is now, in one transaction with the link."""

        def work(tx: UnitOfWork) -> Link:
            record = self.record(tx)
            return agreeing.agree(
                self.hub, tx, self.tracer, self.system, record, remote, sent, relays=relays, ours=ours
            )

        link = self.hub.store.run(work)
        self.doubt = False
        return link

    def record(self, tx: UnitOfWork) -> Record:
        """Our record."""
        return tx.records.need(self.delivery.entity, self.delivery.record_id)

    def write(self, payload: Doc, call: Callable[[], T]) -> T:
        """Commit what is about to be sent, then send it; TakenOverError when another worker holds the delivery."""
        now, limit = self.hub.clock.now(), self.system.request_limit + LEASE_MARGIN
        try:
            self.delivery = self.hub.store.run(
                lambda tx: tx.outbox.intend(self.delivery, payload, now=now, until=now + limit)
            )
        except StaleError:
            raise TakenOverError("{id} was taken over.", id=self.delivery.id) from None
        self.hub.points.reach("outbox.sent")
        self.doubt = True
        try:
            return call()
        except CERTAINLY_NOTHING:
            self.doubt = False
            raise

    # Documents

    def reach_goal(self, link: Link) -> None:
        """Call step after step; after each call the state is read again, for a call may be ignored silently."""
        remote = self.read(link.external_id)
        reached = {self.delivery.goal, *self.spec.reached.get(str(self.delivery.goal), ())}
        while (state := self.state(remote)) not in reached:
            step = self.next_step(state)
            self.write({"act": step.action, "from": state}, self.acting(link, step))
            self.hub.points.reach("outbox.stepped")
            remote = self.read(link.external_id)
            if self.state(remote) == state:
                raise RejectedError(
                    step.refused or "{system}: {action} left {object} {id} in state {state}.",
                    system=self.system.name,
                    action=step.action,
                    object=self.mapping.object,
                    id=link.external_id,
                    state=state,
                )
        self.agree(remote, None)
        self.note(
            "delivered", "{object} {id} is {state}.", object=self.mapping.object, id=link.external_id, state=state
        )

    def acting(self, link: Link, step: Step) -> Callable[[], None]:
        """The call of one step."""
        return lambda: self.system.connector.act(self.mapping.object, link.external_id, step.action)

    def next_step(self, state: str) -> Step:
        """The step that leads on from a state; RejectedError when none does."""
        steps = self.spec.goals[str(self.delivery.goal)]
        step = next((step for step in steps if step.when == state), None)
        if step is None:
            raise RejectedError(
                "{system}: {object} is {state}, from where nothing leads to {goal}: somebody changed it there.",
                system=self.system.name,
                object=self.mapping.object,
                state=state,
                goal=self.delivery.goal,
            )
        return step

    def read(self, remote_id: str) -> Remote:
        """The remote record as it is now."""
        remote = self.system.connector.get(self.mapping.object, remote_id)
        if remote is None:
            raise RejectedError(
                "{object} {id} is gone from {system}: restore it there, or unlink the record.",
                object=self.mapping.object,
                id=remote_id,
                system=self.system.name,
            )
        return remote

    def state(self, remote: Remote) -> str:
        """The state that a document tells."""
        return str(remote.doc.get(self.spec.state or "state"))

    # How it ended

    def commit(self, work: Callable[[UnitOfWork], None]) -> None:
        """End the delivery; TakenOverError when another worker holds it."""
        try:
            self.hub.store.run(work)
        except StaleError:
            raise TakenOverError("{id} was taken over.", id=self.delivery.id) from None

    def note(self, stop: str, template: str, /, **params: object) -> None:
        """Note a stop of this message."""
        self.hub.store.run(lambda tx: self.tracer.note(tx, stop, template, **params))

    def again(self, error: HubError) -> None:
        """Later; with the doubt of an earlier attempt, where nothing has cleared it."""
        retry_after = error.retry_after if isinstance(error, RateLimitedError) else None
        now = self.hub.clock.now()
        self.wait_until(next_attempt(self.delivery.id, self.delivery.attempt, now=now, retry_after=retry_after), error)

    def wait_until(self, at: datetime, error: HubError) -> None:
        """Give back until then."""

        def work(tx: UnitOfWork) -> None:
            give_back = tx.outbox.uncertain if self.doubt else tx.outbox.later
            give_back(self.delivery, not_before=at, error=str(error))
            self.tracer.note(tx, "delivered", "Not yet: {reason}", reason=str(error))

        self.hub.store.run(work)

    def not_yet(self, error: NotYetError) -> None:
        """Still in doubt, until a known time."""
        self.wait_until(error.at, error)

    def park(self, error: MissingLinkError) -> None:
        """Wait for a parent's link; the parent is sent first."""

        def work(tx: UnitOfWork) -> None:
            parent = tx.records.get(error.entity, error.sought)
            if parent is not None and error.entity in self.system.mappings:
                goal = self.system.goal(error.entity)
                records.enqueue(self.hub, tx, self.actor, self.system.name, parent, goal=goal)
            tx.outbox.later(self.delivery, not_before=self.hub.clock.now() + PARKED, error=str(error))

        self.hub.store.run(work)

    def refuse(self, error: HubError) -> None:
        """A person decides; the record says what and who must act."""

        def work(tx: UnitOfWork) -> None:
            tx.outbox.dead(self.delivery, error=str(error))
            self.tracer.note(tx, "delivered", "Refused: {reason}", reason=str(error))
            agreeing.refused(self.hub, tx, self.actor, self.record(tx), str(error))

        self.hub.store.run(work)

    def unforeseen(self, error: Exception) -> None:
        """Try again a few times, then give up: one poisoned record must not hold its lane for ever."""
        wrapped = HubError("{kind} while delivering: {reason}", kind=type(error).__name__, reason="see the log")
        if self.delivery.attempt >= GIVE_UP_AFTER:
            self.refuse(wrapped)
        else:
            self.again(wrapped)


OUTCOMES: tuple[tuple[type[Exception], Callable[[Attempt, Any], None]], ...] = (
    (NotYetError, Attempt.not_yet),
    (UnknownOutcomeError, Attempt.again),
    (MissingLinkError, Attempt.park),
    (RetryableError, Attempt.again),
    (AuthError, Attempt.again),
    (RejectedError, Attempt.refuse),
    (InvalidError, Attempt.refuse),
    (ConflictError, Attempt.refuse),
    (NotFoundError, Attempt.refuse),
    (Exception, Attempt.unforeseen),
)
