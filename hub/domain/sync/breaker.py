"""A circuit breaker as a value: whether a system may be called now, and what each outcome makes of that.

Closed: calls go through. After some failures in a row it opens: nobody calls. After a pause one call, the probe, goes
through (half open). When it works, calls come back slowly, the width doubling, so that a system that has just come
back is not run over by what has piled up; when it fails, the pause doubles, up to a limit.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.retry import share

FAILURES = 5  # in a row, until it opens
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
LOCKED_PAUSE = timedelta(minutes=5)  # after wrong credentials: they seldom mend themselves, but the other side may
FIRST_WIDTH = 2  # calls at once after a probe that worked


class Position(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Breaker:
    """The breaker of one system and kind of call."""

    key: str  # seeds the jitter
    position: Position = Position.CLOSED
    failures: int = 0  # in a row
    openings: int = 0  # in a row; outcomes of calls from before the latest one say nothing any more
    until: datetime | None = None  # when an open breaker lets the probe through
    width: int | None = None  # how many calls may run at once while it recovers; None: any number
    running: int = 0
    reason: str = ""  # why it opened

    def room(self, now: datetime) -> int | None:
        """How many more calls may begin now; None: any number."""
        if self.position is Position.CLOSED:
            return None if self.width is None else max(self.width - self.running, 0)
        return int(self.position is Position.OPEN and self.until is not None and now >= self.until)

    def entered(self) -> "Breaker":
        """A call begins, for which there was room."""
        position = Position.HALF_OPEN if self.position is Position.OPEN else self.position
        return replace(self, position=position, running=self.running + 1)

    def left(self, openings: int) -> "Breaker":
        """A call ended in a way that says nothing about the system; ``openings`` is the count it began under."""
        ended = replace(self, running=max(self.running - 1, 0))
        if openings == self.openings and self.position is Position.HALF_OPEN:
            return replace(ended, position=Position.OPEN)
        return ended

    def succeeded(self, openings: int, *, full: int) -> "Breaker":
        """The system answered; ``full`` is the width at which it counts as well again."""
        ended = replace(self, running=max(self.running - 1, 0))
        if openings != self.openings:
            return ended
        if self.position is Position.HALF_OPEN:
            return replace(ended, position=Position.CLOSED, failures=0, until=None, width=FIRST_WIDTH)
        width = None if self.width is None or self.width >= full else self.width + 1
        healthy = replace(ended, failures=0, width=width)
        return healthy if width is not None else replace(healthy, openings=0, reason="")

    def failed(self, openings: int, now: datetime, reason: str) -> "Breaker":
        """The system did not answer as it should."""
        ended = replace(self, running=max(self.running - 1, 0), failures=self.failures + 1)
        if openings != self.openings or self.position is Position.OPEN:
            return ended
        recovering = self.position is Position.HALF_OPEN or self.width is not None
        if not recovering and ended.failures < FAILURES:
            return ended
        return ended.opened(now + pause_after(self.key, self.openings), reason)

    def opened(self, until: datetime, reason: str) -> "Breaker":
        """Nobody calls until then."""
        return replace(self, position=Position.OPEN, openings=self.openings + 1, until=until, width=None, reason=reason)

    def due(self, now: datetime) -> "Breaker":
        """An open one lets the probe through now: a person asks for it."""
        return replace(self, until=now) if self.position is Position.OPEN else self

    def slowed(self) -> "Breaker":
        """The system asked for patience: when that is over, calls come back slowly."""
        return replace(self, width=FIRST_WIDTH) if self.position is Position.CLOSED else self


def pause_after(key: str, openings: int) -> timedelta:
    """How long an opening lasts after so many before it, with a jitter that depends on the key and the count alone."""
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(openings, 20), LONGEST_PAUSE)
    return pause * (0.5 + share(f"{key}:{openings}") / 2)
