"""Problems of an installation: where, what, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that keeps an installation from working; ``where`` is a file with line and path, or a part of it."""

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.mend}".rstrip()
