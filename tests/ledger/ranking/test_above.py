"""The county against the targets from above, on its own page, meeting, bulletin and screen."""

import pytest

from ledger.papers.bulletin import headline
from ledger.papers.sources import background
from ledger.ranking.headline import above
from ledger.ranking.league import league_table
from tests import builders
from tests.builders import day, moment, wan
from units.targets import county_targets
from units.targets.county_targets import CountyTargetDraft

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")


@pytest.fixture
def county():
    county = builders.make_county()
    town = builders.make_unit(county, "水沟镇")
    builders.set_target(town, 279_000)
    builders.make_verified(builders.make_project(town, total=500_000, introduced=400_000), 141_900)
    return county


def ask(county, issuer, amount, at="2012-01-05"):
    draft = CountyTargetDraft(
        issuer, wan(amount), (wan(0),) * 3, day("2012-01-01"), "商政发〔2012〕1号"
    )
    head = builders.make_head(county)
    seen = county_targets.versions_seen(county, 2012)
    return county_targets.record(county, 2012, draft, seen=seen, by=head, at=moment(at))


def test_the_city_and_the_province_are_each_said(county):
    ask(county, "province", 200_000)
    ask(county, "city", 300_000)

    assert above(league_table(county, JUNE)) == (
        "，完成市下达任务30亿元的47.3%",
        "，完成省下达任务20亿元的71.0%",
    )


def test_nothing_is_said_without_such_a_target_or_without_all_money(county):
    assert above(league_table(county, JUNE)) == ()
    ask(county, "city", 300_000)

    assert above(league_table(county, JUNE, without=["property"])) == ()


def test_an_earlier_table_knows_the_earlier_target(county):
    ask(county, "city", 300_000)
    ask(county, "city", 100_000, at="2012-09-01")

    assert above(league_table(county, JUNE, moment("2012-07-01"))) == (
        "，完成市下达任务30亿元的47.3%",
    )


def test_the_county_reads_it_on_its_own_pages(client, county):
    ask(county, "city", 300_000)
    client.force_login(builders.make_person(county, "leader"))
    said = "完成市下达任务30亿元的47.3%"

    for address in ("/ranking/2012-06/", "/meeting/2012-06/", "/screen/?month=2012-06"):
        assert said in client.get(address).content.decode(), address
    table = league_table(county, JUNE)
    assert said in headline(table, background(table))
