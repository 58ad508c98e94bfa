"""CSV and XLSX: the rows of a file by the headings of its columns, and rows written as a file.

Sources of the rules: RFC 4180 for CSV; a workbook is a ZIP archive, so what it unpacks to is limited before it is.
"""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain, dropwhile
from typing import Any, NamedTuple

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from connectors.files.shapes import Format
from hub.domain.errors import HubError, RejectedError

UNPACKED = 400_000_000  # bytes that a workbook may unpack to
CELL = 100_000  # characters
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
NO_BOOK = (  # what comes of a damaged or encrypted archive, of what is no XML in it, and of cells that stand nowhere
    InvalidFileException, zipfile.BadZipFile, zlib.error, RuntimeError, LookupError, ValueError, OSError, SyntaxError
)  # fmt: skip
Cells = tuple[int, list[str]]  # number of the line, and what stands in it


class Table(NamedTuple):
    """What a file has: its headings, and the rows below them as they are read, those in which nothing stands too."""

    headings: Sequence[str]
    rows: Iterator[Cells]

    def misfit(self, cells: Sequence[str]) -> str | None:
        """Why a row does not fit below the headings; cells beyond them may be empty."""
        width = len(self.headings)
        fits = len(cells) >= width and not any(cells[width:])
        return None if fits else f"It has {len(cells)} cells where there are {width} headings."


class UnreadableError(HubError):
    """A file that is none of its format; the template wants to know which ``file`` of which ``system``."""


def rows_of(content: bytes, form: Format, needed: Sequence[str]) -> Table:
    """The rows of a file; UnreadableError when it lacks a needed column, or is no such file, which a row may tell."""
    lines = dropwhile(lambda line: line[0] < form.header, READERS[form.kind](content, form))
    try:
        headings = [heading.strip() for heading in next(lines)[1]]
    except StopIteration:
        raise UnreadableError("{system}: {file} lies in failed now: it has no line with headings.") from None
    if missing := [column for column in needed if column not in headings]:
        raise UnreadableError(
            "{system}: {file} lies in failed now: it has no column {columns}.", columns=", ".join(missing)
        )
    if twice := sorted({column for column in needed if headings.count(column) > 1}):
        raise UnreadableError(
            "{system}: {file} lies in failed now: it has more than one column {columns}.", columns=", ".join(twice)
        )
    return Table(headings, lines)


def _text(cell: Any) -> str:
    """A cell as text: numbers without exponent, dates in ISO form."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float() | Decimal():
            text = format(Decimal(repr(cell)) if isinstance(cell, float) else cell, "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def _csv(content: bytes, form: Format) -> Iterator[Cells]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig" if content.startswith(codecs.BOM_UTF8) or form.encoding == "utf-8" else form.encoding
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            "{system}: {file} lies in failed now: byte {place} of it is not {encoding}.",
            encoding=form.encoding,
            place=error.start,
        ) from error
    if "\0" in text:
        raise UnreadableError("{system}: {file} lies in failed now: it has zero bytes, so it is no text.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise UnreadableError(
            "{system}: {file} lies in failed now: line {line} is no CSV.", line=reader.line_num
        ) from error


def _xlsx(content: bytes, form: Format) -> Iterator[Cells]:
    try:
        yield from _rows_of_book(content, form)
    except NO_BOOK as error:
        raise UnreadableError("{system}: {file} lies in failed now: it is no XLSX workbook.") from error


def _rows_of_book(content: bytes, form: Format) -> Iterator[Cells]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(each.file_size for each in archive.infolist())
    if unpacked > UNPACKED:
        raise UnreadableError("{system}: {file} lies in failed now: it unpacks to more than can be read.")
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        if form.sheet is not None and form.sheet not in book.sheetnames:
            raise UnreadableError("{system}: {file} lies in failed now: it has no sheet {sheet}.", sheet=form.sheet)
        sheet = book[form.sheet or book.sheetnames[0]]
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, list(map(_text, cells))
    finally:
        book.close()


READERS: Mapping[str, Callable[[bytes, Format], Iterator[Cells]]] = {"csv": _csv, "xlsx": _xlsx}


def written(headings: Sequence[str], rows: Sequence[Sequence[str | None]], form: Format) -> bytes:
    """A file with these rows; RejectedError for a character that its format cannot have."""
    for cell in chain.from_iterable(rows):
        if cell is not None and (len(cell) > CELL or CONTROL.search(cell)):
            raise RejectedError("A value cannot stand in a cell: it is too long or has control characters.")
    return WRITERS[form.kind]([headings, *rows], form)


def _as_csv(rows: Sequence[Sequence[str | None]], form: Format) -> bytes:
    told = io.StringIO(newline="")
    writer = csv.writer(told, delimiter=form.delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
    try:
        return told.getvalue().encode(form.encoding)
    except UnicodeEncodeError as error:
        raise RejectedError("A value cannot be written in {encoding}.", encoding=form.encoding) from error


def _as_xlsx(rows: Sequence[Sequence[str | None]], form: Format) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = form.sheet or sheet.title
    for row in rows:
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s" if cell.value is not None else "n"  # text that begins with = is text
    told = io.BytesIO()
    book.save(told)
    return told.getvalue()


WRITERS: Mapping[str, Callable[[Sequence[Sequence[str | None]], Format], bytes]] = {"csv": _as_csv, "xlsx": _as_xlsx}
