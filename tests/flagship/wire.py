"""The line between the parent, which holds the twins, and the hub's process: one message at a time, either way.

While the hub waits for an answer the parent may give it another command first: that is how something happens during a
call. Both ends are single-threaded, so a history always runs the same way.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, NoReturn

Message = tuple[Any, ...]


class DiedError(Exception):
    """The hub's process is dead."""


class Process:
    """The parent's end: a forked hub."""

    def __init__(self, main: Callable[[Connection], None]) -> None:
        ours, theirs = socket.socketpair()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            run_child(main, Connection(theirs.detach()))
        theirs.close()
        self._line = Connection(ours.detach())

    def send(self, message: Message) -> None:
        """Tell the hub something."""
        try:
            self._line.send(message)
        except OSError as error:
            raise DiedError from error

    def recv(self) -> Message:
        """What the hub says next."""
        try:
            message: Message = self._line.recv()
        except (EOFError, OSError) as error:
            raise DiedError from error
        return message

    def end(self) -> None:
        """Kill it, if it is not dead, and bury it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self._line.close()


def run_child(main: Callable[[Connection], None], line: Connection) -> NoReturn:
    """The life of the forked hub: nothing of the parent's is closed or flushed here."""
    try:
        main(line)
    finally:
        os._exit(1)
