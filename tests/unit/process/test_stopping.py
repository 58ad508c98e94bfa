"""Asked to stop, as often and as fast as anybody may."""

import signal
import subprocess
import sys
from itertools import cycle, islice

PROGRAM = """\
import sys
from hub.process.stopping import Stopping
stopping = Stopping()
print("up", flush=True)
stopping.wait()
print("stopped", flush=True)
sys.stdin.read()
"""


def test_many_signals_at_once_stop_it_as_one_does() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        for number in islice(cycle((signal.SIGTERM, signal.SIGINT)), 300):
            process.send_signal(number)
        try:
            told, _ = process.communicate("", timeout=30)
        finally:
            process.kill()
    assert (told, process.returncode) == ("stopped\n", 0)
