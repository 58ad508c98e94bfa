"""Connected systems as a whole: which there are, and of one all that tells how it is with it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hub.domain.documents import Doc
from hub.ports.store import UnitOfWork
from hub.services import connection_tests, progress, queue
from hub.services.capabilities import capabilities
from hub.services.context import Hub, System
from hub.services.pausing import need, why_left_alone

SHOWN = 10  # failures
LOOKED_AT = 200  # of what waits, for the newest errors in it


def listing(hub: Hub) -> list[Doc]:
    """Every system, and whether it is left alone, by whom and why."""
    return hub.store.read(lambda tx: [standing(hub, tx, system) for system in hub.systems.values()])


def standing(hub: Hub, tx: UnitOfWork, system: System) -> Doc:
    """Whether one system is left alone."""
    pause = tx.pauses.get(system.name)
    told = {} if pause is None else {"at": pause.at.isoformat(), "by": pause.by, "reason": pause.reason}
    return {
        "name": system.name,
        "paused": system.paused or pause is not None,
        "by_settings": system.paused,
        "left_alone": why_left_alone(hub, tx, system),
        **told,
    }


def show(hub: Hub, name: str) -> Doc:
    """All of one system: NotFoundError when there is none of this name. Gates are those of this process."""
    system = need(hub, name)

    def work(tx: UnitOfWork) -> Doc:
        return {
            **standing(hub, tx, system),
            "test": connection_tests.last(tx, name),
            "budget": budget(hub, tx, system),
            "in": list(incoming(hub, tx, system)),
            "out": list(outgoing(hub, tx, system)),
            "queues": queues(hub, tx, name),
        }

    facts = hub.store.read(work)
    return {
        **facts,
        **capabilities(system),
        "calls": list(calls(hub, name)),
        "held": {entity: list(fields) for entity, fields in hub.holds.of(name).items()},
        "failures": failures(hub, name),
    }


def calls(hub: Hub, name: str) -> Iterator[Doc]:
    """How it stands with each kind of call."""
    for state in hub.breakers.gate(name).states():
        yield {
            "kind": str(state.kind),
            "position": str(state.position),
            "until": progress.text(state.until),
            "reason": state.reason,
            "answered_at": progress.text(state.answered_at),
        }


def budget(hub: Hub, tx: UnitOfWork, system: System) -> Doc:
    """What may still be asked of a system today and in this second; None where the settings set no limit."""
    told, today = system.budget, hub.clock.now().date()
    gate = hub.breakers.gate(system.name)
    used = tx.budgets.used(system.name, today)
    left = None if told.per_day is None else max(told.per_day - used, 0) + gate.unspent()
    return {
        "per_second": told.per_second,
        "second_left": gate.tokens(),
        "per_day": told.per_day,
        "day_left": left,
        "reserve": told.reserve,
        "concurrency": system.concurrency,
    }


def incoming(hub: Hub, tx: UnitOfWork, system: System) -> Iterator[Doc]:
    """How far each object is read; ``lag`` is how many seconds ago it was read completely."""
    cursors = {(one.system, one.object): one for one in tx.cursors.listing()}
    for entity, mapping in system.mappings.items():
        if system.objects[mapping.object].of is None:
            cursor = cursors.get((system.name, mapping.object))
            told = progress.feed_row(hub, tx, system, mapping.object, cursor)
            yield {"entity": entity, **told, "lag": since(hub, cursor.polled_at if cursor else None)}


def outgoing(hub: Hub, tx: UnitOfWork, system: System) -> Iterator[Doc]:
    """What waits to be sent, by entity; ``lag`` is how many seconds the oldest has waited."""
    waits = tx.levels.outgoing(system.name)
    for entity, (count, oldest) in sorted(waits.items()):
        yield {"entity": entity, "count": count, "oldest": progress.text(oldest), "lag": since(hub, oldest)}


def queues(hub: Hub, tx: UnitOfWork, name: str) -> Doc:
    """How much waits, and what was given up, by direction."""
    dead = tx.levels.dead()
    found = {one.direction: one for one in tx.levels.waiting(now=hub.clock.now()) if one.system == name}
    return {
        way: {
            **(found[way].by_state if way in found else {}),
            "dead": dead.get((name, way), 0),
            "oldest": progress.text(found[way].oldest if way in found else None),
        }
        for way in ("in", "out")
    }


def failures(hub: Hub, name: str) -> list[Doc]:
    """The newest that were given up, and the newest that failed and are tried again."""
    given_up = queue.listing(hub, state="dead", system=name, limit=SHOWN)
    open_ones = (queue.listing(hub, state=state, system=name, limit=LOOKED_AT) for state in ("ready", "unknown", "new"))
    retried = [one for found in open_ones for one in found if one.get("error")]
    newest = sorted([*given_up, *retried], key=lambda one: str(one["at"]), reverse=True)
    return newest[:SHOWN]


def since(hub: Hub, at: datetime | None) -> int | None:
    """How many seconds ago."""
    return None if at is None else max(round((hub.clock.now() - at) / timedelta(seconds=1)), 0)
