"""Money by month."""

from decimal import Decimal

import pytest

from ledger.ranking.series import by_month
from tests.builders import (
    day,
    make_county,
    make_project,
    make_unit,
    make_verified,
    moment,
    set_target,
    wan,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    unit = make_unit(make_county())
    set_target(unit, 1000)
    return unit


def test_sums_run_through_the_year_and_stand_beside_the_year_before(town):
    project = make_project(town, signed="2011-01-05")
    for received, amount in (("2011-02-01", 10), ("2012-01-10", 100), ("2012-03-10", 50)):
        make_verified(project, amount, received)

    series = by_month(town.county, day("2012-04-30"), None)

    assert series.this_year == tuple(map(wan, (100, 100, 150, 150)))
    assert series.last_year == (Decimal(0), *[wan(10)] * 11)
    assert series.same_time_last_year == wan(10)


def test_nothing_is_said_of_last_year_inside_a_month(town):
    assert by_month(town.county, day("2012-04-29"), None).same_time_last_year is None


def test_later_knowledge_and_left_out_money_do_not_count(town):
    mine = make_project(town, industry="mining")
    make_verified(mine, 70, "2012-03-01", at=moment("2012-03-02"))
    make_verified(make_project(town), 30, "2012-03-01", at=moment("2012-05-02"))

    early = by_month(town.county, day("2012-03-31"), moment("2012-04-01"))
    clean = by_month(town.county, day("2012-03-31"), None, {"resource"})

    assert (early.this_year[-1], clean.this_year[-1]) == (wan(70), wan(30))


def test_one_query_reads_both_years(town, django_assert_num_queries):
    with django_assert_num_queries(1):
        by_month(town.county, day("2012-03-31"), None)
