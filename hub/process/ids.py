"""Identifiers that sort by the time of their making."""

import os
import threading
import time

RANDOM_BITS = 80  # of a ULID, below its milliseconds
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # of Crockford's base 32: five bits each
PAIRS = [one + other for one in LETTERS for other in LETTERS]
SHIFTS = tuple(range(120, -1, -10))


class Ulids:
    """Makes ULIDs; within this process each one is greater than the one before, also within one millisecond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> str:
        """The next identifier."""
        now = (time.time_ns() // 1_000_000) << RANDOM_BITS
        if now > self._last:  # drawn outside of the lock, for which others would wait
            now |= int.from_bytes(os.urandom(RANDOM_BITS // 8), "big")
        with self._lock:
            last = self._last = max(now, self._last + 1)
        return text_of(last)


def text_of(number: int) -> str:
    """A number of 128 bits as 26 letters, which sort as the numbers do."""
    return "".join([PAIRS[number >> shift & 1023] for shift in SHIFTS])
