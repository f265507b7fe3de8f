"""What a sheet says beside its plain cells, in each kind of file: nothing of it passes silently.

Texts that are struck through in part, rows without height, hidden rows of web pages, ditto marks,
numbers that lost their digits, rows that only number the columns.
"""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ledger.importing import document
from ledger.importing import plan as planning
from ledger.reading.sandbox import marks
from ledger.reading.sandbox.styles import Styles
from ledger.reading.workbook import Book, Grid
from tests.builders import day

pytestmark = pytest.mark.django_db

RECEIPTS = ["项目名称", "到位日期", "到位资金（万元）", "凭证号"]
PROJECTS = [
    "项目名称",
    "投资方",
    "责任单位",
    "总投资（万元）",
    "引资额（万元）",
    "签约时间",
    "项目阶段",
    "资金来源",
]


def receipt(amount=30, number="样-1", on="2012-06-05", name="石英砂项目"):
    return [name, on, amount, number]


def words(found):
    doubts = [doubt["sentence"] for sheet in found["sheets"] for doubt in sheet["doubts"]]
    return " ".join([*doubts, *(refusal["sentence"] for refusal in found["refusals"])])


def left_out(sheet):
    return [left["row"] for left in sheet["left_out"]]


@pytest.fixture
def handed(understood, tmp_path):
    """What programs are told of a file with these bytes."""

    def of(content, suffix):
        path = tmp_path / f"book{suffix}"
        path.write_bytes(content)
        return understood(path)

    return of


def struck(*texts):
    """A rich text; texts in lists are struck through."""
    runs = [(text[0], True) if isinstance(text, list) else (text, False) for text in texts]
    return CellRichText(*(TextBlock(InlineFont(strike=is_on), text) for text, is_on in runs))


def html(rows):
    return f"<html><meta charset=utf-8><table>{rows}</table></html>".encode()


def html_row(cells, given=""):
    return f"<tr{given}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def xml(rows, styles=""):
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Styles>{styles}</Styles>'
        f'<Worksheet ss:Name="Sheet1"><Table>{rows}</Table></Worksheet></Workbook>'
    ).encode()


def xml_row(cells, given="", style=""):
    kinds = ((cell, "Number" if isinstance(cell, int) else "String") for cell in cells)
    data = (f'<Cell{style}><Data ss:Type="{kind}">{cell}</Data></Cell>' for cell, kind in kinds)
    return f"<Row{given}>{''.join(data)}</Row>"


# Struck through


@pytest.mark.parametrize("place", ["A2", "C2", "D2"])
def test_a_text_struck_through_in_part_is_refused_and_never_joined(place, project, read):
    def bend(sheet):
        sheet[place] = struck(["99"], "88")

    found, sheet = read([RECEIPTS, receipt()], bend=bend)

    assert found["outcome"] == "refused"
    assert sheet["sums"] == {}
    assert "划" in words(found)


def test_a_rich_text_struck_through_as_a_whole_strikes_its_row(project, read):
    def bend(sheet):
        sheet["A2"] = struck(["石英砂"], ["项目"])

    found, sheet = read([RECEIPTS, receipt(), receipt(20, "样-2")], bend=bend)

    assert found["outcome"] == "ready"
    assert sheet["sums"] == {"amount": "200000.00"}
    assert left_out(sheet) == [2]


def test_shared_strings_are_looked_through_as_well():
    runs = "<r><rPr><strike{}/></rPr><t>99</t></r><r><t>{}</t></r>"
    each = ("<t>88</t>", runs.format("", "88"), runs.format(' val="0"', "88"), runs.format("", " "))
    strings = "".join(f"<si>{one}</si>" for one in each)
    drawn = "".join(f'<c r="{letter}2" t="s"><v>{at}</v></c>' for at, letter in enumerate("ABCD"))

    found = marks.read(
        f'<row r="2">{drawn}</row>'.encode(),
        "Sheet1",
        Styles({}, set()),
        marks.struck_strings(f"<sst>{strings}</sst>".encode()),
    )

    assert (found.part_struck, found.struck) == ([(2, 2)], [(2, 4)])


@pytest.mark.parametrize("place", ["B2", "D2"])
def test_a_struck_day_or_voucher_is_told(place, project, read):
    def bend(sheet):
        sheet[place].font = Font(strike=True)

    found, _sheet = read([RECEIPTS, receipt()], bend=bend)

    assert found["outcome"] == "ready"
    assert "划线" in words(found)


