"""The gate of a system: whether it may be called now, by whom, and what each answer makes of that.

Every call passes it, whoever makes it, so that one system that hangs, refuses or asks for patience is left alone by
all at once, and holds up nobody who wants something of another. Each process has its own; only the budget of the day is
shared, in our tables.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from hub.domain.errors import RateLimitedError, RetryableError
from hub.domain.retry import next_attempt
from hub.domain.sync.breaker import LOCKED_PAUSE, Breaker, Position
from hub.domain.sync.budget import Bucket, Budget, next_day
from hub.domain.sync.failures import Failure, Health, failure_of
from hub.ports.clock import Clock
from hub.ports.hearing import listening
from hub.ports.store import Store

T = TypeVar("T")
log = logging.getLogger(__name__)
DESK_CALLS = 2  # people who may wait for one system at once: the others are told at once, and the desk stays free
SOON = timedelta(seconds=1)  # what found no room is not due at once: workers would hand it to and fro
TURN = timedelta(seconds=10)  # the longest that a delivery whose intent is committed waits for its turn to call


class Kind(StrEnum):
    """What a call does over there: a system may still be read while it takes no writes."""

    READ = "read"
    WRITE = "write"


class Purpose(StrEnum):
    """Who wants the call: live work, bulk work that can wait for another day, or a person who waits for the answer."""

    LIVE = "live"
    BULK = "bulk"
    DESK = "desk"


class NotNowError(RetryableError):
    """Nothing was called, and nothing should be before ``at``."""

    def __init__(self, template: str, /, *, at: datetime, **params: object) -> None:
        super().__init__(template, **params)
        self.at = at


@dataclass(frozen=True)
class GateState:
    """How it stands with one kind of call to a system; ``until`` is when it may be called again."""

    system: str
    kind: Kind
    position: Position
    until: datetime | None
    reason: str
    answered_at: datetime | None = None  # when it last answered this process


class Gate:
    """One system's; threads share it. ``alarm`` is called with the system's name when its credentials are refused."""

    def __init__(
        self, system: str, *, full: int, budget: Budget, clock: Clock, store: Store, alarm: Callable[[str], None]
    ) -> None:
        self.system = system
        self._full, self._budget, self._clock, self._store, self._alarm = full, budget, clock, store, alarm
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(full)  # writes at once
        self._breakers = {kind: Breaker(f"{system}:{kind}") for kind in Kind}
        self._patience: datetime | None = None  # the system asked to be left alone until then
        self._patiences = 0  # in a row
        self._at_desk = 0
        self._bucket: Bucket | None = None
        self._spent: dict[bool, datetime] = {}  # by whether it is bulk: when the next budget begins
        self._granted = {True: 0, False: 0}
        self._answered_at: dict[Kind, datetime] = {}

    def room(self, kind: Kind, purpose: Purpose = Purpose.LIVE) -> int | None:
        """How many calls may begin now; None: any number."""
        with self._lock:
            now = self._clock.now()
            if self._held_until(now, bulk=purpose is Purpose.BULK) is not None:
                return 0
            told = [self._breakers[kind].room(now), self._tokens(now)]
            return min((one for one in told if one is not None), default=None)

    def states(self) -> list[GateState]:
        """How it stands."""
        with self._lock:
            waiting = self._patience if self._patience and self._patience > self._clock.now() else None
            return [
                GateState(
                    self.system,
                    kind,
                    one.position,
                    waiting or one.until,
                    "quota" if waiting else one.reason,
                    self._answered_at.get(kind),
                )
                for kind, one in self._breakers.items()
            ]

    def unspent(self) -> int:
        """How many calls of today this process has taken from the table and not made."""
        with self._lock:
            return sum(self._granted.values())

    def tokens(self) -> int | None:
        """How many calls this second still bears; None: any number."""
        with self._lock:
            return self._tokens(self._clock.now())

    def try_now(self, work: Callable[[], T]) -> T:
        """Read at once although the system is left alone: a person asks; when it answers, writing is tried next."""
        self._probe_next(Kind.READ)
        result = self.call(Kind.READ, Purpose.DESK, work)
        self._probe_next(Kind.WRITE)
        return result

    def _probe_next(self, kind: Kind) -> None:
        self._change(kind, lambda one: one.due(self._clock.now()))

    def call(self, kind: Kind, purpose: Purpose, work: Callable[[], T]) -> T:
        """Call the system, and learn from how it ends; NotNowError when it is not to be called now."""
        self._buy(bulk=purpose is Purpose.BULK)
        if kind is Kind.READ:
            return self._watched(kind, purpose, work)
        if not self._turns.acquire(timeout=TURN.total_seconds()):
            raise NotNowError(
                "{system} is slow at present: look again later.", at=self._clock.now() + SOON, system=self.system
            )
        try:
            return self._watched(kind, purpose, work)
        finally:
            self._turns.release()

    def _watched(self, kind: Kind, purpose: Purpose, work: Callable[[], T]) -> T:
        openings = self._enter(kind, purpose)
        try:
            with listening() as ear:
                result = work()
        except Exception as error:
            self._learn(kind, openings, error, heard=ear.heard)
            raise
        except BaseException:
            self._change(kind, lambda one: one.left(openings))
            raise
        else:
            self._answered(kind, openings)
            return result
        finally:
            if purpose is Purpose.DESK:
                with self._lock:
                    self._at_desk -= 1

    def _enter(self, kind: Kind, purpose: Purpose) -> int:
        with self._lock:
            now = self._clock.now()
            held = self._held_until(now, bulk=purpose is Purpose.BULK)
            if held is not None:
                raise NotNowError("{system} asked for patience.", at=held, system=self.system)
            if (tokens := self._tokens(now)) is not None and tokens < 1 and self._bucket is not None:
                raise NotNowError(
                    "{system} is asked for enough in this second.", at=self._bucket.next_at(), system=self.system
                )
            breaker = self._breakers[kind]
            if breaker.room(now) == 0:
                at = max(breaker.until or now, now + SOON)
                raise NotNowError("{system} does not answer at present: it is left alone.", at=at, system=self.system)
            if purpose is Purpose.DESK:
                if self._at_desk >= DESK_CALLS:
                    raise NotNowError(
                        "{system} is slow at present: look again later.", at=now + SOON, system=self.system
                    )
                self._at_desk += 1
            self._bucket = None if self._bucket is None else self._bucket.taken()
            self._breakers[kind] = breaker.entered()
            return breaker.openings

    def _answered(self, kind: Kind, openings: int) -> None:
        self._patiences = 0
        self._answered_at[kind] = self._clock.now()
        before, after = self._change(kind, lambda one: one.succeeded(openings, full=self._full))
        if before.openings > after.openings == 0:
            log.warning("%s: %s calls work again", self.system, kind)

    def _learn(self, kind: Kind, openings: int, error: Exception, *, heard: bool) -> None:
        failure = failure_of(error)
        match failure.health:
            case Health.WELL if heard:
                self._answered(kind, openings)
            case Health.DOWN:
                self._fail(kind, openings, failure)
            case Health.BUSY if isinstance(error, RateLimitedError):
                self._be_patient(kind, openings, error)
            case Health.LOCKED:
                self._lock_out(kind, openings, failure)
            case _:
                self._change(kind, lambda one: one.left(openings))

    def _fail(self, kind: Kind, openings: int, failure: Failure) -> None:
        now = self._clock.now()
        before, after = self._change(kind, lambda one: one.failed(openings, now, failure.name))
        if after.openings > before.openings == 0:  # once, however long it lasts
            log.warning("%s: %s calls are held (%s)", self.system, kind, failure.name)

    def _be_patient(self, kind: Kind, openings: int, error: RateLimitedError) -> None:
        """Nobody calls until then: it is the connection that is asked for patience, not the record."""
        with self._lock:
            self._patiences += 1
            now = self._clock.now()
            until = next_attempt(self.system, self._patiences, now=now, retry_after=error.retry_after)
            self._patience = max(until, self._patience or until)
            self._breakers[kind] = self._breakers[kind].left(openings)
            self._breakers = {name: one.slowed() for name, one in self._breakers.items()}

    def _lock_out(self, kind: Kind, openings: int, failure: Failure) -> None:
        """Pause the system: each refused attempt may bring us nearer to being shut out for good."""
        with self._lock:
            news = all(one.reason != failure.name for one in self._breakers.values())
            self._breakers[kind] = self._breakers[kind].left(openings)
            until = self._clock.now() + LOCKED_PAUSE
            self._breakers = {name: one.opened(until, failure.name) for name, one in self._breakers.items()}
        if news:
            log.warning("%s: paused, we are not let in", self.system)
            self._alarm(self.system)

    def _change(self, kind: Kind, change: Callable[[Breaker], Breaker]) -> tuple[Breaker, Breaker]:
        with self._lock:
            before = self._breakers[kind]
            after = self._breakers[kind] = change(before)
            return before, after

    # What an operator allows

    def _held_until(self, now: datetime, *, bulk: bool) -> datetime | None:
        times = [self._patience, self._spent.get(bulk)]
        return max((at for at in times if at is not None and at > now), default=None)

    def _tokens(self, now: datetime) -> int | None:
        per_second = self._budget.per_second
        if per_second is None:
            return None
        self._bucket = (self._bucket or Bucket(per_second, per_second, now)).at_time(now)
        return max(int(self._bucket.tokens), 0)

    def _buy(self, *, bulk: bool) -> None:
        """Take one call from the day's budget; NotNowError when this kind of work has used its share."""
        ceiling = self._budget.ceiling(bulk=bulk)
        if ceiling is None:
            return
        with self._lock:
            now = self._clock.now()
            if self._spent.get(bulk, now) <= now:
                if self._spent.pop(bulk, None) is not None:
                    self._granted[bulk] = 0
                if self._granted[bulk] or self._grant(now, ceiling, bulk=bulk):
                    self._granted[bulk] -= 1
                    return
                self._spent[bulk] = next_day(now)
            at = self._spent[bulk]
        raise NotNowError("The budget of {system} for today is used up.", at=at, system=self.system)

    def _grant(self, now: datetime, ceiling: int, *, bulk: bool) -> int:
        """Take a portion from the table; how many calls it is."""
        portion = self._budget.portion
        granted = self._store.run(lambda tx: tx.budgets.take(self.system, now.date(), portion, ceiling=ceiling))
        self._granted[bulk] = granted
        return granted
