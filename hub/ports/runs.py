"""Runs: long comparisons with a system, in steps, that survive a restart; the newest of them tell how it went."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Run:
    """One sweep, load or search; ``object`` is empty where it is about all of them, ``system`` where about our own.

    ``revision`` is that of the links when it began, ``position`` where it goes on, ``note`` what a person should know.
    ``forced``: somebody has looked, and no brake stops it.
    """

    id: str
    kind: str  # sweep | load | duplicates
    system: str
    object: str
    started_at: datetime
    moved_at: datetime
    state: str = "running"  # running | braked | complete | failed | stopped
    position: str | None = None
    revision: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    ended_at: datetime | None = None
    note: str | None = None
    version: int = 0
    forced: bool = False


class Runs(Protocol):
    """Sweeps and loads."""

    def begin(self, run: Run) -> Run:
        """Store a new run; the one of the same kind, system and object that has not ended is given back instead."""
        ...

    def get(self, run_id: str) -> Run | None:
        """One run."""
        ...

    def save(self, run: Run) -> Run:
        """Replace it, and give it with its new version; StaleError when another worker has moved it."""
        ...

    def open(self, kind: str, system: str) -> list[Run]:
        """The runs of a kind that have not ended."""
        ...

    def last(self, kind: str, system: str, name: str, *, state: str) -> Run | None:
        """The newest run of a kind over an object that ended in a state."""
        ...

    def listing(self, *, system: str | None = None, limit: int = 50) -> list[Run]:
        """The newest runs, newest first."""
        ...

    def see(self, run_id: str, external_ids: Collection[str]) -> None:
        """Remember what a run has seen; doing it twice does no harm."""
        ...

    def forget(self, run_id: str) -> None:
        """Drop what a run has seen."""
        ...
