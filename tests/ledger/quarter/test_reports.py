"""Monthly reports: filing, correcting, the deadline, and who is missing and reminded."""

import pytest

from ledger.models import MonthlyReport, Notice, Period
from ledger.quarter import reports
from ledger.quarter.checks import ADVISORY
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from tests import acting
from tests.builders import (
    day,
    make_clerk,
    make_head,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from units.ground.refusal import Refusal
from units.models import Trail

pytestmark = pytest.mark.django_db
MAY, JUNE = day("2012-05-31"), day("2012-06-01")


def file(unit, month=MAY, at="2012-06-03", **counts):
    given = {"trips": 0, "reserve_projects": 0, "problems": ""} | counts
    today = day(at)
    return reports.file_report(
        unit, month, by=make_clerk(unit), at=moment(at), today=today, **given
    )


def test_a_zero_report_is_a_report(county):
    """Rule 13."""
    silent, zero = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    file(zero)

    table = league_table(county, MAY)

    assert {row.name: (row.received, row.reported) for row in table.rows} == {
        "甲镇": (0, False),
        "乙镇": (0, True),
    }
    assert list(reports.missing(county, MAY)) == [silent]


@pytest.mark.parametrize(
    ("as_of", "month"),
    [
        ("2012-05-31", "2012-05-01"),
        ("2012-06-01", "2012-05-01"),
        ("2012-06-29", "2012-05-01"),
        ("2012-06-30", "2012-06-01"),
        ("2012-01-15", "2011-12-01"),
        ("2012-02-29", "2012-02-01"),
    ],
)
def test_a_table_asks_for_the_report_of_the_newest_month_that_is_over(county, as_of, month):
    unit = make_unit(county)
    file(unit, day(month), "2012-07-30")

    assert [row.reported for row in league_table(county, day(as_of)).rows] == [True]


def test_a_report_filed_later_was_missing_then(county):
    file(make_unit(county), at="2012-06-20")

    assert league_table(county, MAY, moment("2012-06-19")).rows[0].reported is False
    assert league_table(county, MAY, moment("2012-06-21")).rows[0].reported is True


def test_the_announced_table_keeps_who_had_not_reported(county):
    unit = make_unit(county)
    set_target(unit, 100)
    make_verified(make_project(unit), 10, "2012-03-05")
    period = Period.objects.get()
    action = {"at": moment("2012-04-10"), "known": ADVISORY}
    acting.close(period.pk, by=make_verifier(county), **action)
    settlement = acting.confirm(period.pk, by=make_head(county), **action)
    file(unit, day("2012-03-31"), "2012-04-20")

    assert announced_table(settlement).rows[0].reported is False
    assert league_table(county, day("2012-03-31")).rows[0].reported is True


def test_a_correction_keeps_the_moment_of_the_first_filing(county):
    unit = make_unit(county)
    file(unit, at="2012-06-03", trips=1)

    again = file(unit, at="2012-06-09", trips=2)

    assert MonthlyReport.objects.get() == again
    assert (again.filed_at, again.changed_at) == (moment("2012-06-03"), moment("2012-06-09"))
    line = Trail.objects.get(action="report.correct")
    assert (line.before, line.after) == ({"trips": 1}, {"month": "2012-05", "trips": 2})


def test_the_same_report_twice_is_one(county):
    unit = make_unit(county)
    file(unit, trips=1)
    file(unit, trips=1, at="2012-06-04")

    assert Trail.objects.filter(action__startswith="report.").count() == 1


def test_a_report_of_a_closed_quarter_is_not_corrected_but_a_missing_one_is_filed(county):
    unit, late = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    file(unit, day("2012-03-01"), "2012-04-02")
    Period.objects.create(county=county, year=2012, quarter=1, state=Period.State.CLOSED)

    with pytest.raises(Refusal):
        file(unit, day("2012-03-01"), "2012-05-02", trips=3)
    file(late, day("2012-03-01"), "2012-05-02")

    assert MonthlyReport.objects.get(unit=unit).trips == 0


def test_a_month_that_has_not_begun_cannot_be_reported(county):
    with pytest.raises(Refusal):
        file(make_unit(county), day("2012-07-01"), "2012-06-30")


def test_the_deadline_is_the_countys_day_of_the_next_month(county):
    early, late = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    file(early, at="2012-06-05")
    file(late, at="2012-06-06")

    found = {filing.unit: filing for filing in reports.filings(county, MAY)}

    assert found[early].due_on == day("2012-06-05")
    assert (found[early].is_late, found[late].is_late) == (False, True)
    assert reports.due_on(county, day("2012-12-01")) == day("2013-01-05")


def test_one_click_reminds_each_missing_unit_once(county):
    filed, missing = make_unit(county, "甲镇"), make_unit(county, "乙镇")
    file(filed)
    action = {"by": make_verifier(county), "today": day("2012-06-06")}

    first = reports.remind(county, MAY, at=moment("2012-06-06"), **action)
    second = reports.remind(county, MAY, at=moment("2012-06-07"), **action)

    assert (first, second) == ([missing], [])
    assert Notice.objects.get().unit == missing
    assert reports.filings(county, MAY)[1].reminded_at == moment("2012-06-06")


def test_filing_settles_the_notice(county):
    unit = make_unit(county)
    bureau = make_verifier(county)
    for month in (MAY, day("2012-04-01")):
        reports.remind(county, month, by=bureau, at=moment("2012-06-06"), today=day("2012-06-06"))

    file(unit, at="2012-06-08")

    assert [notice.month for notice in Notice.objects.filter(acted_at=None)] == [4]


def test_nobody_is_reminded_of_a_month_that_is_not_over(county):
    make_unit(county)

    with pytest.raises(Refusal):
        reports.remind(
            county, JUNE, by=make_verifier(county), at=moment("2012-06-30"), today=day("2012-06-30")
        )


def test_a_merged_unit_owes_no_report_after_its_end(county):
    heir = make_unit(county, "甲镇")
    make_unit(county, "乙镇", ended_on=day("2012-05-15"), successor=heir)

    assert [unit.name for unit in reports.expected(county, MAY)] == ["甲镇"]
    assert reports.expected(county, day("2012-04-01")).count() == 2
