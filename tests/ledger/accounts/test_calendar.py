"""Deadlines: what is due for whom, on the page and in the calendar's feed."""

import icalendar
import pytest
import time_machine
from django.test import Client

from ledger.accounts.agenda import deadlines
from ledger.meeting import pledges
from ledger.models import Period
from ledger.quarter import reports
from ledger.rules.months import Month
from projects.models import ServiceStep
from tests.builders import (
    day,
    make_clerk,
    make_head,
    make_leader_of,
    make_person,
    make_project,
    make_unit,
    moment,
    set_target,
    wan,
)
from units.models import AccessKey, Role, Trail

pytestmark = pytest.mark.django_db

TODAY = day("2012-07-01")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2012-07-01 12:00+08:00", tick=False):
        yield


@pytest.fixture
def town(county, head):
    town = make_unit(county, "水沟镇", code="611023T01")
    set_target(town, 300)
    return town


@pytest.fixture
def bureau(county):
    return make_unit(county, "国土局", "department")


def make_step(project, unit, due="2012-07-20", done=None, item="土地证"):
    return ServiceStep.objects.create(
        project=project,
        item=item,
        unit=unit,
        due_on=day(due),
        done_on=day(done) if done else None,
        recorded_by=make_head(project.county),
        recorded_at=moment("2012-06-01"),
    )


def named(user, beginning):
    found = deadlines(user, TODAY)
    return {d.name: d.day.isoformat() for d in found if d.name.startswith(beginning)}


def test_a_units_reports_are_due_until_they_are_filed(town):
    clerk = make_clerk(town)
    assert named(clerk, "report-2012-05") == {"report-2012-05": "2012-06-05"}

    reports.file_report(
        town,
        day("2012-05-01"),
        trips=0,
        reserve_projects=0,
        problems="",
        by=clerk,
        at=moment("2012-07-01"),
        today=TODAY,
    )

    assert named(clerk, "report-2012-05") == {}
    assert named(clerk, "report-2012-06") == {"report-2012-06": "2012-07-05"}


def test_a_unit_owes_no_report_after_its_end(town):
    town.ended_on = day("2012-06-15")
    town.save()

    assert set(named(make_clerk(town), "report-2012")) <= {
        "report-2012-02",
        "report-2012-03",
        "report-2012-04",
        "report-2012-05",
    }


def test_a_service_step_is_due_for_who_owes_it_and_who_shares_the_project(town, bureau, county):
    project = make_project(town)
    step = make_step(project, bureau)
    make_step(project, bureau, done="2012-06-30", item="用电")
    make_step(project, bureau, due="2012-03-01", item="用水")

    due = {f"service-{step.pk}": "2012-07-20"}
    for user in (make_clerk(town), make_clerk(bureau), make_person(county, Role.LEADER)):
        assert named(user, "service") == due
    other = make_unit(county, "县委办", "department")
    assert named(make_clerk(other), "service") == {}


def test_quarters_end_until_they_are_closed(town, county, head):
    Period.objects.create(county=county, year=2012, quarter=2, state="closed")

    assert named(head, "quarter") == {
        "quarter-2012-03": "2012-03-31",
        "quarter-2012-09": "2012-09-30",
        "quarter-2012-12": "2012-12-31",
        "quarter-2013-03": "2013-03-31",
        "quarter-2013-06": "2013-06-30",
    }


def test_the_newest_pledge_is_due_and_one_taken_back_is_not(town, bureau, county, head):
    Period.objects.create(county=county, year=2012, quarter=2)
    set_target(bureau, 300)
    made = [
        pledges.record(
            county,
            Month(2012, 6),
            pledges.PledgeDraft(unit, "年底完成", wan(200), day(due)),
            by=head,
            at=moment("2012-07-01"),
        )
        for unit, due in ((town, "2012-09-30"), (town, "2012-12-31"), (bureau, "2012-12-31"))
    ]
    pledges.take_back(made[2], "登记有误", by=head, at=moment("2012-07-01"))

    assert list(named(make_clerk(town), "pledge").values()) == ["2012-12-31"]
    assert named(make_clerk(bureau), "pledge") == {}
    assert len(named(head, "pledge")) == 1


def test_who_has_no_account_has_no_deadlines_and_a_region_has_its_service(town, bureau, county):
    make_step(make_project(town), bureau)

    assert deadlines(make_person(county, Role.AUDIT_ADMIN), TODAY) == []
    assert {d.kind for d in deadlines(make_leader_of("6110"), TODAY)} == {"service"}


def test_the_number_of_queries_does_not_grow(town, bureau, django_assert_max_num_queries):
    project = make_project(town)
    for number in range(12):
        make_step(project, bureau, item=f"事项{number}")
    clerk = make_clerk(town)

    with django_assert_max_num_queries(6):
        assert len(named(clerk, "service")) == 12


# --- page and feed ---------------------------------------------------------------------------------


def subscribed(client, user):
    """The address that the page shows once."""
    client.force_login(user)
    page = client.post("/calendar/")
    assert page.status_code == 200
    return page.context["address"].removeprefix("http://testserver")


def summaries(answered):
    assert answered.status_code == 200
    return [
        str(event["SUMMARY"]) for event in icalendar.Calendar.from_ical(answered.content).events
    ]


def test_a_program_reads_the_feed_with_the_secret_alone(client, town):
    clerk = make_clerk(town)
    address = subscribed(client, clerk)
    program = Client()

    answered = program.get(address)

    assert answered["Content-Type"] == "text/calendar; charset=utf-8"
    assert "2012年6月月报截止" in summaries(answered)
    assert "2012年第二季度结束" in summaries(answered)
    assert address not in client.get("/calendar/").content.decode()
    again = program.get(address, headers={"If-None-Match": answered["ETag"]})
    assert again.status_code == 304
    secret = address.split("/")[-1]
    english = summaries(program.get(f"/calendar/en/{secret}"))
    assert "Monthly report of June 2012 is due" in english


def test_a_new_address_ends_the_old_one_and_it_can_be_switched_off(client, town):
    clerk = make_clerk(town)
    old, new = subscribed(client, clerk), subscribed(client, clerk)
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200

    key = AccessKey.objects.get(revoked_at=None)
    client.post(f"/api/keys/{key.pk}/revoke/")

    assert Client().get(new).status_code == 404
    assert Trail.objects.filter(action="key.make").count() == 2


def test_nobody_ends_the_address_of_another(client, town, bureau):
    subscribed(client, make_clerk(town))
    key = AccessKey.objects.get()
    client.force_login(make_clerk(bureau))

    assert client.post(f"/api/keys/{key.pk}/revoke/").status_code == 404


def test_the_feed_only_reads_and_a_key_of_the_interface_does_not_open_it(client, town):
    address = subscribed(client, make_clerk(town))
    secret = address.split("/")[-1].removesuffix(".ics")

    assert Client().post(address).status_code == 405
    refused = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/units")
    assert refused.status_code == 401
    assert Client().get("/calendar/").status_code == 302
