"""Several counties: ranked like units, measured against several targets, read within a region only."""

from datetime import date
from fractions import Fraction

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from ledger.models import Period
from ledger.ranking import query as table_query
from ledger.ranking.league import league_table
from ledger.regions.ranking import Measure, region_table
from ledger.rules.months import Month
from ledger.rules.standing import Tier
from tests import acting, builders
from tests.builders import day, moment, wan
from units.models import Region, Role, Trail, User
from units.targets import county_targets
from units.targets.county_targets import CountyTargetDraft

pytestmark = pytest.mark.django_db
TODAY = date(2099, 1, 1)
JUNE = Month(2012, 6)


class Place:
    """A county with one town that owes ``target`` and has received ``received``, in 万元."""

    def __init__(self, code, name, target, received):
        self.county = builders.make_county(code, name)
        self.town = builders.make_unit(self.county, f"{name}城关镇")
        self.head = builders.make_head(self.county)
        builders.set_target(self.town, target)
        self.project = builders.make_project(self.town, f"{name}项目", introduced=9_000)
        self.receive(received)

    def receive(self, amount, on="2012-05-10"):
        return builders.make_verified(self.project, amount, on)

    def from_above(self, amount, issuer="city", effective_on="2012-01-01"):
        full = wan(amount)
        draft = CountyTargetDraft(
            issuer, full, (full / 4, full / 2, full * 3 / 4), day(effective_on), "商政发〔2012〕3号"
        )
        at = moment(effective_on)
        return county_targets.record(
            self.county,
            2012,
            draft,
            seen=county_targets.versions_seen(self.county, 2012),
            by=self.head,
            at=at,
        )

    def close_first_quarter(self):
        period, _new = Period.objects.get_or_create(county=self.county, year=2012, quarter=1)
        verifier = builders.make_verifier(self.county)
        acting.close(period.pk, by=verifier, at=moment("2012-04-02"), known={1, 2, 8})
        acting.confirm(period.pk, by=self.head, at=moment("2012-04-03"), known={1, 2, 8})


class Province:
    """Three counties of the city 6110 and one of another city of the province 61."""

    def __init__(self):
        self.shangnan = Place("611023", "商南县", 1000, 600)
        self.danfeng = Place("611022", "丹凤县", 1000, 400)
        self.luonan = Place("611021", "洛南县", 2000, 1200)
        self.hanbin = Place("610902", "汉滨区", 1000, 990)
        self.city = builders.make_leader_of("6110")
        self.province = builders.make_leader_of("61")

    @property
    def places(self):
        return [self.shangnan, self.danfeng, self.luonan]

    def table(self, measure="", on=None, prefix="6110"):
        counties = [place.county for place in self.places]
        parameters = table_query.TableQuery(JUNE, as_of=on)
        return region_table(counties, parameters, TODAY, prefix=prefix, measure=measure)


@pytest.fixture
def province():
    return Province()


def ranks(table):
    return [(row.county.name, row.rank) for row in table.rows]


# The table


def test_equal_counties_share_a_rank_and_the_next_is_skipped(province):
    assert ranks(province.table()) == [("洛南县", 1), ("商南县", 1), ("丹凤县", 3)]
    assert [row.tier for row in province.table().rows] == [
        Tier.ON_SCHEDULE,
        Tier.ON_SCHEDULE,
        Tier.BEHIND,
    ]


def test_every_county_shows_what_its_own_table_shows(province):
    """quality 26"""
    ended = builders.make_unit(province.shangnan.county, "撤并镇")
    builders.set_target(ended, 300)
    builders.make_verified(builders.make_project(ended), 33)
    ended.ended_on, ended.successor = day("2012-05-31"), province.shangnan.town
    ended.save()
    builders.make_receipt(province.danfeng.project, 77)

    for row in province.table("own").rows:
        own = league_table(row.county, day("2012-06-30")).total
        assert (row.total.target, row.total.received) == (own.target, own.received)
        assert (row.total.benchmark, row.total.pending) == (own.benchmark, own.pending)
        assert row.total.gap_points == own.gap_points


def test_the_sum_is_the_sum_of_the_rows(province):
    total = province.table().total

    assert (total.target, total.received) == (wan(4000), wan(2200))
    assert total.completion == Fraction(11, 20)
    assert province.table().over_half


def test_the_citys_targets_rank_as_soon_as_every_county_has_one(province):
    for place, amount in zip(province.places, (1200, 500), strict=False):
        place.from_above(amount)
    assert province.table().measure is Measure.OWN

    province.luonan.from_above(6000)
    table = province.table()

    assert table.measure is Measure.CITY
    assert ranks(table) == [("丹凤县", 1), ("商南县", 2), ("洛南县", 3)]
    assert table.rows[0].completion == Fraction(4, 5)
    assert table.rows[0].table.total.completion == Fraction(2, 5)


