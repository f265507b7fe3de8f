"""The settlement workbook of a small county, read back cell by cell."""

import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.utils import translation

from ledger.models import Entry
from ledger.papers import settlement as workbook
from ledger.papers import sources
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from ledger.ranking.snapshot import check_code
from ledger.rules import chain
from tests import acting
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from tests.ledger.papers.papers import (
    SHEETS,
    book_bytes,
    book_of,
    close_first_quarter,
    row_of,
    rows_of,
)

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")
MAY = day("2012-05-31")


@pytest.fixture
def county():
    county = make_county()
    make_head(county)
    return county


def small(county):
    """Two towns and a bureau with tasks, a bureau without; 甲镇 and 丁局 share a project."""
    first, second = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    bureau = make_unit(county, "丁局", "department")
    make_unit(county, "戊局", "department")
    for unit, amount in ((first, 1000), (second, 500), (bureau, 400)):
        set_target(unit, amount)
    shared = make_project(first, "共享项目", shares={first: 6_000, bureau: 4_000})
    make_verified(shared, "1000.000001")
    make_verified(make_project(second, "续建项目", signed="2011-05-01", origin="other_city"), 300)
    make_receipt(make_project(second, "待认定项目"), 70)
    return first, second, bureau


def test_sheets_stand_in_their_order(county):
    small(county)

    assert book_of(league_table(county, JUNE)).sheetnames == SHEETS


def test_sheets_are_named_in_english_for_an_english_reader(county):
    small(county)

    with translation.override("en"):
        book = book_of(league_table(county, JUNE))

    assert book.sheetnames == [
        "Overview",
        "League table",
        "Projects",
        "Receipts",
        "Changes since the meeting",
        "Not reported",
        "Checks",
    ]
    assert book["League table"]["A1"].value == (
        "商南县: investment-attraction tasks completed in the first half of 2012"
    )


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("2012-01-31", "2012年1月"),
        ("2012-02-29", "2012年1—2月"),
        ("2012-03-31", "2012年一季度"),
        ("2012-06-30", "2012年上半年"),
        ("2012-06-15", "截至2012年6月15日"),
        ("2012-08-31", "2012年1—8月"),
        ("2012-09-30", "2012年前三季度"),
        ("2012-12-31", "2012年全年"),
    ],
)
def test_title_names_the_period(county, as_of, words):
    title = book_of(league_table(county, day(as_of)))["排名表"]["A1"].value

    assert title == f"商南县{words}招商引资任务完成情况表"


def test_head_names_day_bureau_and_unit_of_money(county):
    said = rows_of(book_of(league_table(county, JUNE))["排名表"])[1]

    assert [text for text in said if text] == [
        "截至日期：2012年6月30日",
        "填报单位：商南县招商局",
        "单位：万元",
    ]


def test_lines_of_the_league_table_are_its_values(county):
    small(county)

    sheet = book_of(league_table(county, JUNE))["排名表"]

    # quality 26: shares of a receipt that ends on a fen add up to it
    assert row_of(sheet, "甲镇") == [
        *(1, None, "甲镇", 1000, 500, 600.000001, 600.000001, 0, 600.000001),
        *(0.600000001, 100.000001, 10.0000001, "达到计划进度", None, "—", "未报月报"),
    ]
    assert row_of(sheet, "乙镇")[5:10] == [300, 0, 300, 0, 0.6]
    assert row_of(sheet, "戊局")[3:13] == [
        *(None, None, 0, 0, 0, 0, None, None, None),
        "未下达任务",
    ]


def test_subtotals_and_total_stand_under_their_lines(county):
    small(county)

    sheet = book_of(league_table(county, JUNE))["排名表"]
    sums = [row[3:9] for row in rows_of(sheet) if row[2] in ("小计", "合计")]

    assert sums == [
        [1500, 750, 900.000001, 600.000001, 300, 600.000001],
        [400, 200, 400, 400, 0, 400],
        [1900, 950, 1300.000001, 1000.000001, 300, 1000.000001],
    ]


