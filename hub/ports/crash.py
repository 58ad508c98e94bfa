"""Named places at which a test may kill the process, to prove that a restart ends in the same state."""

from typing import Protocol


class CrashPoints(Protocol):
    """Called at each named place."""

    def reach(self, name: str) -> None:
        """Say that the named place is reached; under test the process may die here."""
        ...
