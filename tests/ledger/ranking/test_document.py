"""The league table as data."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ledger.ranking import document as interchange
from ledger.ranking.league import league_table
from tests.builders import (
    day,
    make_county,
    make_person,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    set_target,
)
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    """One town with a third of its task received, one department without a task."""
    county = make_county()
    town = make_unit(county, "水沟镇", code="611023T01")
    make_unit(county, "县委办", "department", code="611023D01")
    set_target(town, 300, due=("70.000001", 150, 225))
    project = make_project(town, total=2000, introduced=1500)
    make_verified(project, 100, "2012-05-10")
    make_receipt(project, 5, "2012-05-20")
    return county


def test_the_document_says_everything_in_strings_that_lose_nothing(county):
    document = interchange.document(league_table(county, day("2012-05-31")))

    assert document == {
        "county": "611023",
        "as_of": "2012-05-31",
        "benchmark_percent": "41.111111222222222222",
        "headline": {
            "target": "3000000.00",
            "received": "1000000.00",
            "completion": "0.33333333333333333333",
            "gap": "-233333.34",
            "gap_points": "-7.7777778888888888889",
            "over_half": False,
            "projects": 1,
            "contracts": 1,
            "total_investment": "20000000.00",
            "introduced": "15000000.00",
        },
        "sections": [
            {
                "kind": "town",
                "tiers": {
                    "completed": 0,
                    "on_schedule": 0,
                    "behind": 1,
                    "no_funds": 0,
                    "no_target": 0,
                },
                "rows": [
                    {
                        "rank": 1,
                        "code": "611023T01",
                        "name": "水沟镇",
                        "kind": "town",
                        "target": "3000000.00",
                        "received": "1000000.00",
                        "completion": "0.33333333333333333333",
                        "tier": "behind",
                        "benchmark": "1233333.34",
                        "gap": "-233333.34",
                        "pending": "50000.00",
                        "growth": None,
                        "adjusted": "0.00",
                    }
                ],
            },
            {
                "kind": "department",
                "tiers": {
                    "completed": 0,
                    "on_schedule": 0,
                    "behind": 0,
                    "no_funds": 0,
                    "no_target": 1,
                },
                "rows": [
                    {
                        "rank": None,
                        "code": "611023D01",
                        "name": "县委办",
                        "kind": "department",
                        "target": None,
                        "received": "0.00",
                        "completion": None,
                        "tier": "no_target",
                        "benchmark": None,
                        "gap": None,
                        "pending": "0.00",
                        "growth": None,
                        "adjusted": "0.00",
                    }
                ],
            },
        ],
    }


def test_command_and_page_give_the_same_bytes(county, client):
    client.force_login(make_person(county, Role.LEADER))
    page = client.get("/ranking/2012-05.json")
    printed = StringIO()

    call_command("ranking", "2012-05", "--county", "611023", "--json", stdout=printed)

    assert page["Content-Type"] == "application/json; charset=utf-8"
    assert printed.getvalue().encode() == page.content
    assert json.loads(page.content)["as_of"] == "2012-05-31"


def test_the_command_lays_the_table_out_for_a_terminal(county):
    printed = StringIO()

    call_command("ranking", "2012-05", "--county", "611023", stdout=printed)

    heading, _, towns, town, *_rest = printed.getvalue().splitlines()
    assert heading == "商南县 2012-05-31"
    assert "(1)" in towns
    assert town.split()[:6] == ["1", "水沟镇", "300.00", "100.00", "33.3%", "−23.33"]


@pytest.mark.parametrize(
    ("month", "code"), [("2012-13", "611023"), ("2012-05", "999999"), ("2999-01", "611023")]
)
def test_the_command_says_what_it_does_not_know(county, month, code):
    with pytest.raises(CommandError):
        call_command("ranking", month, "--county", code)
