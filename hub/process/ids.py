"""Identifiers that sort by the time of their making."""

import threading

from ulid import ULID


class Ulids:
    """Makes ULIDs; within this process each one is greater than the one before, also within one millisecond."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> str:
        """The next identifier."""
        with self._lock:
            self._last = max(int(ULID()), self._last + 1)
            return str(ULID.from_int(self._last))
