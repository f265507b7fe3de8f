"""The league table's page: who may see it, what it says, and what it never does."""

import html
import re

import pytest
from django.utils import translation

from ledger.models import Period
from ledger.ranking.league import league_table
from ledger.ranking.snapshot import check_code
from tests import acting
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def county():
    """Three towns (done, behind, nothing) and a department without a task."""
    county = make_county()
    done, behind, nothing = (make_unit(county, name) for name in ("水沟镇", "白浪镇", "赵川镇"))
    for town in (done, behind, nothing):
        set_target(town, 1000)
    make_unit(county, "县委办", "department")
    make_verified(make_project(done), 1000, "2012-02-10")
    make_verified(make_project(behind, industry="mining"), 200, "2012-05-10")
    make_receipt(make_project(nothing), 80, "2012-05-20")
    return county


@pytest.fixture
def leader(county, client):
    person = make_person(county, Role.LEADER)
    client.force_login(person)
    return person


def rows_of(response):
    """The ranked lines of the page: the texts of their cells."""
    body = re.search(
        r'<table class="ledger ranking.*?<tbody>(.*?)</tbody>', response.text, re.S
    ).group(1)
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    return [[_text(cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.S)] for row in rows]


def close_first_quarter(county, head):
    first = Period.objects.get(county=county, year=2012, quarter=1)
    known = range(1, 20)
    # After the reports' deadline: who has not reported is part of what both have seen.
    acting.close(first.pk, by=make_verifier(county), at=moment("2012-04-06"), known=known)
    return acting.confirm(first.pk, by=head, at=moment("2012-04-06"), known=known)


def _text(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup)).strip()


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/ranking/", "/ranking/2012-06/", "/ranking/2012-06.json"])
def test_a_visitor_is_asked_to_sign_in(client, path):
    """quality 5"""
    assert client.get(path).url == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_administrators_do_not_see_the_figures(client, county, role):
    """quality 5"""
    client.force_login(make_person(county, role))

    assert client.get("/ranking/2012-06/").status_code == 403
    assert client.get("/ranking/2012-06.json").status_code == 403
    assert client.get("/", follow=True).status_code == 200


def test_a_person_sees_the_table_of_the_own_county_only(client, county):
    """quality 5"""
    client.force_login(make_person(make_county("611024", "山阳县"), Role.LEADER))

    page = client.get("/ranking/2012-06/")

    assert "山阳县" in page.text
    assert "水沟镇" not in page.text


def test_a_clerk_may_open_the_own_account_from_the_table_and_no_other(client, county):
    own = county.units.get(name="白浪镇")
    client.force_login(make_clerk(own))

    page = client.get("/ranking/2012-06/").text

    assert f'<a href="/units/{own.code}/">白浪镇</a>' in page
    assert f'<a href="/units/{own.code}/explain/?as_of=2012-06-30">200.00</a>' in page
    assert page.count('<a href="/units/') == page.count(f'<a href="/units/{own.code}/')


# --- where ----------------------------------------------------------------------------------------


def test_the_first_page_is_the_own_account_or_the_newest_table(client, county, leader):
    assert client.get("/").url == "/ranking/2012-05/"
    assert client.get("/ranking/").url == "/ranking/2012-05/"

    clerk = make_clerk(county.units.get(name="白浪镇"))
    client.force_login(clerk)
    assert client.get("/").url == f"/units/{clerk.unit.code}/"


@pytest.mark.parametrize("month", ["2012-13", "2012-00", "0000-01", "9999-12", "2999-01", "2012-6"])
def test_an_impossible_month_is_no_page(client, leader, month):
    assert client.get(f"/ranking/{month}/").status_code == 404
    assert client.get(f"/ranking/{month}.json").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "sort=nonsense",
        "sort=-row__unit_id",
        "sort=",
        "kind=village&tier=best",
        "as_of=2012-02-30&known_by=whenever",
        "without=everything",
        "as_of=%01&known_by=%F0%28&sort=%01",
    ],
)
def test_unknown_wishes_give_the_default(client, leader, query):
    """quality 27"""
    assert rows_of(client.get(f"/ranking/2012-06/?{query}")) == rows_of(
        client.get("/ranking/2012-06/")
    )


# --- what -----------------------------------------------------------------------------------------


def test_the_lines_say_rank_amounts_completion_gap_and_tier(client, leader):
    assert ["|".join(row) for row in rows_of(client.get("/ranking/2012-06/"))] == [
        "1||水沟镇|1,000.00|500.00|1,000.00|1,000.00|0.00||100.0%|+500.00|+50.0|—|completed",
        "2||白浪镇|1,000.00|500.00|200.00|200.00|0.00||20.0%|−300.00|−30.0|—|behind",
        "—||赵川镇|1,000.00|500.00|0.00|0.00|0.00|80.00|0.0%|−500.00|−50.0|—|no funds yet",
    ]


