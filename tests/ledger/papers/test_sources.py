"""What goes out beside the table: rows behind it, who may have them, and their number of queries."""

from contextlib import closing

import pytest
from django.test import RequestFactory
from django.urls import reverse

from ledger.models import Entry
from ledger.papers import sources
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from ledger.sheets.answers import list_response
from ledger.sheets.book import Column
from ledger.sheets.cell_styles import COUNT
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    moment,
    set_target,
    wan,
)
from tests.ledger.papers.papers import close_first_quarter, sheet_of
from units.models import Role

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")


@pytest.fixture
def county():
    county = make_county()
    make_head(county)
    return county


def details(table, user=None):
    return sources.details(table, user or make_head(table.county))


def test_entries_are_those_of_the_table_and_add_up_to_it(county):
    first, second = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    project = make_project(first, "共享项目", shares={first: 3_333, second: 6_667})
    make_verified(project, "0.01", "2012-05-10")
    make_verified(make_project(first, signed="2011-01-01"), 50, "2011-06-01")
    make_receipt(project, 99)
    table = league_table(county, JUNE)

    lines = list(details(table).entries)

    assert [(line.unit, line.project, line.received_on) for line in lines] == [
        ("甲镇", "共享项目", day("2012-05-10")),
        ("乙镇", "共享项目", day("2012-05-10")),
    ]
    assert sum(line.amount for line in lines) == table.total.received == wan("0.01")


def test_entries_follow_known_by_and_what_is_left_out(county):
    unit = make_unit(county)
    make_verified(make_project(unit, industry="mining"), 1, at=moment("2012-05-11"))
    make_verified(make_project(unit), 10, at=moment("2012-07-20"))

    def received(*args, **options):
        table = league_table(county, JUNE, *args, **options)
        return [line.amount for line in details(table).entries], table.total.received

    assert received() == ([wan(1), wan(10)], wan(11))
    assert received(moment("2012-07-01")) == ([wan(1)], wan(1))
    assert received(without=["resource"]) == ([wan(10)], wan(10))


def test_entry_of_a_merged_unit_is_listed_under_its_successor(county):
    """Rule 15."""
    heir = make_unit(county, "城关镇")
    merged = make_unit(county, "水沟镇", ended_on=day("2012-05-31"), successor=heir)
    make_verified(make_project(merged), 300)

    [line] = details(league_table(county, JUNE)).entries
    [before] = details(league_table(county, day("2012-05-31"))).entries

    assert (line.unit, line.code) == (heir.name, heir.code)
    assert (before.unit, before.code) == (merged.name, merged.code)


def test_projects_are_the_new_ones_and_those_with_money_this_year(county):
    unit = make_unit(county)
    make_project(unit, "今年签约", signed="2012-03-01")
    make_project(unit, "明天签约", signed="2012-07-01")
    make_project(unit, "储备项目", signed=None)
    make_project(unit, "去年无款", signed="2011-03-01")
    carried = make_project(unit, "去年有款", signed="2011-03-01")
    make_verified(carried, 10, "2011-04-01")
    make_verified(carried, 20, "2012-04-01")

    lines = {line.name: line for line in details(league_table(county, JUNE)).projects}

    assert set(lines) == {"今年签约", "去年有款"}
    old = lines["去年有款"]
    assert (old.is_new, old.received, old.received_ever) == (False, wan(20), wan(30))
    assert old.shares == "水沟镇 100%"


def test_stage_is_the_one_reached_by_the_day(county):
    project = make_project(make_unit(county), signed="2012-02-01")
    project.stage, project.started_on = "started", day("2012-07-05")
    project.save()

    def stage(as_of):
        [line] = details(league_table(county, day(as_of))).projects
        return line.stage

    assert (stage("2012-06-30"), stage("2012-07-31")) == ("合同", "开工")


def test_a_clerk_gets_the_rows_of_his_unit_only(county):
    """quality 6"""
    first, second = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    make_verified(make_project(first, "甲项目"), 10)
    make_verified(make_project(second, "乙项目"), 20)

    found = details(league_table(county, JUNE), make_clerk(first))

    assert [line.project for line in found.entries] == ["甲项目"]
    assert [line.name for line in found.projects] == ["甲项目"]
    assert not found.is_whole


