"""Towns merge in the middle of a year (rule 15), end to end: closing, announcing, explaining."""

from dataclasses import replace

import pytest

from ledger.models import Entry, Period
from ledger.quarter import checks, reports
from ledger.quarter.checks import ADVISORY
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from tests import acting
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
    wan,
)
from units import register

pytestmark = pytest.mark.django_db


class County:
    """Two towns with money in both quarters; the smaller goes into the larger on 31 May."""

    def __init__(self):
        self.county = make_county()
        self.head, self.verifier = make_head(self.county), make_verifier(self.county)
        self.heir, self.merged = make_unit(self.county, "城关镇"), make_unit(self.county, "水沟镇")
        set_target(self.heir, 1000)
        set_target(self.merged, 400)
        self.project = make_project(self.merged)
        make_verified(make_project(self.heir), 200, "2012-02-10", by=self.verifier)
        make_verified(self.project, 100, "2012-02-11", by=self.verifier)

    def close(self, quarter, on):
        period = Period.objects.get(county=self.county, quarter=quarter)
        action = {"at": moment(on), "known": ADVISORY}
        acting.close(period.pk, by=self.verifier, **action)
        return acting.confirm(period.pk, by=self.head, **action)

    def merge(self):
        draft = replace(
            register.draft_of(self.merged), ended_on=day("2012-05-31"), successor=self.heir
        )
        at = moment("2012-06-01")
        register.save(draft, county=self.county, by=self.head, at=at, unit=self.merged)
        self.merged.refresh_from_db()


@pytest.fixture
def county():
    return County()


def received(table):
    return {row.name: row.received for row in table.rows}


def test_the_announced_quarter_stays_and_the_next_one_sums_the_merged_town_in(county):
    first = county.close(1, "2012-04-10")
    make_verified(county.project, 50, "2012-05-20", by=county.verifier)
    county.merge()
    second = county.close(2, "2012-07-10")

    assert received(announced_table(first)) == {"城关镇": wan(200), "水沟镇": wan(100)}
    assert received(announced_table(second)) == {"城关镇": wan(350)}
    assert second.received == wan(350)
    # The earlier day, computed anew with all that is known now, is as it was, too.
    assert received(league_table(county.county, day("2012-03-31"))) == received(
        announced_table(first)
    )


def test_every_check_passes_over_a_merger(county):
    county.close(1, "2012-04-10")
    make_verified(county.project, 50, "2012-05-20", by=county.verifier)
    county.merge()

    found = checks.run(Period.objects.get(quarter=2))

    assert not [check.number for check in found if check.blocks]
    assert found[checks.SUMS - 1].figures[0][1] == "3,500,000.00"


def test_late_money_of_the_merged_town_counts_in_its_successor(county):
    county.close(1, "2012-04-10")
    county.merge()
    late = make_receipt(county.project, 7, "2012-03-20", by=county.head, at=moment("2012-06-05"))
    acting.verify(late.pk, late.version, by=county.verifier, at=moment("2012-06-05"), word="已核对")

    entry = Entry.objects.get(receipt=late)
    assert (entry.unit, entry.counted_on) == (county.merged, day("2012-04-01"))
    assert received(league_table(county.county, day("2012-06-30"))) == {"城关镇": wan(307)}


def test_the_merged_towns_target_is_not_owed_any_more(county):
    county.merge()

    [row] = league_table(county.county, day("2012-06-30")).rows

    assert row.target == wan(1000)


def test_the_merged_town_owes_its_last_whole_months_report_and_no_more(county):
    county.merge()

    assert county.merged in reports.expected(county.county, day("2012-05-01"))
    assert county.merged not in reports.expected(county.county, day("2012-06-01"))


def test_movement_is_against_the_heirs_own_rank(county):
    county.close(1, "2012-04-10")
    county.merge()
    make_verified(county.project, 900, "2012-06-20", by=county.verifier)

    [row] = league_table(county.county, day("2012-06-30")).rows

    assert (row.rank, row.previous_rank, row.movement) == (1, 2, 1)


def test_its_people_may_still_open_its_account(county, client):
    county.merge()
    client.force_login(make_clerk(county.merged))

    assert client.get(f"/units/{county.merged.code}/").status_code == 200
    assert client.get(f"/units/{county.merged.code}/explain/?as_of=2012-06-30").status_code == 200
