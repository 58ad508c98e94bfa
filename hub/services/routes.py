"""Give an obligation another route, by a person's decision: what one system never took is owed through another.

An obligation is bound to the system that it is first sent to, for ever as far as the hub decides: a second route is a
second bill. Somebody who has looked there may say otherwise.
"""

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError
from hub.ports.outbox import OPEN_STATES, Delivery
from hub.ports.store import UnitOfWork
from hub.services import queue, records
from hub.services.context import Actor, Hub
from hub.services.saying_why import refuse_long


def reroute(hub: Hub, actor: Actor, item_id: str, to: str, reason: str) -> Doc:
    """Send the document of a delivery that was given up through another system, and drop that delivery.

    InvalidError without a reason, or where the other system does not take such documents; ConflictError where the
    first one has the document, or may still get it.
    """
    return hub.store.run(lambda tx: reroute_one(hub, tx, actor, item_id, to, reason))


def reroute_one(hub: Hub, tx: UnitOfWork, actor: Actor, item_id: str, to: str, reason: str) -> Doc:
    """The same on a transaction."""
    item = queue.need(tx, item_id)
    if not isinstance(item, Delivery) or item.goal is None:
        raise ConflictError("{id} is no document that has one route only: replay it, or drop it.", id=item_id)
    if to not in others(hub, item):
        raise InvalidError("{system} takes no {entity} from here.", system=to, entity=item.entity)
    if not reason.strip():
        raise InvalidError("Say why it is sent another way, and that it is not there.")
    refuse_long(reason)
    refuse_what_may_be_there(hub, tx, item)
    if item.state in OPEN_STATES:  # nobody works for a system that is not connected any more
        tx.outbox.dead(item, error=str(item.error or ""))
    if item.state != "dropped":
        tx.outbox.drop(item.id)
    tx.outbox.rebind(item.entity, item.record_id, to)
    said = {"from": item.system, "to": to, "$reason": reason}
    tx.audit.write(actor.name, "reroute", item.entity, item.record_id, item.correlation, said)
    record = tx.records.need(item.entity, item.record_id)
    records.enqueue(hub, tx, actor.of(item.correlation), to, record, goal=hub.systems[to].goal(item.entity))
    return {"id": item_id, "system": to}


def others(hub: Hub, item: Delivery) -> list[str]:
    """The other systems that bring such documents to a goal; none for what has no goal, and so no route."""
    if item.goal is None:
        return []
    able = (one for one in hub.systems.values() if item.entity in one.mappings and one.goal(item.entity) is not None)
    return [one.name for one in able if one.name != item.system]


def ways(hub: Hub, item_id: str) -> list[str]:
    """Through which other systems the document of a delivery might go; none for all else."""
    item = hub.store.read(lambda tx: queue.need(tx, item_id))
    return others(hub, item) if isinstance(item, Delivery) else []


def refuse_what_may_be_there(hub: Hub, tx: UnitOfWork, item: Delivery) -> None:
    """ConflictError where the first system has the document, or where a delivery may still bring it there."""
    links = tx.links.all_of_record(item.entity, item.record_id)
    if any(link.system == item.system for link in links):
        raise ConflictError(
            "{system} knows {entity} {id}: a second one elsewhere would be owed twice.",
            system=item.system,
            entity=item.entity,
            id=item.record_id,
        )
    waiting = tx.outbox.waiting(item.entity, item.record_id)
    if any(one.state in OPEN_STATES and one.system in hub.systems for one in waiting):
        raise ConflictError(
            "{entity} {id} is still being sent: wait until it is done or given up.",
            entity=item.entity,
            id=item.record_id,
        )
