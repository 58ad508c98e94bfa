"""What a connector file declares of files, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from hub.domain.documents import Doc

UNITS = {"s": "seconds", "min": "minutes", "h": "hours"}


@dataclass(frozen=True)
class Format:
    """How a file is written."""

    kind: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    header: int = 1


@dataclass(frozen=True)
class Drop:
    """Files that somebody drops; ``columns`` are headings by field."""

    folder: str
    files: str
    columns: Mapping[str, str]
    whole: bool = False


@dataclass(frozen=True)
class Shape:
    """One object: what is dropped for us, or the folder that we write to and where the answers come."""

    id: tuple[str, ...]
    columns: Mapping[str, str]
    format: Format
    settle: timedelta
    drop: Drop | None = None
    folder: str = ""
    results: Drop | None = None

    @property
    def told(self) -> Mapping[str, str]:
        """The columns that only the other side fills."""
        return {} if self.results is None else {n: c for n, c in self.results.columns.items() if n not in self.columns}


def shape_of(told: Doc, connection: Doc) -> Shape:
    """One object's declaration, read; it was checked against the driver's schema."""
    shape = Shape(
        id=tuple(told["id"]),
        columns=headings(told["fields"]),
        format=Format(**{**connection.get("format", {}), **told.get("format", {})}),
        settle=duration(connection.get("settle", "10 s")),
    )
    if "read" in told:
        return replace(shape, drop=drop_of(told["read"], shape.columns))
    write = told["write"]
    results = write.get("results")
    answers = drop_of(results, headings(results["fields"])) if results else None
    return replace(shape, folder=write["folder"], results=answers)


def drop_of(told: Doc, columns: Mapping[str, str]) -> Drop:
    """One drop folder."""
    return Drop(told["folder"], told.get("files", "*"), columns, whole=told.get("whole", False))


def headings(told: Mapping[str, Doc]) -> Mapping[str, str]:
    """The heading of each field."""
    return {name: each.get("from", name) for name, each in told.items()}


def duration(told: str) -> timedelta:
    """A number and a unit."""
    number, unit = told.split()
    return timedelta(**{UNITS[unit]: int(number)})
