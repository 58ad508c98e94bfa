"""Reports as files: cells that cannot run, amounts that are numbers, Chinese that can be read."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from hub.domain.books import Book, Sheet
from hub.files.books import KINDS, as_csv, as_pdf, as_xlsx

EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx")
BOOK = Book(
    "与 erp 的对账报告",
    [("期间", "2026-03-01"), ("Digest", "ab" * 32)],
    [
        Sheet("Money", ["Kind", "Amount", "Count"], [["发票", Decimal("-1234.50"), 7], [EVIL[0], Decimal("0.10"), 1]]),
        Sheet("A very long name [with] what: Excel/does*not?take", ["x"], [], nothing="Nothing."),
        Sheet("Long", ["a", "b"], [["<b>&", "字" * 300] for _ in range(120)], frozenset({1})),
    ],
    last="Not signed off yet.",
)


def test_csv_names_the_sheet_on_each_line_and_keeps_amounts_exact() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(BOOK).decode("utf-8-sig"))))
    assert rows[0] == ["与 erp 的对账报告", "期间", "2026-03-01"]
    assert ["Money", "发票", "-1234.50", "7"] in rows


@pytest.mark.parametrize("text", EVIL)
def test_a_text_never_becomes_a_formula(text: str) -> None:
    book = Book(text, [], [Sheet("s", ["h"], [[text]])])
    assert f's,"\'{text}"' in as_csv(book).decode("utf-8-sig") or f"s,'{text}" in as_csv(book).decode("utf-8-sig")
    cell = load_workbook(io.BytesIO(as_xlsx(book)))["s"]["A2"]
    assert (cell.data_type, cell.value) == ("s", text)


def test_a_workbook_has_a_sheet_for_each_table_and_numbers_that_can_be_summed() -> None:
    book = load_workbook(io.BytesIO(as_xlsx(BOOK)))
    assert len(book.sheetnames) == 4
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert [cell.value for cell in book["Money"][2]] == ["发票", -1234.5, 7]
    assert book["Money"]["B2"].number_format == "#,##0.00"
    assert book.worksheets[2]["A2"].value == "Nothing."


def test_a_pdf_goes_on_over_pages_and_is_the_same_each_time() -> None:
    made = as_pdf(BOOK)
    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") + made.count(b"/Type /Page ") > 3
    assert b"STSong-Light" in made
    assert as_pdf(BOOK) == made


@pytest.mark.parametrize("write", [write for write, _ in KINDS.values()], ids=list(KINDS))
def test_an_empty_report_can_be_written(write: Callable[[Book], bytes]) -> None:
    assert write(Book("t", [], []))