def test_a_web_page_and_an_xml_table_tell_what_is_struck(project, handed):
    of_page = html(html_row(RECEIPTS) + html_row(receipt("<s>99</s>88")))
    of_row = html(html_row(RECEIPTS) + html_row([f"<del>{each}</del>" for each in receipt()]))
    style = '<Style ss:ID="s1"><Font ss:StrikeThrough="1"/></Style>'
    rows = xml_row(RECEIPTS) + xml_row(receipt(), style=' ss:StyleID="s1"')
    of_xml = xml(rows + xml_row(receipt(20, "样-2")), style)

    assert handed(of_page, ".xls")[0]["outcome"] == "refused"
    assert left_out(handed(of_row, ".xls")[1]) == [2]
    _found, sheet = handed(of_xml, ".xls")
    assert left_out(sheet) == [2]
    assert sheet["sums"] == {"amount": "200000.00"}


# Hidden


def test_rows_without_height_and_hidden_rows_of_other_files_are_told(project, handed):
    page = html(
        html_row(RECEIPTS) + html_row(receipt(), ' style="display: none"') + html_row(receipt(2))
    )
    rows = xml_row(RECEIPTS) + xml_row(receipt(), ' ss:Hidden="1"')

    for content in (page, xml(rows)):
        assert "隐藏" in words(handed(content, ".xls")[0])


