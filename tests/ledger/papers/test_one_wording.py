"""Every paper and page of a table says what completion and gap are measured against, in one wording."""

import re

import pytest
from django.utils import translation

from ledger.ranking.league import league_table
from tests.builders import (
    day,
    make_county,
    make_head,
    make_project,
    make_unit,
    make_verified,
    set_target,
)
from tests.ledger.papers.papers import book_of, paper_of, rows_of

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")
SAID = "完成率对照年度任务；与序时进度差对照截至2012年6月30日应完成的任务（占年度任务的50.0%）。"


@pytest.fixture
def county():
    """Amounts whose percentages do not end: thirds and sevenths."""
    county = make_county()
    for name, target, received in (("甲镇", 700, 300), ("乙镇", 900, 600), ("丙镇", 300, 0)):
        unit = make_unit(county, name, "town")
        set_target(unit, target)
        if received:
            make_verified(make_project(unit), received)
    return county


def texts_of_book(book):
    return [str(value) for sheet in book for row in rows_of(sheet) for value in row if value]


def test_papers_say_what_the_gap_is_measured_against(county):
    table = league_table(county, JUNE)

    assert SAID in paper_of(table).text
    assert SAID in texts_of_book(book_of(table))


@pytest.mark.parametrize("path", ["/ranking/2012-06/", "/meeting/2012-06/"])
def test_pages_say_what_the_gap_is_measured_against(county, sit, path):
    assert SAID in sit(make_head(county)).get(path).text


def test_an_account_says_what_the_gap_is_measured_against(county, sit):
    page = sit(make_head(county)).get(f"/units/{county.units.get(name='甲镇').code}/")

    assert re.search(r"与序时进度差对照截至2012年\d+月\d+日应完成的任务", page.text)


def test_a_county_without_a_task_says_nothing_of_it(county, sit):
    """There is no task, so there is no gap."""
    bare = make_county("611024", "山阳县")
    make_verified(make_project(make_unit(bare, "丁镇", "town")), 5)
    make_head(bare)

    assert "与序时进度差对照" not in paper_of(league_table(bare, JUNE)).text


def test_percentages_of_a_table_have_one_place_in_every_paper(county, sit):
    table = league_table(county, JUNE)
    with translation.override("zh-hans"):
        said = [paper_of(table).text, *texts_of_book(book_of(table))]
    said.append(sit(make_head(county)).get("/meeting/2012-06/").text)
    said.append(sit(make_head(county)).get("/ranking/2012-06/").text)
    said = [re.sub(r"镇 100%", "", text) for text in said]  # a credit share is what was agreed
    visible = [
        re.sub(r"<(svg|style|script).*?</\1>|<[^>]*>", " ", text, flags=re.S) for text in said
    ]

    found = [each for text in visible for each in re.findall(r"[\d.]+%", text)]

    assert len(found) > 10
    assert [each for each in found if not re.fullmatch(r"\d+\.\d%", each)] == []


def test_percentages_of_a_workbook_have_one_place(county):
    book = book_of(league_table(county, JUNE))

    forms = {
        cell.number_format
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if "%" in cell.number_format and cell.value is not None
    }

    assert forms == {"0.0%"}
