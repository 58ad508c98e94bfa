"""Whether a system is left alone, and by whom: the settings, a person, or a load that must have it for itself.

A paused system is neither polled nor swept, and nothing is sent to it; what its hooks tell is stored. A call that is
under way is ended; all else waits in our tables and goes on when the pause is over.
"""

from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.ports.pauses import Pause
from hub.ports.store import UnitOfWork
from hub.services.context import Actor, Hub, System
from hub.services.gate import SOON, NotNowError
from hub.services.runs import is_loading
from hub.services.saying_why import refuse_long

__all__ = [
    "Pause",
    "is_left_alone",
    "is_paused",
    "pause",
    "pause_one",
    "refuse_paused",
    "resume",
    "resume_one",
    "why_left_alone",
]
ENTITY = "system"  # under which the audit trail has it


def pause(hub: Hub, actor: Actor, name: str, reason: str) -> Pause:
    """Leave a system alone from now on; ConflictError when somebody did so before, InvalidError without a reason."""
    return hub.store.run(lambda tx: pause_one(hub, tx, actor, name, reason))


def pause_one(hub: Hub, tx: UnitOfWork, actor: Actor, name: str, reason: str) -> Pause:
    """The same on a transaction."""
    need(hub, name)
    if not reason.strip():
        raise InvalidError("Say why {system} is paused: who comes next wants to know.", system=name)
    refuse_long(reason)
    found = tx.pauses.get(name)
    if found is not None:
        raise ConflictError("{system} is paused already, by {by}.", system=name, by=found.by)
    made = Pause(name, hub.clock.now(), actor.name, reason.strip())
    tx.pauses.put(made)
    tx.audit.write(actor.name, "pause", ENTITY, name, actor.correlation, {"$reason": made.reason})
    return made


def resume(hub: Hub, actor: Actor, name: str) -> None:
    """Go on with a system; ConflictError when nobody paused it, or the settings do."""
    hub.store.run(lambda tx: resume_one(hub, tx, actor, name))


def resume_one(hub: Hub, tx: UnitOfWork, actor: Actor, name: str) -> None:
    """The same on a transaction."""
    if need(hub, name).paused:
        raise ConflictError("{system} is paused in hub.yaml: take that out and start the hub again.", system=name)
    if tx.pauses.get(name) is None:
        raise ConflictError("{system} is not paused.", system=name)
    tx.pauses.end(name)
    tx.audit.write(actor.name, "resume", ENTITY, name, actor.correlation, {})


def is_paused(tx: UnitOfWork, system: System) -> bool:
    """Whether the settings or a person have paused a system."""
    return system.paused or tx.pauses.get(system.name) is not None


def refuse_paused(tx: UnitOfWork, name: str) -> None:
    """ConflictError where a person has paused a system: whoever wants work on it resumes it first."""
    found = tx.pauses.get(name)
    if found is not None:
        raise ConflictError("{system} is paused by {by}: resume it first.", system=name, by=found.by)


def not_now(hub: Hub, tx: UnitOfWork, system: System) -> NotNowError | None:
    """Why nothing more may be sent to a system of what was taken up before somebody paused it; None while it may."""
    if not is_paused(tx, system):
        return None
    return NotNowError("{system} is paused.", at=hub.clock.now() + SOON, system=system.name)


def is_left_alone(hub: Hub, system: System) -> bool:
    """Whether nothing is to be asked of a system or sent to it now."""
    return system.paused or hub.store.read(lambda tx: why_left_alone(hub, tx, system)) is not None


def why_left_alone(hub: Hub, tx: UnitOfWork, system: System) -> str | None:
    """By whom a system is left alone: ``settings``, a ``person``, or a ``load``; None where nobody does."""
    if system.paused:
        return "settings"
    if tx.pauses.get(system.name) is not None:
        return "person"
    return "load" if is_loading(hub, tx, system.name) else None


def need(hub: Hub, name: str) -> System:
    """A system; NotFoundError when there is none of this name."""
    if name not in hub.systems:
        raise NotFoundError("There is no system {name}: hub.yaml has {names}.", name=name, names=", ".join(hub.systems))
    return hub.systems[name]
