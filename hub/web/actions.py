"""The commands on records that the API and the console offer: one table, filled as services come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import editing
from hub.services.context import Actor, Hub
from hub.web.bodies import Body

Command = Callable[[Hub, UnitOfWork, Actor, str, Doc], Record]
"""hub, transaction, who acts, id of the record, body: gives the record that was changed or made."""
Create = Callable[[Hub, UnitOfWork, Actor, Doc], Record]
"""hub, transaction, who acts, values: gives the new record."""


@dataclass(frozen=True)
class Action:
    """A command: its words (a message), the service that does it, its body, and who may call it."""

    title: str
    run: Command
    body: Body
    scope: str
    permission: str


Table = Mapping[tuple[str, str], Action]

ACTIONS: Table = {}
CREATES: Mapping[str, Create] = {}


def create(hub: Hub, tx: UnitOfWork, actor: Actor, entity: str, values: Doc) -> Record:
    """A new record, by the service of its entity where it has one of its own."""
    if entity in CREATES:
        editing.refuse_computed(hub.schemas.schema(entity), values)
        return CREATES[entity](hub, tx, actor, values)
    return editing.add(hub, tx, actor, entity, values)
