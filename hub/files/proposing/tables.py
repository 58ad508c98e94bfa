"""Value tables made of two lists of values, paired by name and by label."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.files.proposing.words import squeezed, words_of
from hub.files.schema_tree import SchemaNode

MOST = 60
"""Values of a list for which a table is made: longer ones are no states, but records."""


@dataclass(frozen=True)
class Table:
    """Hub value to the remote value, or values, that mean it; and what has no partner."""

    rows: Mapping[str, Any]
    ours_left: tuple[str, ...]
    theirs_left: tuple[Any, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every value of both sides has its partner."""
        return not self.ours_left and not self.theirs_left

    @property
    def share(self) -> float:
        """Share of the hub's values that have a partner."""
        return len(self.rows) / (len(self.rows) + len(self.ours_left))

    @property
    def doubt(self) -> str:
        """What is still to be paired."""
        told = [("hub", self.ours_left), ("remote", self.theirs_left)]
        return "; ".join(f"without partner in the {side}: {', '.join(map(str, left))}" for side, left in told if left)


def table_of(ours: SchemaNode, theirs: SchemaNode) -> Table | None:
    """The table between two lists of values; None where no value has a partner, or a list is too long."""
    here = [value for value in ours.choices or () if isinstance(value, str)]
    there = [value for value in theirs.choices or () if value is not None]
    if not here or not there or len(here) > MOST or len(there) > MOST:
        return None
    rows: dict[str, list[Any]] = {}
    used: list[Any] = []
    ranked = sorted(_scores(ours, theirs, here, there), key=lambda row: -row[0])
    for least, many in ((LEAST, False), (SURE, True)):
        for share, one, other in ranked:
            if share >= least and (many or one not in rows) and not _holds(used, other):
                rows.setdefault(one, []).append(other)
                used.append(other)
    if not rows:
        return None
    told = {value: rows[value][0] if len(rows[value]) == 1 else rows[value] for value in here if value in rows}
    left = tuple(value for value in there if not _holds(used, value))
    return Table(told, tuple(value for value in here if value not in rows), left)


LEAST = 0.5
"""What two values must have in common at least."""
SURE = 0.8
"""What a further value must have in common with one that has its partner already."""
ALIKE = (
    {"draft", "open", "new", "started"},
    {"issued", "posted", "submitted", "confirmed", "validated"},
    {"void", "cancelled", "canceled", "cancel", "voided"},
    {"paid", "settled", "closed"},
    {"credited", "reversed"},
    {"partial", "partly", "partially"},
    {"organisation", "organization", "company", "business"},
    {"person", "individual", "private"},
    {"repair", "fix"},
    {"done", "completed", "complete", "finished"},
)
"""Words that mean the same as values."""


def _holds(values: Any, value: Any) -> bool:
    return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in values)


def _scores(
    ours: SchemaNode, theirs: SchemaNode, here: list[str], there: list[Any]
) -> Iterator[tuple[float, str, Any]]:
    for one in here:
        for other in there:
            yield _score(_names(ours, one), _names(theirs, other)), one, other


def _names(node: SchemaNode, value: Any) -> list[str]:
    """A value and its labels."""
    labels = node.says("x-enum")
    told = labels.get(str(value)) if isinstance(labels, Mapping) else None
    return [str(value), *(str(label) for label in told.values())] if isinstance(told, Mapping) else [str(value)]


def _score(one: list[str], other: list[str]) -> float:
    return max(_near(here, there) for here in one for there in other)


def _near(one: str, other: str) -> float:
    if squeezed(one) == squeezed(other) != "":
        return 1.0
    here, there = frozenset(words_of(one)), frozenset(words_of(other))
    if any(here & group and there & group for group in ALIKE):
        return 0.8
    if len(one) > 1 and len(other) > 1 and not one.isascii() and (one in other or other in one):
        return 0.7
    return 0.9 * len(here & there) / len(here | there) if here and there else 0.0
