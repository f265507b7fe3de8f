"""The annexes of the bulletin: read back from the Word file, each figure the league table's."""

import io
from decimal import Decimal

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from ledger.papers import bulletin_docx
from ledger.papers.annexes import PRINTED
from ledger.ranking.announced import announced_table
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
from tests.ledger.papers.papers import close_first_quarter, paper_of
from units.ground.money import to_wan

pytestmark = pytest.mark.django_db
PLACES = {column.name: place for place, column in enumerate(PRINTED)}


@pytest.fixture
def county():
    county = make_county()
    make_head(county)
    for name, kind, target, received in (
        ("甲镇", "town", "1000.01", "600.05"),
        ("乙镇", "town", "500", 0),
        ("丁局", "department", "400", "0.01"),
    ):
        unit = make_unit(county, name, kind)
        set_target(unit, target)
        if received:
            make_verified(make_project(unit, signed="2012-01-05"), received, "2012-03-01")
    return county


def printed(table):
    file = io.BytesIO()
    bulletin_docx.write(paper_of(table), file)
    return docx.Document(file)


def test_each_group_is_an_annex_with_the_figures_of_the_league_table(county):
    table = league_table(county, day("2012-06-30"))

    found = printed(table).tables

    assert len(found) == 2
    for sheet, section in zip(found, table.sections, strict=False):
        lines = [[cell.text for cell in row.cells] for row in sheet.rows[2:]]
        for line, row in zip(lines, [*section.rows, section.total], strict=True):
            for name in ("target", "received"):
                amount = Decimal(line[PLACES[name]].replace(",", ""))
                assert amount == to_wan(getattr(row, name))
        assert [line[PLACES["unit"]] for line in lines] == [
            *(row.name for row in section.rows),
            "小计",
        ]


def test_annexes_are_landscape_and_repeat_their_headings(county):
    paper = printed(league_table(county, day("2012-06-30")))

    assert [section.orientation for section in paper.sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
    ]
    assert [line.text for line in paper.paragraphs if line.text.endswith("万元")] == [
        "截至日期：2012年6月30日；单位：万元"
    ] * 2
    for sheet in paper.tables:
        sides = {row.cells[1].paragraphs[0].alignment.name for row in sheet.rows[2:]}
        assert sides == {"LEFT"}
        repeated = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in sheet.rows]
        assert repeated == [True, True] + [False] * (len(sheet.rows) - 2)


def test_the_text_names_its_annexes_before_the_signature(county):
    texts = [part.text for part in paper_of(league_table(county, day("2012-06-30"))).paragraphs]

    place = texts.index("附件：1. 商南县2012年上半年招商引资任务完成情况表（镇）")
    assert texts[place + 1] == "2. 商南县2012年上半年招商引资任务完成情况表（部门）"
    assert texts[place + 2] == "商南县招商局"


def test_a_single_group_is_the_annex_without_a_number():
    county = make_county()
    make_unit(county, "甲镇")

    paper = printed(league_table(county, day("2012-06-30")))

    texts = [line.text for line in paper.paragraphs]
    assert "附件：商南县2012年上半年招商引资任务完成情况表（镇）" in texts
    assert "附件" in texts


def test_page_numbers_stand_on_the_outer_side(county):
    paper = printed(league_table(county, day("2012-06-30")))

    assert paper.settings.odd_and_even_pages_header_footer
    for section in paper.sections:
        sides = [
            footer.paragraphs[0].alignment for footer in (section.footer, section.even_page_footer)
        ]
        assert [side.name for side in sides] == ["RIGHT", "LEFT"]


def test_annexes_of_a_closed_quarter_are_as_announced(county):
    announced = announced_table(close_first_quarter(county))
    before = paper_of(announced).annexes

    set_target(county.units.get(name="乙镇"), 9_999)

    assert paper_of(announced_table(announced.settlement)).annexes == before