def test_the_sentence_is_the_one_the_leader_will_say(client, leader):
    page = client.get("/ranking/2012-06/").text

    sentence = _text(re.search(r'headline__sentence">(.*?)</p>', page, re.S).group(1))
    more = _text(re.search(r'headline__new">(.*?)</p>', page, re.S).group(1))
    assert sentence == (
        "As of 30 June 2012, the county has received 0.12亿元, 40.0% of the annual task of "
        "0.30亿元, 10.0 percentage points behind schedule."
    )
    assert more == (
        "New projects this year: 3, of which 3 contracts; total investment 3.00亿元, "
        "introduced 2.40亿元."
    )


def test_a_county_without_units_or_tasks_says_what_to_do(client):
    client.force_login(make_person(make_county("611025", "镇安县"), Role.LEADER))

    page = client.get("/ranking/2012-06/")

    assert page.status_code == 200
    assert "This county has no units yet." in page.text


def test_a_tier_and_a_kind_narrow_the_lines_and_their_subtotal(client, leader):
    page = client.get("/ranking/2012-06/?kind=town&tier=behind")

    assert [row[2] for row in rows_of(page)] == ["白浪镇"]
    assert page.text.count('<table class="ledger ranking') == 1
    assert "Subtotal" in page.text


def test_columns_sort_both_ways_and_units_without_a_task_do_not_disturb(client, leader, county):
    make_unit(county, "新镇")

    rising = [row[2] for row in rows_of(client.get("/ranking/2012-06/?sort=gap"))]
    falling = [row[2] for row in rows_of(client.get("/ranking/2012-06/?sort=-received"))]

    assert [name for name in rising if name != "新镇"] == ["赵川镇", "白浪镇", "水沟镇"]
    assert falling[:2] == ["水沟镇", "白浪镇"]


def test_money_can_be_left_out_and_the_page_says_so(client, leader):
    page = client.get("/ranking/2012-06/?without=resource,property")

    assert rows_of(page)[1][2:6] == ["白浪镇", "1,000.00", "500.00", "0.00"]
    assert "Without property, resource extraction: this is not" in page.text


def test_a_day_inside_the_month_counts_up_to_it(client, leader):
    page = client.get("/ranking/2012-06/?as_of=2012-05-09")

    assert [row[5] for row in rows_of(page)] == ["1,000.00", "0.00", "0.00"]
    assert "As of 9 May 2012" in page.text


def test_a_closed_quarter_shows_what_was_announced_and_later_knowledge_stays_out(client, county):
    head = make_head(county)
    settlement = close_first_quarter(county, head)
    set_target(county.units.get(name="白浪镇"), 1, at=moment("2012-04-07"))
    client.force_login(head)

    announced = client.get("/ranking/2012-03/")
    now = client.get("/ranking/2012-03/?as_of=2012-03-31")

    assert "As announced" in announced.text
    assert announced.text.count(check_code(settlement)) > 2
    assert check_code(settlement) in client.get("/meeting/2012-03/").text
    assert rows_of(announced)[1][3] == "1,000.00"
    assert "As announced" not in now.text
    assert "1.00" in {row[3] for row in rows_of(now)}


def test_the_next_table_shows_how_ranks_moved(client, county):
    head = make_head(county)
    behind, climbing = (county.units.get(name=name) for name in ("白浪镇", "赵川镇"))
    make_verified(make_project(behind), 200, "2012-02-10")
    make_verified(make_project(climbing), 100, "2012-02-10")
    close_first_quarter(county, head)
    make_verified(make_project(climbing), 500, "2012-06-01")
    client.force_login(head)

    moved = {row[2]: row[1] for row in rows_of(client.get("/ranking/2012-06/"))}

    assert moved["水沟镇"].startswith("–")
    assert moved["赵川镇"].startswith("▲1")
    assert moved["白浪镇"].startswith("▼1")


def test_page_and_table_agree_line_by_line(client, leader, county):
    table = league_table(county, day("2012-06-30"))

    shown = [(row[2], row[0]) for row in rows_of(client.get("/ranking/2012-06/"))]

    rows = table.section("town").rows
    assert shown == [(row.name, str(row.rank or "—")) for row in rows]


# --- never ----------------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow_with_units(
    client, leader, county, django_assert_num_queries
):
    """quality 45"""
    client.get("/ranking/2012-05/")  # brings the cookie of the forms
    with django_assert_num_queries(QUERIES):
        client.get("/ranking/2012-06/")
    for serial in range(20):
        unit = make_unit(county, f"第{serial}局", "department")
        set_target(unit, 100)
        make_verified(make_project(unit), 10, "2012-05-01")

    with django_assert_num_queries(QUERIES):
        client.get("/ranking/2012-06/")


QUERIES = 12


def test_the_page_holds_no_inline_style_or_script_and_is_not_kept_in_caches(client, leader):
    """quality 12"""
    page = client.get("/ranking/2012-06/")

    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
    assert page["Cache-Control"] == "no-store"
    assert "camera=()" in page["Permissions-Policy"]


def test_a_name_is_text_and_never_markup(client, leader, county):
    """quality 16"""
    unit = make_unit(county, "<b onclick=x>局</b>", "department")
    set_target(unit, 100)

    page = client.get("/ranking/2012-06/").text

    assert "<b onclick" not in page
    assert "&lt;b onclick=x&gt;局&lt;/b&gt;" in page
