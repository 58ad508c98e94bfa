"""Which rows an actor sees: everybody with the permission sees all, a technician only what his own visits concern."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.errors import NotFoundError
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.context import Actor

OF_TICKET = {"customer": "customer_id", "contact": "contact_id", "site": "site_id", "call": "call_id"}
OF_CUSTOMER = frozenset({"interaction", "lead"})  # seen with their customer
SHARED = frozenset({"part", "product", "warehouse", "stock_level"})  # everybody may know these


@dataclass(frozen=True)
class Rows:
    """The rows of one technician: his visits, their tickets, and what these point to."""

    technician_id: str
    tickets: Mapping[str, Record]

    def where(self, entity: str) -> Mapping[str, object]:
        """The restriction of a listing."""
        if entity in SHARED:
            return {}
        if entity == "visit":
            return {"technician_id": self.technician_id}
        if entity in OF_CUSTOMER:
            return {"customer_id": sorted(self.ids("customer"))}
        return {"id": sorted(self.ids(entity))} if self.names(entity) else {"ticket_id": sorted(self.tickets)}

    def sees(self, record: Record) -> bool:
        """Whether one record is among the rows."""
        return all(
            value == record.doc.get(name) or contains(value, record.doc.get(name))
            for name, value in self.where(record.entity).items()
        )

    def names(self, entity: str) -> bool:
        """Whether an entity is seen by its ids rather than by the ticket it belongs to."""
        return entity in {"ticket", "asset", "technician", *OF_TICKET}

    def ids(self, entity: str) -> set[str]:
        """The records of an entity that the tickets name."""
        if entity == "ticket":
            return set(self.tickets)
        if entity == "technician":
            return {self.technician_id}
        docs = [record.doc for record in self.tickets.values()]
        if entity == "asset":
            return {asset for doc in docs for asset in doc.get("asset_ids", ())}
        return {doc[OF_TICKET[entity]] for doc in docs if OF_TICKET[entity] in doc}


def rows(tx: UnitOfWork, actor: Actor) -> Rows:
    """The rows of a technician; of nobody, when the account names none."""
    mine = tx.records.all("visit", {"technician_id": actor.technician_id or ""})
    tickets = tx.records.many("ticket", [visit.doc["ticket_id"] for visit in mine])
    return Rows(actor.technician_id or "", tickets)


def need(tx: UnitOfWork, entity: str, record_id: str, only: Rows | None) -> Record:
    """A record that the actor sees; NotFoundError for one that he must not see, as for one that is not there."""
    record = tx.records.need(entity, record_id)
    if only is not None and not only.sees(record):
        raise NotFoundError("There is no {entity} {id}.", entity=entity, id=record_id)
    return record


def contains(values: Any, value: object) -> bool:
    """Whether a restriction by several values takes this one."""
    return isinstance(values, list) and value in values
