"""The one way of writing workbooks: safe cells, exact numbers, looks of an office table."""

import errno
import io
import zipfile
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.etree import SerialisationError
from openpyxl.worksheet._writer import ALL_TEMP_FILES

from ledger.sheets.book import Book, Column, Live, Styled, lines_of, sheet_name, writable
from ledger.sheets.cell_styles import (
    CENTRED,
    COUNT,
    DAY,
    TEXT,
    WAN,
    WRAPPED,
    percent_form,
    points_form,
)
from tests.builders import moment

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EVIL = (
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "{=1}",
    '=HYPERLINK("http://example.invalid","x")',
    "=cmd|'/c calc'!A0",
    "'=1",
    ' "=1',
    "http://example.invalid/",
    "#DIV/0!",
    "1e5",
    "TRUE",
    "2012-06-30",
)


COLUMNS = (Column("甲", 20), Column("乙", 14, WAN))


def written(rows, columns=COLUMNS, **options):
    """The bytes of a workbook with one sheet."""
    file = io.BytesIO()
    with Book("题") as book:
        sheet = book.sheet("表", columns, **options)
        sheet.extend(rows)
        book.save(file)
    return file.getvalue()


def cells(data):
    """(text or number as spelled, kind) of every cell of the first sheet, row by row."""
    root = ElementTree.fromstring(part(data, "xl/worksheets/sheet1.xml"))
    for row in root.iter(f"{MAIN}row"):
        yield [
            ("".join(c.itertext()) if len(c) else None, c.get("t"), c.find(f"{MAIN}f") is not None)
            for c in row
        ]


def part(data, name):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def reopened(data):
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


@pytest.mark.parametrize("text", EVIL)
def test_text_that_looks_like_a_formula_stays_text(text):
    """quality 12"""
    data = written([[text, None]])

    [[(value, kind, is_live), _]] = list(cells(data))[1:]
    assert (value, kind, is_live) == (text, "inlineStr", False)
    assert reopened(data)["A2"].value == text
    assert b"hyperlink" not in part(data, "xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@x", "＝1", "{=1}", "\t1"])
def test_text_that_looks_like_a_formula_is_marked_as_text(text):
    """quality 12"""
    assert reopened(written([[text, None]]))["A2"].quotePrefix
    assert not reopened(written([["水沟镇", None]]))["A2"].quotePrefix


@given(st.text(alphabet=st.characters(), max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_written_and_none_is_live(text):
    """quality 12"""
    [[(value, _, is_live), _]] = list(cells(written([[text, None]])))[1:]

    assert not is_live
    assert (value or "") == writable(text)


def test_what_a_sheet_cannot_hold_is_left_out():
    assert writable("a\x00b\x07c\ud800d\ufffee\r\nf") == "abcde\nf"
    assert len(writable("金" * 40_000)) == 32_767
    assert len(writable("𠮷" * 40_000).encode("utf-16-le")) <= 2 * 32_767


def test_text_that_looks_like_an_escape_keeps_its_letters():
    """Excel reads _x0041_ as A; escaped, it reads what was written."""
    assert writable("_x0041_ _x") == "_x005F_x0041_ _x"


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (Decimal("999999999.999999"), "999999999.999999"),
        (Decimal("0.000001"), "0.000001"),
        (Decimal("-12.50"), "-12.50"),
        (Fraction(1, 3), "0.333333333333333"),
        (12, "12"),
        (date(2012, 6, 30), "41090"),
        (moment("2012-06-30"), "41090.5"),
    ],
)
def test_numbers_and_days_are_exact_numbers(value, spelled):
    """quality 26"""
    [[_, (text, kind, _)]] = list(cells(written([[None, value]])))[1:]

    assert (text, kind) == (spelled, "n")


def test_day_is_a_day_when_reopened():
    sheet = reopened(written([[date(2012, 6, 30), None]], (Column("日", 12, DAY), Column("", 9))))

    assert sheet["A2"].value.date() == date(2012, 6, 30)


def test_only_what_is_named_live_is_a_formula():
    [[(text, _, is_live), (other, _, is_text)]] = list(
        cells(written([[Live("=SUM(B1:B2)"), "=SUM(B1:B2)"]]))
    )[1:]

    assert (text, is_live) == ("SUM(B1:B2)", True)
    assert (other, is_text) == ("=SUM(B1:B2)", False)


