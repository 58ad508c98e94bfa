"""Hints: a remote record may have changed; who takes one up reads the record itself."""

import hashlib

import orjson

from hub.domain.documents import Doc
from hub.ports.connector import Remote
from hub.ports.inbox import Message
from hub.ports.store import UnitOfWork
from hub.services.context import Hub

HINT = "hint"


def hint(
    hub: Hub,
    tx: UnitOfWork,
    system: str,
    name: str,
    remote_id: str,
    *,
    seen: Remote | None = None,
    deleted: bool = False,
) -> Message:
    """Remember that a remote record may have changed; equal hints that wait become one, and a dead one stays dead.

    ``deleted``: the system itself says that the record was deleted.
    """
    content = "" if seen is None else hashlib.sha256(orjson.dumps(seen.doc, option=orjson.OPT_SORT_KEYS)).hexdigest()
    told = {"content": content} | ({"deleted": True} if deleted else {})
    return tx.inbox.receive(hint_of(hub, system, name, remote_id, told))


def ask_for(hub: Hub, tx: UnitOfWork, system: str, name: str, remote_id: str, key: str | None = None) -> Message | None:
    """Have a record read because a message says so; None when that waits already.

    ``key``: the event id of a sender who has one; it is taken once, for ever. Without one, what was given up before
    does not absorb later news.
    """
    message = hint_of(hub, system, name, remote_id, {"content": ""}, key)
    taken = tx.inbox.receive(message)
    if taken.state == "dead" and key is None:
        message = hint_of(hub, system, name, remote_id, {"content": message.id})
        taken = tx.inbox.receive(message)
    return message if taken.id == message.id else None


def hint_of(hub: Hub, system: str, name: str, remote_id: str, told: Doc, key: str | None = None) -> Message:
    """A hint, not stored yet."""
    return Message(
        id=hub.ids.new(),
        source=system,
        kind=HINT,
        key=key,
        raw=orjson.dumps({"object": name, "id": remote_id} | told),
        correlation=hub.ids.new(),
        received_at=hub.clock.now(),
        subject=subject_of(name, remote_id),
    )


def subject_of(name: str, remote_id: str) -> str:
    """What hints about one remote record have in common."""
    return f"{name}/{remote_id}"
