"""What differs between two tables, and what a quarter learnt after its meeting."""

import pytest

from ledger.explain.compare import differences
from ledger.models import Entry, Period
from ledger.quarter.checks import ADVISORY
from ledger.ranking import changes_since
from ledger.ranking.league import league_table
from tests import acting
from tests.builders import (
    day,
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

pytestmark = pytest.mark.django_db
MARCH = day("2012-03-31")


class Meeting:
    """A county whose first quarter was closed and announced."""

    def __init__(self):
        self.county = make_county()
        self.head, self.verifier = make_head(self.county), make_verifier(self.county)
        self.unit, self.rival = make_unit(self.county, "甲镇"), make_unit(self.county, "乙镇")
        for unit in (self.unit, self.rival):
            set_target(unit, 1000)
        self.project = make_project(self.unit)
        make_verified(self.project, 250, "2012-02-15", by=self.verifier)
        self.period = Period.objects.get()
        self.settlement = self.close("2012-04-10")

    def close(self, on):
        action = {"at": moment(on), "known": ADVISORY}
        acting.close(self.period.pk, by=self.verifier, **action)
        return acting.confirm(self.period.pk, by=self.head, **action)

    def late(self, amount=40, received="2012-03-15", at="2012-04-20"):
        """Money that the bureau enters and verifies after the meeting."""
        receipt = make_receipt(self.project, amount, received, by=self.head, at=moment(at))
        seen = receipt.pk, receipt.version
        return acting.verify(*seen, by=self.verifier, at=moment(at), word="已核对")

    def found(self, settlement=None):
        entries = changes_since.since(settlement or self.settlement)
        return [(entry.kind, entry.amount) for entry in entries]


@pytest.fixture
def meeting():
    return Meeting()


def test_tables_of_the_same_day_and_moment_do_not_differ(meeting):
    left, right = (league_table(meeting.county, MARCH, moment("2012-04-10")) for _ in range(2))

    assert differences(left, right) == ()


def test_only_the_changed_fields_of_changed_rows_are_named(meeting):
    set_target(meeting.rival, 500, effective_on="2012-03-01", at=moment("2012-04-20"))

    [change] = differences(
        league_table(meeting.county, MARCH, meeting.settlement.known_by),
        league_table(meeting.county, MARCH),
    )

    assert change.row.name == "乙镇"
    assert [column.name for column in change.columns] == ["target", "benchmark"]
    assert (change.left.target, change.right.target) == (wan(1000), wan(500))


def test_a_unit_that_stands_on_one_side_only_differs_whole(meeting):
    newcomer = make_unit(meeting.county, "丙镇", active_from=day("2012-06-01"))

    changes = differences(
        league_table(meeting.county, day("2012-05-31")),
        league_table(meeting.county, day("2012-06-30")),
    )

    change = next(change for change in changes if change.row.unit_id == newcomer.pk)
    assert (change.left, change.right.name) == (None, "丙镇")


def test_nothing_is_new_right_after_the_meeting(meeting):
    make_verified(meeting.project, 99, "2012-05-01", by=meeting.verifier)

    assert meeting.found() == []


def test_late_money_and_reversals_are_changes_since_the_meeting(meeting):
    meeting.late()
    entry = Entry.objects.order_by("id").first()
    acting.reverse(entry.pk, "凭证不实", by=meeting.verifier, at=moment("2012-04-21"))

    assert meeting.found() == [("credit", wan(40)), ("reversal", wan(-250))]


def test_the_clock_of_the_poster_does_not_hide_a_change(meeting):
    meeting.late(at="2012-04-09")

    assert meeting.found() == [("credit", wan(40))]


def test_late_money_is_in_the_next_table_and_no_change_to_that(meeting):
    meeting.late()
    meeting.period = Period.objects.get(quarter=2)

    assert meeting.found(meeting.close("2012-07-10")) == []
    assert meeting.found() == [("credit", wan(40))]


def test_money_of_an_earlier_quarter_changes_the_cumulative_table_too(meeting):
    make_verified(meeting.project, 5, "2012-05-01", by=meeting.verifier)
    meeting.period = Period.objects.get(quarter=2)
    half_year = meeting.close("2012-07-10")

    meeting.late(at="2012-07-20")

    assert meeting.found(half_year) == [("credit", wan(40))]


def test_after_a_reopening_each_version_has_its_own_changes(meeting):
    """quality 35"""
    acting.propose_reopening(meeting.period.pk, "漏报", by=meeting.head, at=moment("2012-04-12"))
    acting.reopen(meeting.period.pk, by=meeting.verifier, at=moment("2012-04-12"))
    meeting.late(30, at="2012-04-13")
    second = meeting.close("2012-04-14")
    meeting.late(3)

    assert meeting.found() == [("credit", wan(30)), ("credit", wan(3))]
    assert meeting.found(second) == [("credit", wan(3))]
