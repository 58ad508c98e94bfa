"""Whether a system has said anything during a call: transports tell it, and the system's gate asks.

A connector refuses much by itself, before anybody is asked: a value that cannot stand in an address, an object that is
not declared. Such a refusal says nothing about the system. Only what carries the calls knows which ones are answers.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_mine = threading.local()


class Ear:
    """Of one call: ``heard`` is whether the system answered it, in whatever way."""

    def __init__(self) -> None:
        self.heard = False


@contextmanager
def listening() -> Iterator[Ear]:
    """Listen to what this thread hears inside; a call within a call has an ear of its own."""
    outer, ear = getattr(_mine, "ear", None), Ear()
    _mine.ear = ear
    try:
        yield ear
    finally:
        _mine.ear = outer


def heard() -> None:
    """The system that this thread calls has answered."""
    ear: Ear | None = getattr(_mine, "ear", None)
    if ear is not None:
        ear.heard = True