def test_a_county_without_the_chosen_target_is_listed_unranked(province):
    province.shangnan.from_above(800)

    table = province.table("city")

    assert ranks(table) == [("商南县", 1), ("洛南县", None), ("丹凤县", None)]
    assert table.rows[-1].tier is Tier.NO_TARGET
    assert table.total.target == wan(800)


def test_money_is_compared_with_the_task_of_the_same_counties(province, as_):
    """One of three counties has the city's target: money of three is not divided by it."""
    province.shangnan.from_above(2000)
    table = province.table("city")

    assert set(table.lacking) == {"丹凤县", "洛南县"}
    assert (table.measured.received, table.measured.target) == (wan(600), wan(2000))
    assert not table.over_half  # 2,200 of 2,000 would read as completed
    page = as_(province.city).get("/regions/6110/2012-06/?by=city").content.decode()
    assert "in none of the comparisons: 洛南县、丹凤县" in page
    assert "30.0%" in page
    assert "110.0%" not in page


def test_a_province_measures_by_its_own_targets(province):
    for place in province.places:
        place.from_above(1000)
        place.from_above(3000, "province")

    assert province.table(prefix="6110").measure is Measure.CITY
    assert province.table(prefix="61").measure is Measure.PROVINCE


def test_an_earlier_day_keeps_the_target_that_held_then(province):
    for place in province.places:
        place.from_above(1000)
        place.from_above(2000, effective_on="2012-06-01")

    assert province.table(on=day("2012-05-31")).rows[0].total.target == wan(1000)
    assert province.table().rows[0].total.target == wan(2000)


def test_a_closed_quarter_is_shown_as_announced(province):
    for place in province.places:
        place.receive(100, "2012-03-10")
        place.close_first_quarter()
    province.shangnan.receive(50, "2012-03-20")
    counties = [place.county for place in province.places]

    table = region_table(counties, table_query.TableQuery(Month(2012, 3)), TODAY, prefix="6110")

    assert {row.total.received for row in table.rows} == {wan(100)}
    assert all(row.table.settlement for row in table.rows)


def test_movement_is_told_when_all_closed_the_same_quarter(province):
    for place, amount in zip(province.places, (10, 90, 20), strict=True):
        place.receive(amount, "2012-03-10")
    for place in province.places[:2]:
        place.close_first_quarter()
    assert {row.movement for row in province.table().rows} == {None}

    province.luonan.close_first_quarter()

    moved = {row.county.name: row.movement for row in province.table().rows}
    assert moved == {"商南县": 1, "洛南县": 1, "丹凤县": -2}


def test_the_queries_grow_with_the_counties_only(province):
    def count():
        with CaptureQueriesContext(connection) as queries:
            province.table()
        return len(queries)

    before = count()
    for number in range(4):
        unit = builders.make_unit(province.shangnan.county, f"新{number}镇")
        builders.set_target(unit, 100)
        builders.make_verified(builders.make_project(unit), 10)

    assert before == count() <= 10 * len(province.places) + 2


# Who reads what


def test_a_citys_leader_walks_from_the_city_to_a_unit(province, as_):
    client = as_(province.city)

    home = client.get("/", follow=True)
    assert home.redirect_chain[-1][0] == "/regions/6110/2012-05/"
    line = next(line for line in home.context["lines"] if line.name == "商南县")
    county = client.get(line.url)
    assert county.context["league"].county == province.shangnan.county
    unit = client.get(f"/units/{province.shangnan.town.code}/")
    assert unit.status_code == 200
    assert f"/units/{province.shangnan.town.code}/" in county.content.decode()


def test_a_citys_leader_reads_no_other_city_and_not_the_province(province, as_):
    """quality 6"""
    client = as_(province.city)

    for address in (
        "/regions/6109/2012-06/",
        "/regions/61/2012-06/",
        "/regions/611023/2012-06/",
        "/regions/６１１０/2012-06/",
        "/regions/%/2012-06/",
        "/ranking/2012-06/?county=610902",
        "/composition/2012-06/?county=610902",
        "/meeting/2012-06/?county=610902",
        f"/units/{province.hanbin.town.code}/",
        f"/projects/{province.hanbin.project.pk}/",
    ):
        assert client.get(address).status_code == 404, address
    body = client.get("/search/?q=%E9%A1%B9%E7%9B%AE").content.decode()
    assert "商南县项目" in body
    assert "汉滨区项目" not in body


def test_a_province_sees_all_and_each_city_that_has_two_counties(province, as_):
    page = as_(province.province).get("/regions/61/2012-06/")

    assert page.context["headline"].counties == 4
    assert [choice.url for choice in page.context["regions"]] == [
        "/regions/61/2012-06/",
        "/regions/6110/2012-06/",
    ]
    assert as_(province.province).get("/regions/6109/2012-06/").status_code == 404


