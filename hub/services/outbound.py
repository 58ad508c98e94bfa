"""Deliver what is due: as many side by side as the system bears, one after the other per record.

One attempt at one delivery ends in exactly one of: done, later, uncertain (look there first), dead (a person decides).
"""

from collections.abc import Sequence

from hub.ports.links import Link
from hub.ports.outbox import Delivery
from hub.services import batching, doubt, endings, sagas
from hub.services.attempt import LEASE_MARGIN, Attempt, TakenOverError
from hub.services.context import Hub, System
from hub.services.gate import SOON, Kind, Purpose
from hub.services.lanes import side_by_side
from hub.services.pausing import is_left_alone, not_now
from hub.services.rounds import Rounds


def deliver(hub: Hub, name: str, limit: int = 8) -> int:
    """Attempt what is due for one system, while its gate lets us; says how many deliveries were taken up."""
    system = hub.systems[name]
    gate = hub.breakers.gate(name)
    room = gate.room(Kind.WRITE)
    if room == 0 or is_left_alone(hub, system):
        return 0
    due = claimed(hub, system, limit if room is None else min(limit, room), gate.room(Kind.WRITE, Purpose.BULK) == 0)
    attempts = [Attempt(hub, system, delivery) for delivery in due]
    singly = [attempt for attempt in attempts if not batching.suits(attempt)]
    for batch in batching.batches([attempt for attempt in attempts if batching.suits(attempt)]):
        batching.send(hub, system, batch)
    if len(singly) > 1 and system.concurrency > 1:
        Rounds(hub, singly, lanes_of(system), make).run()
    else:
        side_by_side(make, singly, 1)
    return len(due)


def lanes_of(system: System) -> int:
    """How many deliveries are under way at once: while some call, as many others wait for the database."""
    return 1 if system.concurrency == 1 else 2 * system.concurrency


def claimed(hub: Hub, system: System, limit: int, live_only: bool) -> Sequence[Delivery]:  # noqa: FBT001 - one caller
    """Lease what is due."""
    lease = system.request_limit + LEASE_MARGIN
    due = hub.store.queue(
        lambda tx: tx.outbox.claim(system.name, now=hub.clock.now(), lease_for=lease, limit=limit, live_only=live_only)
    )
    if due:
        hub.points.reach("outbox.claimed")
    return due


def make(attempt: Attempt) -> None:
    """Try, and record how it ended."""
    try:
        if attempt.lease_ended():
            at = attempt.hub.clock.now() + SOON
            attempt.commit(lambda tx: tx.outbox.hand_back(attempt.delivery, not_before=at, doubt=attempt.doubt))
            return
        send(attempt)
    except TakenOverError:
        return
    except Exception as error:  # noqa: BLE001 - whatever it is must not stop the other deliveries
        endings.end(attempt, error)
    attempt.hub.points.reach("outbox.done")


def send(attempt: Attempt) -> None:
    """Bring the remote record to what ours says, and a document to its goal."""
    if (paused := attempt.hub.store.read(lambda tx: not_now(attempt.hub, tx, attempt.system))) is not None:
        raise paused
    attempt.hub.holds.refuse(attempt.system.name, attempt.delivery.entity)
    if attempt.doubt:
        doubt.settle(attempt)
    if not attempt.is_done:
        (send_record if attempt.delivery.goal is None else send_document)(attempt)


def send_record(attempt: Attempt) -> None:
    """A record that is synced by state: one write, or none."""
    write = attempt.hub.store.read(attempt.planned)
    if write is None:
        attempt.finish()
    else:
        attempt.write(write)


def send_document(attempt: Attempt) -> None:
    """A document with a goal: it is written, then brought there in steps."""
    link, withdrawn = attempt.hub.store.read(lambda tx: (attempt.link(tx), sagas.is_withdrawn(attempt, tx)))
    if link is None and withdrawn:
        attempt.finish(attempt.note("Withdrawn before it was sent."))
        return
    if link is None and attempt.spec.of is not None:
        link = link_by_target(attempt)
    write = attempt.hub.store.read(attempt.planned)
    if write is not None:
        link = attempt.write(write)
    if link is None:
        raise AssertionError(attempt.delivery.id)
    sagas.reach_goal(attempt, link)


def link_by_target(attempt: Attempt) -> Link:
    """A document that acts on another document's remote record shares that record; it makes none of its own."""
    return attempt.agree(attempt.read(attempt.hub.store.read(attempt.target)), None, relays=False)
