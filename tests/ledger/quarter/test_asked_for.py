"""Reports are asked for from a month on (rules 13 and 19): nobody is named for an earlier one, anywhere."""

from datetime import date

import pytest

from ledger.accounts import agenda
from ledger.accounts.unit_context import missing_reports
from ledger.entries import notices
from ledger.models import Period, SettlementLine
from ledger.quarter import checks, reports
from ledger.ranking.announced import announced_table
from ledger.ranking.league import league_table
from tests import builders
from tests.builders import day, moment
from tests.ledger.papers.papers import SHEETS, book_of, close_first_quarter, paper_of, rows_of
from units.county import settings
from units.ground.refusal import Refusal

pytestmark = pytest.mark.django_db
APRIL, MAY = date(2012, 4, 1), date(2012, 5, 1)
SILENT = "没有上报"
DAYS = ("2012-07-05", "2012-07-06")  # the last day for the report of June, and the next


@pytest.fixture
def county():
    """Reports are asked for from May 2012 on; two units, of which one filed April all the same."""
    county = builders.make_county(reports_from=MAY)
    for name in ("水沟镇", "试马镇"):
        builders.set_target(builders.make_unit(county, name), 1000)
    return county


@pytest.fixture
def units(county):
    return list(county.units.order_by("order"))


def file(unit, month, at="2012-06-20"):
    counts = {"trips": 1, "reserve_projects": 1, "problems": ""}
    by, today = builders.make_clerk(unit), day("2012-12-31")
    reports.file_report(unit, month, **counts, by=by, at=moment(at), today=today)


def test_an_earlier_month_is_missed_by_nobody(county, units):
    assert not reports.missing(county, APRIL)
    assert set(reports.missing(county, MAY)) == set(units)


def test_nobody_is_reminded_of_an_earlier_month(county):
    someone = {"by": builders.make_verifier(county), "at": moment("2012-07-01")}

    with pytest.raises(Refusal):
        reports.remind(county, APRIL, **someone, today=day("2012-07-01"))

    assert len(reports.remind(county, MAY, **someone, today=day("2012-07-01"))) == 2


def test_a_reminder_goes_when_its_month_is_no_longer_asked_for(county, units):
    someone = {"by": builders.make_head(county), "at": moment("2012-07-01")}
    reports.remind(county, MAY, **someone, today=day("2012-07-01"))
    clerk = builders.make_clerk(units[0])
    assert notices.waiting(clerk).count() == 1

    clerk.county = settings.change(county, {"reports_from": date(2012, 6, 1)}, **someone)

    assert not notices.waiting(clerk)


def test_who_filed_all_the_same_is_listed_and_not_late(county, units):
    file(units[0], APRIL)

    [filing] = reports.filings(county, APRIL)

    assert (filing.unit, filing.is_late, filing.due_on) == (units[0], False, None)


def test_a_quarter_is_closed_without_asking_for_earlier_months(county, units):
    quarter = Period(county=county, year=2012, quarter=1)
    assert checks.unreported(quarter) == []

    quarter.quarter = 2
    file(units[0], MAY)
    file(units[0], date(2012, 6, 1))
    assert checks.unreported(quarter) == [units[1]]


def test_a_closing_names_nobody_before_the_deadline(county, units):
    """The check before a closing on 5 July asks for May only; on 6 July for June as well."""
    quarter = Period(county=county, year=2012, quarter=2)
    for unit in units:
        file(unit, MAY)

    assert checks.unreported(quarter, day(DAYS[0])) == []
    assert checks.unreported(quarter, day(DAYS[1])) == units


def test_a_closing_names_nobody_where_no_reports_are_kept(county):
    county.reports_from = None
    county.save()

    assert checks.unreported(Period(county=county, year=2012, quarter=2), day("2012-12-31")) == []


def test_the_days_of_earlier_months_stand_in_no_calendar(county, units):
    found = agenda.deadlines(builders.make_clerk(units[0]), day("2012-06-20"))

    months = [one.name for one in found if one.kind is agenda.Kind.REPORT]
    assert months[0] == "report-2012-05"


def test_an_account_misses_the_months_that_are_asked_for(units):
    missing = missing_reports(units[0], (), day("2012-07-20"))

    assert [one.month.month for one in missing] == [5, 6]


def test_the_papers_name_nobody_before_the_first_month(county):
    table = league_table(county, day("2012-05-01"))  # the newest full month is April

    assert {row.reported for row in table.rows} == {None}
    assert SILENT not in paper_of(table).text
    assert "有报表" not in paper_of(table).text
    assert "水沟镇" not in str(rows_of(book_of(table)[SHEETS[5]]))


def test_nobody_is_silent_before_the_deadline(county):
    """On 30 June the report of June is due on 5 July: no table and no paper names anybody."""
    table = {day_: league_table(county, day("2012-06-30"), today=day(day_)) for day_ in DAYS}

    assert {row.reported for row in table["2012-07-05"].rows} == {None}
    assert SILENT not in paper_of(table["2012-07-05"]).text
    assert {row.reported for row in table["2012-07-06"].rows} == {False}
    assert SILENT in paper_of(table["2012-07-06"]).text


def test_a_county_without_any_report_and_setting_names_nobody(county, units):
    """After an import alone, in a county that keeps no reports."""
    county.reports_from = None
    county.save()

    assert {row.reported for row in league_table(county, day("2012-06-30")).rows} == {None}
    assert not reports.missing(county, MAY)
    assert reports.months_owed(county, units[0], day("2012-07-20")) == []

    file(units[0], MAY)

    assert list(reports.missing(county, MAY)) == [units[1]]


def test_an_account_misses_no_month_before_its_deadline(units):
    before, after = (missing_reports(units[0], (), day(day_)) for day_ in DAYS)

    assert [one.month.month for one in before] == [5]
    assert [one.month.month for one in after] == [5, 6]


def test_the_papers_list_the_months_that_were_asked_for(county, units):
    file(units[0], date(2012, 6, 1))

    table = league_table(county, day("2012-06-30"))

    assert {row.name: row.reported for row in table.rows} == {"水沟镇": True, "试马镇": False}
    line = next(row for row in rows_of(book_of(table)[SHEETS[5]]) if "试马镇" in row)
    assert line[3] == "5月、6月"


def test_the_page_of_a_month_says_that_nothing_is_asked(client, county, units):
    for person in (builders.make_head(county), builders.make_clerk(units[0])):
        client.force_login(person)
        query, earlier = (
            client.get(f"/reports/2012-0{month}/").content.decode() for month in (5, 4)
        )
        assert "本月不要求报送月报" in earlier
        assert "本月不要求报送月报" not in query


def test_an_announced_quarter_keeps_who_was_named_and_who_was_not(county):
    settlement = close_first_quarter(county)
    head = county.people.filter(role="bureau_head").first()

    settings.change(county, {"reports_from": date(2012, 1, 1)}, by=head, at=moment("2012-05-01"))
    county.refresh_from_db()

    assert set(SettlementLine.objects.values_list("reported", flat=True)) == {None}
    assert SILENT not in paper_of(announced_table(settlement)).text
    assert SILENT in paper_of(league_table(county, day("2012-03-31"))).text
