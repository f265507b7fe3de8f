"""The bulletin: which sentences it has, which units it names, and what it never claims."""

import io
import re
import zipfile

import docx
import pytest
from django.utils import timezone, translation
from docx.oxml.ns import qn

from ledger.papers import bulletin_docx, sources
from ledger.papers.bulletin import Role, bulletin
from ledger.quarter.reports import file_report
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from ledger.ranking.snapshot import check_code
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    moment,
    set_target,
)
from tests.ledger.papers.papers import close_first_quarter, paper_of

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")


@pytest.fixture
def county():
    county = make_county()
    make_head(county)
    return county


def unit_with(county, name, target, received=0, kind="town", **project):
    unit = make_unit(county, name, kind)
    if target:
        set_target(unit, target)
    if received:
        make_verified(make_project(unit, **project), received)
    return unit


def report(unit, month="2012-06-01", reserve=0):
    moment_ = moment(month)
    counts = {"trips": 0, "reserve_projects": reserve, "problems": ""}
    file_report(
        unit, day(month), **counts, by=make_clerk(unit), at=moment_, today=day("2012-12-31")
    )


def first(table):
    return paper_of(table).paragraphs[0].text


def test_title_and_addressees(county):
    paper = paper_of(league_table(county, JUNE))

    assert paper.title == "关于2012年上半年全县招商引资目标任务完成情况的通报"
    assert paper.addressees == "各镇人民政府，县政府有关部门："


def test_enterprises_are_addressed_where_there_are_any(county):
    make_unit(county, "商南茶业", "enterprise")

    assert "各有关企业" in paper_of(league_table(county, JUNE)).addressees


def test_headline_states_money_task_schedule_and_projects(county):
    unit_with(county, "甲镇", 20_000, "12000.5", total=30_000, introduced=20_000)

    assert first(league_table(county, JUNE)).startswith(
        "截至2012年6月30日，全县累计到位资金1.2亿元，完成年度任务2亿元的60.0%，"
        "超序时进度10.0个百分点，实现了“双过半”目标任务。"
        "今年共新引进项目1个，其中合同项目1个，总投资3亿元，引资2亿元。"
    )


@pytest.mark.parametrize(
    ("as_of", "received", "claims"),
    [
        ("2012-06-30", "500", True),
        ("2012-06-30", "499.999999", False),
        ("2012-06-29", "500", False),
        ("2012-05-31", "900", False),
    ],
)
def test_past_half_is_claimed_by_the_rule_only(county, as_of, received, claims):
    """Rule 5: half the year over and at least half of the task, to the fen."""
    unit_with(county, "甲镇", 1000, received)

    assert ("双过半" in paper_of(league_table(county, day(as_of))).text) is claims


def test_no_percent_of_no_target(county):
    unit_with(county, "甲镇", 0, 100)

    headline = first(league_table(county, JUNE)).split("今年")[0]

    assert headline == "截至2012年6月30日，全县累计到位资金100万元。"


def test_at_the_years_end_the_task_is_completed_or_not(county):
    """70.9 % at 31 December is neither past half nor behind a schedule."""
    unit_with(county, "甲镇", 1000, "709")

    text = paper_of(league_table(county, day("2012-12-31"))).text

    assert "双过半" not in text
    assert "有到位资金，但未完成全年任务" in text
    assert "未达到计划进度" not in text


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("1000", "同比下降8.9%"),
        ("800", "同比增长13.9%"),
        ("910.8", "与上年同期持平"),
        (None, None),
    ],
)
def test_growth_is_told_against_the_same_day_of_last_year(county, before, words):
    unit = unit_with(county, "甲镇", 1000, "910.8")
    if before:
        make_verified(make_project(unit, signed="2011-01-01"), before, "2011-06-30")
        make_verified(make_project(unit, signed="2011-01-01"), 77, "2011-07-01")

    headline = first(league_table(county, JUNE))

    assert words in headline if words else "同比" not in headline


def test_tiers_are_worded_as_in_the_speech(county):
    for name, kind, target, received in (
        ("水沟镇", "town", 100, 100),
        ("城关镇", "town", 100, 60),
        ("青山镇", "town", 100, 50),
        ("白浪镇", "town", 100, 10),
        ("林业局", "department", 100, 70),
        ("农行", "department", 100, 20),
        ("财政局", "department", 100, 30),
        ("科技局", "department", 100, 0),
        ("老干局", "department", 100, 0),
    ):
        unit_with(county, name, target, received, kind)

    paper = paper_of(league_table(county, JUNE))

    assert (
        "只有水沟镇完成了全年任务；城关、青山等2个镇和林业局达到过半的计划进度；"
        "白浪镇和财政局、农行等2个部门有到位资金，但未达到计划进度；"
        "还有2个部门暂无到位资金。"
    ) in [part.text for part in paper.paragraphs]
    assert (
        "从各单位完成情况看，1个单位完成了全年任务；2个镇和1个部门达到过半的计划进度；"
        "1个镇和2个部门有到位资金，但未达到计划进度；2个部门暂无到位资金。"
    ) in paper.paragraphs[0].text


