"""Waiting until somebody asks this process to stop."""

import signal
from queue import SimpleQueue


class Stopping:
    """From when it is made, SIGTERM and Ctrl+C no longer end the process by themselves: it asks when it is ready to.

    They may come at any moment, and several at once: ``put`` of this queue alone may be called by a handler that
    interrupts another one. The locks of ``threading`` would wait for what the handler has interrupted, for ever.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[int] = SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: self._asked.put(number))

    def wait(self) -> None:
        """Return when the process was asked to stop, since this was made."""
        self._asked.get()
