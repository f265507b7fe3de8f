"""Awkward workbooks: those that must be read as if they were plain, and those that must be refused.

Each way of bending the plain county is one small function; its docstring says what people do there.
"""

import re
from datetime import date, datetime

import pytest
from django.db import transaction
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ledger.importing.plan_types import Outcome
from tests.builders import make_county, make_head
from tests.ledger.importing import books

TOLERATED = []
REFUSED = []


def tolerated(bend):
    TOLERATED.append(bend)
    return bend


def refused(*places):
    """Bent so, the workbook is refused at these places (sheet, row, heading) and nowhere else."""

    def register(bend):
        REFUSED.append((bend, list(places)))
        return bend

    return register


def raw(bend):
    """A bend of the saved bytes rather than of the workbook."""
    bend.is_raw = True
    return bend


# Title rows, headings and columns


@tolerated
def title_row(book):
    """A title over the headings."""
    for sheet in book:
        sheet.insert_rows(1)
        sheet["A1"] = "商南县2012年招商引资台账"


@tolerated
def merged_title_and_unit_line(book):
    """A merged title, and 单位：万元 at the right."""
    for sheet in book:
        sheet.insert_rows(1, 2)
        sheet["A1"] = "商南县招商引资情况表"
        sheet.merge_cells("A1:D1")
        sheet["C2"] = "单位：万元"


@tolerated
def many_lines_above(book):
    """Title, subtitle, who filled it in, an empty row."""
    for sheet in book:
        sheet.insert_rows(1, 5)
        sheet["A1"], sheet["A2"] = "附件1", "商南县招商引资工作领导小组办公室"
        sheet["A3"], sheet["C3"] = "填报单位：商南县招商局", "填报日期：2012年7月3日"


@tolerated
def reordered_columns(book):
    """The columns the other way round."""
    for sheet in book:
        rows = [[cell.value for cell in row][::-1] for row in sheet.iter_rows()]
        sheet.delete_rows(1, sheet.max_row)
        for row in rows:
            sheet.append(row)


@tolerated
def shifted_table(book):
    """The table begins in the third column."""
    for sheet in book:
        sheet.insert_cols(1, 2)


@tolerated
def extra_columns(book):
    """Columns of somebody's own."""
    for sheet in book:
        column = sheet.max_column + 1
        sheet.cell(1, column).value = "局内编号"
        sheet.cell(2, column).value = "A-17"


@tolerated
def serial_numbers(book):
    """序号 in front, also where the rest of the row is empty."""
    for sheet in book:
        sheet.insert_cols(1)
        sheet["A1"] = "序号"
        for row in range(2, sheet.max_row + 6):
            sheet.cell(row, 1).value = row - 1


@tolerated
def synonyms(book):
    """Other words for the same columns."""
    book["单位"]["A1"], book["单位"]["B1"] = "责任单位", "单位类型"
    book["任务"]["A1"], book["任务"]["C1"] = "单位", "年度目标任务（万元）"
    project = book["项目"]
    project["B1"], project["C1"], project["D1"] = "投资主体", "引进单位", "引资份额"
    project["E1"], project["F1"], project["G1"] = "协议类型", "签约时间", "计划总投资（万元）"
    project["H1"], project["I1"] = "合同引资额，万元", "产业类别"
    receipt = book["到位资金"]
    receipt["B1"], receipt["C1"], receipt["D1"] = "到账时间", "到位资金额/万元", "票据号"


@tolerated
def spaced_headings(book):
    """Headings drawn apart by spaces and line breaks."""
    book["单位"]["A1"], book["单位"]["B1"] = "单 位 名 称", "类　别"
    book["任务"]["C1"] = "年度\n任务\n（万元）"
    book["项目"]["G1"] = "总\n投\n资\n万元"


@tolerated
def starred_headings(book):
    """Required columns marked with a star."""
    book["单位"]["A1"] = "*单位名称"
    book["到位资金"]["C1"] = "金额（万元）*"


@tolerated
def full_width_headings_and_notes(book):
    """Notes in brackets behind the heading."""
    book["项目"]["A1"] = "项目名称（全称）"
    book["项目"]["D1"] = "份额（合计100%）"
    book["到位资金"]["D1"] = "凭证号【必填】"


