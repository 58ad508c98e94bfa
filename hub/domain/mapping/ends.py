"""The two ends of a rule: where a value is read and written on one side."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from hub.domain.documents import Doc
from hub.domain.mapping.paths import Path
from hub.domain.mapping.rules import Const, Formula, Operand, Spread
from hub.domain.mapping.values import ABSENT, Read, clone, is_nothing


class Node(NamedTuple):
    """A record or a member of one of its lists, with the record it belongs to.

    ``where`` is its place in the document and ``path`` its canonical place, both with a dot at the end.
    """

    doc: Doc
    root: Doc
    where: str = ""
    path: str = ""

    @property
    def names(self) -> Doc:
        """What expressions see: the fields of the node; a member sees the whole record as ``record``."""
        return self.doc if self.doc is self.root else {**self.doc, "record": self.root}


def record(doc: Doc) -> Node:
    """The node of a whole record."""
    return Node(doc, doc)


class End(Protocol):
    """One side of a rule."""

    def read(self, node: Node) -> Read:
        """The value, None, or ABSENT."""
        ...

    def write(self, doc: Doc, value: Any) -> None:
        """Set the value."""
        ...

    def null(self, doc: Doc) -> None:
        """Say that there is no value, by null."""
        ...

    def omit(self, doc: Doc) -> None:
        """Say that there is no value, by leaving it out."""
        ...


@dataclass(frozen=True)
class PathEnd:
    """A value at one path; ``alone`` says that no other rule writes the member that the path selects."""

    path: Path
    alone: bool = True

    def read(self, node: Node) -> Read:
        """The value at the path."""
        return self.path.read(node.doc)

    def write(self, doc: Doc, value: Any) -> None:
        """Set the value at the path."""
        self.path.write(doc, clone(value))

    def null(self, doc: Doc) -> None:
        """Set null, unless there is no value anyway."""
        if not is_nothing(self.path.read(doc)):
            self.path.write(doc, None)

    def omit(self, doc: Doc) -> None:
        """Take the field away; a selected member goes as a whole when this field was all that rules know of it."""
        if self.path.selector is not None and self.alone:
            self.path.leave_out(doc)
        else:
            self.path.delete(doc)


@dataclass(frozen=True)
class SpreadEnd:
    """A value over several paths; read and written as a tuple."""

    paths: tuple[Path, ...]

    def read(self, node: Node) -> Read:
        """The values, with None for each that is missing; nothing when all are."""
        values = [path.read(node.doc) for path in self.paths]
        if all(value is ABSENT for value in values):
            return ABSENT
        return None if all(map(is_nothing, values)) else tuple(None if is_nothing(value) else value for value in values)

    def write(self, doc: Doc, value: Any) -> None:
        """Set every value."""
        for path, part in zip(self.paths, value, strict=True):
            path.write(doc, part)

    def null(self, doc: Doc) -> None:
        """Set null everywhere."""
        for path in self.paths:
            PathEnd(path).null(doc)

    def omit(self, doc: Doc) -> None:
        """Take every field away."""
        for path in self.paths:
            path.delete(doc)


@dataclass(frozen=True)
class SourceEnd:
    """A fixed or computed value: it can only be read."""

    operand: Const | Formula

    def read(self, node: Node) -> Read:
        """The value; a number is a decimal string, as in every document of ours."""
        if isinstance(self.operand, Const):
            return self.operand.value
        value = self.operand.expression.evaluate(node.names)
        return format(value, "f") if isinstance(value, Decimal) else value

    def write(self, doc: Doc, value: Any) -> None:
        """Nothing is written: the rule has one direction."""

    def null(self, doc: Doc) -> None:
        """Nothing is written."""

    def omit(self, doc: Doc) -> None:
        """Nothing is written."""


def end_of(operand: Operand, *, alone: bool = True) -> End:
    """The end that an operand of a rule stands for."""
    match operand:
        case Path():
            return PathEnd(operand, alone)
        case Spread():
            return SpreadEnd(operand.paths)
        case Const() | Formula():
            return SourceEnd(operand)


def fields_of(operand: Operand) -> tuple[Path, ...]:
    """The fields that an operand writes; what is fixed or computed has none."""
    match operand:
        case Path():
            return (operand,)
        case Spread():
            return operand.paths
        case Const() | Formula():
            return ()
