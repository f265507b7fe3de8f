"""What a region reads of a county is what the county's own table comes to.

``test_machine.py`` holds both against each other after whatever deeds.
"""

import pytest

from ledger.models import Period
from ledger.quarter.checks import ADVISORY
from ledger.ranking import query
from ledger.ranking.announced import announced_table
from ledger.ranking.gathering import EXCLUSIONS
from ledger.ranking.league import league_table
from ledger.ranking.summaries import Summary, announced, computed
from ledger.rules.months import Month
from tests import acting, builders
from tests.builders import day, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    """Every tier, a merged town, a unit without a task, money that waits, quarters of their own."""
    county = builders.make_county()
    names = ("甲镇", "乙镇", "丙镇", "丁镇", "戊局", "并入镇")
    done, half, late, none, bureau, ended = (builders.make_unit(county, name) for name in names)
    for unit, amount in ((done, 100), (half, 300), (late, 1000), (none, 500), (ended, 70)):
        builders.set_target(unit, amount)
    builders.set_target(half, 310, due=(1, 100, 101), effective_on="2012-05-01")
    shared = builders.make_project(done, shares={done: 6_667, bureau: 3_333}, origin="foreign")
    builders.make_verified(shared, "200.01")
    old = builders.make_project(half, signed="2011-05-01", industry="mining")
    builders.make_verified(old, 160)
    builders.make_verified(builders.make_project(late), 33, "2012-03-31")
    builders.make_verified(builders.make_project(ended), 7, "2012-02-11")
    builders.make_receipt(builders.make_project(none), "70.07")
    builders.make_receipt(builders.make_project(ended), 5)
    ended.ended_on, ended.successor = day("2012-05-31"), late
    ended.save()
    return county


@pytest.mark.parametrize("as_of", ["2012-01-31", "2012-05-31", "2012-06-15", "2012-06-30"])
@pytest.mark.parametrize("without", [[], sorted(EXCLUSIONS)])
def test_it_is_what_the_countys_own_table_comes_to(county, as_of, without):
    """quality 26"""
    table = league_table(county, day(as_of), without=without)

    assert computed([county], day(as_of), without=without) == [Summary.of(table)]


def test_as_known_at_an_earlier_moment(county):
    known_by = moment("2012-04-15")
    table = league_table(county, day("2012-06-30"), known_by)

    assert table.total.received == builders.wan(40)
    assert computed([county], day("2012-06-30"), known_by) == [Summary.of(table)]


def test_as_announced_from_the_stored_lines(county):
    head, verifier = builders.make_head(county), builders.make_verifier(county)
    for quarter, on in ((1, "2012-04-02"), (2, "2012-07-02")):
        period = Period.objects.get_or_create(county=county, year=2012, quarter=quarter)[0]
        acting.close(period.pk, by=verifier, at=moment(on), known=ADVISORY)
        acting.confirm(period.pk, by=head, at=moment(on), known=ADVISORY)
    settlement = period.settlements.get()
    builders.set_target(builders.Unit.objects.get(name="甲镇"), 1, effective_on="2012-02-02")

    found = announced([settlement])

    assert found == [Summary.of(announced_table(settlement))]
    assert found[0].compared_with is not None
    assert query.summaries([county], query.TableQuery(Month(2012, 6)), day("2099-01-01")) == found


def test_no_counties_no_questions(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert computed([], day("2012-06-30")) == announced([]) == []
