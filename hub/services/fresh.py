"""Read through what may be too old, before it decides something; a system that does not answer holds nobody up.

A record is as fresh as the moment when both sides last agreed on it, or as the last complete poll of its object, which
would have told a change. ``sync.fresh_within`` of a mapping says how old it may be.
"""

import threading
from dataclasses import dataclass
from datetime import datetime

from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.domain.mapping import Mapping
from hub.ports.links import Link
from hub.ports.store import UnitOfWork
from hub.services.context import Hub, System
from hub.services.gate import Purpose
from hub.services.pausing import is_paused
from hub.services.taking import fetch
from hub.services.tracing import Tracer

WAREHOUSES = 20  # stock levels of one part that are read through at most


@dataclass(frozen=True)
class Old:
    """A linked record that is older than its mapping allows."""

    system: System
    mapping: Mapping
    link: Link
    as_of: datetime


def freshen(hub: Hub, entity: str, record_id: str) -> None:
    """Read a record again from the systems that tell it, where what we know is too old.

    Where a system does not answer in time, or as many people as may wait for it already, the old value stands, and the
    trace of the record says so.
    """
    for old in hub.store.read(lambda tx: too_old(hub, tx, entity, record_id)):
        reader = Reader(hub, old)
        reader.start()
        reader.join(old.system.request_limit.total_seconds())
        reason = "no answer in time" if reader.is_alive() else reader.reason
        if reason is not None:
            hub.store.run(lambda tx, old=old, reason=reason: note(hub, tx, old, reason))  # type: ignore[misc] # defaults bind the loop's values


def too_old(hub: Hub, tx: UnitOfWork, entity: str, record_id: str) -> list[Old]:
    """What must be read again, by system."""
    found = []
    for system in hub.systems.values():
        mapping = system.mappings.get(entity)
        if mapping is None or mapping.sync.fresh_within is None or not mapping.pulls or is_paused(tx, system):
            continue
        link = tx.links.of_record(system.name, entity, record_id, mapping.object)
        polled = tx.cursors.get(system.name, mapping.object)
        known = [at for at in (polled, link.agreed_at if link else None) if at is not None]
        if link is not None and known and hub.clock.now() - max(known) > mapping.sync.fresh_within:
            found.append(Old(system, mapping, link, max(known)))
    return found


class Reader(threading.Thread):
    """Reads one record in a thread of its own, so that who waits for it can stop waiting."""

    def __init__(self, hub: Hub, old: Old) -> None:
        super().__init__(name=f"fresh {old.system.name}", daemon=True)
        self._hub = hub
        self._old = old
        self.reason: str | None = None

    def run(self) -> None:
        """Fetch it and take it in."""
        system, mapping, link = self._old.system, self._old.mapping, self._old.link
        tracer = Tracer(self._hub, self._hub.ids.new(), system.name, mapping.entity, link.record_id)
        try:
            self._hub.holds.refuse(system.name, mapping.entity)
            fetch(self._hub, system.wanted_for(Purpose.DESK), tracer, mapping.object, link.external_id)
        except HubError as error:
            self.reason = str(error)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not hold up who asked
            self.reason = type(error).__name__


def note(hub: Hub, tx: UnitOfWork, old: Old, reason: str) -> None:
    """Say on the record that its value is an old one."""
    tracer = Tracer(hub, hub.ids.new(), old.system.name, old.mapping.entity, old.link.record_id)
    tracer.note(tx, "fetched", "Could not be read anew ({reason}): what was known at {as_of} decides.",
                reason=reason, as_of=old.as_of.isoformat())  # fmt: skip


# Where a value decides


def before_approval(hub: Hub, record_id: str, values: Doc) -> None:
    """The stock of a requested part decides whether it can be reserved."""

    def levels(tx: UnitOfWork) -> list[str]:
        request = tx.records.get("part_request", record_id)
        if request is None:
            return []
        warehouse = values.get("from_warehouse_id") or request.doc.get("from_warehouse_id")
        where = {"part_id": request.doc["part_id"]} | ({"warehouse_id": warehouse} if warehouse else {})
        return [level.id for level in tx.records.all("stock_level", where)[:WAREHOUSES]]

    for level in hub.store.read(levels):
        freshen(hub, "stock_level", level)


def before_assignment(hub: Hub, record_id: str, _values: Doc) -> None:
    """A credit hold of the customer decides whether a technician may go."""
    ticket = hub.store.read(lambda tx: tx.records.get("ticket", record_id))
    if ticket is not None and "customer_id" in ticket.doc:
        freshen(hub, "customer", ticket.doc["customer_id"])
