"""What an address may wish of the league table."""

from datetime import datetime

import pytest

from ledger.ranking.query import TableQuery, moment_of, newest_month, read
from ledger.rules.months import Month
from tests.builders import SHANGHAI, day, make_project, make_verified, set_target
from units.models import Trail
from units.targets.record import opening_day, year_to_set

JUNE = Month(2012, 6)
TODAY = day("2026-01-31")


def parameter(as_of="", known_by="", *without):
    return read(JUNE, as_of, known_by, without)


def test_a_month_alone_means_its_last_day():
    assert parameter() == TableQuery(JUNE)
    assert parameter().day(TODAY) == day("2012-06-30")


def test_a_month_that_is_not_over_means_today():
    assert TableQuery(Month(2026, 1)).day(day("2026-01-12")) == day("2026-01-12")


def test_a_day_wins_over_the_month_within_its_year():
    assert parameter("2012-08-15").day(TODAY) == day("2012-08-15")
    assert parameter("2013-08-15").day(TODAY) == day("2012-06-30")


@pytest.mark.parametrize("junk", ["yesterday", "2012-02-30", "9999-99-99", "２０１２", "'", "\x00"])
def test_junk_is_no_wish(junk):
    """quality 27"""
    assert parameter(junk, junk, junk) == TableQuery(JUNE)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2012-07-01", datetime(2012, 7, 1, 23, 59, 59, 999999, SHANGHAI)),
        ("2012-07-01T08:30", datetime(2012, 7, 1, 8, 30, tzinfo=SHANGHAI)),
        ("2012-07-01T00:30:00+00:00", datetime(2012, 7, 1, 8, 30, tzinfo=SHANGHAI)),
        ("2012-07-01T08:30:00 08:00", datetime(2012, 7, 1, 8, 30, tzinfo=SHANGHAI)),
    ],
)
def test_a_moment_of_knowledge_is_the_countys_time(text, moment):
    assert moment_of(text) == moment


def test_known_exclusions_are_kept_and_others_dropped():
    assert parameter("", "", "resource,nonsense", "carry_over").without == {
        "resource",
        "carry_over",
    }


@pytest.mark.django_db
def test_money_of_a_year_without_targets_does_not_turn_the_pages(town):
    """quality 56"""
    set_target(town, 1000)
    project = make_project(town)
    make_verified(project, 50, "2012-11-20")
    new_year = day("2013-01-08")

    make_verified(project, 30, "2013-01-05")

    assert newest_month(town.county, new_year) == Month(2012, 11)
    assert year_to_set(town.county, 2012, new_year) == 2013
    set_target(town, 1200, 2013)
    assert newest_month(town.county, new_year) == Month(2013, 1)
    assert year_to_set(town.county, 2013, new_year) is None


@pytest.mark.django_db
def test_a_county_without_any_target_stays_with_its_newest_money(town):
    make_verified(make_project(town), 50, "2012-05-20")

    assert newest_month(town.county, TODAY) == Month(2012, 5)
    assert year_to_set(town.county, 2012, TODAY) == 2012


@pytest.mark.django_db
@pytest.mark.parametrize(("is_sample", "begins"), [(True, "2012-06-30"), (False, "2026-01-31")])
def test_forms_of_the_sample_begin_in_its_own_year(town, is_sample, begins):
    set_target(town, 1000)
    town.county.is_sample = is_sample

    assert opening_day(town.county, TODAY) == day(begins)


@pytest.mark.django_db
def test_a_moment_in_any_zone_can_be_asked_of_the_database():
    """quality 66: PostgreSQL reads offsets below sixteen hours only."""
    moment = moment_of("2118-07-14T12:08:50-22:27")

    assert moment == datetime(2118, 7, 15, 18, 35, 50, tzinfo=SHANGHAI)
    assert not Trail.objects.filter(at__gte=moment).exists()
