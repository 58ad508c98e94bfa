"""How long a sign-in has to wait after failed attempts: the longer, the more of them were made lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)  # older failures are forgotten
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=5)  # short enough that nobody can lock a colleague out for a shift


@dataclass(frozen=True)
class Throttle:
    """``free`` failures cost nothing; each one more doubles the wait after the newest."""

    free: int

    def wait(self, failures: Sequence[datetime], now: datetime) -> timedelta:
        """How long to wait from now; zero when an attempt is allowed."""
        recent = [at for at in failures if now - at < WINDOW]
        excess = len(recent) - self.free
        if excess < 0:
            return timedelta()
        pause = min(FIRST_WAIT * (1 << min(excess, 10)), LONGEST_WAIT)
        return max(max(recent) + pause - now, timedelta())


BY_LOGIN = Throttle(free=5)
BY_ADDRESS = Throttle(free=30)  # an office of agents signs in from one address