@tolerated
def heading_over_two_rows(book):
    """Two rows of headings, the upper one merged over a group."""
    sheet = book["项目"]
    sheet.insert_rows(1)
    for column in range(1, 11):
        sheet.cell(1, column).value = sheet.cell(2, column).value
        if column not in (7, 8):
            sheet.cell(2, column).value = None
            sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
    sheet["G1"], sheet["H1"] = "投资情况（万元）", None
    sheet.merge_cells("G1:H1")


@tolerated
def heading_repeated_for_print(book):
    """The headings once more in the middle, where a page began."""
    for sheet in book:
        headings = [cell.value for cell in sheet[1]]
        sheet.insert_rows(4)
        for column, heading in enumerate(headings, start=1):
            sheet.cell(4, column).value = heading


@tolerated
def own_heading_beside_synonym(book):
    """Our heading and a synonym of it: ours counts."""
    sheet = book["项目"]
    sheet.cell(1, 11).value = "单位"
    sheet.cell(2, 11).value = "不读这一列"


@tolerated
def renamed_sheets(book):
    """Sheets that are called otherwise, one not at all."""
    book["单位"].title = "单位名录"
    book["任务"].title = "2012年任务"
    book["项目"].title = "项目台账"
    book["到位资金"].title = "Sheet4"


@tolerated
def sheets_in_another_order(book):
    """The receipts first."""
    book._sheets.reverse()


@tolerated
def receipts_over_two_sheets(book):
    """One sheet of receipts a half-year."""
    first = book["到位资金"]
    second = book.create_sheet("到位资金明细")
    second.append([cell.value for cell in first[1]])
    second.append([cell.value for cell in first[5]])
    first.delete_rows(5)


@tolerated
def foreign_sheets(book):
    """Other sheets in the same workbook."""
    book.create_sheet("说明").append(["本表由招商局填报"])
    book.create_sheet("空表")
    other = book.create_sheet("通讯录", 0)
    other.append(["姓名", "电话"])
    other.append(["张", "0914-6320000"])


@tolerated
def hidden_sheet(book):
    """An old copy that somebody hid."""
    copy = book.copy_worksheet(book["到位资金"])
    copy.title, copy.sheet_state = "到位资金（旧）", "hidden"


# Rows


@tolerated
def blank_rows(book):
    """Empty rows between."""
    for sheet in book:
        sheet.insert_rows(3, 3)


@tolerated
def totals_and_signatures(book):
    """合计 and 小计, and who signed, under the rows."""
    book["任务"].append(["小计", None, 18500.5])
    book["任务"].append(["合计", None, 18500.5])
    book["任务"].append([])
    book["任务"].append(["填表人：张三", None, "审核人：李四"])
    book["到位资金"].append(["合  计", None, 5034.57, None])
    book["到位资金"].append(["注：以上为上半年数。"])


@tolerated
def group_labels(book):
    """一、镇 over the towns."""
    book["任务"].insert_rows(2)
    book["任务"]["A2"] = "一、镇（13个）"
    book["单位"].insert_rows(2)
    book["单位"]["A2"] = "（一）镇"
    book["单位"].merge_cells("A2:C2")


@tolerated
def hidden_rows(book):
    """A filter was left on: hidden rows count all the same."""
    book["到位资金"].row_dimensions[3].hidden = True


@tolerated
def formats_to_the_last_row(book):
    """Borders drawn down to row 1,048,576."""
    for sheet in book:
        sheet.cell(1_048_576, 1).font = Font(bold=True)


@tolerated
def formats_to_the_last_column(book):
    """A whole row painted."""
    book["任务"].cell(3, 16_384).font = Font(bold=True)


@tolerated
def merged_cells_downwards(book):
    """One project's name over several receipts."""
    sheet = book["到位资金"]
    sheet["A3"] = None
    sheet.merge_cells("A2:A3")
    target = book["任务"]
    for row in (3, 4, 5):
        target.cell(row, 2).value = None
    target.merge_cells("B2:B5")


@tolerated
def year_in_the_title(book):
    """No column 年度; the title tells it."""
    sheet = book["任务"]
    sheet.delete_cols(2)
    sheet.insert_rows(1)
    sheet["A1"] = "商南县2012年招商引资任务分解表"


