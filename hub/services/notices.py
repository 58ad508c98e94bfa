"""The notices of a person: those for the person, and those for one of the roles."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.context import Hub

SHOWN = 50


@dataclass(frozen=True)
class Notice:
    """A notice with the ticket that it is about."""

    record: Record
    ticket: Record | None


def of_person(hub: Hub, login: str, roles: Iterable[str]) -> list[Notice]:
    """The newest notices for a person."""

    def work(tx: UnitOfWork) -> list[Notice]:
        wanted = ({"to_user": login}, {"to_role": sorted(roles)})
        found = {
            record.id: record
            for where in wanted
            for record in tx.records.page("notification", where, sort="-created_at", limit=SHOWN).records
        }
        tickets = tx.records.many("ticket", [one.doc["ticket_id"] for one in found.values() if "ticket_id" in one.doc])
        newest = sorted(found.values(), key=lambda one: (one.doc["created_at"], one.id), reverse=True)[:SHOWN]
        return [Notice(one, tickets.get(one.doc.get("ticket_id", ""))) for one in newest]

    return hub.store.read(work)