def test_bands_count_the_tiers_of_each_kind(county):
    small(county)

    bands = [row[0] for row in rows_of(book_of(league_table(county, JUNE))["排名表"])]

    assert "一、镇（2个）：达到计划进度2个" in bands
    assert "二、部门（2个）：完成全年任务1个、未下达任务1个" in bands


def test_foot_is_to_be_signed_and_carries_the_chain_head(county):
    small(county)
    head = Entry.objects.order_by("-position").first().content_hash

    rows = rows_of(book_of(league_table(county, JUNE))["排名表"])

    signed = next(row for row in rows if row[0] == "填表人：")
    assert [text for text in signed if text] == [
        "填表人：",
        "审核人：",
        "单位负责人：",
        "填报日期：",
    ]
    assert f"分录链首：{chain.short(head)}" in [row[0] for row in rows]


def test_foot_says_what_completion_and_gap_are_measured_against(county):
    """Rule 19: the day of the benchmark and its part of the year's task."""
    small(county)
    table = league_table(county, JUNE)

    found = str(rows_of(book_of(table)["排名表"])[-8:])

    assert "完成率对照年度任务" in found
    assert "截至2012年6月30日应完成的任务" in found


def test_percent_just_below_half_never_reads_half(county):
    """Rule 3: 49.996 % must not read as having reached 50 %."""
    unit = make_unit(county)
    set_target(unit, 10_000)
    make_verified(make_project(unit, total=10_000, introduced=10_000), "4999.6")

    sheet = book_of(league_table(county, JUNE))["排名表"]

    cell = next(row[9] for row in sheet.iter_rows() if row[0].value == 1)
    assert (cell.value, cell.number_format) == (0.49996, "0.000%")


def test_numbers_are_numbers_and_days_are_days(county):
    small(county)

    book = book_of(league_table(county, JUNE))
    entry = book["到位资金明细"][4]
    project = row_of(book["项目明细"], "共享项目", 1)

    assert [cell.data_type for cell in entry][:9] == ["n", *"ssss", "d", "d", "n", "s"]
    assert project[11:15] == [10_000, 8_000, 1000.000001, 1000.000001]
    assert project[10].date() == day("2012-02-01")


