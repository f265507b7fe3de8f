"""What the money of a table is made of, how far projects have come, and the page that shows it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.explain.composition import Cut, Size, Source, Step, composition
from ledger.models import Period
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from projects.models import Project
from tests import acting, builders
from tests.builders import day, moment, wan
from units.models import Role

pytestmark = pytest.mark.django_db


class Money:
    """A county with one project of each kind that the speech tells apart."""

    def __init__(self):
        self.county = builders.make_county()
        self.town = builders.make_unit(self.county, "水沟镇")
        self.office = builders.make_unit(self.county, "招商局", "department")
        builders.set_target(self.town, 1000)
        self.old_mine = self.project("老矿山", signed="2011-05-01", industry="mining")
        self.new_mine = self.project("新矿山", industry="mining")
        self.estate = self.project("楼盘", industry="property", total=60_000, introduced=55_000)
        self.hotel = self.project("酒店", total=20_000, introduced=18_000)
        for project, amount in (
            (self.old_mine, 400),
            (self.new_mine, 100),
            (self.estate, 200),
            (self.hotel, 300),
        ):
            builders.make_verified(project, amount)

    def project(self, name, **fields):
        shares = {self.town: 6_000, self.office: 4_000}
        return builders.make_project(self.town, name, shares=shares, **fields)

    def table(self, **parameters):
        return league_table(self.county, day("2012-06-30"), **parameters)

    def composition(self, **parameters):
        return composition(self.table(**parameters))


@pytest.fixture
def money():
    return Money()


def amounts(found, cut):
    return {part.key: part.amount for part in found.parts(cut) if part.amount}


def test_every_cut_adds_up_to_the_table(money):
    """quality 26"""
    table = money.table()
    found = composition(table)

    assert found.received == table.total.received == wan(1000)
    for cut in Cut:
        assert sum(part.amount for part in found.parts(cut)) == found.received


def test_each_cut_divides_by_its_own_question(money):
    found = money.composition()

    assert amounts(found, Cut.AGE) == {"new": wan(600), "carry_over": wan(400)}
    assert amounts(found, Cut.INDUSTRY) == {
        "mining": wan(500),
        "tourism": wan(300),
        "property": wan(200),
    }
    assert amounts(found, Cut.SIZE) == {
        Size.MAJOR: wan(200),
        Size.LARGE: wan(800),
    }
    assert amounts(found, Cut.ORIGIN) == {"other_province": wan(1000)}


def test_a_carried_over_mine_counts_as_carry_over_and_what_remains_is_really_new(money):
    found = money.composition()

    stair = {part.key: part.amount for part in found.stair()}

    assert stair == {
        Source.CARRY_OVER: wan(400),
        Source.RESOURCE: wan(100),
        Source.PROPERTY: wan(200),
        Source.REAL: wan(300),
    }
    assert found.real == wan(300)


@pytest.mark.parametrize(
    ("without", "left"),
    [
        (["resource"], 500),
        (["property"], 800),
        (["carry_over"], 600),
        (["resource", "property", "carry_over"], 300),
    ],
)
def test_leaving_money_out_agrees_with_the_table_and_keeps_the_stair(money, without, left):
    table = money.table(without=without)
    found = composition(table)

    assert found.received == table.total.received == wan(left)
    assert found.all_received == wan(1000)
    assert found.real == wan(300)


def test_a_part_is_made_of_its_projects_the_largest_first(money):
    found = money.composition()

    behind = found.made_of(Cut.AGE, "new")

    assert [line.project for line in behind] == ["酒店", "楼盘", "新矿山"]
    assert sum(line.amount for line in behind) == wan(600)


def test_thresholds_are_the_countys(money):
    money.county.major_from, money.county.mega_from = wan(15_000), wan(55_000)
    money.county.save()

    found = money.composition()

    assert amounts(found, Cut.SIZE) == {
        Size.MEGA: wan(200),
        Size.MAJOR: wan(300),
        Size.LARGE: wan(500),
    }


def test_what_was_taken_back_is_part_of_nothing(money):
    receipt = builders.make_verified(money.hotel, 50)
    head = builders.make_head(money.county)
    acting.reverse(receipt.entries.first().pk, "重复入账", by=head, at=moment("2012-06-01"))

    assert money.composition().received == wan(1000)


def test_a_closed_quarter_is_shown_as_it_was_announced(money):
    builders.make_verified(money.hotel, 10, "2012-03-10")
    period = Period.objects.get(county=money.county, quarter=1)
    verifier, head = builders.make_verifier(money.county), builders.make_head(money.county)
    acting.close(period.pk, by=verifier, at=moment("2012-04-02"), known={1, 2, 8})
    settlement = acting.confirm(period.pk, by=head, at=moment("2012-04-03"), known={1, 2, 8})
    Project.objects.filter(pk=money.hotel.pk).update(total_investment=wan(18_000))

    found = composition(announced_table(settlement))

    assert found.received == settlement.received == wan(10)


# Stages


def test_a_project_counts_at_every_step_it_has_passed_by_the_day(money):
    Project.objects.filter(pk=money.hotel.pk).update(stage="started", started_on=day("2012-04-01"))
    Project.objects.filter(pk=money.old_mine.pk).update(
        stage="production", started_on=day("2011-06-01"), production_on=day("2012-07-01")
    )
    money.project("谋划项目", signed=None)

    found = money.composition()

    assert [found.of_all.count(step) for step in Step] == [5, 4, 4, 2, 0]
    assert [found.of_year.count(step) for step in Step] == [4, 3, 3, 1, 0]


def test_the_rates_divide_what_they_say(money):
    money.project("无资金合同", introduced=1_000)
    Project.objects.filter(pk=money.hotel.pk).update(stage="started", started_on=day("2012-04-01"))

    funnel = money.composition().of_year

    assert funnel.performed == (3, 4)
    assert funnel.started == (1, 4)
    assert funnel.producing == (0, 4)
    assert funnel.funded == (wan(600), wan(8_000 + 55_000 + 18_000 + 1_000))


def test_a_contract_signed_after_the_day_is_not_one_yet(money):
    Project.objects.filter(pk=money.hotel.pk).update(
        intention_on=day("2012-02-01"), contract_on=day("2012-07-05")
    )

    found = money.composition()

    assert found.of_all.count(Step.SIGNED) == 4
    assert found.of_all.count(Step.CONTRACT) == 3


def test_the_number_of_queries_does_not_grow_with_projects(money):
    def count():
        table = money.table()
        with CaptureQueriesContext(connection) as queries:
            composition(table)
        return len(queries)

    before = count()
    for number in range(5):
        builders.make_verified(money.project(f"项目甲{number}"), 5)

    assert before == count() == 5


# The page


@pytest.fixture
def leader(money, client):
    client.force_login(builders.make_person(money.county, Role.LEADER))
    client.cookies["language"] = "en"
    return client


def test_the_page_says_what_is_really_new(leader, money):
    page = leader.get("/composition/2012-06/")

    assert page.status_code == 200
    assert page.context["summary"].real == "0.03"
    assert page.context["summary"].real_percent == "30.0%"
    assert "<b>0.10亿元</b>" in page.content.decode()


def test_every_part_leads_to_projects_that_add_up_to_it(leader):
    page = leader.get("/composition/2012-06/")
    lines = [line for cut in page.context["cuts"] for line in cut.lines if line.url]
    lines += page.context["stair"].lines

    assert len(lines) > 10
    for line in lines:
        made_of = leader.get("/composition/2012-06/" + line.url.partition("#")[0]).context[
            "made_of"
        ]
        assert made_of.sums[0] == line.amount
        assert len(made_of.lines) == line.projects


def test_every_step_of_the_funnel_leads_to_its_projects(leader):
    for line in leader.get("/composition/2012-06/").context["funnel"]:
        for scope in line.scopes:
            if scope.url:
                page = leader.get("/composition/2012-06/" + scope.url.partition("#")[0])
                assert len(page.context["made_of"].lines) == scope.count


def test_a_clerk_sees_the_sums_and_the_names_of_his_own_projects_only(money, client):
    """quality 6"""
    other = builders.make_unit(money.county, "试马镇")
    builders.make_verified(builders.make_project(other, "别人的项目"), 70)
    client.force_login(builders.make_clerk(money.town))

    page = client.get("/composition/2012-06/?part=age.new")

    assert page.context["made_of"].hidden == 1
    assert page.context["made_of"].sums[0] == "670.00"
    assert "别人的项目" not in page.content.decode()


@pytest.mark.parametrize(
    "query",
    ["part=nonsense", "part=age.nonsense", "part=year.x", "part=.", "without=x,y", "part=%01"],
)
def test_an_address_that_names_nothing_shows_the_page_without_it(leader, query):
    page = leader.get(f"/composition/2012-06/?{query}")

    assert page.status_code == 200
    assert page.context["made_of"] is None


def test_the_future_is_no_page_and_an_empty_year_says_what_to_do(leader):
    assert leader.get("/composition/2999-06/").status_code == 404
    assert "No funds are verified" in leader.get("/composition/2001-06/").content.decode()


def test_the_newest_month_with_money_is_where_it_begins(leader):
    answer = leader.get("/composition/?without=property")

    assert answer.url == "/composition/2012-05/?without=property"


def test_administrators_are_refused(money, client):
    """quality 7"""
    client.force_login(builders.make_person(money.county, Role.SYSTEM_ADMIN))

    assert client.get("/composition/2012-06/").status_code == 403


def test_the_page_takes_a_fixed_number_of_queries(leader, money, django_assert_num_queries):
    leader.get("/composition/2012-06/")
    with CaptureQueriesContext(connection) as before:
        leader.get("/composition/2012-06/")
    for number in range(5):
        builders.make_verified(money.project(f"项目乙{number}"), 5)

    with django_assert_num_queries(len(before)):
        leader.get("/composition/2012-06/")
    assert len(before) <= 18


def test_percents_never_claim_a_whole_that_is_not_there(leader, money):
    """quality 26"""
    tiny = money.project("小项目", origin="foreign")
    builders.make_verified(tiny, Decimal("0.01"))

    origin = next(
        c for c in leader.get("/composition/2012-06/").context["cuts"] if c.key == "origin"
    )

    percents = {str(line.word): line.percent for line in origin.lines}
    assert percents["from another province"] != "100.0%"
    assert percents["from abroad"] not in ("0.0%", "")
