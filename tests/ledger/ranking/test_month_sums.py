"""The kept sums of months: what the entries make, whatever is posted; wrong ones are named and mended.

That they follow every deed is played by ``test_machine.py``.
"""

import importlib
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger.models import Entry, MonthSum
from ledger.quarter import proof
from ledger.ranking import month_sums
from ledger.ranking.gathering import Sums
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


def test_a_sum_is_kept_for_each_month_with_new_and_outside_apart(counties):
    rows = MonthSum.objects.filter(county=counties[0]).order_by("month")

    assert list(rows.values_list("month", "received", "received_new", "received_outside")) == [
        (date(2011, 5, 1), wan(40), wan(40), 0),
        (date(2012, 1, 1), wan(5), 0, 0),
        (date(2012, 5, 1), wan(10), wan(10), wan(10)),
        (date(2012, 6, 1), wan(100), wan(100), wan(100)),
    ]


@pytest.mark.parametrize(
    "as_of", ["2012-01-31", "2012-05-31", "2012-06-14", "2012-06-15", "2012-06-30"]
)
def test_a_place_has_what_the_tables_of_its_counties_say(counties, as_of):
    """quality 26"""
    found = month_sums.received("6110", 6, day(as_of))

    for county in counties[1:]:
        assert found.get(county.code, Sums()) == league_table(county, day(as_of)).total.sums
    assert counties[0].code not in found


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
    with django_assert_num_queries(8):  # and the running month's entries, of both years
        rollup("", day("2012-06-14"))


def test_the_year_before_keeps_the_end_of_february():
    days = ("2012-02-29", "2013-02-28", "2012-02-28", "2011-02-28", "2012-06-30")

    assert [year_before(day(text)).isoformat() for text in days] == [
        "2011-02-28",
        "2012-02-29",
        "2011-02-28",
        "2010-02-28",
        "2011-06-30",
    ]


def test_sums_follow_reversals_and_rows_that_come_by_copy(counties):
    entry = Entry.objects.filter(county=counties[0], amount=wan(100)).get()
    head = builders.make_head(counties[0])
    builders.posting.reverse(entry.pk, "重复", by=head, at=builders.moment("2012-07-01"))
    drafts = [
        builders.draft(entry.project, 1, f"2012-{month:02}-10", note="x") for month in (7, 8, 8, 10)
    ]
    builders.posting.take_over(
        drafts,
        "商政发〔2012〕9号",
        entered_by=builders.make_clerk(entry.unit),
        by=builders.make_verifier(counties[0]),
        at=builders.moment("2012-11-01"),
        today=day("2012-11-01"),
    )

    received = MonthSum.objects.filter(county=counties[0], month__year=2012).order_by("month")
    assert list(received.values_list("month__month", "received")) == [
        (1, wan(5)),
        (5, wan(10)),
        (6, 0),
        (7, wan(1)),
        (8, wan(2)),
        (10, wan(1)),
    ]
    assert month_sums.differing() == []


def test_the_comparison_is_of_one_moment(counties, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert month_sums.differing() == []


def test_wrong_sums_are_named_and_made_anew(counties, capsys):
    """quality 44"""
    MonthSum.objects.filter(county=counties[0], month="2012-05-01").update(received=1)
    MonthSum.objects.filter(county=counties[2], month="2012-06-01").delete()
    wrong = [f"month:{counties[0].pk}/2012-05", f"month:{counties[2].pk}/2012-06"]

    assert [(f.check, f.record) for f in proof.findings(proof.Scope())] == [(9, w) for w in wrong]
    assert month_sums.differing(counties[1]) == []

    call_command("rebuild_sums")
    assert month_sums.differing() == []
    assert "12" in capsys.readouterr().out


def test_the_migration_fills_the_sums_as_the_trigger_does(counties):
    fill = importlib.import_module("ledger.migrations.0006_month_sums").FILL
    before = list(MonthSum.objects.order_by("county", "month").values_list(*month_sums.KEPT))
    MonthSum.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(fill)

    assert (
        list(MonthSum.objects.order_by("county", "month").values_list(*month_sums.KEPT)) == before
    )


def test_the_command_prints_a_line_for_each_place(counties, capsys):
    name_region("6110", "商洛市", by=None, at=builders.moment("2012-01-01"))

    call_command("rollup", "2012-06", "--region", "61")
    first, hanbin, shangluo, total = capsys.readouterr().out.splitlines()

    assert "2012-06-30" in first
    assert hanbin.split() == ["6109", "1", "115.00", "110.00", "110.00", "40.00", "187.5%", "6109"]
    assert shangluo.split()[-1] == "商洛市"
    assert total.split()[:3] == ["61", "3", "690.00"]


def test_the_command_gives_yuan_as_strings(counties, capsys):
    call_command("rollup", "2012-06", "--json")
    found = json.loads(capsys.readouterr().out)

    assert found["places"] == [found["total"] | {"code": "61", "name": "61"}]
    assert found["total"]["received"] == "6900000.00"


@pytest.mark.parametrize("region", ["6", "611023", "ab"])
def test_the_command_refuses_what_is_no_region(region):
    with pytest.raises(CommandError):
        call_command("rollup", "2012-06", "--region", region)
