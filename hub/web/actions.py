"""The commands on records that the API and the console offer: one table, filled as services come.

The fields of a body are named by their paths in the canonical schema, so that words, choices and limits are the same
everywhere; ``more`` holds what is no field of the record itself: a schema, or where another record has it
(``visit.window_start``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.ports.schemas import Schemas
from hub.ports.store import UnitOfWork
from hub.services.context import Actor, Hub
from hub.web.bodies import Body
from hub.web.entities import ENTITIES

Command = Callable[[Hub, UnitOfWork, Actor, str, Doc], Record]
"""hub, transaction, who acts, id of the record, body: gives the record that was changed or made."""
Create = Callable[[Hub, UnitOfWork, Actor, Doc], Record]
"""hub, transaction, who acts, values: gives the new record."""
Node = Mapping[str, Any]
OURS = frozenset({"readOnly", "x-index", "x-search", "x-blind"})  # marks that mean nothing in a body


@dataclass(frozen=True)
class Action:
    """A command: its words (a message), the service that does it, the fields that it needs and takes, and who may.

    A person needs the permission ``<records>:<name>``, a key the scope ``<records>:write``. The console shows what the
    ticket's workflow allows now (``by_workflow``), and else what ``offered`` says of the document. ``before`` is called
    outside the transaction, with hub, id and body: what decides is read through there.
    """

    title: str
    run: Command
    needs: str = ""
    takes: str = ""
    more: Mapping[str, Node | str] = field(default_factory=dict)
    offered: Callable[[Doc], bool] = lambda _doc: True
    by_workflow: bool = False
    is_danger: bool = False
    before: Callable[[Hub, str, Doc], None] = lambda _hub, _id, _values: None


Key = tuple[str, str]
Table = Mapping[Key, Action]


@dataclass(frozen=True)
class Ready:
    """An action with its compiled body and its full permission."""

    entity: str
    name: str
    action: Action
    body: Body
    scope: str
    permission: str


def ready(schemas: Schemas, table: Table) -> Mapping[Key, Ready]:
    """The table with everything that follows from the schemas."""
    return {
        (entity, name): Ready(
            entity,
            name,
            action,
            Body(body_schema(schemas, entity, action)),
            scope=ENTITIES[entity].writes,
            permission=f"{ENTITIES[entity].plural}:{name}",
        )
        for (entity, name), action in table.items()
    }


def body_schema(schemas: Schemas, entity: str, action: Action) -> dict[str, Any]:
    """The schema of an action's body."""
    own = schemas.schema(entity)["properties"]
    source = {"properties": {**own, **{name: resolved(schemas, node) for name, node in action.more.items()}}}
    body = closed({})
    for path in [*action.needs.split(), *action.takes.split()]:
        add(body, source, path.split("."), is_needed=path in action.needs.split())
    return body


def resolved(schemas: Schemas, node: Node | str) -> Node:
    """A schema as it stands, or the one at a place such as ``visit.window_start``; a record's name means all of it."""
    if not isinstance(node, str):
        return node
    entity, *path = node.split(".")
    found: Node = schemas.schema(entity)
    for name in path:
        found = found.get("items", found)["properties"][name]
    return found


def add(body: dict[str, Any], source: Node, path: list[str], *, is_needed: bool) -> None:
    """Put the field at a path into the body, with the objects that lead to it; KeyError when there is no such field."""
    name, *rest = path
    node: Node = source["properties"][name]
    if rest:
        add(body["properties"].setdefault(name, closed(node)), node, rest, is_needed=is_needed)
    else:
        body["properties"][name] = {key: value for key, value in node.items() if key not in OURS}
    if is_needed and name not in body["required"]:
        body["required"].append(name)


def closed(node: Node) -> dict[str, Any]:
    """An object that takes nothing yet, with the words of a node."""
    kept = {key: node[key] for key in ("title", "x-title", "description") if key in node}
    return {**kept, "type": "object", "additionalProperties": False, "required": [], "properties": {}}
