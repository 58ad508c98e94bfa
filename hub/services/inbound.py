"""Work off what systems told: a message is a hint, the record is fetched, merged, and written like a change of ours."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import orjson

from hub.domain.errors import (
    AuthError,
    HubError,
    RateLimitedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.domain.mapping import Mapping, MissingLinkError
from hub.domain.retry import GIVE_UP_AFTER, next_attempt
from hub.ports.inbox import Message
from hub.ports.links import Link
from hub.ports.store import UnitOfWork
from hub.services import carrying, failing, records, signals
from hub.services.context import Hub, System
from hub.services.gate import NotNowError
from hub.services.hints import HINT, ask_for, hint, subject_of
from hub.services.hooks import RECORD
from hub.services.pausing import is_left_alone
from hub.services.polling import poll, poll_object
from hub.services.taking import fetch
from hub.services.tracing import Tracer

__all__ = ["HINT", "fetch", "hint", "poll", "poll_object", "process"]
LEASE = timedelta(minutes=2)
PARKED = timedelta(
    minutes=10
)  # a child is woken when its parent comes; this, doubled each time, is for one that never does
LONGEST_PARKED = timedelta(days=1)
LONGEST_CIRCLE = 20  # records that wait for one another, followed to find out whether the last waits for the first


def process(hub: Hub, source: str | None = None, limit: int = 32) -> int:
    """Work off waiting messages, of one source where it is named; says how many were taken up.

    Each system has a worker of its own, so that one that hangs holds up nobody else's messages.
    """
    if source is not None and source in hub.systems and is_left_alone(hub, hub.systems[source]):
        return 0
    now = hub.clock.now()
    messages = hub.store.queue(lambda tx: tx.inbox.claim(source, now=now, lease_for=LEASE, limit=limit))
    rest = not_taken_together(hub, messages)
    taken = len(messages) - len(rest)
    for message in rest:
        if hub.clock.now() >= now + LEASE:
            break  # the leases have ended: whoever claims the rest takes them up
        take_up(hub, message)
        taken += 1
    return taken


def not_taken_together(hub: Hub, messages: Sequence[Message]) -> Sequence[Message]:
    """Take in what needs no call in one transaction; gives those that are to be taken up one by one."""
    carried = [message for message in messages if message.kind == RECORD]
    if not carried:
        return messages

    def work(tx: UnitOfWork) -> None:
        for message in carried:
            carrying.take_record(hub, tx, message)
        tx.inbox.done(*carried)

    attempts = [attempt_at(hub, message) for message in carried]
    try:
        hub.store.run(work)
    except Exception:  # noqa: BLE001 - which of them it is shows when each is tried by itself
        return messages
    for attempt in attempts:
        signals.done(hub, attempt)
    return [message for message in messages if message.kind != RECORD]


def attempt_at(hub: Hub, message: Message) -> signals.Attempt:
    """What is told of taking up a message."""
    return signals.Attempt(signals.IN, message.source, "", message.id, message.correlation, hub.clock.now())


def take_up(hub: Hub, message: Message) -> None:
    """Process one message, and record how it ended."""
    attempt = attempt_at(hub, message)
    try:
        try:
            WORK[message.kind](hub, message)
            signals.done(hub, attempt)
        except StaleError:
            return  # another worker has taken it over
        except Exception as error:  # noqa: BLE001 - whatever it is must not stop the other messages
            signals.failed(hub, attempt, error)
            handle = next(handle for kind, handle in OUTCOMES if isinstance(error, kind))
            handle(hub, message, error)
    except StaleError:
        return  # its lease ended meanwhile: whoever holds it decides


def process_hint(hub: Hub, message: Message) -> None:
    """Fetch the record that a hint is about and take it in."""
    subject = orjson.loads(message.raw)
    system = hub.systems[message.source]
    mapping = system.mapped(subject["object"])
    if mapping is None:
        process_part(hub, message, system, subject["object"], subject["id"])
        return
    hub.holds.refuse(system.name, mapping.entity)
    tracer = Tracer(hub, message.correlation, system.name, mapping.entity)
    hub.store.run(lambda tx: tracer.note(tx, "taken_up", "{object} {id}", object=mapping.object, id=subject["id"]))
    fetch(hub, system, tracer, mapping.object, subject["id"], deleted=subject.get("deleted", False))
    hub.points.reach("inbound.merged")
    hub.store.run(lambda tx: tx.inbox.done(message))


def mapping_about(hub: Hub, message: Message) -> Mapping | None:
    """The mapping of what a hint is about; None for what is no hint, or about nothing that is mapped."""
    if message.kind != HINT or message.source not in hub.systems:
        return None
    return hub.systems[message.source].mapped(orjson.loads(message.raw)["object"])


def process_part(hub: Hub, message: Message, system: System, name: str, remote_id: str) -> None:
    """A part of composed records changed: the wholes that it belongs to are to be fetched."""
    wholes_of = getattr(system.connector, "wholes_of", None)
    wholes = wholes_of(name, remote_id) if wholes_of is not None else []

    def work(tx: UnitOfWork) -> None:
        for whole, whole_id in wholes:
            ask_for(hub, tx, system.name, whole, whole_id)
        told = ", ".join(f"{whole} {whole_id}" for whole, whole_id in wholes)
        tracer = Tracer(hub, message.correlation, system.name, "")
        tracer.note(
            tx, "taken_up", "{object} {id} is a part of {wholes}", object=name, id=remote_id, wholes=told or "-"
        )
        tx.inbox.done(message)

    hub.store.run(work)


def process_record(hub: Hub, message: Message) -> None:
    """Take in a hook that is the record."""

    def work(tx: UnitOfWork) -> None:
        carrying.take_record(hub, tx, message)
        tx.inbox.done(message)

    hub.store.run(work)


WORK: dict[str, Callable[[Hub, Message], None]] = {HINT: process_hint, RECORD: process_record}


# How a message ended


def again(hub: Hub, message: Message, error: HubError) -> None:
    """Later."""
    retry_after = error.retry_after if isinstance(error, RateLimitedError) else None
    at = next_attempt(message.id, message.attempt, now=hub.clock.now(), retry_after=retry_after)
    at = error.at if isinstance(error, NotNowError) else at
    hub.store.run(lambda tx: tx.inbox.later(message, not_before=at, error=str(error)))


def park(hub: Hub, message: Message, error: MissingLinkError) -> None:
    """Wait for a parent: it is asked for first, and its link wakes the child."""
    system = hub.systems[message.source]
    mapping = system.mappings.get(error.entity)
    if error.side != "remote" or mapping is None or message.subject is None:
        ask_parent(hub, message, error)
        return
    parent, at = subject_of(mapping.object, error.sought), hub.clock.now() + parked_for(message)

    def work(tx: UnitOfWork) -> None:
        if circle := circle_of(tx, message, parent):
            refuse(hub, tx, message, f"{error} It waits for itself: {circle}.", error, waits_for=parent)
        elif not is_here(tx.links.of_remote(system.name, mapping.object, error.sought)):
            if not tx.inbox.has_new(system.name, parent):
                hint(hub, tx, system.name, mapping.object, error.sought)
            tx.inbox.park(message, waits_for=parent, not_before=at, error=str(error))
        else:  # it came while we looked
            tx.inbox.later(message, not_before=hub.clock.now(), error=str(error))

    hub.store.run(work)


def parked_for(message: Message) -> timedelta:
    """How long a child waits before it asks for its parent again by itself."""
    return min(PARKED * (1 << min(max(message.attempt - 1, 0), 10)), LONGEST_PARKED)


def is_here(parent: Link | None) -> bool:
    """Whether a parent can be referred to: one that was deleted over there cannot."""
    return parent is not None and parent.state != "gone"


def ask_parent(hub: Hub, message: Message, error: MissingLinkError) -> None:
    """Wait for what cannot wake the child; one of our own records that is not over there is sent first."""
    at = next_attempt(message.id, message.attempt, now=hub.clock.now())

    def work(tx: UnitOfWork) -> None:
        parent = tx.records.get(error.entity, error.sought) if error.side == "hub" else None
        system = hub.systems[message.source]
        if parent is not None:
            actor = hub.actor(f"system:{system.name}", system=system.name).of(message.correlation)
            records.bring(hub, tx, actor, system, parent)
        tx.inbox.later(message, not_before=at, error=str(error))

    hub.store.run(work)


def circle_of(tx: UnitOfWork, message: Message, parent: str) -> str | None:
    """The circle that a message would close by waiting for a parent; None where it closes none."""
    way = [str(message.subject)]
    at: str | None = parent
    while at is not None and len(way) < LONGEST_CIRCLE:
        way.append(at)
        if at == message.subject:
            return " -> ".join(way)
        at = tx.inbox.waiting_for(message.source, at)
    return None


def give_up(hub: Hub, message: Message, error: HubError) -> None:
    """A person decides."""
    hub.store.run(lambda tx: refuse(hub, tx, message, str(error), error))


def refuse(
    hub: Hub, tx: UnitOfWork, message: Message, reason: str, error: HubError, *, waits_for: str | None = None
) -> None:
    """Make a message a dead one, with all that is needed to understand it, and what would bring it back to life."""
    failure = failing.of_message(error, mapping_about(hub, message))
    tx.inbox.dead(message, error=reason, failure=failure, waits_for=waits_for)
    Tracer(hub, message.correlation, message.source, "").note(tx, "pulled", "Refused: {reason}", reason=reason)


def unforeseen(hub: Hub, message: Message, error: Exception) -> None:
    """Try again a few times, then give up: a poisoned message must not hold up the others for ever."""
    wrapped = HubError("{kind} while taking in message {id}.", kind=type(error).__name__, id=message.id)
    (give_up if message.attempt >= GIVE_UP_AFTER else again)(hub, message, wrapped)


OUTCOMES: tuple[tuple[type[Exception], Callable[[Hub, Message, Any], None]], ...] = (
    (MissingLinkError, park),
    (RetryableError, again),
    (AuthError, again),
    (UnknownOutcomeError, again),
    (HubError, give_up),
    (Exception, unforeseen),
)