@tolerated
def year_in_the_name_of_the_sheet(book):
    """No column 年度; the sheet's name tells it."""
    book["任务"].delete_cols(2)
    book["任务"].title = "2012年任务"


# Cells


@tolerated
def full_width_text(book):
    """Digits and letters as wide as characters."""
    sheet = book["到位资金"]
    sheet["B2"], sheet["C2"], sheet["D5"] = "２０１２－０３－１５", "１０００．０１", "００４２"
    sheet["D5"] = "0042"
    book["任务"]["B2"], book["任务"]["C2"] = "２０１２年", "７，０００"


@tolerated
def amounts_as_text(book):
    """Amounts typed as text, with separators, units and spaces."""
    book["任务"]["C2"], book["任务"]["C3"] = "7,000", " 6000.50 "
    book["任务"]["C4"], book["任务"]["C5"] = "3000万元", "0.25亿元"
    book["到位资金"]["C3"] = "25000000元"


@tolerated
def amounts_in_yi_by_heading(book):
    """总投资（亿元）."""
    sheet = book["项目"]
    sheet["G1"], sheet["H1"] = "总投资（亿元）", "引资额/亿元"
    for row, (total, introduced) in enumerate([(0.9, 0.8), (0.5, 0.5), (0.12, 0.1)], start=2):
        sheet.cell(row, 7).value, sheet.cell(row, 8).value = total, introduced


@tolerated
def amounts_in_yuan_by_line(book):
    """单位：元 above the table."""
    sheet = book["到位资金"]
    for row in range(2, 6):
        sheet.cell(row, 3).value = round(sheet.cell(row, 3).value * 10_000, 2)
    sheet["C1"] = "金额"
    sheet.insert_rows(1)
    sheet["D1"] = "单位:元"


@tolerated
def binary_noise(book):
    """A computed cell that misses its fen by the noise of binary fractions."""
    book["到位资金"]["C4"] = 1234.5600000000004
    book["任务"]["C3"] = 6000.499999999999


@tolerated
def true_dates(book):
    """Dates as dates, one with an hour."""
    sheet = book["到位资金"]
    sheet["B2"], sheet["B3"] = date(2012, 3, 15), datetime(2012, 6, 30, 23, 59)  # noqa: DTZ001 - a sheet has no zones
    book["项目"]["F2"] = date(2012, 2, 10)


@tolerated
def dates_in_many_forms(book):
    """Dates as people write them."""
    sheet = book["到位资金"]
    sheet["B2"], sheet["B3"] = "2012.3.15", "2012年6月30日"
    sheet["B4"], sheet["B5"] = "20120502", "2012/6/1"
    project = book["项目"]
    project["F2"], project["F3"], project["F4"] = (
        20120210,
        "二〇一一年九月一日",
        "2012-4-20 00:00:00",
    )


@tolerated
def dates_of_1904(book):
    """A workbook that counts days from 1904."""
    book.epoch = CALENDAR_MAC_1904
    book["到位资金"]["B2"] = date(2012, 3, 15)


@tolerated
def date_without_its_format(book):
    """The bare number behind a date."""
    book["到位资金"]["B2"] = (date(2012, 3, 15) - date(1899, 12, 30)).days


@tolerated
@raw
def bare_numbers_of_1904(content):
    """Bare numbers in a workbook that counts from 1904."""
    number = str((date(2012, 3, 15) - date(1904, 1, 1)).days).encode()
    part = books.part_of(content, "到位资金")
    return books.edited(
        content,
        {
            "xl/workbook.xml": books.substituted(
                rb"<workbookPr ?/>", b'<workbookPr date1904="1"/>'
            ),
            part: books.substituted(
                rb'<c r="B2" t="(?:s|inlineStr)">.*?</c>', b'<c r="B2"><v>' + number + b"</v></c>"
            ),
        },
    )


@tolerated
def broken_lines_in_cells(book):
    """A name typed over two lines of its cell."""
    book["项目"]["A2"] = "金丝峡\n索道"
    book["项目"]["D2"] = "水沟镇 60%\n招商局 40%"


@tolerated
def spaces_around(book):
    """Spaces before and behind, also wide and hard ones."""
    book["单位"]["A2"] = " 水沟镇　"
    book["项目"]["C2"] = "水沟镇\u00a0"
    book["到位资金"]["A2"] = "　金丝峡索道 "


