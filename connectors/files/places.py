"""Where files lie: what the driver asks of a folder, near or far."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

MOST = 100_000_000  # bytes of a file that is read


class Entry(NamedTuple):
    """A file: its path below the place's folder, when it was last changed, how many bytes it has."""

    path: str
    changed_at: datetime
    size: int

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def mark(self) -> str:
        """What another file of the same name would have another one of."""
        return f"{self.changed_at.isoformat()} {self.size} {self.path}"


class Place(Protocol):
    """A folder and what is below it; RetryableError when it is not there now, AuthError when we may not enter."""

    def listing(self, folder: str) -> Sequence[Entry]:
        """The files of a folder, in the order of their names; none where there is no such folder."""
        ...

    def entry(self, path: str) -> Entry | None:
        """One file, without what it has; None where there is none."""
        ...

    def read(self, path: str) -> bytes | None:
        """What a file has, of one that is too large ``MOST`` bytes and one more; None where there is none."""
        ...

    def write(self, path: str, content: bytes) -> None:
        """Put a file there, whole or not at all; folders are made. It takes the place of one of the same name."""
        ...

    def move(self, path: str, target: str) -> None:
        """Move a file; it takes the place of one of the same name."""
        ...

    def now(self) -> datetime:
        """The clock that dates the files."""
        ...