def test_head_of_the_chain_is_the_settlements_or_the_open_quarters(county):
    unit = make_unit(county)
    project = make_project(unit, signed="2012-01-05")
    make_verified(project, 10, "2012-03-01")
    settlement = close_first_quarter(county)
    make_verified(project, 20, "2012-05-01")
    newest = Entry.objects.order_by("-pk").first().content_hash

    assert sources.chain_head(announced_table(settlement)) == settlement.chain_head
    assert sources.chain_head(league_table(county, JUNE)) == newest
    assert sources.chain_head(league_table(county, day("2012-09-30"))) == ""
    assert sources.chain_head(league_table(county, JUNE, moment("2012-04-30"))) == ""


def test_number_of_queries_does_not_grow(county, django_assert_num_queries):
    def grow(count):
        for number in range(count):
            unit = make_unit(county, f"{Entry.objects.count()}-{number}镇")
            set_target(unit, 100)
            make_verified(make_project(unit), 10)

    head = make_head(county)
    grow(2)
    for _ in range(2):
        table = league_table(county, JUNE)
        with django_assert_num_queries(8):
            sources.background(table)
        with django_assert_num_queries(7):
            read = sources.details(table, head)
            assert [list(rows) for rows in (read.projects, read.entries, read.changes)]
        grow(7)


def test_a_list_leaves_with_its_filters_named(county):
    columns = [Column("名称", 20), Column("个数", 8, COUNT)]
    filters = [("阶段", "合同"), ("年度", ""), ("查询", "=1+1")]

    with closing(
        list_response(RequestFactory().get("/"), "项目", filters, columns, [["甲", 1], ["@乙", 2]])
    ) as response:
        rows = sheet_of(response)

    assert rows == [
        ("项目", None),
        ("筛选条件：阶段：合同；查询：=1+1", None),
        ("名称", "个数"),
        ("甲", 1),
        ("@乙", 2),
    ]
    assert "attachment" in response["Content-Disposition"]


# --- the pages -------------------------------------------------------------------------------------


@pytest.fixture
def page(client, county):
    client.force_login(make_head(county))
    return lambda address: client.get(address)


def test_workbook_is_downloaded_under_its_title(page, county):
    set_target(make_unit(county), 100)

    response = page("/ranking/2012-06.xlsx")

    assert response.status_code == 200
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert response.filename == "商南县2012年上半年招商引资任务完成情况表.xlsx"
    assert int(response["Content-Length"]) == len(response.getvalue())


def test_wishes_of_the_page_reach_the_workbook(page, county):
    unit = make_unit(county)
    set_target(unit, 100)
    make_verified(make_project(unit, industry="mining"), 10)

    rows = sheet_of(page("/ranking/2012-06.xlsx?without=resource&as_of=2012-06-15"), "排名表")

    assert rows[0][0].startswith("商南县截至2012年6月15日")
    assert rows[1][0] == "截至日期：2012年6月15日；不含原矿开采"
    assert rows[-1] is not None


def test_bulletin_is_downloaded_and_shown(page, county):
    set_target(make_unit(county), 100)

    paper = page("/ranking/2012-06.docx")
    assert paper.filename == "关于2012年上半年全县招商引资目标任务完成情况的通报.docx"
    assert paper.getvalue().startswith(b"PK")
    shown = page("/ranking/2012-06/bulletin/?without=property").content.decode()
    assert "目标任务完成情况的通报" in shown
    assert "不含房地产" in shown
    assert f'href="{reverse("ranking-docx", args=["2012-06"])}?without=property"' in shown


@pytest.mark.parametrize("end", [".xlsx", ".docx", "/bulletin/"])
def test_impossible_month_is_no_page(page, end):
    assert page(f"/ranking/2012-13{end}").status_code == 404


@pytest.mark.parametrize("end", [".xlsx", ".docx", "/bulletin/"])
def test_administrators_take_no_figures_out(client, county, end):
    """quality 5"""
    client.force_login(make_person(None, Role.SYSTEM_ADMIN))

    assert client.get(f"/ranking/2012-06{end}").status_code == 403


@pytest.mark.parametrize("end", [".xlsx", ".docx", "/bulletin/"])
def test_visitors_are_asked_to_sign_in(client, end):
    response = client.get(f"/ranking/2012-06{end}")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
