"""Out and in again: a county written into the template and imported elsewhere has the same table."""

from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from ledger.models import Receipt
from ledger.ranking.league import league_table
from ledger.reading import workbook
from ledger.reading.columns import SHEET_NAMES, Part, template_columns
from ledger.workbooks import contents, marked, template
from projects.models import Project
from tests.builders import (
    day,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    set_target,
)
from tests.ledger.importing import books
from tests.ledger.importing.filled import comparable, filled
from units.models import County


@pytest.mark.django_db
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    fens=st.lists(st.integers(min_value=1, max_value=10**10), min_size=1, max_size=6, unique=True),
    parts=st.sampled_from([(10_000,), (6_000, 4_000), (3_333, 3_333, 3_334), (9_999, 1)]),
    verified=st.booleans(),
)
def test_any_amount_and_share_comes_back_to_the_fen(fens, parts, verified, tmp_path):
    county = make_county(code=f"{(County.objects.count() + 1):06}", name="甲县")
    units = [make_unit(county, f"{'一二三'[place]}镇") for place in range(len(parts))]
    for unit in units:
        set_target(unit, 5_000)
    shares = dict(zip(units, parts, strict=True))
    project = make_project(units[0], "甲", shares=shares, total=10**8, introduced=10**8)
    make = make_verified if verified else make_receipt
    for fen in fens:
        make(project, f"{fen}e-6")

    path = filled(county, tmp_path)
    other = f"{(County.objects.count() + 500):06}"
    call_command(
        *("import_book", str(path), "--county", other, "--create-county", "乙县", "--verified"),
        stdout=StringIO(),
        stderr=StringIO(),
    )

    there = County.objects.get(code=other)
    assert comparable(league_table(there, day("2012-06-30"))) == comparable(
        league_table(county, day("2012-06-30"))
    )


@pytest.fixture
def county(db):
    county = make_county()
    town, bureau = make_unit(county, "水沟镇"), make_unit(county, "招商局", "department")
    set_target(town, 7_000)
    project = make_project(town, "金丝峡索道", shares={town: 6_000, bureau: 4_000})
    make_verified(project, "1000.01")
    make_receipt(project, 20)
    make_project(bureau, "仓储", signed=None)
    return county


def test_importing_the_filled_template_changes_nothing(county, tmp_path):
    plan = books.planned(filled(county, tmp_path), county, make_head(county))

    assert books.places(plan) == []
    assert plan.is_empty


def test_the_template_of_a_unit_holds_its_own_only(county, tmp_path):
    unit = county.units.get(name="招商局")

    book = workbook.read(filled(county, tmp_path, unit))

    rows = {grid.name: grid.rows for grid in book.grids}
    assert "单位" not in rows
    names = [row[0] for _number, row in rows["项目"][3:]]
    assert names == ["仓储"]
    assert len(rows["到位资金"]) == 3  # title, line, headings


def test_money_taken_back_is_left_out(county, tmp_path):
    Receipt.objects.filter(state="submitted").update(state="withdrawn")

    book = workbook.read(filled(county, tmp_path))

    rows = {grid.name: grid.rows for grid in book.grids}["到位资金"]
    assert [row[2] for _number, row in rows[3:]] == [1000.01]


def test_the_empty_template_comes_in_without_a_complaint(county, tmp_path):
    path = tmp_path / "template.xlsx"
    with path.open("wb") as file:
        template.write(contents.contents(county, None, is_filled=False, year=2012), file)

    plan = books.planned(path, county, make_head(county))

    assert books.places(plan) == []
    assert plan.is_empty