@tolerated
def number_as_voucher(book):
    """A voucher number that the sheet took for a number."""
    book["到位资金"]["D5"] = "0042"
    book["到位资金"]["D4"] = "信社-17"


@tolerated
def other_words_of_the_lists(book):
    """Words of the county for kinds, stages and sources."""
    book["单位"]["B2"], book["单位"]["B4"], book["单位"]["B6"] = "乡镇", "县直部门", "公司"
    book["项目"]["E2"], book["项目"]["E3"], book["项目"]["E4"] = "合同项目", "已签约", "意向性协议"
    book["项目"]["J2"], book["项目"]["J3"], book["项目"]["J4"] = "国内省外", "省内市外", "外资"
    book["项目"]["I2"], book["项目"]["I4"] = "旅游", "食品加工"


@tolerated
def shares_in_other_forms(book):
    """Shares with other signs, the responsible unit second."""
    book["项目"]["D2"] = "招商局４０％；水沟镇６０％"
    book["项目"]["D4"] = "100%"


@tolerated
def cumulative_quarters(book):
    """Quarter targets beside the annual one, as the schedule has them anyway."""
    sheet = book["任务"]
    for column, heading in enumerate(("一季度", "上半年", "三季度", "四季度"), start=4):
        sheet.cell(1, column).value = heading
        for row in range(2, 6):
            sheet.cell(row, column).value = sheet.cell(row, 3).value * (column - 3) / 4


@tolerated
def formula_with_result(book):
    """Nothing but a plain cell for us: the result is stored beside the formula."""
    book["任务"]["C2"] = 7000


@tolerated
@raw
def stored_results_of_formulas(content):
    """A formula whose result the office stored."""
    part = books.part_of(content, "任务")
    change = books.substituted(
        rb'<c r="C2"([^>]*)><v>7000</v></c>', rb'<c r="C2"\1><f>3500*2</f><v>7000</v></c>'
    )
    return books.edited(content, {part: change})


@tolerated
@raw
def strict_prefixes(content):
    """Every tag with a prefix, as some programs write it."""

    def prefixed(part):
        part = re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", part)
        return part.replace(b"xmlns=", b"xmlns:x=")

    return books.edited(content, {books.part_of(content, "任务"): prefixed})


@tolerated
@raw
def cells_without_addresses(content):
    """Cells that do not say where they are."""
    strip = books.substituted(rb' r="[A-Z]*\d+"', b"")
    return books.edited(content, {books.part_of(content, "单位"): strip})


@tolerated
@raw
def pictures_inside(content):
    """A photograph of the stamp."""
    return books.edited(content, {}, {"xl/media/image1.png": b"\x89PNG" + bytes(200_000)})


# Refused, with the place


@refused(("到位资金", 4, "项目名称"))
def unknown_project(book):
    """A receipt of a project that nobody knows."""
    book["到位资金"]["A4"] = "没有这个项目"


@refused(("任务", 3, "单位名称"))
def misspelt_unit(book):
    """A unit by another name."""
    book["任务"]["A3"] = "魏家台乡镇府"


@refused(
    ("单位", 3, "类别"),
    ("任务", 3, "单位名称"),
    ("项目", 3, "责任单位"),
    ("到位资金", 4, "项目名称"),
)
def unknown_kind(book):
    """Too long for a group's name, and all that hangs on the unit."""
    book["单位"]["B3"] = "园" * 60


@refused(("单位", 7, "单位名称"))
def duplicate_unit(book):
    """The same unit twice, in another spelling."""
    book["单位"].append(["水沟镇 ", "镇", 9])


@refused(("任务", 6, "单位名称"))
def duplicate_target(book):
    """Two targets of one unit and year."""
    book["任务"].append(["水沟镇", 2012, 8000])


@refused(("项目", 5, "项目名称"))
def duplicate_project(book):
    """The same project twice."""
    book["项目"].append([cell.value for cell in book["项目"][2]])


@refused(("到位资金", 6, "凭证号"))
def duplicate_receipt(book):
    """The same money twice."""
    book["到位资金"].append([cell.value for cell in book["到位资金"][2]])


@refused(("到位资金", 1, "金额"))
def missing_column(book):
    """No column of amounts."""
    book["到位资金"].delete_cols(3)


