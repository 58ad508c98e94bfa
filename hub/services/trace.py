"""The stops that a message or a record passed, found by whatever id a person has at hand."""

from hub.domain.errors import NotFoundError
from hub.ports.store import UnitOfWork
from hub.ports.trace import Stop
from hub.services.context import Hub


def story(hub: Hub, any_id: str) -> list[Stop]:
    """The stops under a correlation, a message, a delivery or a record; NotFoundError when nothing is known of it."""
    found = hub.store.read(lambda tx: stops(hub, tx, any_id))
    if not found:
        raise NotFoundError(
            "Nothing is known of {id}: give a correlation, or the id of a message, a delivery or a record.", id=any_id
        )
    return found


def stops(hub: Hub, tx: UnitOfWork, any_id: str) -> list[Stop]:
    """What is known of an id, by the most exact meaning that it has."""
    if found := tx.trace.of_correlation(any_id):
        return found
    queued = tx.outbox.get(any_id) or tx.inbox.get(any_id)
    if queued is not None:
        return tx.trace.of_correlation(queued.correlation)
    record_id = any_id.rpartition("/")[2]
    for entity in hub.schemas.entities():
        if found := tx.trace.of_record(entity, record_id):
            return found
    return []
