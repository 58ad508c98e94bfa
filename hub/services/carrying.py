"""Hooks that are the record: taken in as they came, once, and never over a state that is newer."""

import json

from hub.domain.errors import InvalidError
from hub.domain.hooks import carried, read_event
from hub.domain.instants import parse_instant
from hub.ports.connector import Remote
from hub.ports.inbox import Message
from hub.ports.store import UnitOfWork
from hub.services.context import Hub
from hub.services.hooks import hooks_of
from hub.services.taking import Read, take_read
from hub.services.tracing import Tracer

RANKED = "hook:"  # before the version of a link that hooks keep: it says which of two states is newer


def take_record(hub: Hub, tx: UnitOfWork, message: Message) -> None:
    """Merge what a message carries, in the transaction that marks it done; what we know already is left alone."""
    system = hub.systems[message.source]
    remote, name = remote_of(hub, message)
    mapping = system.mapped(name)
    if mapping is None:
        raise InvalidError("{object} is mapped to nothing now: map it, then replay this message.", object=name)
    hub.holds.refuse(system.name, mapping.entity)
    tracer = Tracer(hub, message.correlation, system.name, mapping.entity)
    link = tx.links.of_remote(system.name, name, remote.id)
    if link is None or is_newer(link.version, remote.version):
        take_read(hub, tx, system, tracer, Read(name, remote.id, remote, link))
    else:
        tracer = tracer.of(link.record_id)
        tracer.note(tx, "merged", "{object} {id} is known in this state or a newer one.", object=name, id=remote.id)


def remote_of(hub: Hub, message: Message) -> tuple[Remote, str]:
    """The record that a message carries, decimals as texts, and of which object it is; InvalidError without one.

    A record without an id of its own goes by the id of its event, or else of the message.
    """
    event = read_event(hooks_of(hub, message.source), json.loads(message.raw, parse_float=str))
    if event.told is None:
        raise InvalidError("The connector file does not know {object} any more.", object=event.name)
    doc, rank = carried(event.told, event.doc)
    version = None if rank is None else RANKED + rank
    changed_at = parse_instant(rank) if rank and "T" in rank else None
    remote_id = event.ids[0] if event.ids else event.key or message.id
    return Remote(remote_id, doc, version, changed_at), event.told.object


def is_newer(known: str | None, told: str | None) -> bool:
    """Whether a state follows the known one: never where that cannot be said."""
    return told is not None and (known is None or (known.startswith(RANKED) and told > known))