@refused(("任务", 1, "年度"))
def no_year_anywhere(book):
    """Targets of no year."""
    book["任务"].delete_cols(2)


@refused(("任务", 1, "单位名称"), ("任务", 1, "年度任务"), ("任务", 1, "年度"))
def no_headings(book):
    """A sheet of ours whose headings were deleted."""
    book["任务"].delete_rows(1)


@refused(("到位资金", 1, "金额"))
def ambiguous_headings(book):
    """Two columns that both mean the amount."""
    book["到位资金"]["C1"] = "到位金额（万元）"
    book["到位资金"]["E1"] = "到账金额（万元）"


@refused(("到位资金", 2, "金额单位"))
def heading_against_line(book):
    """The heading and the line above name two units."""
    sheet = book["到位资金"]
    sheet.insert_rows(1)
    sheet["D1"] = "单位：亿元"


@refused(("任务", 1, "金额单位"))
def no_unit_anywhere(book):
    """Nothing says in what the tasks are counted."""
    book["任务"]["C1"] = "年度任务"


@refused(("项目", 1, "总投资（万美元）"), *(("到位资金", row, "项目名称") for row in (2, 3, 4, 5)))
def foreign_currency(book):
    """Amounts in dollars."""
    book["项目"]["G1"] = "总投资（万美元）"


@refused(
    ("到位资金", 2, "金额"),
    ("到位资金", 3, "金额"),
    ("到位资金", 4, "金额"),
    ("到位资金", 5, "金额"),
)
def impossible_amounts(book):
    """Words, signs, zero, a third."""
    for row, value in enumerate(["约五百万", -5, 0, 1000 / 3], start=2):
        book["到位资金"].cell(row, 3).value = value


@refused(
    ("到位资金", 2, "到位日期"),
    ("到位资金", 3, "到位日期"),
    ("到位资金", 4, "到位日期"),
    ("到位资金", 5, "到位日期"),
)
def impossible_days(book):
    """The 30th of February, a month alone, another order, nothing."""
    for row, value in enumerate(["2012-02-30", "2012年6月", "6/30/2012", None], start=2):
        book["到位资金"].cell(row, 2).value = value


@refused(("到位资金", 2, "到位日期"), ("到位资金", 3, "到位日期"))
def days_out_of_bounds(book):
    """Before the signing, and in the future."""
    book["到位资金"]["B2"], book["到位资金"]["B3"] = "2012-01-01", "2012-12-31"


@refused(("到位资金", 5, "凭证号"))
def no_voucher(book):
    """A receipt without its voucher."""
    book["到位资金"]["D5"] = None


@refused(("到位资金", 5, "凭证号"))
def long_number_as_voucher(book):
    """A bank's number of 19 digits, of which the sheet kept 15."""
    book["到位资金"]["D5"] = 6222021234567890123


@refused(("到位资金", 2, "金额"))
def ten_thousandfold_slip(book):
    """Yuan in a column of 万元."""
    book["到位资金"]["C2"] = 10_000_100


@refused(("项目", 2, "份额"), ("到位资金", 2, "项目名称"), ("到位资金", 3, "项目名称"))
def shares_of_90(book):
    """Shares that do not make 100 %, and the receipts of the project."""
    book["项目"]["D2"] = "水沟镇 60%; 招商局 30%"


@refused(("项目", 4, "引资额"), ("到位资金", 5, "项目名称"))
def introduced_above_total(book):
    """More introduced than invested."""
    book["项目"]["H4"] = 5000


@refused(("项目", 4, "阶段"), ("到位资金", 5, "项目名称"))
def unknown_stage(book):
    """A stage that is none."""
    book["项目"]["E4"] = "大概成了"


@refused(("项目", 4, "投资方"), ("项目", 4, "资金来源"), ("到位资金", 5, "项目名称"))
def signed_without_investor(book):
    """A signed project of nobody."""
    book["项目"]["B4"] = None


@refused(("项目", 4, "责任单位"), ("到位资金", 5, "项目名称"))
def project_of_nobody(book):
    """Neither a responsible unit nor shares."""
    book["项目"]["C4"] = book["项目"]["D4"] = None


@refused(("项目", 3, "项目名称"), ("到位资金", 4, "项目名称"))
def invisible_characters(book):
    """A name that only looks like another."""
    book["项目"]["A3"] = "石英砂\u200b加工"


