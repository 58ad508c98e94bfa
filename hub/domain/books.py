"""A report as sheets of plain cells, in the words of one language: what is written to a file, whatever its kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Cell = str | int | Decimal


@dataclass(frozen=True)
class Sheet:
    """One table; ``wide`` are the columns with much text."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    wide: frozenset[int] = frozenset()
    nothing: str = ""  # what is said where there is no row


@dataclass(frozen=True)
class Book:
    """A report: its title, facts about it, its sheets, and a last line."""

    title: str
    facts: Sequence[tuple[str, str]]
    sheets: Sequence[Sheet]
    last: str = ""
    language: str = "en"