def test_a_row_of_no_height_is_hidden(project, handed):
    book = Workbook()
    for row in (RECEIPTS, receipt(), receipt(20, "样-2")):
        book.active.append(row)
    content, bent = io.BytesIO(), io.BytesIO()
    book.save(content)
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(bent, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<row r="3"', b'<row r="3" ht="0"'))

    found, _sheet = handed(bent.getvalue(), ".xlsx")

    assert "隐藏" in words(found)


def test_a_format_that_shows_nothing_is_told(project, read):
    def bend(sheet):
        sheet["C2"].number_format = ";;;"

    found, _sheet = read([RECEIPTS, receipt()], bend=bend)

    assert "数字格式" in words(found)


# Ditto marks, lost digits, cut rows


@pytest.mark.parametrize("mark", ["同上", "″", "〃", "同左"])
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_ditto_mark_is_never_a_value(mark, place, project, read):
    second = receipt(20, "样-2", "2012-06-06")
    second[place] = mark

    found, _sheet = read([RECEIPTS, receipt(), second])

    assert found["outcome"] == "refused"
    assert {each["row"] for each in found["refusals"]} == {3}


def test_a_voucher_that_lost_its_digits_in_a_text_file_is_refused(project, handed):
    lines = [",".join(RECEIPTS), "石英砂项目,2012-06-05,30,1.23457E+17"]

    found, _sheet = handed("\n".join(lines).encode("gbk"), ".csv")

    assert found["outcome"] == "refused"


def test_an_amount_cut_at_its_comma_is_refused_at_its_row(project, handed):
    lines = [",".join(RECEIPTS), "石英砂项目,2012-06-05,1,200,0012"]

    found, _sheet = handed("\n".join(lines).encode("gbk"), ".csv")

    assert found["outcome"] == "refused"
    assert [each["row"] for each in found["refusals"]] == [2]


# Lines that are no records


@pytest.mark.parametrize(
    "numbers", [[1, 2, 3, 4], ["(1)", "(2)", "(3)", "(4)"], ["甲", "乙", 1, "2=1+1"]]
)
def test_a_row_that_numbers_the_columns_is_no_record(numbers, project, read):
    found, sheet = read([RECEIPTS, numbers, receipt()])

    assert found["outcome"] == "ready"
    assert left_out(sheet) == [2]
    assert sheet["sums"] == {"amount": "300000.00"}


@pytest.mark.parametrize(
    "line",
    [
        "承前页",
        "过次页",
        "上年结转",
        "Total",
        "∑",
        "一至七月累计",
        "城关片区小计",
        "合计2笔",
        "【合计】",
        "平均",
    ],
)
def test_a_line_of_a_book_that_only_sums_is_left_out(line, project, read):
    rows = [RECEIPTS, receipt(), receipt(20, "样-2"), [line, None, 50, None]]

    found, sheet = read(rows)

    assert found["outcome"] == "ready"
    assert left_out(sheet) == [4]


@pytest.mark.parametrize(
    "heading",
    [
        "累计到位资金",
        "计划到位资金",
        "未到位资金",
        "1-7月到位资金",
        "其中：省外到位资金",
        "资金到位率",
    ],
)
def test_figures_of_another_kind_are_never_the_amount(heading, project, read):
    found, sheet = read([["项目名称", "到位日期", f"{heading}（万元）", "凭证号"], receipt()])

    assert found["outcome"] == "needs_mapping"
    assert sheet["sums"] == {}


@pytest.mark.parametrize(
    "amount",
    [
        "(50)",
        "-50",
        "50-60",
        "约50",
        "50+30",
        "12万5千",
        "1,20",
        "1.200,5",
        "30/40",
        "30（计划）",
        "3O",
        "$30",
    ],
)
def test_an_amount_with_two_readings_is_refused(amount, project, read):
    found, sheet = read([RECEIPTS, receipt(amount)])

    assert found["outcome"] == "refused"
    assert sheet["sums"] == {}


@pytest.mark.parametrize(
    "written", ["12.7.5", "7/5/2012", "2012年7月上旬", "7月5日", 120705, 2012.1]
)
def test_a_day_with_two_readings_is_never_invented(written, project, read):
    found, _sheet = read([RECEIPTS, receipt(on=written)])

    assert found["outcome"] in ("refused", "needs_mapping")


def test_a_rate_beside_the_unit_of_money_leaves_the_unit(project, read):
    rows = [["单位：万元   汇率：6.3"], ["项目名称", "到位日期", "到位资金", "凭证号"], receipt()]

    found, sheet = read(rows)

    assert sheet["money_unit"] == "万元"
    assert found["outcome"] == "ready"


@pytest.mark.parametrize("heading", ["币种", "备注"])
def test_a_row_whose_cell_says_dollars_is_refused(heading, project, read):
    rows = [[*RECEIPTS, heading], [*receipt(), "美元"], [*receipt(20, "样-2"), "人民币"]]

    found, _sheet = read(rows)

    assert found["outcome"] == "refused"
    assert [each["row"] for each in found["refusals"]] == [2]


@pytest.mark.parametrize("line", ["第1页 共2页", "以下空白", "*为重点项目", "本月无", "（续）"])
def test_a_lone_line_under_the_table_is_told_and_left_out(line, project, read):
    found, sheet = read([RECEIPTS, receipt(), [line]])

    assert found["outcome"] == "ready"
    assert left_out(sheet) == [3]


def test_the_serial_number_of_a_day_as_text_is_a_day_only_in_a_book_of_1900(project, read):
    def from_1904(sheet):
        sheet.parent.epoch = CALENDAR_MAC_1904

    assert read([RECEIPTS, receipt(on="41065")])[0]["outcome"] == "ready"
    assert read([RECEIPTS, receipt(on="41065")], bend=from_1904)[0]["outcome"] == "refused"


def test_parts_under_a_task_need_no_other_merged_heading(town, read):
    rows = [
        ["2013年任务（万元）"],
        ["单位", "年度任务", None, None],
        [None, "合计", "其中：省外", "其中：市外"],
        ["水沟镇", 100, 60, 40],
    ]

    found, sheet = read(rows, bend=lambda sheet: sheet.merge_cells("B2:D2"))

    assert found["outcome"] == "ready"
    assert sheet["sums"] == {"target": "1000000.00"}


def test_an_old_file_says_that_nobody_sees_what_it_hides(understood):
    plain = Path(__file__).parents[1] / "reading" / "files"

    for name, is_told in (("plain.xls", True), ("plain.ods", False)):
        assert ("隐藏行" in words(understood(plain / name)[0])) is is_told


def test_days_that_are_all_the_first_of_a_month_are_told_in_an_old_file(county, head, project):
    rows = [RECEIPTS, receipt(on={"day": "2012-06-01"}), receipt(2, "样-2", {"day": "2012-07-01"})]
    grid = Grid("Sheet1", list(enumerate(rows, start=1)), is_blind=True)

    plan = planning.make(Book([grid]), county, by=head, today=day("2012-07-16"))

    assert "当月1日" in words(document.of_plan(plan))
