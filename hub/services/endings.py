"""How an attempt at a delivery ends when it did not work: by the remedy of its failure, on one table."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from hub.domain.errors import HubError, RateLimitedError, StaleError
from hub.domain.mapping import MissingLinkError
from hub.domain.retry import GIVE_UP_AFTER, next_attempt
from hub.domain.sync.failures import Remedy, failure_of
from hub.ports.store import UnitOfWork
from hub.services import agreeing, failing, records, signals
from hub.services.attempt import Attempt, TakenOverError, UnwantedError
from hub.services.gate import NotNowError

PARKED = timedelta(seconds=5)  # a child waits this long for its parent's link before it asks again


def end(attempt: Attempt, error: Exception) -> None:
    """Record how it ended; nothing where another worker holds the delivery now: that one decides."""
    try:
        if isinstance(error, UnwantedError):
            attempt.finish(attempt.note("Nothing sent: {reason}", reason=str(error)))
        elif isinstance(error, NotNowError) and not attempt.was_called:
            not_now(attempt, error)
        else:
            signals.failed(attempt.hub, attempt.signal, error)
            REMEDIES[failure_of(error).remedy](attempt, error)
    except (StaleError, TakenOverError):
        return


def not_now(attempt: Attempt, error: NotNowError) -> None:
    """It is not the time, and nothing was written: the attempt does not count."""
    attempt.hub.store.run(
        lambda tx: tx.outbox.hand_back(attempt.delivery, not_before=error.at, doubt=attempt.doubt, error=str(error))
    )


def again(attempt: Attempt, error: Exception) -> None:
    """Later; with the doubt of an earlier attempt, where nothing has cleared it."""
    retry_after = error.retry_after if isinstance(error, RateLimitedError) else None
    now = attempt.hub.clock.now()
    at = next_attempt(attempt.delivery.id, attempt.delivery.attempt, now=now, retry_after=retry_after)
    at = error.at if isinstance(error, NotNowError) else at

    def work(tx: UnitOfWork) -> None:
        give_back = tx.outbox.uncertain if attempt.doubt else tx.outbox.later
        give_back(attempt.delivery, not_before=at, error=str(error))
        attempt.tracer.note(tx, "delivered", "Not yet: {reason}", reason=str(error))

    attempt.hub.store.run(work)


def park(attempt: Attempt, error: Exception) -> None:
    """Wait for a parent's link; the parent is sent first, where it is to come into being there."""
    if not isinstance(error, MissingLinkError):
        raise TypeError(type(error).__name__)
    hub, system = attempt.hub, attempt.system

    def work(tx: UnitOfWork) -> None:
        parent = tx.records.get(error.entity, error.sought)
        at = next_attempt(attempt.delivery.id, attempt.delivery.attempt, now=hub.clock.now())
        bulk = attempt.delivery.bulk
        if parent is not None and records.bring(hub, tx, attempt.actor, system, parent, bulk=bulk):
            at = hub.clock.now() + PARKED
        give_back = tx.outbox.uncertain if attempt.doubt else tx.outbox.later  # also what came back may name a parent
        give_back(attempt.delivery, not_before=at, error=str(error))

    hub.store.run(work)


def refuse(attempt: Attempt, error: Exception) -> None:
    """A person decides; the record says what and who must act."""

    def work(tx: UnitOfWork) -> None:
        tx.outbox.dead(attempt.delivery, error=str(error), failure=failing.of_delivery(error, attempt.mapping))
        attempt.tracer.note(tx, "delivered", "Refused: {reason}", reason=str(error))
        record = tx.records.get(attempt.delivery.entity, attempt.delivery.record_id)
        if record is not None:
            agreeing.refused(attempt.hub, tx, attempt.actor, record, str(error))

    attempt.hub.store.run(work)


def try_a_few_times(attempt: Attempt, error: Exception) -> None:
    """Then give up: one poisoned record must not hold its lane for ever."""
    wrapped = HubError("{kind} while delivering: {reason}", kind=type(error).__name__, reason="see the log")
    (refuse if attempt.delivery.attempt >= GIVE_UP_AFTER else again)(attempt, wrapped)


REMEDIES: Mapping[Remedy, Callable[[Attempt, Exception], None]] = {
    Remedy.AGAIN: again,
    Remedy.LOOK: again,
    Remedy.MERGE: again,
    Remedy.PARK: park,
    Remedy.PERSON: refuse,
    Remedy.FEW: try_a_few_times,
}
