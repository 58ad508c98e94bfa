"""Ask a system again about one of its records, because a person has decided what stood in the way."""

import orjson

from hub.domain.errors import ConflictError
from hub.domain.mapping import Mapping
from hub.ports.inbox import Message
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.services.context import Actor, Hub, System
from hub.services.hints import subject_of


def need_mapping(hub: Hub, review: Review) -> tuple[System, Mapping]:
    """The system and mapping of a review; ConflictError when they are not there any more."""
    system = hub.systems.get(review.system)
    if system is None or review.entity not in system.mappings:
        raise ConflictError(
            "{system} is not connected any more, or has no mapping of {entity}: nothing can be decided now.",
            system=review.system,
            entity=review.entity,
        )
    return system, system.mappings[review.entity]


def ask_again(hub: Hub, tx: UnitOfWork, actor: Actor, system: System, mapping: Mapping, remote_id: str) -> None:
    """Have a remote record fetched and merged anew: a message of its own, which no waiting or dead one absorbs."""
    asked = hub.ids.new()
    tx.inbox.receive(
        Message(
            id=asked,
            source=system.name,
            kind="hint",
            key=f"again:{asked}",
            raw=orjson.dumps({"object": mapping.object, "id": remote_id, "content": ""}),
            correlation=actor.correlation,
            received_at=hub.clock.now(),
            subject=subject_of(mapping.object, remote_id),
        )
    )
