"""When to try again: exponential back-off with jitter that is fixed by the record, capped, honouring Retry-After."""

import hashlib
from datetime import datetime, timedelta

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=10)
LEAST = timedelta(seconds=1)  # a system that asks for patience of no time is not asked again at once
PATIENCE = timedelta(hours=1)  # a system that asks for more than this is asked again after this
GIVE_UP_AFTER = 8  # attempts of a message that fails for a reason nobody foresaw


def next_attempt(key: str, attempt: int, *, now: datetime, retry_after: float | None = None) -> datetime:
    """The time of the next attempt; ``attempt`` counts from 1, ``retry_after`` in seconds is what the system asked."""
    if retry_after is not None:
        asked = timedelta(seconds=min(retry_after, PATIENCE.total_seconds()))
        return now + max(asked, LEAST)
    pause: timedelta = min(FIRST * 2 ** min(attempt - 1, 20), LONGEST)
    return now + pause * (0.5 + share(f"{key}:{attempt}") / 2)


def share(text: str) -> float:
    """A number from 0 up to 1 that depends on nothing but the text: equal records do not all come back at once."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
