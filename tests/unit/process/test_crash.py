"""A process under test dies where it is told to, and nowhere else."""

import os
import signal
import subprocess
import sys

import pytest

from hub.domain.errors import InvalidError
from hub.ports.crash import CRASH_POINTS, NoCrash
from hub.process.crash import VARIABLE, from_environment

REACH = """
import os
from hub.process.crash import from_environment
points = from_environment(os.environ)
for number in range(1, 4):
    points.reach("outbox.claimed")
    points.reach("outbox.sent")
    print(number, flush=True)
"""


def reach(wanted: str) -> tuple[int, str]:
    environment = {**os.environ, VARIABLE: wanted}
    done = subprocess.run([sys.executable, "-c", REACH], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_process_is_killed_at_the_first_time() -> None:
    assert reach("outbox.sent") == (-signal.SIGKILL, "")


def test_the_process_is_killed_at_the_nth_time() -> None:
    assert reach("outbox.sent:3") == (-signal.SIGKILL, "1\n2\n")


def test_other_places_are_passed() -> None:
    assert reach("outbox.done") == (0, "1\n2\n3\n")


def test_without_the_variable_nothing_happens() -> None:
    points = from_environment({})
    assert isinstance(points, NoCrash)
    for name in CRASH_POINTS:
        points.reach(name)


@pytest.mark.parametrize("wanted", ["nowhere", "outbox.sent:0", "outbox.sent:x"])
def test_an_unknown_place_is_refused_with_the_list(wanted: str) -> None:
    with pytest.raises(InvalidError, match=r"outbox\.sent"):
        from_environment({VARIABLE: wanted})
