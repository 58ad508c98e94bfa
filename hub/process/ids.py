"""Identifiers that sort by the time of their making."""

import threading
import time

from ulid import ULID

RANDOM_BITS = 80  # of a ULID, below its milliseconds


class Ulids:
    """Makes ULIDs; within this process each one is greater than the one before, also within one millisecond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> str:
        """The next identifier."""
        with self._lock:
            this_millisecond = (time.time_ns() // 1_000_000) << RANDOM_BITS
            self._last = int(ULID()) if this_millisecond > self._last else self._last + 1
            return str(ULID.from_int(self._last))
