"""What a scrape is told beside the counters: lag, queues, reviews, drift, the sealer, and what this process holds."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from hub.ports.levels import Unsealed, Waiting
from hub.ports.meter import Level
from hub.ports.store import UnitOfWork
from hub.services.auditing import newest
from hub.services.context import Hub

WAYS = ("in", "out")
POSITIONS = {"closed": 0, "half_open": 0.5, "open": 1}


def levels(hub: Hub, troubles: Mapping[str, str]) -> list[Level]:
    """Everything that is read, not counted; ``troubles`` are those of this process's workers, by job."""
    now = hub.clock.now()
    told = hub.store.read(lambda tx: [*of_queues(hub, tx, now), *of_people(tx, now), *of_audits(hub, tx, now)])
    return [*told, *of_process(hub, troubles)]


def of_queues(hub: Hub, tx: UnitOfWork, now: datetime) -> Iterator[Level]:
    """Queues and polling positions."""
    waiting = {(one.system, one.direction): one for one in tx.levels.waiting(now=now)}
    dead = tx.levels.dead()
    for system, direction in sorted({*waiting, *dead, *((name, way) for name in hub.systems for way in WAYS)}):
        one = waiting.get((system, direction)) or Waiting(system, direction, {}, None, None)
        labels = {"system": system, "direction": direction}
        yield Level("dead_letters", dead.get((system, direction), 0), labels)
        yield Level("lag_seconds", age(one.oldest_due, now), labels)
        yield Level("oldest_waiting_seconds", age(one.oldest, now), labels)
        for state, count in sorted(one.by_state.items()):
            yield Level("queue_length", count, {**labels, "state": state})
    for (system, name), position in sorted(tx.levels.positions().items()):
        yield Level("poll_age_seconds", age(position, now), {"system": system, "object": name})


def of_people(tx: UnitOfWork, now: datetime) -> Iterator[Level]:
    """What waits for a person, and what the audit trail waits for."""
    for asked in tx.levels.reviews():
        labels = {"system": asked.system, "kind": asked.kind}
        yield Level("reviews_open", asked.count, labels)
        yield Level("oldest_review_seconds", age(asked.oldest, now), labels)
    unsealed: Unsealed = tx.levels.unsealed()
    yield Level("unsealed_entries", unsealed.count)
    yield Level("unsealed_seconds", age(unsealed.oldest, now))


def of_audits(hub: Hub, tx: UnitOfWork, now: datetime) -> Iterator[Level]:
    """What the last field audit of each mapping found."""
    for system in hub.systems.values():
        for entity, run in newest(tx, system).items():
            labels = {"system": system.name, "entity": entity}
            yield Level("drift_fields", run.counts.get("fields", 0), labels)
            yield Level("drift_records", run.counts.get("records", 0) + run.counts.get("missing", 0), labels)
            yield Level("audit_age_seconds", age(run.ended_at, now), labels)


def of_process(hub: Hub, troubles: Mapping[str, str]) -> Iterator[Level]:
    """What only this process knows."""
    for name in hub.systems:
        for entity in sorted(hub.holds.of(name)):
            yield Level("held_mappings", 1, {"system": name, "entity": entity})
    for state in hub.breakers.states():
        labels = {"system": state.system, "operation": str(state.kind)}
        yield Level("breaker_open", POSITIONS[str(state.position)], labels)
    for job in sorted(troubles):
        yield Level("worker_trouble", 1, {"worker": job})


def age(since: datetime | None, now: datetime) -> float:
    """Seconds since then; 0 where there is nothing."""
    return 0 if since is None else max((now - since).total_seconds(), 0)
