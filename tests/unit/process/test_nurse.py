"""The nurse of the demo: whoever dies is started again, and again when the start fails."""

import threading

import pytest

from hub.testing.hub_server import HubError
from hub.testing.nurse import Nurse

PATIENCE = 10.0


class Sick:
    """Dead, and does not start at the first tries."""

    def __init__(self, failures: int) -> None:
        self.failures, self.up = failures, threading.Event()

    def is_alive(self) -> bool:
        return self.up.is_set()

    def start(self) -> None:
        self.failures -= 1
        if self.failures >= 0:
            raise HubError("killed while it started")
        self.up.set()


@pytest.mark.parametrize("failures", [0, 2])
def test_who_died_is_started_until_it_runs(failures: int) -> None:
    told: list[tuple[str, str]] = []
    one, other = Sick(failures), Sick(0)
    other.start()
    with Nurse({"hub": one, "ERP": other}, lambda *words: told.append(words)) as nurse:
        assert one.up.wait(PATIENCE)
    assert nurse.deaths == {"hub": failures + 1}
    assert {who for who, _ in told} == {"hub"}
