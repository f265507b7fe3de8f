"""Growth on the same day of the year before: by unit, everywhere, and in settlements that kept it."""

import json
from fractions import Fraction

import pytest
from django.db import connection

from ledger.models import Period
from ledger.quarter.checks import ADVISORY
from ledger.ranking import announced, document
from ledger.ranking.league import league_table
from ledger.rules import standing
from tests import acting
from tests.builders import (
    day,
    make_county,
    make_head,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from units.models import Unit

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")


@pytest.fixture
def county():
    county = make_county()
    for name in ("甲镇", "乙镇", "丙镇"):
        set_target(make_unit(county, name), 1000)
    return county


@pytest.fixture
def project(county):
    return make_project(county.units.get(name="甲镇"), signed="2011-01-05")


def growth(table, name="甲镇"):
    return next(row for row in table.rows if row.name == name).growth


@pytest.mark.parametrize(
    ("as_of", "before"),
    [
        ("2012-06-15", "2011-06-15"),
        ("2012-02-29", "2011-02-28"),
        ("2013-02-28", "2012-02-29"),
        ("2012-02-28", "2011-02-28"),
        ("2012-12-31", "2011-12-31"),
    ],
)
def test_a_months_end_is_compared_with_the_months_end(as_of, before):
    assert standing.year_before(day(as_of)) == day(before)


def test_growth_is_exact_and_counts_up_to_the_same_day(county, project):
    make_verified(project, 300, "2011-06-30")
    make_verified(project, 50, "2011-07-01")
    make_verified(project, 400, "2012-06-30")

    assert growth(league_table(county, JUNE)) == Fraction(1, 3)
    assert league_table(county, JUNE).total.growth == Fraction(1, 3)


def test_a_unit_without_money_the_year_before_shows_a_dash(county, project):
    make_verified(project, 400, "2012-06-30")

    table = league_table(county, JUNE)

    assert (growth(table), table.total.growth) == (None, None)
    [row] = [r for r in document.document(table)["sections"][0]["rows"] if r["name"] == "甲镇"]
    assert row["growth"] is None


def test_what_became_known_later_and_what_is_left_out_is_left_out_of_both_years(county, project):
    mine = make_project(project.lead_unit, signed="2011-01-05", industry="mining")
    make_verified(project, 200, "2011-06-01", at=moment("2011-06-02"))
    make_verified(mine, 100, "2011-06-01", at=moment("2011-06-02"))
    make_verified(project, 300, "2012-06-01", at=moment("2012-06-02"))

    assert growth(league_table(county, JUNE)) == 0
    assert growth(league_table(county, JUNE, without=["resource"])) == Fraction(1, 2)
    assert growth(league_table(county, JUNE, moment("2012-06-01"))) == -1


def test_a_merged_units_money_of_the_year_before_counts_for_its_successor(county, project):
    gone = county.units.get(name="乙镇")
    make_verified(make_project(gone, signed="2011-01-05"), 100, "2011-03-01")
    make_verified(project, 100, "2011-03-01")
    make_verified(project, 300, "2012-03-01")
    Unit.objects.filter(pk=gone.pk).update(ended_on="2011-12-31", successor=project.lead_unit)

    assert growth(league_table(county, JUNE)) == Fraction(1, 2)


def test_one_statement_for_all_units(county, project, django_assert_max_num_queries):
    league_table(county, JUNE)
    with django_assert_max_num_queries(11):
        league_table(county, JUNE)


def test_a_settlement_keeps_it_and_an_older_one_shows_a_dash(client, county, project):
    make_verified(project, 100, "2011-02-01")
    make_verified(project, 130, "2012-02-01")
    head, known = make_head(county), {"known": ADVISORY}
    for period in Period.objects.order_by("year", "quarter"):
        acting.close(period.pk, by=make_verifier(county), at=moment("2012-04-06"), **known)
        settlement = acting.confirm(period.pk, by=head, at=moment("2012-04-06"), **known)
    client.force_login(head)

    kept = announced.announced_table(settlement)
    page = client.get("/ranking/2012-03/").text
    assert (growth(kept), kept.total.growth) == (Fraction(3, 10), Fraction(3, 10))
    assert '<td class="minor">30.0%</td>' in page
    assert announced.differing(settlement) is None

    forget(settlement)
    older = announced.announced_table(settlement)
    assert (growth(older), older.total.growth) == (None, None)
    assert announced.differing(settlement) is None
    rows = json.loads(document.text(older))["sections"][0]["rows"]
    assert {row["growth"] for row in rows} == {None}
    assert ">30.0%<" not in client.get("/ranking/2012-03/?sort=growth").text


def forget(settlement):
    """As a settlement that was made before the column."""
    assert not settlement.lines.filter(received_before=None).exists()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_settlementline DISABLE TRIGGER USER")
        settlement.lines.update(received_before=None)
        cursor.execute("ALTER TABLE ledger_settlementline ENABLE TRIGGER USER")