def test_headings_repeat_on_paper_and_stay_in_sight():
    columns = [Column("单位", 20), Column("累计", 12, WAN, "到位"), Column("新建", 12, WAN, "到位")]

    sheet = reopened(written([["甲", 1, 2]], columns, title="表题", lines=[["左", "右"]], kept=1))

    assert sheet.print_title_rows == "$3:$4"
    assert sheet.freeze_panes == "B5"
    assert {str(area) for area in sheet.merged_cells.ranges} == {
        *("A1:C1", "B2:C2"),
        *("A3:A4", "B3:C3"),
    }
    assert [cell.value for cell in sheet[3]] == ["单位", "到位", None]
    assert [cell.value for cell in sheet[4]] == [None, "累计", "新建"]


def test_paper_is_a4_landscape_fitted_to_its_width_with_page_numbers():
    sheet = reopened(written([]))

    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert "&P" in sheet.oddFooter.center.text
    assert "&N" in sheet.oddFooter.center.text


def test_a_cell_may_look_otherwise_and_carry_a_comment():
    sheet = reopened(written([[Styled("坏", CENTRED, "请改"), 1], ["好", 2]]))

    assert sheet["A2"].comment.text == "请改"
    assert sheet["A2"].alignment.horizontal == "center"
    assert sheet["A3"].comment is None
    assert sheet["A3"].alignment.horizontal == "left"


def test_choices_filters_and_warnings_reach_the_file():
    file = io.BytesIO()
    with Book() as book:
        sheet = book.sheet("表", [Column("甲", 10)])
        sheet.add(["x"])
        sheet.choices(2, 0, 9, '"镇,部门"', "请从列表中选择。")
        sheet.filterset(1)
        sheet.redden(2, 0, 9, "✗")
        book.save(file)

    sheet = reopened(file.getvalue())
    assert sheet.data_validations.dataValidation[0].formula1 == '"镇,部门"'
    assert sheet.auto_filter.ref == "A1:A2"
    assert len(sheet.conditional_formatting) == 1


def test_row_with_a_long_text_gets_its_lines():
    columns = [Column("名", 10, WRAPPED), Column("数", 10, COUNT)]

    sheet = reopened(written([["短", 1], ["很长很长的项目名称", 2]], columns, row_height=15))

    assert (sheet.row_dimensions[2].height, sheet.row_dimensions[3].height) == (15, 30)
    assert lines_of("一二\n三", 20) == 2


def test_an_interrupted_book_leaves_no_file_behind():
    """quality 48: cancelled half way, the temporary files are removed."""
    before = list(ALL_TEMP_FILES)

    def rows():
        yield ["甲", 1]
        raise KeyError("the database went away")

    with pytest.raises(KeyError), Book() as book:
        sheet = book.sheet("表", [Column("甲", 10), Column("乙", 10)])
        sheet.extend(rows())

    assert before == ALL_TEMP_FILES
    assert [path for path in before if not Path(path).exists()] == []


@pytest.mark.parametrize(
    ("requested", "given"),
    [("排名表", "排名表"), ("a/b:c", "a b c"), ("", "Sheet"), ("长" * 40, "长" * 31)],
)
def test_a_sheet_gets_a_name_that_excel_accepts(requested, given):
    assert sheet_name(requested) == given


def test_number_formats():
    assert percent_form(1) == "0.0%"
    assert points_form(2) == "+0.00;-0.00;0.00"


def test_styles_are_shared_by_cells_of_one_look():
    few, many = written([["甲", 1]]), written([["甲", 1]] * 50)

    assert part(few, "xl/styles.xml") == part(many, "xl/styles.xml")


def test_wrong_number_of_values_is_an_error():
    with pytest.raises(ValueError), Book() as book:
        book.sheet("表", [Column("甲", 9, TEXT), Column("乙", 9)]).add(["一"])


def test_a_full_disk_is_told_as_one():
    """quality 41: the library's own word for it is turned into the system's."""
    with pytest.raises(OSError, match="ENOSPC") as caught, Book("x"):
        raise SerialisationError("IO_ENOSPC")

    assert caught.value.errno == errno.ENOSPC
