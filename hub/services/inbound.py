"""Take in what systems tell: a message is a hint, the record is fetched, merged, and written like a person's change."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
from hub.domain.mapping.rules import Members
from hub.domain.retry import GIVE_UP_AFTER, next_attempt
from hub.ports.connector import Remote
from hub.ports.inbox import Message
from hub.ports.links import Link
from hub.ports.store import UnitOfWork
from hub.services import agreeing, signals
from hub.services.context import Hub, System
from hub.services.tracing import Tracer

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
LEASE = timedelta(minutes=2)
FETCH_AGAIN = 5  # times a record is fetched anew because its link moved while we fetched
HINT = "hint"


def poll(hub: Hub, system: System) -> int:
    """Ask a system what changed since the last poll, less the overlap; says how many hints were taken."""
    taken = 0
    until = hub.clock.now() - system.lag
    held = hub.holds.of(system.name)
    for mapping in system.mappings.values():
        if not mapping.pulls or system.objects[mapping.object].of is not None or mapping.entity in held:
            continue
        position = hub.store.read(lambda tx, name=mapping.object: tx.cursors.get(system.name, name))  # type: ignore[misc]
        since = BEGINNING if position is None else position - system.overlap
        taken += poll_object(hub, system, mapping.object, since=since, until=until)
        hub.store.run(lambda tx, name=mapping.object: tx.cursors.save(system.name, name, until))  # type: ignore[misc]
    return taken


def poll_object(hub: Hub, system: System, name: str, *, since: datetime, until: datetime) -> int:
    """Take a hint for each record that differs from what we last agreed on."""
    taken, after = 0, None
    while True:
        page = system.connector.changes(name, since=since, until=until, after=after)
        taken += hub.store.run(lambda tx, page=page: take_hints(hub, tx, system, name, page.records))  # type: ignore[misc]
        hub.meter.count("polled_records_total", len(page.records), system=system.name, object=name)
        if page.after is None:
            signals.polled(hub, system.name, name)
            return taken
        after = page.after


def take_hints(hub: Hub, tx: UnitOfWork, system: System, name: str, remotes: tuple[Remote, ...]) -> int:
    """Put what is news into the inbox."""
    news = [remote for remote in remotes if not is_known(tx, system, name, remote)]
    for remote in news:
        hint(hub, tx, system.name, name, remote.id, seen=remote)
    return len(news)


def hint(hub: Hub, tx: UnitOfWork, system: str, name: str, remote_id: str, *, seen: Remote | None = None) -> Message:
    """Remember that a remote record may have changed; equal hints that wait become one, and a dead one stays dead."""
    content = "" if seen is None else hashlib.sha256(orjson.dumps(seen.doc, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return tx.inbox.receive(
        Message(
            id=hub.ids.new(),
            source=system,
            kind=HINT,
            key=None,
            raw=orjson.dumps({"object": name, "id": remote_id, "content": content}),
            correlation=hub.ids.new(),
            received_at=hub.clock.now(),
        )
    )


def is_known(tx: UnitOfWork, system: System, name: str, remote: Remote) -> bool:
    """Whether a remote record is just what we last agreed on: our own echo, or an old overlap."""
    link = tx.links.of_remote(system.name, name, remote.id)
    if link is None:
        return False
    return mapping_of(system, name).same_remote(remote.doc, link.remote_shadow)


def process(hub: Hub, limit: int = 32) -> int:
    """Work off waiting messages; says how many were taken up."""
    messages = hub.store.run(lambda tx: tx.inbox.claim(now=hub.clock.now(), lease_for=LEASE, limit=limit))
    for message in messages:
        take_up(hub, message)
    return len(messages)


def take_up(hub: Hub, message: Message) -> None:
    """Process one message, and record how it ended."""
    attempt = signals.Attempt(signals.IN, message.source, "", message.id, message.correlation, hub.clock.now())
    try:
        process_hint(hub, message)
    except StaleError:
        return  # another worker has taken it over
    except Exception as error:  # noqa: BLE001 - whatever it is must not stop the other messages
        signals.failed(hub, attempt, error)
        handle = next(handle for kind, handle in OUTCOMES if isinstance(error, kind))
        handle(hub, message, error)
    else:
        signals.done(hub, attempt)


def process_hint(hub: Hub, message: Message) -> None:
    """Fetch the record that a hint is about and take it in."""
    subject = orjson.loads(message.raw)
    system = hub.systems[message.source]
    mapping = mapping_of(system, subject["object"])
    hub.holds.refuse(system.name, mapping.entity)
    tracer = Tracer(hub, message.correlation, system.name, mapping.entity)
    hub.store.run(lambda tx: tracer.note(tx, "taken_up", "{object} {id}", object=mapping.object, id=subject["id"]))
    fetch(hub, system, tracer, mapping.object, subject["id"])
    hub.points.reach("inbound.merged")
    hub.store.run(lambda tx: tx.inbox.done(message))


def fetch(hub: Hub, system: System, tracer: Tracer, name: str, remote_id: str) -> Link | None:
    """Read a remote record and take it in; None when there is no such record (any more)."""
    for _ in range(FETCH_AGAIN):
        before = hub.store.read(lambda tx: tx.links.of_remote(system.name, name, remote_id))
        remote = system.connector.get(name, remote_id)
        hub.points.reach("inbound.fetched")
        try:
            return hub.store.run(lambda tx, r=remote, b=before: take_in(hub, tx, system, tracer, name, remote_id, r, b))  # type: ignore[misc]
        except agreeing.MovedError:
            continue
    raise RetryableError("{object} {id} moves too fast: read again later.", object=name, id=remote_id)


def take_in(
    hub: Hub,
    tx: UnitOfWork,
    system: System,
    tracer: Tracer,
    name: str,
    remote_id: str,
    remote: Remote | None,
    before: Link | None,
) -> Link | None:
    """Merge one fetched record, if its link is still the one from before the fetch: an old copy must not win."""
    link = tx.links.of_remote(system.name, name, remote_id)
    if link != before:
        raise agreeing.MovedError("The link of {object} {id} moved.", object=name, id=remote_id)
    if remote is None:
        tracer.note(tx, "fetched", "{object} {id} is not there.", object=name, id=remote_id)
        agreeing.missing(hub, tx, tracer, link)
        return None
    tracer.note(tx, "fetched", "{object} {id} read", object=name, id=remote_id)
    found = agreeing.counterparts(hub, tx, system, mapping_of(system, name), remote)
    if len(found) > 1:
        detail = {"path": remote.id, "candidates": [record.id for record in found]}
        agreeing.open_review(hub, tx, tracer, "adoption", detail)
        return None
    if not found and mapping_of(system, name).sync.creates is Members.HUB:
        tracer.note(tx, "merged", "{object} {id} is none of ours: left alone.", object=name, id=remote.id)
        return None
    if not found:
        return agreeing.take_over(hub, tx, tracer, system, remote)
    return agreeing.agree(hub, tx, tracer, system, found[0], remote)


def mapping_of(system: System, name: str) -> Mapping:
    """The mapping of a remote object."""
    return next(mapping for mapping in system.mappings.values() if mapping.object == name)


# How a message ended


def again(hub: Hub, message: Message, error: HubError) -> None:
    """Later."""
    retry_after = error.retry_after if isinstance(error, RateLimitedError) else None
    at = next_attempt(message.id, message.attempt, now=hub.clock.now(), retry_after=retry_after)
    hub.store.run(lambda tx: tx.inbox.later(message, not_before=at, error=str(error)))


def park(hub: Hub, message: Message, error: MissingLinkError) -> None:
    """Wait for a parent: it is asked for first."""
    system = hub.systems[message.source]

    def work(tx: UnitOfWork) -> None:
        if error.side == "remote" and error.entity in system.mappings:
            hint(hub, tx, system.name, system.mappings[error.entity].object, error.sought)
        at = next_attempt(message.id, message.attempt, now=hub.clock.now())
        tx.inbox.later(message, not_before=at, error=str(error))

    hub.store.run(work)


def give_up(hub: Hub, message: Message, error: HubError) -> None:
    """A person decides."""

    def work(tx: UnitOfWork) -> None:
        tx.inbox.dead(message, error=str(error))
        Tracer(hub, message.correlation, message.source, "").note(tx, "pulled", "Refused: {reason}", reason=str(error))

    hub.store.run(work)


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
