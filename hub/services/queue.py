"""What waits in inbox and outbox, what was given up, and how a person has it tried again."""

from hub.domain.documents import Doc
from hub.domain.errors import NotFoundError
from hub.domain.mapping.masking import masked
from hub.ports.inbox import Message
from hub.ports.outbox import Delivery
from hub.ports.store import UnitOfWork
from hub.services.context import Actor, Hub

SHOWN = 100


def listing(hub: Hub, *, state: str | None = None, system: str | None = None, limit: int = SHOWN) -> list[Doc]:
    """The newest messages and deliveries, newest first; of one state and one system where asked."""

    def work(tx: UnitOfWork) -> list[Doc]:
        messages = [message_row(one) for one in tx.inbox.listing(state=state, limit=limit)]
        deliveries = [delivery_row(one) for one in tx.outbox.listing(system=system, state=state, limit=limit)]
        mine = [row for row in messages + deliveries if system in (None, row["system"])]
        return sorted(mine, key=lambda row: (str(row["at"]), str(row["id"])), reverse=True)[:limit]

    return hub.store.read(work)


def show(hub: Hub, item_id: str) -> Doc:
    """A message or delivery with what it carries; NotFoundError when there is none."""

    def work(tx: UnitOfWork) -> Doc:
        if (delivery := tx.outbox.get(item_id)) is not None:
            return {**delivery_row(delivery), "payload": shown_payload(hub, delivery)}
        if (message := tx.inbox.get(item_id)) is not None:
            return {**message_row(message), "raw": message.raw.decode("utf-8", "replace")}
        raise NotFoundError("There is no message or delivery {id}: see 'tickethub queue list'.", id=item_id)

    return hub.store.read(work)


def shown_payload(hub: Hub, delivery: Delivery) -> Doc | None:
    """What a delivery carries, without what its mapping calls sensitive."""
    system = hub.systems.get(delivery.system)
    mapping = system.mappings.get(delivery.entity) if system else None
    if mapping is None or delivery.payload is None:
        return delivery.payload
    documents = {name: doc for name, doc in delivery.payload.items() if isinstance(doc, dict)}
    return delivery.payload | {name: masked(mapping, doc, of_hub=False) for name, doc in documents.items()}


def replay(hub: Hub, actor: Actor, item_id: str) -> Doc:
    """Try again what was given up; what may have been sent is looked for first. NotFoundError when it is not dead."""

    def work(tx: UnitOfWork) -> Doc:
        if (delivery := tx.outbox.get(item_id)) is not None:
            tx.outbox.replay(item_id)
            tx.audit.write(actor.name, "replay", delivery.entity, delivery.record_id, delivery.correlation, {})
            return {"id": item_id, "queue": "outbox"}
        message = tx.inbox.get(item_id)
        if message is None:
            raise NotFoundError("There is no message or delivery {id}: see 'tickethub queue list'.", id=item_id)
        tx.inbox.replay(item_id)
        tx.audit.write(actor.name, "replay", "message", item_id, message.correlation, {})
        return {"id": item_id, "queue": "inbox"}

    return hub.store.run(work)


def message_row(message: Message) -> Doc:
    """A received message without what it carries."""
    return {
        "queue": "inbox",
        "id": message.id,
        "at": message.received_at.isoformat(),
        "system": message.source,
        "what": message.kind,
        "state": message.state,
        "attempt": message.attempt,
        "error": message.error,
        "correlation": message.correlation,
    }


def delivery_row(delivery: Delivery) -> Doc:
    """A delivery without what it carries."""
    return {
        "queue": "outbox",
        "id": delivery.id,
        "at": delivery.created_at.isoformat(),
        "system": delivery.system,
        "what": f"{delivery.entity}/{delivery.record_id}",
        "state": delivery.state,
        "attempt": delivery.attempt,
        "error": delivery.error,
        "correlation": delivery.correlation,
    }
