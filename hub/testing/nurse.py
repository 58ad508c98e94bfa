"""Who starts a process again when it has died: what a service manager does on a real machine."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

from hub.testing.hub_server import HubError
from hub.testing.tryton.server import ErpError

LOOKS_EVERY = 0.1  # seconds


class Patient(Protocol):
    """A process that can be started again."""

    def is_alive(self) -> bool:
        """Whether it runs."""
        ...

    def start(self) -> None:
        """Start it and wait until it answers; raises HubError or ErpError when it does not."""
        ...


def tell_nobody(_who: str, _what: str) -> None:
    """Keep it to oneself."""


class Nurse:
    """Watches over processes, each in a thread of its own, as long as the ``with`` block lasts.

    ``deaths`` counts by name how often each was found dead; one that dies while it starts is found dead again.
    """

    def __init__(self, patients: Mapping[str, Patient], tell: Callable[[str, str], None] = tell_nobody) -> None:
        self.deaths: Counter[str] = Counter()
        self._tell = tell
        self._leave = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch, args=each, name=f"nurse of {each[0]}", daemon=True)
            for each in patients.items()
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._leave.set()
        for thread in self._threads:
            thread.join()

    def _watch(self, name: str, patient: Patient) -> None:
        while not self._leave.wait(LOOKS_EVERY):
            if not patient.is_alive():
                self.deaths[name] += 1
                self._tell(name, "it died: it is started again ...")
                self._raise(name, patient)

    def _raise(self, name: str, patient: Patient) -> None:
        try:
            patient.start()
        except (HubError, ErpError) as again:
            self._tell(name, f"it did not start: {again}")
