"""Several records in one call, where the system takes them so: the intent of each first, the outcome of each after.

A batch is for what is new to the outbox. Whatever failed in one comes again by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from hub.domain.errors import HubError, StaleError, UnknownOutcomeError
from hub.ports.connector import Batching, Remote
from hub.ports.store import UnitOfWork
from hub.services import endings
from hub.services.attempt import Attempt, TakenOverError, Write
from hub.services.context import Hub, System
from hub.services.lanes import side_by_side
from hub.services.pausing import not_now

Planned = tuple[Attempt, Write]


def suits(attempt: Attempt) -> bool:
    """Whether a delivery may go in a batch: synced by state, tried for the first time, and the system can."""
    fresh = attempt.delivery.attempt == 1 and not attempt.doubt and attempt.delivery.goal is None
    wanted = fresh and attempt.spec.batch > 1 and attempt.spec.of is None
    return wanted and isinstance(attempt.system.connector, Batching)


def batches(attempts: Sequence[Attempt]) -> Iterator[list[Attempt]]:
    """Of one object and kind of work each, and no larger than the system takes."""
    groups: dict[tuple[str, bool], list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault((attempt.mapping.object, attempt.delivery.bulk), []).append(attempt)
    for group in groups.values():
        size = group[0].spec.batch
        yield from (group[start : start + size] for start in range(0, len(group), size))


def send(hub: Hub, system: System, batch: Sequence[Attempt]) -> None:
    """Write a batch, and record how each of it ended."""
    planned = intended(hub, planned_of(hub, batch))
    if not planned:
        return
    hub.points.reach("outbox.sent")
    outcomes = call(planned)
    hub.points.reach("outbox.called")

    def record(pair: Planned) -> None:
        attempt, write = pair
        conclude(attempt, write, outcomes.get(attempt.delivery.record_id))

    if not all_concluded(hub, planned, outcomes):
        side_by_side(record, planned, system.concurrency)
    hub.points.reach("outbox.done")


def planned_of(hub: Hub, batch: Sequence[Attempt]) -> list[Planned]:
    """What is to be written; where that is nothing, or cannot be worked out, the attempt has ended."""
    found = hub.store.read(lambda tx: all_planned(hub, tx, batch))
    finish_all(hub, [attempt for attempt, outcome in found if outcome is None])
    for attempt, outcome in found:
        if isinstance(outcome, Exception):
            endings.end(attempt, outcome)
    return [(attempt, outcome) for attempt, outcome in found if isinstance(outcome, Write)]


def finish_all(hub: Hub, attempts: Sequence[Attempt]) -> None:
    """End those of which nothing is left to be sent: at once; where another worker holds one of them, one by one."""
    if not attempts:
        return
    try:
        hub.store.queue(lambda tx: tx.outbox.done(*(attempt.delivery for attempt in attempts)))
    except StaleError:
        for attempt in attempts:
            with suppress(TakenOverError):
                attempt.finish()
        return
    for attempt in attempts:
        attempt.ended()


def all_planned(
    hub: Hub, tx: UnitOfWork, attempts: Sequence[Attempt]
) -> list[tuple[Attempt, Write | Exception | None]]:
    """What is to be written of each, to one system; nothing any more where it was paused meanwhile."""
    paused = not_now(hub, tx, attempts[0].system)
    return [(attempt, paused or planned(tx, attempt)) for attempt in attempts]


def planned(tx: UnitOfWork, attempt: Attempt) -> Write | Exception | None:
    """What is to be written of one, or why nothing can be."""
    try:
        attempt.hub.holds.refuse(attempt.system.name, attempt.delivery.entity)
        return attempt.planned(tx)
    except Exception as error:  # noqa: BLE001 - whatever it is must not stop the others
        return error


def all_concluded(hub: Hub, planned: Sequence[Planned], outcomes: Mapping[str, Remote | HubError]) -> bool:
    """Record all of them at once; False, and nothing recorded, where that does not go for every one."""
    written = [(attempt, write, outcomes.get(attempt.delivery.record_id)) for attempt, write in planned]

    def work(tx: UnitOfWork) -> None:
        for attempt, write, remote in written:
            if not isinstance(remote, Remote):
                raise TypeError(attempt.delivery.id)
            attempt.conclude_in(tx, write, remote)
        tx.outbox.done(*(attempt.delivery for attempt, _, _ in written))

    if not all(isinstance(remote, Remote) for _, _, remote in written):
        return False
    try:
        hub.store.run(work)
    except Exception:  # noqa: BLE001 - which of them it was shows when each is recorded by itself
        return False
    return True


def intended(hub: Hub, planned: Sequence[Planned]) -> list[Planned]:
    """Commit what is about to be sent, all of it at once; gives those that are still ours."""

    def work(tx: UnitOfWork) -> list[Planned]:
        return [pair for pair in planned if intends(tx, pair)]

    return hub.store.run(work)


def intends(tx: UnitOfWork, planned: Planned) -> bool:
    """Freeze one; False where another worker holds it."""
    attempt, write = planned
    try:
        attempt.intend(tx, {write.operation: write.doc})
    except StaleError:
        return False
    return True


def call(planned: Sequence[Planned]) -> Mapping[str, Remote | HubError]:
    """The one call; a failure of the whole is a failure of each."""
    first = planned[0][0]
    connector = first.system.connector
    if not isinstance(connector, Batching):
        raise TypeError(first.system.name)
    try:
        return connector.write_many(first.mapping.object, [attempt.item(write) for attempt, write in planned])
    except HubError as error:
        return {attempt.delivery.record_id: error for attempt, _ in planned}
    except Exception as error:  # noqa: BLE001 - a mistake of ours: nobody knows what was written
        lost = UnknownOutcomeError("{kind} while writing a batch.", kind=type(error).__name__)
        return {attempt.delivery.record_id: lost for attempt, _ in planned}


def conclude(attempt: Attempt, write: Write, outcome: Remote | HubError | None) -> None:
    """Record what became of one; one that the answer does not name is looked for."""
    lost = UnknownOutcomeError("{system} did not say what became of it.", system=attempt.system.name)
    outcome = outcome or lost
    try:
        if isinstance(outcome, Remote):
            attempt.was_called = True
            attempt.conclude(write, outcome)
            return
        attempt.learn(outcome)
        stale = isinstance(outcome, StaleError) and write.link is not None
        endings.end(attempt, attempt.stale(write.link) if stale and write.link else outcome)
    except TakenOverError:
        return
    except Exception as error:  # noqa: BLE001 - as above
        endings.end(attempt, error)
