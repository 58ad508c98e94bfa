"""What an operation is, who carries it out, and on which system."""

from collections.abc import Callable
from dataclasses import dataclass

from hub.domain.documents import Doc
from hub.domain.errors import NotFoundError
from hub.services.context import Actor, Hub


@dataclass(frozen=True)
class Operation:
    """``writes``: changes the database. ``systems``: asks the connected systems.

    ``alone``: asks the one that is named, whatever the others lack.
    """

    run: Callable[[Hub, Doc], Doc]
    writes: bool = True
    systems: bool = False
    alone: bool = False


def operator(hub: Hub) -> Actor:
    """Who acts: the operator, who may do everything."""
    return hub.actor("operator")


def need_system(hub: Hub, name: str) -> None:
    """NotFoundError when there is no such system."""
    if name not in hub.systems:
        raise NotFoundError(
            "There is no system {name}: hub.yaml has {names}.", name=name, names=", ".join(hub.systems) or "none"
        )
