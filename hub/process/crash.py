"""Sudden death at a named place, for tests that prove a restart ends in the same state."""

import os
import signal
import threading
from collections.abc import Mapping

from hub.domain.errors import InvalidError
from hub.ports.crash import CRASH_POINTS, CrashPoints, NoCrash

VARIABLE = "TICKETHUB_CRASH_AT"


class CrashAt:
    """Kills this process (SIGKILL: nothing is flushed or closed) when a place is reached for the nth time."""

    def __init__(self, name: str, nth: int) -> None:
        self._name = name
        self._left = nth
        self._lock = threading.Lock()

    def reach(self, name: str) -> None:
        """Die here when it is the named place and its time has come."""
        if name != self._name:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def from_environment(environment: Mapping[str, str]) -> CrashPoints:
    """What ``TICKETHUB_CRASH_AT=name[:n]`` asks for; InvalidError when there is no such place."""
    wanted = environment.get(VARIABLE, "")
    if not wanted:
        return NoCrash()
    name, _, count = wanted.partition(":")
    if name not in CRASH_POINTS or not (count or "1").isdecimal() or count == "0":
        raise InvalidError(
            "{variable} is {wanted}: write name or name:n, with one of {names}.",
            variable=VARIABLE,
            wanted=wanted,
            names=", ".join(CRASH_POINTS),
        )
    return CrashAt(name, int(count or 1))
