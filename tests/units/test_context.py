"""The navigation follows the rights."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import (
    make_clerk,
    make_county,
    make_person,
    make_project,
    make_unit,
    make_verified,
)
from units.models import Role

pytestmark = pytest.mark.django_db


def nav_of(client, person, path="/accounts/password/"):
    client.force_login(person)
    return {entry.url: entry for entry in client.get(path).context["nav"]}


def test_a_visitor_has_none(client):
    make_person(make_county(), Role.LEADER)  # with nobody there, a visitor founds a county

    assert "nav" not in client.get("/accounts/login/").context


def test_a_clerk_finds_the_own_account_first(client):
    unit = make_unit(make_county())

    nav = nav_of(client, make_clerk(unit))

    assert next(iter(nav)) == f"/units/{unit.code}/"
    assert {"/ranking/", "/projects/", "/receipts/"} <= nav.keys()
    assert not {"/targets/", "/periods/"} & nav.keys()


def test_the_head_finds_the_targets_and_the_leader_does_not(client):
    county = make_county()

    assert "/targets/" in nav_of(client, make_person(county, Role.BUREAU_HEAD))
    assert "/targets/" not in nav_of(client, make_person(county, Role.LEADER))


def test_the_page_one_is_on_is_marked(client):
    nav = nav_of(client, make_person(make_county(), Role.LEADER), "/ranking/2012-06/")

    assert [url for url, entry in nav.items() if entry.is_here] == ["/ranking/"]


def test_what_every_page_shows_is_read_once_for_a_page_of_many_tables(client):
    unit = make_unit(make_county())
    make_verified(make_project(unit))
    client.force_login(make_clerk(unit))

    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/units/{unit.code}/")

    assert page.text.count("<table") > 2
    assert sum(' FROM "ledger_notice" WHERE' in query["sql"] for query in queries) == 2