def test_schedule_is_half_at_half_year_only(county):
    unit_with(county, "甲镇", 100, 80)

    assert "甲镇达到计划进度" in paper_of(league_table(county, day("2012-05-31"))).text
    assert "甲镇达到过半的计划进度" in paper_of(league_table(county, JUNE)).text


def test_long_lists_name_the_first_and_count_all(county):
    for number in range(14):
        unit_with(county, f"第{number:02}局", 100, 60, "department")

    text = paper_of(league_table(county, JUNE)).text

    assert "第11局等14个部门达到过半的计划进度" in text
    assert text.count("第12局") == 1  # among those without report, who are all named


def test_good_units_are_numbered_towns_first(county):
    for number in range(4):
        unit_with(county, f"第{number}镇", 100, 100 - number)
    unit_with(county, "丁局", 1000, "612.5", "department")
    unit_with(county, "戊局", 100, 10, "department")

    items = [p.text for p in paper_of(league_table(county, JUNE)).paragraphs if p.role == Role.ITEM]

    assert items == [
        "1.第0镇（累计到位资金100万元，占年度任务的100.0%）；",
        "2.第1镇（累计到位资金99万元，占年度任务的99.0%）；",
        "3.第2镇（累计到位资金98万元，占年度任务的98.0%）。",
        "1.丁局（累计到位资金612.5万元，占年度任务的61.3%）。",
    ]


def test_composition_tells_new_origin_and_industry(county):
    unit_with(county, "甲镇", 1000, 300, industry="mining", signed="2011-03-01")
    unit_with(county, "乙镇", 1000, 100, industry="tourism", origin="other_city")

    text = paper_of(league_table(county, JUNE)).text

    assert (
        "从项目看，新建项目到位100万元，占25.0%；续建项目到位300万元，占75.0%。"
        "从来源看，省外到位资金300万元，占75.0%。"
    ) in text
    assert "到位资金居前的是原矿开采300万元（占75.0%）" in text
    assert "原矿开采和房地产合计300万元，占75.0%。" in text


def test_reported_without_funds_differs_from_not_reported(county):
    """Rule 13."""
    planned, idle, silent, late = (
        unit_with(county, "甲局", 100, 0, "department"),
        unit_with(county, "乙局", 100, 0, "department"),
        unit_with(county, "丙局", 100, 0, "department"),
        unit_with(county, "丁局", 100, 20, "department"),
    )
    report(planned, reserve=1)
    report(idle)
    assert {silent, late}

    texts = [part.text for part in paper_of(league_table(county, JUNE)).paragraphs]

    assert "甲局有报表、有新策划招商项目，但无到位资金。" in texts
    assert "乙局有报表，但无到位资金。" in texts
    assert "丙局没有上报2012年6月份报表，且无到位资金。" in texts
    assert "丁局有到位资金，但没有上报2012年6月份报表。" in texts


def test_what_remains_is_told_until_nothing_does(county):
    unit_with(county, "甲镇", 1000, 400)

    june = paper_of(league_table(county, JUNE)).text
    december = paper_of(league_table(county, day("2012-12-31"))).text

    assert "全县距完成年度任务还差600万元，今后6个月平均每月需到位100万元。" in june
    assert "还差" not in december


def test_closing_tells_pending_and_draft_and_no_hash(county):
    unit = unit_with(county, "甲镇", 1000, 400)
    make_receipt(make_project(unit), 70)
    table = league_table(county, JUNE)

    notes = [part.text for part in paper_of(table).paragraphs if part.role == Role.NOTE]

    assert notes == [
        "注：以上只计已认定的到位资金，另有待认定资金70万元未计入。",
        "完成率对照年度任务；与序时进度差对照截至2012年6月30日应完成的任务（占年度任务的50.0%）。",
        "本季度尚未结账，数据可能还有变动。",
    ]


def test_what_is_left_out_is_said(county):
    unit_with(county, "甲镇", 1000, 400)

    text = paper_of(league_table(county, JUNE, without=["carry_over", "resource"])).text

    assert "本通报数据不含续建项目、原矿开采，不作为排名依据。" in text


