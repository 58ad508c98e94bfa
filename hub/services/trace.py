"""Messages and records found by whatever id a person has at hand, and the stops that they passed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hub.domain.errors import NotFoundError
from hub.ports.store import UnitOfWork
from hub.ports.trace import Stop
from hub.services import provenance, walk
from hub.services.context import Hub
from hub.services.provenance import Told
from hub.services.walk import Passage

NEWEST = 30  # messages of a record that are named


@dataclass(frozen=True)
class Subject:
    """What an id means: a message, by its correlation; or a record, with the messages that concerned it."""

    correlation: str | None
    entity: str = ""
    record_id: str = ""


@dataclass(frozen=True)
class Message:
    """One message that concerned a record: its first and newest stop."""

    correlation: str
    at: datetime
    system: str
    newest: Stop


def story(hub: Hub, any_id: str) -> list[Stop]:
    """The stops under a correlation, a message, a delivery or a record; NotFoundError when nothing is known of it."""

    def work(tx: UnitOfWork) -> list[Stop]:
        found = subject(hub, tx, any_id)
        if found.correlation is not None:
            return tx.trace.of_correlation(found.correlation)
        return tx.trace.of_record(found.entity, found.record_id)

    return hub.store.read(work)


def subject(hub: Hub, tx: UnitOfWork, any_id: str) -> Subject:
    """What an id means, by the most exact meaning that it has; NotFoundError when it means nothing."""
    found = next(meanings(hub, tx, any_id.strip()), None)
    if found is None:
        raise NotFoundError(
            "Nothing is known of {id}: give a correlation, the id of a message, a delivery or a record, a remote id, "
            "or a number.",
            id=any_id,
        )
    return found


def meanings(hub: Hub, tx: UnitOfWork, any_id: str) -> Iterator[Subject]:
    """All that an id may mean: correlation, message or delivery, review, record, number, remote id."""
    if tx.trace.of_correlation(any_id) or tx.audit.of_correlation(any_id):
        yield Subject(any_id)
    queued = tx.outbox.get(any_id) or tx.inbox.get(any_id)
    if queued is not None:
        yield Subject(queued.correlation)
    review = tx.reviews.get(any_id)
    if review is not None:
        yield Subject(review.correlation)
    yield from records(hub, tx, any_id)
    yield from numbered(hub, tx, any_id)
    for link in tx.links.of_external(any_id.rpartition(":")[2]):
        if ":" not in any_id or any_id.partition(":")[0] == link.system:
            yield Subject(None, link.entity, link.record_id)


def record_of(hub: Hub, tx: UnitOfWork, any_id: str) -> tuple[str, str]:
    """The record that an id means: itself, or the one that its message was about; NotFoundError when it means none."""
    found = subject(hub, tx, any_id)
    if found.correlation is None:
        return found.entity, found.record_id
    about = [(one.entity, one.record_id) for one in tx.trace.of_correlation(found.correlation) if one.record_id]
    about += [(one.entity, one.record_id) for one in tx.audit.of_correlation(found.correlation)]
    known = next((key for key in about if key[0] in hub.schemas.entities()), None)
    if known is None:
        raise NotFoundError("{id} is a message that concerned no record yet.", id=any_id)
    return known


def records(hub: Hub, tx: UnitOfWork, any_id: str) -> Iterator[Subject]:
    """Records with an id: ``ENTITY/ID``, or an id alone; also one of which only the trace is left."""
    named, _, record_id = any_id.rpartition("/")
    for entity in (named,) if named else hub.schemas.entities():
        if entity in hub.schemas.entities() and (
            tx.records.get(entity, record_id) is not None or tx.trace.of_record(entity, record_id, limit=1)
        ):
            yield Subject(None, entity, record_id)


def numbered(hub: Hub, tx: UnitOfWork, number: str) -> Iterator[Subject]:
    """Records that people call by a number: tickets first, then documents."""
    entities = sorted(hub.schemas.entities(), key=lambda one: (one != "ticket", one))
    for entity in entities:
        if hub.schemas.schema(entity)["properties"].get("number", {}).get("x-index"):
            for record in tx.records.page(entity, {"number": number}, limit=1).records:
                yield Subject(None, entity, record.id)


def passages(hub: Hub, correlation: str) -> list[Passage]:
    """The eight stops of a message."""
    return hub.store.read(lambda tx: walk.of_message(tx, correlation))


def messages(tx: UnitOfWork, entity: str, record_id: str) -> list[Message]:
    """The newest messages that concerned a record, newest first."""
    told: dict[str, Message] = {}
    for stop in tx.trace.of_record(entity, record_id):
        first = told.get(stop.correlation)
        told[stop.correlation] = Message(stop.correlation, first.at if first else stop.at, stop.system, stop)
    return sorted(told.values(), key=lambda one: one.newest.at, reverse=True)[:NEWEST]


def fields(hub: Hub, entity: str, record_id: str) -> list[Told]:
    """Where each value of a record came from."""
    return hub.store.read(lambda tx: provenance.of_record(hub, tx, entity, record_id))
