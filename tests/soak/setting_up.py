"""A demo is set up while everything is killed, again and again.

What is killed is the command that sets up, with the hub and the ERP that it has started: its whole process group, by
SIGKILL, at moments of a seed. It is run again until it comes to its end.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from hub.testing.demo import Stage
from hub.testing.tryton.server import free_port

LEAST, MOST = 3, 6  # deaths of one set-up
TOO_LONG = 600.0  # seconds that the last run may take


def main() -> None:
    """Set up what is missing, and stop."""
    folder, port, erp_port = sys.argv[1:]
    stage = Stage(Path(folder), port=int(port), erp_port=int(erp_port))
    try:
        stage.open()
    finally:
        stage.close()


def moments(seed: int, usual: float) -> list[float]:
    """After how many seconds of each run everything dies; an undisturbed run takes ``usual`` seconds."""
    chance = random.Random(seed)  # noqa: S311 - a round must be the same again
    return [round(chance.uniform(0.03, 0.95) * usual, 2) for _ in range(chance.randint(LEAST, MOST))]


def set_up_and_kill(folder: Path, seed: int, usual: float) -> list[float]:
    """Set a demo up in spite of all deaths; gives when they came. Fails where the last run does not come to its end."""
    died = []
    for moment in moments(seed, usual):
        process = begin(folder)
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            died.append(moment)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    finish(begin(folder))
    return died


def finish(process: "subprocess.Popen[bytes]") -> None:
    """Let a run come to its end; RuntimeError where it fails or takes too long."""
    try:
        code = process.wait(TOO_LONG)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
    if code:
        raise RuntimeError(f"a set-up ended with {code}: see the log beside its folder")


def begin(folder: Path) -> "subprocess.Popen[bytes]":
    """Run the set-up in a process group of its own."""
    command = [sys.executable, "-m", "tests.soak.setting_up", str(folder), str(free_port()), str(free_port())]
    with (folder.parent / f"{folder.name}.log").open("ab") as log:
        return subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)


def timed(folder: Path) -> float:
    """How many seconds an undisturbed set-up takes."""
    started = time.monotonic()
    finish(begin(folder))
    return time.monotonic() - started


if __name__ == "__main__":
    main()
