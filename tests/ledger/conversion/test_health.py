"""Lights of projects that do not get on: a day either side of each threshold."""

import pytest

from ledger.conversion.health import months_before, unhealthy
from projects.models import Project
from tests import builders
from tests.builders import day, moment
from units.county import settings
from units.ground.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    county = builders.make_county()
    builders.make_unit(county, "水沟镇")
    return county


def project(county, name="一", **fields):
    made = builders.make_project(county.units.get(), name, signed="2012-03-15", introduced=1000)
    Project.objects.filter(pk=made.pk).update(**fields)
    return made


def found(county, as_of):
    return {line.name: {rule.code for rule in line.rules} for line in unhealthy(county, day(as_of))}


@pytest.mark.parametrize(
    ("on", "months", "before"),
    [
        ("2012-03-15", 12, "2011-03-15"),
        ("2012-05-31", 3, "2012-02-29"),
        ("2012-01-31", 2, "2011-11-30"),
    ],
)
def test_months_before_a_day(on, months, before):
    assert months_before(day(on), months) == day(before)


def test_signed_over_a_year_and_not_started(county):
    one = project(county)
    builders.make_verified(one, 900, "2013-02-01")

    assert found(county, "2013-03-15") == {}  # a year to the day
    assert found(county, "2013-03-16") == {"一": {"not_started"}}
    Project.objects.filter(pk=one.pk).update(started_on=day("2013-03-16"))
    assert found(county, "2013-03-16") == {}


def test_started_and_three_months_without_money(county):
    one = project(county, started_on=day("2012-04-01"))
    builders.make_verified(one, 200, "2012-05-20")

    assert found(county, "2012-08-20") == {}  # three months to the day
    assert found(county, "2012-08-21") == {"一": {"no_money"}}
    builders.make_verified(one, 800, "2012-08-21")
    assert found(county, "2013-01-10") == {}  # all of it has come


def test_started_without_any_money_counts_from_the_start(county):
    project(county, started_on=day("2012-04-01"))

    assert found(county, "2012-06-29") == {}
    assert found(county, "2012-07-01") == {"一": {"under_funded"}}
    assert found(county, "2012-07-02") == {"一": {"no_money", "under_funded"}}


def test_half_the_year_over_and_under_fifteen_percent(county):
    one = project(county)
    builders.make_verified(one, "149.9999", "2012-06-01")

    assert found(county, "2012-06-29") == {}
    assert found(county, "2012-06-30") == {"一": {"under_funded"}}
    builders.make_verified(one, "0.0001", "2012-06-30")
    assert found(county, "2012-06-30") == {}  # equality counts as reached


def test_the_thresholds_are_the_county_s(county):
    project(county)
    head = builders.make_head(county)
    changed = settings.change(
        county, {"health_start_months": 2, "health_percent": 0}, by=head, at=moment("2012-04-01")
    )

    assert found(changed, "2012-06-30") == {"一": {"not_started"}}  # zero switches a rule off
    with pytest.raises(Refusal):
        settings.change(county, {"health_percent": 101}, by=head, at=moment("2012-04-01"))


def test_what_produces_is_not_listed_and_red_comes_first(county):
    project(county, started_on=day("2012-04-01"), production_on=day("2012-06-01"))
    project(county, "二")
    project(county, "三", started_on=day("2012-03-20"))

    lines = list(unhealthy(county, day("2012-07-15")))

    assert [(line.name, line.light) for line in lines] == [("三", "red"), ("二", "yellow")]


def test_the_page_shows_each_reader_their_projects(client, county):
    project(county)
    other = builders.make_unit(county, "试马镇")
    builders.make_project(other, "他镇项目", signed="2012-03-15")
    client.force_login(builders.make_clerk(county.units.get(name="水沟镇")))

    page = client.get("/projects/health/?as_of=2012-06-30").content.decode()
    assert "未达" in page or "不足" in page
    assert "一" in page
    assert "他镇项目" not in page
    client.force_login(builders.make_person(county, "leader"))
    page = client.get("/projects/health/?as_of=2012-06-30").content.decode()
    assert "他镇项目" in page
