"""Work off what systems told: a message is a hint, the record is fetched, merged, and written like a change of ours."""

from collections.abc import Callable
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
from hub.domain.mapping import MissingLinkError
from hub.domain.retry import GIVE_UP_AFTER, next_attempt
from hub.domain.sync.window import BEGINNING
from hub.ports.inbox import Message
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Hub
from hub.services.hints import HINT, hint, mapping_of, subject_of
from hub.services.polling import is_loading, poll, poll_object
from hub.services.taking import fetch, take_in
from hub.services.tracing import Tracer

__all__ = ["BEGINNING", "HINT", "fetch", "hint", "mapping_of", "poll", "poll_object", "process", "take_in"]
LEASE = timedelta(minutes=2)
PARKED = timedelta(minutes=10)  # a child is woken when its parent comes; this is for a parent that never does
LONGEST_CIRCLE = 20  # records that wait for one another, followed to find out whether the last waits for the first


def process(hub: Hub, source: str | None = None, limit: int = 32) -> int:
    """Work off waiting messages, of one source where it is named; says how many were taken up.

    Each system has a worker of its own, so that one that hangs holds up nobody else's messages.
    """
    if source is not None and is_loading(hub, source):
        return 0
    now = hub.clock.now()
    messages = hub.store.run(lambda tx: tx.inbox.claim(source, now=now, lease_for=LEASE, limit=limit))
    taken = 0
    for message in messages:
        if hub.clock.now() >= now + LEASE:
            break  # the leases have ended: whoever claims the rest takes them up
        take_up(hub, message)
        taken += 1
    return taken


def take_up(hub: Hub, message: Message) -> None:
    """Process one message, and record how it ended."""
    try:
        try:
            process_hint(hub, message)
        except StaleError:
            return  # another worker has taken it over
        except Exception as error:  # noqa: BLE001 - whatever it is must not stop the other messages
            handle = next(handle for kind, handle in OUTCOMES if isinstance(error, kind))
            handle(hub, message, error)
    except StaleError:
        return  # its lease ended meanwhile: whoever holds it decides


def process_hint(hub: Hub, message: Message) -> None:
    """Fetch the record that a hint is about and take it in."""
    subject = orjson.loads(message.raw)
    system = hub.systems[message.source]
    mapping = mapping_of(system, subject["object"])
    hub.holds.refuse(system.name, mapping.entity)
    tracer = Tracer(hub, message.correlation, system.name, mapping.entity)
    hub.store.run(lambda tx: tracer.note(tx, "taken_up", "{object} {id}", object=mapping.object, id=subject["id"]))
    fetch(hub, system, tracer, mapping.object, subject["id"], deleted=subject.get("deleted", False))
    hub.points.reach("inbound.merged")
    hub.store.run(lambda tx: tx.inbox.done(message))


# How a message ended


def again(hub: Hub, message: Message, error: HubError) -> None:
    """Later."""
    retry_after = error.retry_after if isinstance(error, RateLimitedError) else None
    at = next_attempt(message.id, message.attempt, now=hub.clock.now(), retry_after=retry_after)
    hub.store.run(lambda tx: tx.inbox.later(message, not_before=at, error=str(error)))


def park(hub: Hub, message: Message, error: MissingLinkError) -> None:
    """Wait for a parent: it is asked for first, and its link wakes the child."""
    system = hub.systems[message.source]
    mapping = system.mappings.get(error.entity)
    if error.side != "remote" or mapping is None or message.subject is None:
        ask_parent(hub, message, error)
        return
    parent, at = subject_of(mapping.object, error.sought), hub.clock.now() + PARKED

    def work(tx: UnitOfWork) -> bool:
        if circle := circle_of(tx, message, parent):
            refuse(hub, tx, message, f"{error} It waits for itself: {circle}.")
            return False
        if tx.links.of_remote(system.name, mapping.object, error.sought) is None:
            hint(hub, tx, system.name, mapping.object, error.sought)
            tx.inbox.park(message, waits_for=parent, not_before=at, error=str(error))
        else:  # it came while we looked
            tx.inbox.later(message, not_before=hub.clock.now(), error=str(error))
        return True

    hub.store.run(work)


def ask_parent(hub: Hub, message: Message, error: MissingLinkError) -> None:
    """Wait for what cannot wake the child; one of our own records that is not over there is sent first."""
    at = next_attempt(message.id, message.attempt, now=hub.clock.now())

    def work(tx: UnitOfWork) -> None:
        parent = tx.records.get(error.entity, error.sought) if error.side == "hub" else None
        system = hub.systems[message.source]
        if parent is not None and error.entity in system.mappings:
            actor = hub.actor(f"system:{system.name}", system=system.name).of(message.correlation)
            records.enqueue(hub, tx, actor, system.name, parent, goal=system.goal(error.entity))
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
    hub.store.run(lambda tx: refuse(hub, tx, message, str(error)))


def refuse(hub: Hub, tx: UnitOfWork, message: Message, reason: str) -> None:
    """Make a message a dead one, with its reason."""
    tx.inbox.dead(message, error=reason)
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