def test_english_bulletin_says_the_same(county):
    unit_with(county, "水沟镇", 100, 100)
    unit_with(county, "科技局", 100, 0, "department")

    with translation.override("en"):
        paper = paper_of(league_table(county, JUNE))

    assert paper.title == "Bulletin on the tasks of the first half of 2012 in investment attraction"
    assert paper.paragraphs[0].text.startswith(
        "As of 30 June 2012, the county has received 100万元 in all, 50.0% of the annual task of "
        "200万元, exactly on schedule, so that time and task are both past half. New projects this "
        "year: 1, of which 1 contracts;"
    )
    assert "水沟镇 completed the annual task; another 1 department have no funds yet." in paper.text


def test_writing_runs_no_query(county, django_assert_num_queries):
    unit_with(county, "甲镇", 1000, 400)
    table = league_table(county, JUNE)
    background = sources.background(table)

    with django_assert_num_queries(0):
        bulletin_docx.write(bulletin(table, background), io.BytesIO())


def test_word_file_is_set_as_an_official_paper(county):
    unit_with(county, "甲镇", 1000, 400)
    file = io.BytesIO()

    paper = paper_of(league_table(county, JUNE))
    bulletin_docx.write(paper, file)
    printed = docx.Document(file)

    section = printed.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    title, to, text = printed.paragraphs[:3]
    assert title.text == "关于2012年上半年全县招商引资\n目标任务完成情况的通报"
    assert (title.runs[0].font.size.pt, face(title.runs[0])) == (22, "方正小标宋简体")
    assert (text.runs[0].font.size.pt, face(text.runs[0])) == (16, "仿宋")
    assert to.text == "各镇人民政府，县政府有关部门："
    lines = [line.text for line in printed.paragraphs[2:]]
    assert lines[: len(paper.paragraphs)] == [p.text for p in paper.paragraphs]


def test_announced_bulletin_carries_day_and_head_of_the_settlement(county):
    unit = unit_with(county, "甲镇", 1000)
    make_verified(make_project(unit, signed="2012-01-05"), 300, "2012-03-01")
    settlement = close_first_quarter(county)

    paper = paper_of(announced_table(settlement))

    assert [p.text for p in paper.paragraphs if p.role == Role.SIGNATURE] == [
        "商南县招商局",
        "2012年4月11日",
    ]
    assert f"校验码：{check_code(settlement)}（公布数第1版）" in paper.text
    assert not re.search("[0-9a-f]{16}", paper.text)
    assert "尚未结账" not in paper.text


def test_word_file_speaks_for_the_county_and_ends_with_the_check_code(county):
    unit = unit_with(county, "甲镇", 1000)
    make_verified(make_project(unit, signed="2012-01-05"), 300, "2012-03-01")
    settlement = close_first_quarter(county)
    table, file = announced_table(settlement), io.BytesIO()

    bulletin_docx.write(bulletin(table, sources.background(table, "http://10.1.2.3:8000/")), file)

    printed = docx.Document(file)
    told = printed.core_properties
    assert (told.author, told.last_modified_by, told.language) == ("商南县招商局",) * 2 + ("zh-CN",)
    assert told.comments == ""
    assert told.created.year == timezone.now().year
    assert 'compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"' in (
        printed.settings.element.xml
    )
    assert {lang.get(qn("w:eastAsia")) for lang in printed.styles.element.iter(qn("w:lang"))} == {
        "zh-CN"
    }
    imprint = printed.tables[-1]
    words, picture = imprint.rows[0].cells
    assert words.text.splitlines() == [
        f"校验码：{check_code(settlement)}（公布数第1版）",
        "核对网址：http://10.1.2.3:8000/check/",
    ]
    assert picture._element.xpath(".//pic:pic")


def test_fonts_name_their_substitutes(county):
    file = io.BytesIO()
    bulletin_docx.write(paper_of(league_table(county, JUNE)), file)

    table = zipfile.ZipFile(file).read("word/fontTable.xml").decode()

    for name, other in bulletin_docx.SUBSTITUTES.items():
        assert (
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>' in table
        )


def test_items_of_a_list_end_as_official_prose_does(county):
    for name, received in (("甲镇", 900), ("乙镇", 800), ("丙镇", 700)):
        unit_with(county, name, 1000, received)

    items = [p.text for p in paper_of(league_table(county, JUNE)).paragraphs if p.role is Role.ITEM]

    assert [text[-1] for text in items] == ["；", "；", "。"]


def face(run):
    return run._element.rPr.rFonts.get(qn("w:eastAsia"))


def test_a_january_bulletin_names_no_report_of_the_year_before(county):
    for name in ("甲镇", "乙镇"):
        set_target(unit_with(county, name, 100, 20), 100, year=2013, effective_on="2013-01-01")

    text = paper_of(league_table(county, day("2013-01-15"))).text

    assert "2012" not in text
