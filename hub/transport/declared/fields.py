"""Fields of documents: read out of records, and written as the product takes them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.transport.declared.paths import Reader, put
from hub.transport.declared.templates import Filler

Convert = Callable[[Any], Any]
WRONG = (ArithmeticError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class By:
    """A field of another object's record, by which this one names it."""

    object: str
    field: str
    read: bool = False


@dataclass(frozen=True)
class Commands:
    """What stands in a list that is written for each row that is new, changed or gone."""

    add: Filler | None = None
    change: Filler | None = None
    drop: Filler | None = None


@dataclass(frozen=True)
class Field:
    """One field; ``rows`` are those of each row where it is a list of rows."""

    name: str
    path: str
    read: Reader
    to: str
    decode: Convert
    encode: Convert
    ask: str | None = None
    empty: tuple[Any, ...] = ()
    clear: Any = None
    computed: bool = False
    create_only: bool = False
    by: By | None = None
    rows: tuple["Field", ...] | None = None
    row_id: Reader | None = None
    number_rows: bool = False
    commands: Commands | None = None

    def told(self, record: Any) -> Any:
        """Its value in a record; RejectedError when that is not what the file says."""
        told = self.read(record)
        if told is None or (self.empty and any(type(told) is type(one) and told == one for one in self.empty)):
            return None if self.rows is None else []
        try:
            return self.decode(told) if self.rows is None else [self._row(row) for row in told]
        except WRONG as error:
            raise RejectedError("{field} is not what the connector file says it is", field=self.name) from error

    def _row(self, row: Any) -> Doc:
        doc = document(self.rows or (), row)
        return doc if self.row_id is None else {"id": self.row_id(row), **doc}

    def written(self, value: Any) -> Any:
        """A value of ours as the product takes it; RejectedError when it is none, which a mapping must mend."""
        if value is None:
            return self.clear
        if self.rows is not None:
            return [encoded(self.rows, row) for row in value]
        try:
            return self.encode(value)
        except WRONG as error:
            raise RejectedError("{field}: a value is not what the connector file says", field=self.name) from error


def document(fields: Iterable[Field], record: Any) -> Doc:
    """The document of a record."""
    return {field.name: field.told(record) for field in fields}


def teller(fields: tuple[Field, ...]) -> Callable[[Any], Doc]:
    """What does the same for many records; only where one of them is wrong it is looked which field that is."""
    heads = [(field.name, field.path) for field in fields]
    others = [(field.name, _quick(field)) for field in fields if not _is_plain(field)]

    def tell(record: Any) -> Doc:
        try:
            get = record.get
            doc = {name: get(path) for name, path in heads}
            for name, read in others:
                doc[name] = read(record)
        except WRONG:
            return document(fields, record)
        return doc

    return tell


def _is_plain(field: Field) -> bool:
    """Whether its value stands under one name, and is told as it is."""
    is_same = field.decode is same and not field.empty and field.rows is None
    return is_same and "." not in field.path and "[" not in field.path


def _quick(field: Field) -> Callable[[Any], Any]:
    """What tells the value of one field, without a care for what is wrong."""
    if field.empty or field.rows is not None:
        return field.told
    read, decode = field.read, field.decode
    if decode is same:
        return read
    return lambda record: None if (told := read(record)) is None else decode(told)


def same(value: Any) -> Any:
    """A value as it is."""
    return value


def encoded(fields: Iterable[Field], doc: Doc) -> Doc:
    """What is written of a document, each value at its place."""
    out: Doc = {}
    for one in fields:
        if one.name in doc and not one.computed:
            put(out, one.to, one.written(doc[one.name]))
    return out
