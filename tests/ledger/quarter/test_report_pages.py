"""Filing a month, and the office that sees who has not and reminds in one click."""

import pytest
from django.utils import timezone

from ledger.models import MonthlyReport, Notice
from tests import acting
from tests.builders import (
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_unit,
    make_verifier,
)
from units.models import Role

pytestmark = pytest.mark.django_db
MAY = "/reports/2012-05/"
ZERO = {"trips": "0", "reserve_projects": "0", "problems": ""}


@pytest.fixture
def unit():
    return make_unit(make_county())


def test_a_clerk_files_a_zero_report(client, unit):
    """Rule 13."""
    client.force_login(make_clerk(unit))

    answer = acting.send(client, MAY, MAY, **ZERO)

    report = MonthlyReport.objects.get()
    assert answer.status_code == 302
    assert (report.unit, report.year, report.month, report.trips) == (unit, 2012, 5, 0)


@pytest.mark.parametrize(
    "typed",
    [
        {"trips": ""},
        {"trips": "-1"},
        {"trips": "1.5"},
        {"trips": "十"},
        {"reserve_projects": "10000"},
        {"problems": "a\u202eb"},
        {"problems": "长" * 2_001},
    ],
)
def test_what_is_no_report_is_refused_with_all_that_was_typed(client, unit, typed):
    client.force_login(make_clerk(unit))

    answer = acting.send(client, MAY, MAY, **ZERO | {"trips": "7"} | typed)

    assert answer.status_code == 422
    assert not MonthlyReport.objects.exists()


def test_a_month_to_come_is_not_filed(client, unit):
    client.force_login(make_clerk(unit))
    year = timezone.localdate().year + 1

    assert client.post(f"/reports/{year}-01/", ZERO).status_code == 422
    assert client.get(f"/reports/{year}-01/").status_code == 200


def test_the_bureau_reminds_and_the_unit_sees_it_on_every_page_until_it_files(client, unit):
    client.force_login(make_verifier(unit.county))
    client.post(f"{MAY}remind/")
    clerk = make_clerk(unit)
    client.force_login(clerk)

    told = client.get("/projects/").content.decode()
    acting.send(client, MAY, MAY, **ZERO)
    after = client.get("/projects/").content.decode()

    assert MAY in told
    assert MAY not in after
    assert Notice.objects.get().acted_by == clerk


def test_the_bureau_sees_who_filed_and_who_did_not(client, unit):
    silent = make_unit(unit.county, "富水镇")
    client.force_login(make_clerk(unit))
    acting.send(client, MAY, MAY, **ZERO | {"trips": "3"})

    client.force_login(make_person(unit.county, Role.LEADER))
    page = client.get(MAY).content.decode()

    filed = page.index('id="filed-title"')
    assert page.index(silent.name) < filed < page.index(unit.name)


@pytest.mark.parametrize("role", [Role.LEADER, Role.VERIFIER, Role.BUREAU_HEAD])
def test_an_office_files_no_report(client, unit, role):
    """quality 5"""
    client.force_login(make_person(unit.county, role))

    assert client.post(MAY, ZERO).status_code == 403
    assert not MonthlyReport.objects.exists()


def test_only_the_bureau_reminds(client, unit):
    """quality 5"""
    for person in (make_clerk(unit), make_person(unit.county, Role.LEADER)):
        client.force_login(person)
        assert client.post(f"{MAY}remind/").status_code == 403


def test_a_unit_files_for_itself_only(client, unit):
    """quality 6"""
    other = make_unit(unit.county, "富水镇")
    client.force_login(make_clerk(unit))

    acting.send(client, MAY, MAY, **ZERO | {"unit": str(other.pk)})

    assert MonthlyReport.objects.get().unit == unit


@pytest.mark.parametrize("month", ["2012-13", "0000-01", "2012-5", "９９９９-01"])
def test_an_impossible_month_is_no_page(client, unit, month):
    client.force_login(make_head(unit.county))

    assert client.get(f"/reports/{month}/").status_code == 404


def test_the_head_sets_the_deadline_of_the_county(client, unit):
    client.force_login(make_head(unit.county))

    wrong = client.post(f"{MAY}deadline/", {"report_day": "29"})
    stale = client.post(f"{MAY}deadline/", {"report_day": "10"})
    assert stale.status_code == 409
    right = acting.send(client, MAY, f"{MAY}deadline/", report_day="10")

    unit.county.refresh_from_db()
    assert (wrong.status_code, right.status_code, unit.county.report_day) == (422, 302, 10)

    client.force_login(make_verifier(unit.county))
    assert client.post(f"{MAY}deadline/", {"report_day": "3"}).status_code == 403


def test_the_later_of_two_tabs_does_not_take_back_a_report(client, office):
    """Rule 18: what was filed meanwhile is shown, with what was typed here."""
    client.force_login(office.clerk)
    acting.send(client, MAY, MAY, **ZERO | {"trips": "3"})

    late = client.post(MAY, ZERO | {"trips": "9", "seen": "x"})

    assert late.status_code == 409
    assert 'value="9"' in late.content.decode()
    assert MonthlyReport.objects.get().trips == 3
