"""What the project form reads, shows again, and answers."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.forms import ProjectForm, ShareRows
from projects.shares import ShareError
from projects.shares import parse_percent as parse_share
from tests.builders import make_clerk, make_county, make_project, make_unit
from tests.projects.typed import typed_project
from units.forms import parse_percent, unit_choices
from units.models import County, Unit

TODAY = date(2012, 6, 30)


def share_rows(units, rows):
    """The rows of a posted formset, without a database."""
    sent = {"shares-TOTAL_FORMS": len(rows), "shares-INITIAL_FORMS": 0}
    for place, (unit, percent) in enumerate(rows):
        sent |= {f"shares-{place}-unit": unit, f"shares-{place}-basis_points": percent}
    named = {str(unit.pk): unit for unit in units}
    return ShareRows(
        sent,
        prefix="shares",
        form_kwargs={
            "units": named,
            "choices": unit_choices(units, units[0].county),
            "empty_permitted": False,
        },
    )


COUNTY = County(code="611023", name="商南县")
UNITS = [
    Unit(pk=place, county=COUNTY, name=f"单位{place}", kind="town", code=str(place))
    for place in range(1, 8)
]


@given(st.lists(st.integers(min_value=1, max_value=10_000), min_size=1, max_size=7))
def test_typed_shares_come_back_as_basis_points(points):
    typed = [
        (str(unit.pk), f"{Decimal(part) / 100}%") for unit, part in zip(UNITS, points, strict=False)
    ]

    rows = share_rows(UNITS, typed)

    assert rows.is_valid(), rows.errors
    assert [part for _unit, part in rows.drafted()] == points


@given(st.text(alphabet="0123456789.%％．０５ -+eE万", max_size=8))
def test_the_page_and_the_sheet_read_the_same_percents(text):
    """quality 24"""
    try:
        expected = parse_share(text)
    except ShareError:
        expected = None

    try:
        found = parse_percent(text)
    except Exception:
        found = None

    assert found == expected


@pytest.mark.parametrize("percent", ["0", "100.01", "33.333", "-5", "1e1", "六十", "60 40", ""])
def test_a_doubtful_percent_is_refused_beside_its_row(percent):
    rows = share_rows(UNITS, [("1", percent)])

    assert not rows.is_valid()
    assert list(rows.forms[0].errors) == ["basis_points"]


@pytest.mark.parametrize("unit", ["", "99", "x", "1 OR 1=1", "9" * 30])
def test_an_unknown_unit_is_refused_beside_its_row(unit):
    rows = share_rows(UNITS, [(unit, "100")])

    assert not rows.is_valid()
    assert list(rows.forms[0].errors) == ["unit"]


def test_empty_rows_are_no_shares():
    rows = share_rows(UNITS, [("", ""), ("2", "40"), ("", ""), ("1", "60")])

    assert rows.is_valid()
    assert [(unit.pk, part) for unit, part in rows.drafted()] == [(2, 4_000), (1, 6_000)]


@pytest.mark.parametrize("count", ["1000000", "-1", "x", "", None])
def test_a_forged_number_of_rows_is_refused_without_harm(count):
    """quality 13"""
    sent = {"shares-INITIAL_FORMS": "0", "shares-0-unit": "1", "shares-0-basis_points": "100"}
    if count is not None:
        sent["shares-TOTAL_FORMS"] = count
    rows = ShareRows(sent, prefix="shares", form_kwargs={"units": {}, "choices": []})

    assert not (rows.is_valid() and rows.drafted())
    assert len(rows.forms) <= 30


def test_what_was_typed_becomes_a_draft(town, bureau, head):
    sent = typed_project(
        [(town, "60"), (bureau, "４０％")],
        total_investment="１２，５００．５",
        introduced_amount="1.2亿",
    )
    form = ProjectForm(sent, user=head, today=TODAY)

    assert form.is_valid(), form.errors
    draft = form.draft()
    assert draft.total_investment == Decimal("125005000.00")
    assert draft.introduced_amount == Decimal("120000000.00")
    assert draft.shares == [(town, 6_000), (bureau, 4_000)]
    assert draft.contract_on == date(2012, 3, 1)


def test_a_stored_project_comes_back_unchanged(town, bureau, head):
    project = make_project(town, shares={town: 3_333, bureau: 6_667}, total="9250.123456")
    blank = ProjectForm(user=head, today=TODAY, project=project)
    sent = {
        form.add_prefix(name): form[name].value() or ""
        for form in (blank, *blank.shares.forms)
        for name in form.fields
    }
    sent |= {"shares-TOTAL_FORMS": len(blank.shares.forms), "shares-INITIAL_FORMS": 2}

    form = ProjectForm(sent, user=head, today=TODAY, project=project)

    assert form.changed_data == []
    assert not form.shares.has_changed()


def test_a_clerk_begins_with_the_own_unit(town):
    form = ProjectForm(user=make_clerk(town), today=TODAY)

    assert form.shares.forms[0].initial == {"unit": str(town.pk), "basis_points": 10_000}
    assert len(form.shares.forms) == 6


def test_units_of_another_county_are_not_offered(town, head):
    elsewhere = make_unit(make_county("611022", "丹凤县"), "龙驹寨镇")
    sent = typed_project([(town, "60"), (elsewhere, "40")])

    form = ProjectForm(sent, user=head, today=TODAY)

    assert not form.is_valid()
    assert list(form.shares.forms[1].errors) == ["unit"]


def test_everything_that_is_wrong_is_said_at_once(town, head):
    sent = typed_project(
        [(town, "60")], contract_on="2012-07-01", introduced_amount="9000", stage="started"
    )
    form = ProjectForm(sent, user=head, today=TODAY)

    assert not form.is_valid()
    assert set(form.errors) == {"contract_on", "started_on", "introduced_amount"}
    assert len(form.shares.non_form_errors()) == 1


@pytest.mark.parametrize(
    "day",
    ["2012-02-30", "0001-01-01", "9999-12-31", "二〇一二年三月", "2012-3", "20120301", "41000"],
)
def test_a_day_that_is_none_is_refused(town, head, day):
    """quality 27"""
    form = ProjectForm(typed_project([(town, "100")], contract_on=day), user=head, today=TODAY)

    assert not form.is_valid()
    assert list(form.errors) == ["contract_on"]


@pytest.mark.parametrize("day", ["２０１２-０３-０１", "2012/3/1", "2012.03.01", "2012年3月1日"])
def test_a_day_may_be_written_in_the_usual_ways(town, head, day):
    """quality 27"""
    form = ProjectForm(typed_project([(town, "100")], contract_on=day), user=head, today=TODAY)

    assert form.is_valid(), form.errors
    assert form.draft().contract_on == date(2012, 3, 1)