@pytest.mark.parametrize("role", [Role.LEADER, Role.BUREAU_HEAD, Role.CLERK])
def test_people_of_one_county_see_none_of_it(province, as_, role):
    """quality 6"""
    place = province.shangnan
    unit = place.town if role == Role.CLERK else None
    client = as_(builders.make_person(place.county, role, unit))

    assert client.get("/regions/").status_code == 404
    assert client.get("/regions/6110/2012-06/").status_code == 404
    other = client.get("/ranking/2012-06/?county=611022")
    assert other.context["league"].county == place.county
    assert "/regions/" not in other.content.decode()


def test_a_region_with_one_county_is_that_county(as_):
    place = Place("611023", "商南县", 1000, 600)
    client = as_(builders.make_leader_of("6110"))

    home = client.get("/", follow=True)

    assert home.redirect_chain[-1][0] == "/ranking/2012-05/"
    assert home.context["league"].county == place.county
    assert "/regions/" not in home.content.decode()
    assert client.get("/regions/6110/2012-06/").status_code == 404


def test_a_regions_leader_only_reads(province, as_):
    """quality 5"""
    client = as_(province.city)

    for address in (
        "/targets/2012/",
        "/targets/2012/county/",
        "/units/new/",
        "/projects/new/",
        f"/projects/{province.shangnan.project.pk}/edit/",
        f"/projects/{province.shangnan.project.pk}/receipts/new/",
    ):
        assert client.get(address).status_code in (403, 404), address


def test_the_links_of_one_countys_pages_stay_in_that_county(province, as_):
    client = as_(province.city)

    page = client.get("/ranking/2012-06/?county=611022")

    urls = [month.url for month in page.context["months"].months if month.url]
    urls += [entry.url for entry in page.context["nav"] if "region" not in entry.url]
    assert all("county=611022" in url for url in urls)
    assert [entry.url for entry in client.get("/regions/6110/2012-06/").context["nav"]] == [
        "/regions/",
        "/projects/",
        "/receipts/",
    ]


def test_lists_show_the_named_county_or_all_of_the_region(province, as_):
    client = as_(province.city)

    assert client.get("/projects/").context["sums"]["count"] == 3
    assert client.get("/projects/?county=611022").context["sums"]["count"] == 1
    assert client.get("/projects/?county=610902").context["sums"]["count"] == 3
    assert client.get("/projects/?size=large").status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"role": Role.BUREAU_HEAD},
        {"has_county": True},
        {"region": "611"},
        {"region": "61%"},
        {"region": "611023"},
    ],
)
def test_only_leaders_without_a_county_may_have_a_region(fields):
    """quality 7"""
    county = builders.make_county() if fields.get("has_county") else None
    given = {"username": "x", "role": Role.LEADER, "region": "6110", "county": county} | fields
    given.pop("has_county", None)

    with pytest.raises(IntegrityError):
        User(**given).save()


@pytest.mark.parametrize("query", ["by=nonsense", "as_of=x", "known_by=2012-05-01", "by=city"])
def test_wishes_that_cannot_be_met_leave_the_page(province, as_, query):
    assert as_(province.city).get(f"/regions/6110/2012-06/?{query}").status_code == 200
    assert as_(province.city).get("/regions/6110/2100-06/").status_code == 404


@pytest.mark.parametrize(
    "page", ["ranking", "composition", "meeting", "screen", "periods", "reports", "ranking/2012-06"]
)
def test_a_page_of_one_county_asks_which(province, as_, page):
    client = as_(province.city)

    asked_which = client.get(f"/{page}/")
    named = client.get(f"/{page}/?county=611022", follow=True)

    assert (asked_which.status_code, asked_which.url) == (302, "/regions/")
    assert named.status_code == 200
    assert "丹凤县" in named.content.decode()


# Regions and their leaders


def test_a_region_is_named_and_gets_a_leader_by_command(capsys):
    call_command("create_region", "6110", "商洛市", "--leader", "shangluo")

    leader = User.objects.get(username="shangluo")
    password = capsys.readouterr().out.strip()[-len("abcd-efgh-ijkl-mnop") :]
    assert Region.objects.get().name == "商洛市"
    assert (leader.role, leader.region, leader.county) == (Role.LEADER, "6110", None)
    assert leader.must_change_password
    assert leader.check_password(password)
    assert set(Trail.objects.values_list("action", flat=True)) == {
        "region.name",
        "person.add",
        "person.one_time_password",
    }


@pytest.mark.parametrize(
    "arguments", [("611023", "商南县"), ("ab", "市"), ("6110", " "), ("6110", "a\u202eb")]
)
def test_a_region_that_cannot_be_is_refused_in_words(arguments):
    with pytest.raises(CommandError):
        call_command("create_region", *arguments)

    assert not Region.objects.exists()


def test_a_taken_name_is_refused(province):
    with pytest.raises(CommandError):
        call_command("create_region", "6110", "商洛市", "--leader", province.city.username)
