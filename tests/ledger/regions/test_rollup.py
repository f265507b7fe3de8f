"""What the places of a region have received; that it follows every deed is played by ``test_machine.py``."""

import json
from fractions import Fraction

import pytest
from django.core.management import CommandError, call_command

from ledger.ranking.league import league_table
from ledger.regions.rollup import rollup, year_before
from tests import builders
from tests.builders import day, wan
from units.people.regions import name_region

pytestmark = pytest.mark.django_db
JUNE = day("2012-06-30")


@pytest.fixture
def counties():
    """Two counties of the city 6110 and one of the city 6109, with money of several months."""
    made = [builders.make_county(code, f"{code}县") for code in ("610902", "611021", "611023")]
    for place, county in enumerate(made, start=1):
        town = builders.make_unit(county)
        near = builders.make_project(town, signed="2011-02-01", origin="other_city")
        far = builders.make_project(town, signed="2012-01-05")
        builders.make_verified(near, 40 * place, "2011-05-20")
        builders.make_verified(near, 5 * place, "2012-01-31")
        abroad = builders.make_project(town, origin="foreign")
        builders.make_verified(abroad, 10 * place, "2012-05-01")
        builders.make_verified(far, 100 * place, "2012-06-15")
    return made


def shown(found):
    return {line.place: (line.counties, line.sums.received, line.last_year) for line in found.lines}


@pytest.mark.parametrize(
    "as_of", ["2012-01-31", "2012-05-31", "2012-06-14", "2012-06-15", "2012-06-30"]
)
def test_a_place_has_what_the_tables_of_its_counties_say(counties, as_of):
    """quality 26"""
    found = {line.place: line.sums for line in rollup("6110", day(as_of)).lines}

    assert found == {
        county.code: league_table(county, day(as_of)).total.sums for county in counties[1:]
    }


def test_the_nation_is_told_by_provinces_a_province_by_cities_a_city_by_counties(counties):
    assert shown(rollup("", JUNE)) == {"61": (3, wan(690), wan(240))}
    assert shown(rollup("61", JUNE)) == {
        "6109": (1, wan(115), wan(40)),
        "6110": (2, wan(575), wan(200)),
    }
    assert shown(rollup("6110", JUNE)) == {
        "611021": (1, wan(230), wan(80)),
        "611023": (1, wan(345), wan(120)),
    }


def test_a_roll_up_asks_a_fixed_number_of_questions(counties, django_assert_num_queries):
    with django_assert_num_queries(4):
        rollup("", JUNE)


def test_the_year_before_keeps_the_end_of_february():
    days = ("2012-02-29", "2013-02-28", "2012-02-28", "2011-02-28", "2012-06-30")

    assert [year_before(day(text)).isoformat() for text in days] == [
        "2011-02-28",
        "2012-02-29",
        "2011-02-28",
        "2010-02-28",
        "2011-06-30",
    ]


def test_the_command_prints_a_line_for_each_place(counties, capsys):
    name_region("6110", "商洛市", by=None, at=builders.moment("2012-01-01"))

    call_command("rollup", "2012-06", "--region", "61")
    first, hanbin, shangluo, total = capsys.readouterr().out.splitlines()

    assert "2012-06-30" in first
    assert hanbin.split() == ["6109", "1", "115.00", "110.00", "110.00", "40.00", "187.5%", "6109"]
    assert shangluo.split()[-1] == "商洛市"
    assert total.split()[:3] == ["61", "3", "690.00"]


def test_growth_counts_only_counties_that_have_last_year(counties, capsys):
    """A county that began this year is no growth of the others (rule 19)."""
    newcomer = builders.make_county("611024", "山阳县")
    builders.make_verified(builders.make_project(builders.make_unit(newcomer)), 1000, "2012-06-01")

    found = rollup("6110", JUNE)

    assert found.total.sums.received == wan(1575)
    assert found.total.growth == Fraction(575 - 200, 200)
    assert (found.total.without_last_year, found.lines[-1].growth) == (1, None)
    call_command("rollup", "2012-06", "--region", "6110")
    assert capsys.readouterr().out.splitlines()[-2].split()[-1] == "187.5%"


def test_the_command_gives_yuan_as_strings(counties, capsys):
    call_command("rollup", "2012-06", "--json")
    found = json.loads(capsys.readouterr().out)

    assert found["places"] == [found["total"] | {"code": "61", "name": "61"}]
    assert found["total"]["received"] == "6900000.00"


@pytest.mark.parametrize("region", ["6", "611023", "ab"])
def test_the_command_refuses_what_is_no_region(region):
    with pytest.raises(CommandError):
        call_command("rollup", "2012-06", "--region", region)
