"""Hooks of connected systems: stored before they are answered, worked off later.

An event of a record that can be fetched becomes a hint, beside the raw body. An event that is the record itself is
stored as it came, and taken in from there. Events with an id are known for ever; without one, an equal one that was
not taken up yet absorbs it, since afterwards it may be news.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from hub.domain.errors import NotFoundError
from hub.domain.hooks import Event, Hooks, read_events
from hub.ports.inbox import Message
from hub.ports.store import UnitOfWork
from hub.services.context import Hub, System
from hub.services.hints import ask_for, subject_of
from hub.services.tracing import Tracer

RECORD = "record"  # a hook that is the record itself


def hooks_of(hub: Hub, name: str) -> Hooks:
    """How the hooks of a system are read; NotFoundError when it sends none."""
    system = hub.systems.get(name)
    if system is None or system.hooks is None:
        raise NotFoundError("There is no system {system} that sends hooks: add it to hub.yaml.", system=name)
    return system.hooks


def receive(hub: Hub, name: str, raw: bytes, headers: Mapping[str, str], body: Any) -> int:
    """Take in a body that is verified; says how many of its events are of objects that are mapped.

    ``body`` is ``raw`` as read. InvalidError when there is no event in it where the connector file says.
    """
    system, events = hub.systems[name], read_events(hooks_of(hub, name), body)
    mapped = [event for event in events if event.told is not None and system.tells(event.object)]

    def work(tx: UnitOfWork) -> None:
        bare = [take(hub, tx, system, event, raw if event.doc is body else None) for event in mapped]
        if any(bare) or (events and not mapped):
            keep(hub, tx, name, raw, headers)
        for event in events:
            if event not in mapped:
                note_unknown(hub, tx, name, event)

    hub.store.run(work)
    hub.points.reach("inbox.stored")
    return len(mapped)


def take(hub: Hub, tx: UnitOfWork, system: System, event: Event, raw: bytes | None) -> bool:
    """Store an event; says whether that is news of which the raw bytes are to be kept beside it."""
    if event.carries_record:
        message = record_of(hub, system, event, raw)
        taken = tx.inbox.receive(message)
        news, bare = [message] if taken.id == message.id else [], raw is None
    else:
        asked = [ask_for(hub, tx, system.name, event.object, one, key) for one, key in keys_of(event)]
        news, bare = [message for message in asked if message is not None], True
    for message in news:
        tracer = Tracer(hub, message.correlation, system.name, "")
        told = {"kind": event.kind, "object": event.name, "id": ", ".join(event.ids) or event.key or ""}
        tracer.note(tx, "received", "Hook {kind} of {object} {id}", **told)
    return bool(news) and bare


def keys_of(event: Event) -> list[tuple[str, str | None]]:
    """The records that an event is about, each with an event id of its own where the sender has one for all."""
    if event.key is None or len(event.ids) == 1:
        return [(one, event.key) for one in event.ids]
    return [(one, f"{event.key}/{one}") for one in event.ids]


def record_of(hub: Hub, system: System, event: Event, raw: bytes | None) -> Message:
    """An event that is the record, not stored yet."""
    return Message(
        id=hub.ids.new(),
        source=system.name,
        kind=RECORD,
        key=event.key,
        raw=raw or orjson.dumps(event.doc),
        correlation=hub.ids.new(),
        received_at=hub.clock.now(),
        subject=subject_of(event.object, event.ids[0]) if event.ids else None,
    )


def keep(hub: Hub, tx: UnitOfWork, name: str, raw: bytes, headers: Mapping[str, str]) -> None:
    """Keep the bytes as they came; nothing is to be done with them."""
    tx.inbox.receive(
        Message(
            id=hub.ids.new(),
            source=name,
            kind="hook",
            key=None,
            raw=raw,
            correlation=hub.ids.new(),
            received_at=hub.clock.now(),
            headers=headers,
            state="done",
        )
    )


def note_unknown(hub: Hub, tx: UnitOfWork, name: str, event: Event) -> None:
    """Note an event that nobody here waits for."""
    tracer = Tracer(hub, hub.ids.new(), name, "")
    tracer.note(tx, "received", "Hook of {object}, which no mapping here knows: left alone.", object=event.name)
