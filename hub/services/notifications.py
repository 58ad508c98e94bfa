"""Tell people: every notice is recorded for a role or a person, and mailed where mail is set up."""

from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub


def notify(
    hub: Hub,
    tx: UnitOfWork,
    actor: Actor,
    *,
    template: str,
    to_role: str | None = None,
    to_user: str | None = None,
    ticket_id: str | None = None,
    **params: str | float,
) -> Record:
    """Record a notice in the words of an English template, which is translated and filled in where it is shown."""
    given = {"to_role": to_role, "to_user": to_user, "ticket_id": ticket_id, "params": params or None}
    doc = {"template": template, "channel": "console", "state": "recorded"}
    present = {name: value for name, value in given.items() if value is not None}
    return records.create(hub, tx, actor, "notification", doc | present, action="notify")


def notify_technician(
    hub: Hub,
    tx: UnitOfWork,
    actor: Actor,
    technician_id: str,
    *,
    template: str,
    ticket_id: str | None = None,
    **params: str | float,
) -> None:
    """Tell a technician, under the login that the technician's record names; without one, nobody can be told."""
    technician = tx.records.get("technician", technician_id)
    if technician is not None and "user_name" in technician.doc:
        login = technician.doc["user_name"]
        notify(hub, tx, actor, template=template, to_role=None, to_user=login, ticket_id=ticket_id, **params)
