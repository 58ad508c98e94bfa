"""The reference model: who wrote what where, and what he had seen when he wrote it; no rule of the engine."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

HUB = "hub"
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class Edit:
    """One value that a person wrote; ``parent`` is the value that he saw there before."""

    serial: int
    side: str
    parent: int | None
    acked: bool = True
    at: datetime = LONG_AGO
    is_clearing: bool = False  # the value is nothing


@dataclass
class Entry:
    """One thing that persons made: where it was born, and what they wrote of it."""

    label: str
    entity: str
    side: str
    id: str  # on the side where it was born
    acked: bool = True
    deleted: set[str] = field(default_factory=set)  # the systems in which a person deleted it
    went_into: str | None = None  # the label of what it was merged into over there
    edits: dict[str, list[Edit]] = field(default_factory=dict)

    def note(self, name: str, edit: Edit) -> Edit:
        """Remember an edit of a field."""
        self.edits.setdefault(name, []).append(edit)
        return edit

    def clearing(self, name: str) -> int | None:
        """The edit that emptied a field, where somebody did."""
        return next((edit.serial for edit in self.edits.get(name, ()) if edit.is_clearing), None)


@dataclass
class Ledger:
    """All of it, by label."""

    entries: dict[str, Entry] = field(default_factory=dict)
    charges: dict[str, str] = field(default_factory=dict)  # gross by charge id, as acknowledged
    paid: set[str] = field(default_factory=set)

    def merged_into(self, entry: Entry) -> list[Entry]:
        """What went into an entry, at once or by a detour."""
        direct = [each for each in self if each.went_into == entry.label]
        return [*direct, *(deeper for each in direct for deeper in self.merged_into(each))]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())


def ancestors(edits: list[Edit], edit: Edit) -> set[int]:
    """The values that an edit was made in the knowledge of."""
    by_serial = {each.serial: each for each in edits}
    seen: set[int] = set()
    parent = edit.parent
    while parent is not None and parent not in seen:
        seen.add(parent)
        parent = by_serial[parent].parent if parent in by_serial else None
    return seen
