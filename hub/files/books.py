"""Reports as files: CSV for programs, XLSX for who goes on reckoning, PDF for who signs and keeps."""

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from hub.domain.books import Book, Cell, Sheet

RUNNING = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet take a text for a formula
LONGEST_NAME = 31  # characters of a sheet's name in XLSX
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
INK, PAPER = colors.HexColor("#1f2933"), colors.HexColor("#eef2f6")
LINE = colors.HexColor("#c3ccd5")
FONT = "STSong-Light"  # every PDF reader brings it for simplified Chinese; it has Latin letters and figures as well
MARGIN = 14 * mm
PLAIN = 9  # points: all but titles
CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


def as_csv(book: Book) -> bytes:
    """One table under another, each line beginning with its sheet; marked so that spreadsheets know it as UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for name, value in book.facts:
        writer.writerow([plain(book.title), plain(name), plain(value)])
    for sheet in book.sheets:
        writer.writerow([plain(sheet.title), *map(plain, sheet.head)])
        for row in sheet.rows:
            writer.writerow([plain(sheet.title), *map(plain, row)])
    return out.getvalue().encode("utf-8-sig")


def plain(cell: Cell) -> str:
    """A cell that no spreadsheet takes for a formula; an amount stays one."""
    if not isinstance(cell, str):
        return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
    return f"'{cell}" if cell.startswith(RUNNING) else cell


def as_xlsx(book: Book) -> bytes:
    """A workbook: the facts on its first sheet, then a sheet for each table."""
    made = Workbook()
    first: Any = made.active
    first.title = named(book.title)
    write(first, 1, [book.title])
    first["A1"].font = Font(bold=True, size=14)
    for number, (name, value) in enumerate(book.facts, start=3):
        write(first, number, [name, value])
        first.cell(number, 1).font = Font(bold=True)
    if book.last:
        write(first, len(book.facts) + 4, [book.last])
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 28, 72
    for sheet in book.sheets:
        fill(made.create_sheet(named(sheet.title)), sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def named(title: str) -> str:
    """A title as the name of a sheet."""
    return title.translate(FORBIDDEN)[:LONGEST_NAME]


def fill(page: Any, sheet: Sheet) -> None:
    """One table on one sheet, its head held in place."""
    write(page, 1, sheet.head)
    for cell in page[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EEF2F6")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number, row in enumerate(sheet.rows, start=2):
        write(page, number, row)
    if not sheet.rows and sheet.nothing:
        write(page, 2, [sheet.nothing])
    for column, _ in enumerate(sheet.head):
        page.column_dimensions[get_column_letter(column + 1)].width = 48 if column in sheet.wide else 18
    page.freeze_panes = "A2"


def write(page: Any, row: int, cells: Any) -> None:
    """Cells of one row: texts are texts whatever they begin with, amounts are numbers with their places."""
    for column, value in enumerate(cells, start=1):
        cell: SheetCell = page.cell(row, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
        elif isinstance(value, Decimal):
            cell.number_format = "#,##0.00" if value.as_tuple().exponent else "#,##0"


def as_pdf(book: Book) -> bytes:
    """Pages in landscape, with page numbers; the same report is the same file."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=landscape(A4), title=book.title, invariant=1, lang=book.language,
        leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
    )  # fmt: skip
    story: list[Flowable] = [said(book.title, 16, after=4 * mm)]
    story += [facts(book), Spacer(1, 4 * mm)] if book.facts else []
    for sheet in book.sheets:
        story += [said(sheet.title, 12, before=3 * mm, after=2 * mm), grid(sheet, document.width)]
    story.append(said(book.last, PLAIN, before=6 * mm))
    document.build(story, onFirstPage=number_page, onLaterPages=number_page)
    return out.getvalue()


def said(words: str, size: float, *, before: float = 0, after: float = 0, right: bool = False) -> Paragraph:
    """A text; Chinese breaks between any two characters, other words do not."""
    look = ParagraphStyle(
        "text",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.35,
        textColor=INK,
        wordWrap="CJK" if CHINESE.search(words) else None,
        spaceBefore=before,
        spaceAfter=after,
        alignment=TA_RIGHT if right else TA_LEFT,
        keepWithNext=int(size > PLAIN),
    )
    return Paragraph(escape(words), look)


TIGHT = (("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1))
TOP = ("VALIGN", (0, 0), (-1, -1), "TOP")


def facts(book: Book) -> Table:
    """What the report is about, as two columns."""
    rows = [[text(name), text(value)] for name, value in book.facts]
    table = Table(rows, colWidths=[45 * mm, None], hAlign="LEFT")
    table.setStyle(TableStyle([TOP, *TIGHT, ("LEFTPADDING", (0, 0), (0, -1), 0)]))
    return table


def grid(sheet: Sheet, width: float) -> Flowable:
    """A table that goes on over pages, its head on each."""
    if not sheet.rows:
        return said(sheet.nothing, PLAIN)
    shares = [2 if column in sheet.wide else 1 for column, _ in enumerate(sheet.head)]
    numeric = [not isinstance(cell, str) for cell in sheet.rows[0]]
    head = [said(name, PLAIN, right=right) for name, right in zip(sheet.head, numeric, strict=True)]
    rows = [head, *([text(cell) for cell in row] for row in sheet.rows)]
    table = Table(rows, colWidths=[width * share / sum(shares) for share in shares], repeatRows=1)
    lines = ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE)
    table.setStyle(TableStyle([TOP, ("BACKGROUND", (0, 0), (-1, 0), PAPER), lines]))
    return table


def text(cell: Cell) -> Paragraph:
    """A cell; numbers stand at the right."""
    is_number = not isinstance(cell, str)
    return said(f"{cell:,}" if is_number else str(cell), PLAIN, right=is_number)


def number_page(canvas: Any, _document: Any) -> None:
    """The number of the page, at its foot."""
    canvas.setFont(FONT, 8)
    canvas.drawRightString(landscape(A4)[0] - MARGIN, 8 * mm, str(canvas.getPageNumber()))


KINDS: dict[str, tuple[Callable[[Book], bytes], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (as_pdf, "application/pdf"),
}
