"""What waits in inbox and outbox, what was given up and why, and how a person has it tried again or drops it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any

import orjson

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.domain.mapping.masking import MASK, masked
from hub.ports.failure import Failure
from hub.ports.inbox import Message
from hub.ports.outbox import Delivery
from hub.ports.store import UnitOfWork
from hub.services.context import Actor, Hub
from hub.services.saying_why import refuse_long

SHOWN = 100
PORTION = 200  # replayed in one transaction
SLOWEST = 1 / (24 * 60 * 60)  # replayed a second: slower would be due after the end of the calendar
Item = Message | Delivery


@dataclass(frozen=True)
class Dead:
    """Which of those that were given up are meant; empty means any."""

    system: str = ""
    entity: str = ""
    error_class: str = ""
    since: datetime | None = None

    def takes(self, item: Item) -> bool:
        """Whether one is meant."""
        return (
            self.system in ("", system_of(item))
            and self.entity in ("", entity_of(item))
            and self.error_class in ("", class_of(item))
        )


def listing(hub: Hub, *, state: str | None = None, system: str | None = None, limit: int = SHOWN) -> list[Doc]:
    """The newest messages and deliveries, newest first; of one state and one system where asked."""

    def work(tx: UnitOfWork) -> list[Doc]:
        messages = [row(one) for one in tx.inbox.listing(state=state, limit=limit)]
        deliveries = [row(one) for one in tx.outbox.listing(system=system, state=state, limit=limit)]
        mine = [one for one in messages + deliveries if system in (None, one["system"])]
        return sorted(mine, key=lambda one: (str(one["at"]), str(one["id"])), reverse=True)[:limit]

    return hub.store.read(work)


def show(hub: Hub, item_id: str, *, sees_personal: bool = True) -> Doc:
    """A message or delivery with what it carries, masked for who must not see it; NotFoundError when there is none."""
    item = hub.store.read(lambda tx: need(tx, item_id))
    present = mark_of(hub, system_of(item), entity_of(item))
    told = {**row(item), "mapping_now": present}
    if isinstance(item, Message):
        return {**told, "raw": item.raw.decode("utf-8", "replace") if sees_personal else hidden(item.raw)}
    return {**told, "payload": shown_payload(hub, item)}


def hidden(raw: bytes) -> str:
    """A received body without its values: the names of its fields stay."""
    try:
        told = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return MASK
    return orjson.dumps(without_values(told), option=orjson.OPT_INDENT_2).decode()


def without_values(value: Any) -> Any:
    """JSON whose values are masked."""
    if isinstance(value, dict):
        return {name: without_values(one) for name, one in value.items()}
    return [without_values(one) for one in value] if isinstance(value, list) else MASK


def shown_payload(hub: Hub, delivery: Delivery) -> Doc | None:
    """What a delivery carries, without what its mapping calls sensitive."""
    system = hub.systems.get(delivery.system)
    mapping = system.mappings.get(delivery.entity) if system else None
    if mapping is None or delivery.payload is None:
        return delivery.payload
    documents = {name: doc for name, doc in delivery.payload.items() if isinstance(doc, dict)}
    return delivery.payload | {name: masked(mapping, doc, of_hub=False) for name, doc in documents.items()}


def need(tx: UnitOfWork, item_id: str) -> Item:
    """A message or delivery; NotFoundError when there is none."""
    found = tx.outbox.get(item_id) or tx.inbox.get(item_id)
    if found is None:
        raise NotFoundError("There is no message or delivery {id}: see 'tickethub queue list'.", id=item_id)
    return found


# Trying again


def replay(hub: Hub, actor: Actor, item_id: str, *, mapping: str = "current") -> Doc:
    """Try again what was given up; what may have been sent is looked for first. NotFoundError when it is not dead.

    ``mapping`` is current or original; ConflictError when the original one is no longer at hand.
    """
    return hub.store.run(lambda tx: replay_one(hub, tx, actor, item_id, mapping=mapping))


def replay_one(hub: Hub, tx: UnitOfWork, actor: Actor, item_id: str, *, mapping: str = "current") -> Doc:
    """Try one again, on a transaction."""
    if mapping not in {"current", "original"}:
        raise InvalidError("The mapping to replay with is current or original, not {mapping}.", mapping=mapping)
    item = need(tx, item_id)
    if mapping == "original":
        refuse_other_mapping(hub, item)
    again(tx, actor, item, None)
    return {"id": item_id, "queue": queue_of(item)}


def refuse_other_mapping(hub: Hub, item: Item) -> None:
    """ConflictError when the rules are no longer those with which it failed."""
    failure = item.failure
    if failure is None or not failure.mark:
        raise ConflictError("It is not known with which mapping {id} failed: replay with the current one.", id=item.id)
    now = mark_of(hub, system_of(item), failure.entity)
    if now != failure.mark:
        raise ConflictError(
            "{mapping} version {version} ({mark}), with which {id} failed, is no longer at hand (now: {now}): "
            "put that file back, or replay with the current one.",
            mapping=failure.mapping,
            version=failure.version,
            mark=failure.mark,
            id=item.id,
            now=now or "none",
        )


def mark_of(hub: Hub, system: str, entity: str) -> str | None:
    """What stands for the present mapping of an entity."""
    known = hub.systems.get(system)
    mapping = known.mappings.get(entity) if known else None
    return None if mapping is None else mapping.mark


def again(tx: UnitOfWork, actor: Actor, item: Item, at: datetime | None) -> None:
    """Make one due again, from a time on, and write that down."""
    if isinstance(item, Message):
        tx.inbox.replay(item.id, not_before=at)
        tx.audit.write(actor.name, "replay", "message", item.id, item.correlation, {})
    else:
        tx.outbox.replay(item.id, not_before=at, bulk=at is not None)
        tx.audit.write(actor.name, "replay", item.entity, item.record_id, item.correlation, {})


def drop(hub: Hub, actor: Actor, item_id: str, reason: str) -> Doc:
    """Give up for good, with a reason; NotFoundError when it is not dead."""
    return hub.store.run(lambda tx: drop_one(tx, actor, item_id, reason))


def drop_one(tx: UnitOfWork, actor: Actor, item_id: str, reason: str) -> Doc:
    """Drop one, on a transaction."""
    if not reason.strip():
        raise InvalidError("Say why it is dropped.")
    refuse_long(reason)
    item = need(tx, item_id)
    if isinstance(item, Message):
        tx.inbox.drop(item.id)
        tx.audit.write(actor.name, "drop", "message", item.id, item.correlation, {"$reason": reason})
    else:
        tx.outbox.drop(item.id)
        tx.audit.write(actor.name, "drop", item.entity, item.record_id, item.correlation, {"$reason": reason})
    return {"id": item_id, "queue": queue_of(item)}


# Many at once


def count_dead(hub: Hub, wanted: Dead) -> Doc:
    """How many a mass replay would take up, by error class and by entity: its preview."""
    found = list(dead_ones(hub, wanted))
    return {
        "count": len(found),
        "by_class": dict(Counter(map(class_of, found))),
        "by_entity": dict(Counter(map(entity_of, found))),
    }


def replay_all(hub: Hub, actor: Actor, wanted: Dead, *, rate: float = 5.0) -> Doc:
    """Try again all that are meant, ``rate`` of them a second, the oldest first; what is taken up is due at its time.

    A second call while the first is still going on takes up only what has been given up since.
    """
    if not SLOWEST <= rate < inf:
        raise InvalidError("The rate is the number of messages a second: give one above 0.")
    found = list(dead_ones(hub, wanted))
    start, taken = hub.clock.now(), 0
    for at in range(0, len(found), PORTION):
        portion = [(start + timedelta(seconds=(at + n) / rate), one) for n, one in enumerate(found[at : at + PORTION])]
        taken += hub.store.run(lambda tx, p=portion: replay_portion(tx, actor, p))  # type: ignore[misc]
    last = start + timedelta(seconds=max(len(found) - 1, 0) / rate)
    return {"count": taken, "until": last.isoformat()}


def replay_portion(tx: UnitOfWork, actor: Actor, portion: Sequence[tuple[datetime, Item]]) -> int:
    """Make some due again; those that somebody else has seen to meanwhile are left out."""
    taken = 0
    for at, item in portion:
        present = need(tx, item.id)
        if present.state == "dead":
            again(tx, actor, present, at)
            taken += 1
    return taken


def dead_ones(hub: Hub, wanted: Dead) -> Iterator[Item]:
    """All that are meant, oldest first, page by page."""
    for name in ("inbox", "outbox"):
        after = ""
        while page := hub.store.read(lambda tx, n=name, a=after: dead_page(tx, n, wanted, a)):  # type: ignore[misc]
            yield from (item for item in page if wanted.takes(item))
            after = page[-1].id


def newest_dead(hub: Hub, wanted: Dead, *, limit: int) -> list[Item]:
    """The newest of those that are meant."""
    found = sorted(dead_ones(hub, wanted), key=lambda item: item.id, reverse=True)
    return found[:limit]


def dead_page(tx: UnitOfWork, name: str, wanted: Dead, after: str) -> Sequence[Item]:
    """A page of one queue."""
    queue = tx.inbox if name == "inbox" else tx.outbox
    return queue.dead_ones(since=wanted.since, after=after)


# How one is told


def row(item: Item) -> Doc:
    """A message or delivery without what it carries."""
    arrived = item.received_at if isinstance(item, Message) else item.created_at
    return {
        "queue": queue_of(item),
        "id": item.id,
        "at": arrived.isoformat(),
        "system": system_of(item),
        "what": item.kind if isinstance(item, Message) else f"{item.entity}/{item.record_id}",
        "state": item.state,
        "attempt": item.attempt,
        "error": item.error,
        "not_before": item.not_before.isoformat() if item.not_before else None,
        "failure": asdict(item.failure) if item.failure else None,
        "source_event": item.key if isinstance(item, Message) else None,
        "correlation": item.correlation,
    }


def queue_of(item: Item) -> str:
    """Where it waits."""
    return "inbox" if isinstance(item, Message) else "outbox"


def system_of(item: Item) -> str:
    """Whom it came from or goes to."""
    return item.source if isinstance(item, Message) else item.system


def entity_of(item: Item) -> str:
    """What it is about, as far as that is known."""
    if isinstance(item, Delivery):
        return item.entity
    return item.failure.entity if item.failure else ""


def class_of(item: Item) -> str:
    """The class of the error that it failed with."""
    return (item.failure or Failure("", "")).error_class
