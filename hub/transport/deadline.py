"""A limit on a whole request: who drips byte after byte keeps every single read short, and us for ever.

One thread watches all requests of the process. When the time of one is up it shuts that request's socket, which ends
whatever read or write waits on it, encrypted or not.
"""

import heapq
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

_mine = threading.local()


class Call:
    """One request under way; ``connection`` is set when it is sent."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.connection: Any = None
        self.is_over = False
        self.was_ended = False

    def end(self) -> None:
        """Shut its socket, unless it is over."""
        sock = getattr(self.connection, "sock", None)
        if not self.is_over and sock is not None:
            self.was_ended = True
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class Watch:
    """The thread that ends calls whose time is up; it starts with the first of them."""

    def __init__(self) -> None:
        self._calls: list[tuple[float, int, Call]] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, call: Call) -> None:
        """Watch a call until it is over."""
        with self._changed:
            heapq.heappush(self._calls, (call.deadline, next(self._numbers), call))
            if self._thread is None or not self._thread.is_alive():  # a forked child has none
                self._thread = threading.Thread(target=self._run, name="request-deadlines", daemon=True)
                self._thread.start()
            elif self._calls[0][2] is call:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._calls or self._calls[0][0] > time.monotonic():
                    left = self._calls[0][0] - time.monotonic() if self._calls else None
                    self._changed.wait(left)
                _, _, call = heapq.heappop(self._calls)
            call.end()


WATCH = Watch()


@contextmanager
def within(seconds: float) -> Iterator[Call]:
    """The request that this thread makes inside is ended when so much time has passed."""
    call = _mine.call = Call(time.monotonic() + seconds)
    WATCH.add(call)
    try:
        yield call
    finally:
        call.is_over = True
        _mine.call = None


def watched(connection: Any) -> None:
    """The present request of this thread goes over this connection."""
    call = getattr(_mine, "call", None)
    if call is not None:
        call.connection = connection