def test_formulas_stand_on_the_sheet_of_checks_only(county):
    """quality 12"""
    unit = make_unit(county, "=1+1镇")
    set_target(unit, 100)
    make_verified(make_project(unit, "@SUM(A1)项目"), 10)

    book = book_of(league_table(county, JUNE))

    live = {
        sheet.title
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert live == {"校验"}
    assert row_of(book["排名表"], "=1+1镇")
    assert row_of(book["校验"], "=1+1镇")


def test_every_figure_of_the_league_table_is_checked(county):
    small(county)

    checks = book_of(league_table(county, JUNE))["校验"]
    cells = {row[3] for row in rows_of(checks)[4:]}

    assert {f"排名表!{column}6" for column in "AEFJKLM"} <= cells  # the line of 甲镇
    assert {f"排名表!{column}8" for column in "DEFGHIJKLN"} <= cells  # its subtotal


def test_writing_runs_no_query(county, django_assert_num_queries):
    small(county)
    table = league_table(county, JUNE)
    background = sources.background(table)
    details = sources.details(table, make_head(county))
    read = sources.Details(
        list(details.projects), list(details.entries), list(details.changes), details.since
    )

    with django_assert_num_queries(0):
        workbook.settlement_workbook(table, background, read, io.BytesIO())


def test_a_clerk_gets_the_whole_table_and_only_the_rows_of_his_unit(county):
    _, second, _ = small(county)

    book = book_of(league_table(county, JUNE), make_clerk(second))

    assert row_of(book["排名表"], "甲镇")
    assert [row[2] for row in rows_of(book["到位资金明细"])[4:]] == ["乙镇"]
    assert [row[1] for row in rows_of(book["项目明细"])[4:]] == ["待认定项目", "续建项目"]
    assert "仅列出本单位的明细。" in [row[0] for row in rows_of(book["到位资金明细"])]


def test_changes_since_the_meeting_are_listed(county):
    first, _, _ = small(county)
    project = make_project(first, "迟报项目", signed="2012-01-05")
    early = make_verified(project, 40, "2012-03-01")
    close_first_quarter(county)
    make_verified(project, 50, "2012-03-02", at=moment("2012-04-20"))
    [entry] = Entry.objects.filter(receipt=early)
    acting.reverse(entry.pk, "重复填报", by=make_verifier(county), at=moment("2012-05-20"))

    rows = rows_of(book_of(league_table(county, JUNE))["会后变动"])

    assert rows[2][0].startswith("对照2012年3月31日交账报表（第1版）")
    assert [(row[3], row[7], row[13], row[15]) for row in rows[4:]] == [
        ("迟报项目", 50, "入账", None),
        ("迟报项目", -40, "冲销", "重复填报"),
    ]


def test_announced_table_keeps_its_figures_and_says_so(county):
    first, *_ = small(county)
    project = make_project(first, signed="2012-01-05")
    make_verified(project, 40, "2012-03-01")
    settlement = close_first_quarter(county)
    make_verified(project, 50, "2012-03-02", at=moment("2012-04-20"))

    book = book_of(announced_table(settlement))

    assert row_of(book["排名表"], "甲镇")[5] == 40
    texts = [row[0] for row in rows_of(book["排名表"])]
    assert "本表为公布数，第1版，2012年4月11日结账。" in texts
    code = f"校验码：{check_code(settlement)}（公布数第1版）"
    assert code in texts
    assert code in [row[0] for row in rows_of(book["概况"])]
    assert {sheet.oddFooter.left.text for sheet in book.worksheets} == {code}
    assert len(book["概况"]._images) == 1
    told = book.properties
    assert (told.creator, told.lastModifiedBy, told.language) == ("商南县招商局",) * 2 + ("zh-CN",)
    assert [row[7] for row in rows_of(book["会后变动"])[4:5]] == [50]
    assert rows_of(book["会后变动"])[6][0] == "会后均无变动。"


def test_units_without_report_are_named_with_the_months_they_owe(county):
    first, *_ = small(county)
    late = make_unit(county, "己局", "department", active_from=day("2012-05-01"))

    rows = rows_of(book_of(league_table(county, MAY))["未报送单位"])

    named = {row[2]: row[3] for row in rows[3:]}
    assert named[first.name] == "1月、2月、3月、4月、5月"
    assert named[late.name] == "5月"


def test_thirds_of_a_fen_are_said_to_be_rounded(county):
    for name in ("甲镇", "乙镇"):
        set_target(make_unit(county, name), "0.000100", due=("0.00001", "0.000011", "0.000012"))

    notes = [row[0] for row in rows_of(book_of(league_table(county, day("2012-04-30")))["排名表"])]

    assert "“序时应完成”按分取整，分项之和与合计可能略有出入。" in notes


def test_empty_county_gets_a_workbook_too(county):
    book = book_of(league_table(county, JUNE))

    assert book.sheetnames == SHEETS
    assert row_of(book["排名表"], "合计")[5] == 0


def test_charts_are_native(county):
    small(county)

    with zipfile.ZipFile(io.BytesIO(book_bytes(league_table(county, JUNE)))) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if "/chart" in name]

    assert sum("lineChart>" in chart for chart in charts) == 1
    assert sum("barChart>" in chart for chart in charts) == 1
    assert all("$" in chart for chart in charts if "Chart>" in chart)


def test_amounts_keep_fifteen_digits(county):
    """quality 26"""
    unit = make_unit(county)
    set_target(unit, "999999999.999999")
    make_verified(
        make_project(unit, total="999999999.999999", introduced="999999999.999999"),
        "999999999.999999",
    )

    data = book_bytes(league_table(county, JUNE))
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet2.xml").decode()

    assert "<v>999999999.999999</v>" in sheet
    row = row_of(openpyxl.load_workbook(io.BytesIO(data))["排名表"], unit.name)
    assert Decimal(str(row[5])) == Decimal("999999999.999999")