def test_the_template_has_every_column_with_drop_downs_from_the_countys_lists(county, tmp_path):
    path = tmp_path / "template.xlsx"
    with path.open("wb") as file:
        template.write(contents.contents(county, None, is_filled=False, year=2012), file)

    book = load_workbook(path)

    for part in Part:
        sheet = book[SHEET_NAMES[part]]
        headings = [str(cell.value).removeprefix("*").removesuffix("（万元）") for cell in sheet[3]]
        assert headings == [column.heading for column in template_columns(part)]
    kinds = book["单位"].data_validations.dataValidation
    assert kinds[0].formula1 == '"镇,部门,企业"'
    [units] = [v for v in book["项目"].data_validations.dataValidation if "C4" in str(v.sqref)]
    assert units.formula1 == "'代码'!$A$2:$A$3"
    assert [cell.value for cell in book["代码"]["A"][:4]] == ["单位", "水沟镇", "招商局", None]
    assert book["代码"].sheet_state == "hidden"


# The marked workbook


def marked_copy(path, county, folder):
    plan = books.planned(path, county, make_head(county))
    stream = BytesIO()
    marked.write(workbook.read(path), plan.remarks.refusals, stream)
    copy = folder / "marked.xlsx"
    copy.write_bytes(stream.getvalue())
    return plan, copy


@pytest.fixture
def bad(tmp_path):
    book = books.plain()
    book["到位资金"]["C2"], book["到位资金"]["B4"] = "许多", "=1+1"
    book["项目"].insert_rows(1, 2)
    book["项目"]["A1"], book["项目"]["I2"] = "项目台账", "单位：万元"
    book["项目"]["B4"] = "=HYPERLINK(1)"
    book["项目"]["B4"].data_type = "s"
    return books.saved(book, tmp_path)


@pytest.mark.django_db
def test_bad_cells_are_marked_commented_and_listed(bad, tmp_path):
    plan, path = marked_copy(bad, make_county(), tmp_path)

    book = load_workbook(path)

    listed = [[cell.value for cell in row] for row in book["导入问题"].iter_rows(min_row=3)]
    assert [(row[0], row[1]) for row in listed] == [("到位资金", 2), ("到位资金", 4)]
    cell = book["到位资金"]["C2"]
    assert cell.value == "许多"
    assert cell.fill.fgColor.rgb == "FFF4B6B0"
    assert cell.comment.text == plan.remarks.refusals[0].sentence
    assert book["到位资金"]["A3"].value == "金丝峡索道"
    assert book["项目"]["A1"].value == "项目台账"
    assert book["项目"]["A3"].value == "项目名称"


@pytest.mark.django_db
def test_the_marked_workbook_can_be_corrected_and_sent_again(bad, tmp_path):
    county = make_county()
    _plan, path = marked_copy(bad, county, tmp_path)
    book = load_workbook(path)
    book["到位资金"]["C2"], book["到位资金"]["B4"] = 1000.01, "2012-05-02"
    corrected = books.saved(book, tmp_path, "corrected.xlsx")

    plan = books.planned(corrected, county, make_head(county))

    assert books.places(plan) == []
    assert list(plan.remarks.notices) == []
    assert (
        books.actions(plan)["receipts"]
        == books.actions(
            books.planned(books.saved(books.plain(), tmp_path), county, make_head(county))
        )["receipts"]
    )


@pytest.mark.django_db
def test_nothing_in_the_marked_workbook_or_the_template_is_live(bad, tmp_path):
    """quality 12: 0 formulas"""
    county = make_county()
    town = make_unit(county, "水沟镇")
    make_project(town, "=1+1")
    Project.objects.update(content="=cmd|' /C calc'!A0", contact="@SUM(1)", phone="+1")
    _plan, path = marked_copy(bad, county, tmp_path)

    for each in (path, filled(county, tmp_path)):
        for sheet in load_workbook(each):
            live = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
            assert live == []


@pytest.mark.django_db
def test_a_hostile_text_comes_back_as_it_was(tmp_path):
    """quality 12: value equal to input after removing the guard"""
    county = make_county()
    make_project(make_unit(county, "水沟镇"), "=HYPERLINK(1)")

    plan = books.planned(filled(county, tmp_path), county, make_head(county))

    assert books.places(plan) == []
    assert plan.is_empty
