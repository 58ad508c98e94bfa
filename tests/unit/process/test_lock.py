"""One process at a time writes a data directory."""

import subprocess
import sys
from pathlib import Path

import pytest

from hub.process.lock import DirectoryLock, HeldError

HOLD = """
import sys
from pathlib import Path
from hub.process.lock import DirectoryLock
DirectoryLock(Path(sys.argv[1])).take()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_holder_is_refused_at_once_and_told_which_directory(tmp_path: Path) -> None:
    with DirectoryLock(tmp_path), pytest.raises(HeldError, match=str(tmp_path)):
        DirectoryLock(tmp_path).take()
    DirectoryLock(tmp_path).take()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HeldError):
            DirectoryLock(tmp_path).take()
        holder.kill()
        holder.wait()
        with DirectoryLock(tmp_path):
            pass