@refused(("任务", 2, "年度任务"))
def formula_without_result(book):
    """A formula that no office has computed."""
    book["任务"]["C2"] = "=3500*2"


@refused(("任务", 2, "年度任务"))
@raw
def error_value(content):
    """#REF! where an amount should be."""
    part = books.part_of(content, "任务")
    change = books.substituted(rb'<c r="C2"[^>]*>.*?</c>', b'<c r="C2" t="e"><v>#REF!</v></c>')
    return books.edited(content, {part: change})


@refused(("到位资金", 3, "金额"))
def amount_merged_over_two_rows(book):
    """One amount for two receipts."""
    book["到位资金"]["C3"] = None
    book["到位资金"].merge_cells("C2:C3")


@refused(("任务", 2, "二季度"))
def falling_quarters(book):
    """Each quarter's own amount instead of the sum so far."""
    sheet = book["任务"]
    for column, (heading, value) in enumerate(
        [("一季度", 2000), ("二季度", 1500), ("三季度", 2000)], start=4
    ):
        sheet.cell(1, column).value = heading
        sheet.cell(2, column).value = value


@refused(("任务", 2, "四季度"))
def fourth_quarter_not_the_year(book):
    """A fourth quarter that is not the year."""
    book["任务"]["D1"], book["任务"]["D2"] = "四季度", 6900


@refused(("任务", 2, "二季度"), ("任务", 2, "三季度"))
def some_quarters_only(book):
    """Only one quarter is filled in."""
    sheet = book["任务"]
    sheet["D1"], sheet["E1"], sheet["F1"] = "一季度", "二季度", "三季度"
    sheet["D2"] = 1000


@refused(("项目", 2, "项目名称"), ("到位资金", 2, "项目名称"), ("到位资金", 3, "项目名称"))
def endless_name(book):
    """A name of a thousand characters."""
    book["项目"]["A2"] = "长" * 1000


# The tests


def _path(bend, folder):
    book = books.plain()
    if getattr(bend, "is_raw", False):
        path = folder / "book.xlsx"
        path.write_bytes(bend(books.content(book)))
        return path
    bend(book)
    return books.saved(book, folder)


@pytest.fixture(scope="module")
def plain_deeds(tmp_path_factory, django_db_setup, django_db_blocker):
    """What the plain workbook would do, read once; the same in every county."""
    path = books.saved(books.plain(), tmp_path_factory.mktemp("plain"))
    with django_db_blocker.unblock(), transaction.atomic():
        county = make_county()
        actions = books.actions(books.planned(path, county, make_head(county)))
        transaction.set_rollback(True)
    return actions


def test_the_corpus_holds_at_least_sixty_workbooks():
    assert len(TOLERATED) + len(REFUSED) >= 60


def test_the_plain_workbook_is_all_new(county, tmp_path):
    plan = books.planned(books.saved(books.plain(), tmp_path), county, make_head(county))

    assert plan.counts == {Outcome.NEW: 16}
    assert list(plan.remarks) == []


@pytest.mark.parametrize("bend", TOLERATED, ids=lambda bend: bend.__name__)
def test_an_awkward_workbook_reads_like_the_plain_one(bend, county, plain_deeds, tmp_path):
    """quality 17"""
    plan = books.planned(_path(bend, tmp_path), county, make_head(county))

    assert books.places(plan) == []
    assert books.actions(plan) == plain_deeds


@pytest.mark.parametrize(
    ("bend", "places"), REFUSED, ids=[bend.__name__ for bend, _places in REFUSED]
)
def test_a_bad_cell_is_refused_at_its_place(bend, places, county, tmp_path):
    """quality 17: import is all-or-nothing, with sheet, row and column named for each error"""
    plan = books.planned(_path(bend, tmp_path), county, make_head(county))

    assert books.places(plan) == places
    assert all(remark.sentence for remark in plan.remarks.refusals)


def test_a_workbook_of_nothing_is_told_what_is_needed(county, tmp_path):
    path = books.written(tmp_path, {"Sheet1": [["你好"]]})

    [refusal] = books.planned(path, county, make_head(county)).remarks.refusals

    assert (refusal.sheet, refusal.row) == ("Sheet1", 1)
    assert "缺少单位名称" in refusal.sentence
