"""How signed projects get on, by a county that is counted by hand."""

import io
from fractions import Fraction

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.conversion.table import Counts, conversion
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from projects.models import Project
from tests import builders
from tests.builders import day, wan
from tests.ledger.papers.papers import close_first_quarter
from units.models import Unit

pytestmark = pytest.mark.django_db
MARCH, JUNE = day("2012-03-31"), day("2012-06-30")


@pytest.fixture
def made():
    """水沟镇 signs 3: one started and paid, one a contract, one an agreement that is paid; 试马镇 signs 1,
    paid and producing; a project of 2011 is nobody's of this year."""
    county = builders.make_county()
    a, b = builders.make_unit(county, "水沟镇"), builders.make_unit(county, "试马镇")
    one, _two, three, four, old = (
        builders.make_project(unit, name, signed=signed, introduced=1000)
        for unit, name, signed in (
            (a, "一", "2012-01-05"),
            (a, "二", "2012-01-06"),
            (a, "三", "2012-01-07"),
            (b, "四", "2012-01-08"),
            (b, "旧", "2011-05-01"),
        )
    )
    change = Project.objects.filter
    change(pk=one.pk).update(started_on=day("2012-03-31"))
    change(pk=three.pk).update(contract_on=None, stage="agreement", agreement_on=day("2012-01-07"))
    change(pk=four.pk).update(started_on=day("2012-02-01"), production_on=day("2012-03-01"))
    for project, amount in ((one, 250), (three, 40), (four, 100), (old, 500)):
        builders.make_verified(project, amount, "2012-03-10")
    return county, a, b, one


def lines(table):
    found = conversion(table)
    return {line.unit.name: line for _g, each in found.sections for line in each}, found.total


def test_counts_and_rates_by_hand(made):
    found, total = lines(league_table(made[0], MARCH))

    assert found["水沟镇"].counts == Counts(3, 2, 1, 1, 0, wan(2000), wan(250))
    assert found["试马镇"].counts == Counts(1, 1, 1, 1, 1, wan(1000), wan(100))
    assert total == Counts(4, 3, 2, 2, 1, wan(3000), wan(350))
    counts = found["水沟镇"].counts
    assert (counts.performed_rate, counts.started_rate) == (Fraction(1, 2), Fraction(1, 3))
    assert (counts.producing_rate, counts.funded_rate) == (Fraction(0), Fraction(1, 8))
    assert (found["试马镇"].rank, found["水沟镇"].rank) == (1, 2)


def test_a_stage_counts_from_its_day(made):
    found, _total = lines(league_table(made[0], day("2012-03-30")))

    assert found["水沟镇"].counts.started == 0  # it started on the 31st


def test_a_successor_has_the_projects_of_a_unit_that_ended(made):
    county, a, b, _one = made
    Unit.objects.filter(pk=b.pk).update(ended_on=MARCH, successor=a)

    found, total = lines(league_table(county, JUNE))

    assert set(found) == {"水沟镇"}
    assert found["水沟镇"].counts == total


def test_an_announced_table_keeps_what_it_was_closed_with(made):
    county, _a, _b, one = made
    settlement = close_first_quarter(county)
    before = lines(announced_table(settlement))
    Project.objects.filter(pk=one.pk).update(started_on=None, introduced_amount=wan(9))

    assert (
        lines(announced_table(settlement))[1] == before[1] != lines(league_table(county, MARCH))[1]
    )


def test_nothing_signed_divides_nothing():
    county = builders.make_county()
    builders.make_unit(county)

    found = conversion(league_table(county, MARCH))

    assert (found.sections, found.total, found.total.performed_rate) == ((), Counts(), None)


def test_page_and_workbook_show_the_same(made, client):
    county, *_more = made
    client.force_login(builders.make_person(county, "leader"))

    page = client.get("/conversion/2012-03/").content.decode()
    answer = client.get("/conversion/2012-03.xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    town = next(row for row in rows if row[2] == "水沟镇")
    assert next(row[:3] for row in rows if row[1] == "名次") == ("组别", "名次", "单位")
    third = pytest.approx(1 / 3)
    assert town[3:11] == (3, 2, 1, 0.5, 1, third, 0, 0)
    assert town[13] == 0.125
    shown = ("3", "2", "1", "50.0%", "1", "33.3%", "0", "0.0%", f"{town[11]:,.2f}", "12.5%")
    assert all(f'<td class="num">{text}</td>' in page for text in shown)
    assert rows[-1][3] == 4


def test_statements_do_not_grow_with_units(made):
    county, *_more = made

    def count():
        table = league_table(county, MARCH)
        with CaptureQueriesContext(connection) as queries:
            conversion(table)
        return len(queries)

    before = count()
    for number in range(5):
        builders.make_project(builders.make_unit(county, f"新镇{number}"), signed="2012-02-02")

    assert count() == before
