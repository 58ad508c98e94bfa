"""The lock on a data directory: one process at a time writes its SQLite file.

The lock is the kernel's (flock): it ends with its process, however that dies, so there is never a stale one to remove.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from hub.domain.errors import ConflictError


class HeldError(ConflictError):
    """Another process holds the lock."""


class DirectoryLock:
    """Held from ``take`` to ``release``, or to the end of the process."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "hub.lock"
        self._file: int | None = None

    def take(self) -> None:
        """Take the lock; HeldError at once when another process holds it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise HeldError(
                "Another tickethub process writes in {directory}: stop it first.", directory=self._path.parent
            ) from None
        self._file = file

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
