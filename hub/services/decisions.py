"""What a person decides about a review."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Decision:
    """The choice, with what belongs to it.

    ``value`` goes with the choice value, ``record_id`` with match and merge. ``seen`` is the mark of the question as it
    was shown: when it reads differently by now, it is asked anew. ``fields`` says for a merge which record's value
    counts, by field: survivor or loser.
    """

    choice: str
    value: Any = None
    record_id: str | None = None
    seen: str | None = None
    note: str = ""
    fields: tuple[tuple[str, str], ...] = ()
