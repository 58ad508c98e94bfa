"""Deliveries of one system by rounds: what came back and what goes out next share one look and one commit.

A commit by itself costs more than the call that it is for. So one thread plans and records for all, and as many as the
system bears do nothing but call. No intent is committed for which no caller is free, and what fails is ended where it
was called, by itself.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue

from hub.ports.connector import Remote
from hub.ports.store import UnitOfWork
from hub.services import batching, endings
from hub.services.attempt import Attempt, TakenOverError, Write
from hub.services.batching import Planned
from hub.services.context import Hub

Called = tuple[Attempt, Write, Remote]
Plan = tuple[Attempt, Write | Exception | None]
Task = Callable[[], Called | None]


class Rounds:
    """Makes deliveries, ``width`` at once; ``make`` attempts those by themselves that need more than one call."""

    def __init__(self, hub: Hub, attempts: Sequence[Attempt], width: int, make: Callable[[Attempt], None]) -> None:
        self._hub = hub
        self._waiting = deque(attempts)
        self._width = min(width, len(attempts))
        self._make = make
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._ended: SimpleQueue[Called | BaseException | None] = SimpleQueue()
        self._under_way = 0
        self._broken: BaseException | None = None

    def run(self) -> None:
        """Make all; what breaks is raised when those that are under way have ended.

        The callers are daemons: a process that ends does not wait for a call that hangs.
        """
        for _ in range(self._width):
            threading.Thread(target=self._call, daemon=True).start()
        called: list[Called] = []
        while called or self._waiting or self._under_way:
            try:
                self._turn(called)
            except BaseException as error:  # noqa: BLE001 - it is raised again below
                self._break(error)
            called = self._came() if self._under_way else []
        for _ in range(self._width):
            self._tasks.put(None)
        if self._broken is not None:
            raise self._broken

    def _call(self) -> None:
        """What a caller does: one task after the other."""
        while (task := self._tasks.get()) is not None:
            try:
                self._ended.put(task())
            except BaseException as error:  # noqa: BLE001 - who plans for all raises it again
                self._ended.put(error)

    def _turn(self, called: Sequence[Called]) -> None:
        """Record what came back, and send off as many as there are callers for."""
        room = min(self._width - self._under_way, len(self._waiting))
        chosen = [self._waiting.popleft() for _ in range(room)]
        singly = [attempt for attempt in chosen if not suits(attempt)]
        for attempt in singly:
            self._begin(partial(self._make, attempt))
        found = self._planned([attempt for attempt in chosen if attempt not in singly])
        for attempt, outcome in found:
            if isinstance(outcome, Exception):
                self._begin(partial(failed, attempt, outcome))
        idle = [attempt for attempt, outcome in found if outcome is None]
        intents = [(attempt, outcome) for attempt, outcome in found if isinstance(outcome, Write)]
        for attempt, write in recorded(self._hub, called, idle, intents):
            self._begin(partial(sent, attempt, write))

    def _planned(self, attempts: Sequence[Attempt]) -> list[Plan]:
        """What is to be written of each; nothing where the tables cannot be read: what came back is recorded first."""
        try:
            return planned(self._hub, attempts)
        except Exception as error:  # noqa: BLE001 - it is raised again when the calls under way have ended
            self._break(error)
            return []

    def _begin(self, task: Task) -> None:
        self._under_way += 1
        self._tasks.put(task)

    def _came(self) -> list[Called]:
        """What has come back by now, and is to be recorded; waits until something has."""
        told = [self._ended.get()]
        with suppress(Empty):
            while True:
                told.append(self._ended.get_nowait())
        self._under_way -= len(told)
        for one in told:
            if isinstance(one, BaseException):
                self._break(one)
        return [one for one in told if isinstance(one, tuple)]

    def _break(self, error: BaseException) -> None:
        """Begin nothing new."""
        self._broken = self._broken or error
        self._waiting.clear()


def suits(attempt: Attempt) -> bool:
    """Whether a delivery takes one call at most, and still is ours: of a record, nothing of it in doubt."""
    return attempt.delivery.goal is None and not attempt.doubt and not attempt.lease_ended()


def planned(hub: Hub, attempts: Sequence[Attempt]) -> list[Plan]:
    """What is to be written of each, None where that is nothing, or why it cannot be worked out."""
    if not attempts:
        return []
    return hub.store.read(lambda tx: batching.all_planned(hub, tx, attempts))


def recorded(
    hub: Hub, called: Sequence[Called], idle: Sequence[Attempt], intents: Sequence[Planned]
) -> Iterable[Planned]:
    """Commit what came back, what needs no call, and what is to be sent: gives those whose intent is committed."""
    if not (called or idle or intents):
        return ()
    before = [attempt.delivery for attempt, _ in intents]
    try:
        hub.store.run(partial(record, called, idle, intents))
    except Exception:  # noqa: BLE001 - which of them it was shows when each is recorded by itself
        for (attempt, _), delivery in zip(intents, before, strict=True):
            attempt.delivery = delivery
        return recorded_singly(called, idle, intents)
    for attempt, write, _ in called:
        attempt.concluded(write)
    for attempt in (*(attempt for attempt, _, _ in called), *idle):
        attempt.ended()
        hub.points.reach("outbox.done")
    return intents


def record(called: Sequence[Called], idle: Sequence[Attempt], intents: Sequence[Planned], tx: UnitOfWork) -> None:
    """All of it in one transaction; StaleError where another worker holds one of them."""
    for attempt, write, remote in called:
        attempt.conclude_in(tx, write, remote)
    if over := [*(attempt.delivery for attempt, _, _ in called), *(attempt.delivery for attempt in idle)]:
        tx.outbox.done(*over)
    for attempt, write in intents:
        attempt.intend(tx, {write.operation: write.doc})


def recorded_singly(called: Sequence[Called], idle: Sequence[Attempt], intents: Sequence[Planned]) -> Iterable[Planned]:
    """The same one by one."""
    for attempt, write, remote in called:
        ended(attempt, partial(attempt.conclude, write, remote))
    for attempt in idle:
        ended(attempt, attempt.finish)
    return [(attempt, write) for attempt, write in intents if is_intended(attempt, write)]


def is_intended(attempt: Attempt, write: Write) -> bool:
    """Commit the intent of one; False where it ended before its call."""
    try:
        attempt.commit(lambda tx: attempt.intend(tx, {write.operation: write.doc}))
    except TakenOverError:
        return False
    except Exception as error:  # noqa: BLE001 - whatever it is must not stop the other deliveries
        failed(attempt, error)
        return False
    return True


def sent(attempt: Attempt, write: Write) -> Called | None:
    """Call for one; None where the delivery ended otherwise."""
    try:
        return attempt, write, attempt.answer(write)
    except TakenOverError:
        return None
    except Exception as error:  # noqa: BLE001 - whatever it is must not stop the other deliveries
        failed(attempt, error)
        return None


def ended(attempt: Attempt, work: Callable[[], object]) -> None:
    """Do the last of a delivery; what fails there is how it ended."""
    try:
        work()
    except TakenOverError:
        return
    except Exception as error:  # noqa: BLE001 - as above
        failed(attempt, error)
        return
    attempt.hub.points.reach("outbox.done")


def failed(attempt: Attempt, error: Exception) -> None:
    """Record how it ended."""
    endings.end(attempt, error)
    attempt.hub.points.reach("outbox.done")
