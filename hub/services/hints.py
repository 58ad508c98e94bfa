"""Hints: a remote record may have changed; who takes one up reads the record itself."""

import hashlib

import orjson

from hub.domain.mapping import Mapping
from hub.ports.connector import Remote
from hub.ports.inbox import Message
from hub.ports.store import UnitOfWork
from hub.services.context import Hub, System

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
    told = {"object": name, "id": remote_id, "content": content}
    return tx.inbox.receive(
        Message(
            id=hub.ids.new(),
            source=system,
            kind=HINT,
            key=None,
            raw=orjson.dumps(told | ({"deleted": True} if deleted else {})),
            correlation=hub.ids.new(),
            received_at=hub.clock.now(),
            subject=subject_of(name, remote_id),
        )
    )


def subject_of(name: str, remote_id: str) -> str:
    """What hints about one remote record have in common."""
    return f"{name}/{remote_id}"


def mapping_of(system: System, name: str) -> Mapping:
    """The mapping of a remote object."""
    return next(mapping for mapping in system.mappings.values() if mapping.object == name)
