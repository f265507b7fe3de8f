"""The inbox: what waits for whom, by the calendar, in one statement."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.utils import timezone, translation

from ledger.entries import claims, posting
from ledger.inbox import context
from ledger.inbox.line import Reader
from ledger.inbox.lines import LINES
from ledger.inbox.waiting import number, waiting
from ledger.meeting import pledges
from ledger.models import Upload
from ledger.quarter import closing, reports
from ledger.quarter.checks import ADVISORY
from ledger.rules.months import Month
from projects.service import steps
from projects.service.steps import StepDraft
from tests import acting
from tests.builders import (
    day,
    make_receipt,
    make_unit,
    make_verified,
    moment,
    set_target,
    wan,
)
from units.models import Role, User

pytestmark = pytest.mark.django_db


def tasks(user, today):
    """Count and oldest day of each line with tasks."""
    found = waiting(Reader(user, day(today)))
    return {each.line.name: (each.count, each.since) for each in found}


def test_a_verifier_sees_how_many_receipts_wait_and_since_when(office):
    make_receipt(office.project, 10, at=moment("2012-05-11"))
    make_receipt(office.project, 20, at=moment("2012-05-14"))
    make_receipt(office.project, 30, by=office.verifier, at=moment("2012-05-01"))

    found = waiting(Reader(office.verifier, day("2012-05-20")))

    receipts = next(each for each in found if each.line.name == "unverified")
    assert (receipts.count, receipts.since, receipts.days) == (2, day("2012-05-11"), 9)
    assert receipts.url == "/receipts/"
    assert tasks(office.head, "2012-05-20")["unverified"][0] == 3
    assert "unverified" not in tasks(office.clerk, "2012-05-20")
    assert "unverified" not in tasks(office.far_head, "2012-05-20")


def test_a_proposed_closing_waits_for_the_second_person_only(office):
    period = office.period
    acting.close(period.pk, by=office.verifier, at=moment("2012-04-10"), known=ADVISORY)

    found = waiting(Reader(office.head, day("2012-04-12")))

    line = next(each for each in found if each.line.name == "closing")
    assert (line.count, line.days, line.url) == (1, 2, f"/periods/{period.pk}/")
    assert "closing" not in tasks(office.verifier, "2012-04-12")


def test_a_second_verifier_confirms_only_what_a_head_proposed(office):
    colleague = User.objects.create_user(
        "colleague", password="sample", county=office.county, role=Role.VERIFIER
    )
    period = office.period
    acting.close(period.pk, by=office.verifier, at=moment("2012-04-10"), known=ADVISORY)
    assert "closing" not in tasks(colleague, "2012-04-12")

    closing.end_review(period.pk, by=office.verifier, at=moment("2012-04-11"))
    acting.close(period.pk, by=office.head, at=moment("2012-04-11"), known=ADVISORY)
    assert tasks(colleague, "2012-04-12")["closing"][0] == 1


def test_a_reopening_waits_for_the_second_person(office):
    office.close()
    acting.propose_reopening(
        office.period.pk, "凭证有误", by=office.verifier, at=moment("2012-04-20")
    )

    assert tasks(office.head, "2012-04-21")["reopening"] == (1, day("2012-04-20"))
    assert "reopening" not in tasks(office.verifier, "2012-04-21")


def test_units_are_missing_from_the_day_after_the_deadline(office):
    office.ready("town", "other", "head")

    assert tasks(office.head, "2012-06-05")["silent"] == (2, day("2012-05-05"))
    assert tasks(office.head, "2012-06-06")["silent"] == (2, day("2012-06-05"))
    found = waiting(Reader(office.head, day("2012-06-06")))
    assert [each.url for each in found if each.line.name == "silent"] == ["/reports/2012-05/"]
    assert number(found) == 1


def test_no_report_is_missing_before_the_first_that_is_asked_for(office):
    office.county.reports_from = day("2012-06-01")
    office.county.save()
    office.ready("town", "head")

    assert "silent" not in tasks(office.head, "2012-06-06")
    assert "report" not in tasks(office.clerk, "2012-05-31")


def file(office, month):
    reports.file_report(
        office.town,
        day(month),
        trips=0,
        reserve_projects=0,
        problems="",
        by=office.clerk,
        at=moment("2012-07-01"),
        today=day("2013-01-31"),
    )


def test_what_a_unit_owes_follows_the_calendar(office):
    """Six overdue reports stay when money of January is verified."""
    for month in ("2012-01-01", "2012-02-01", "2012-03-01", "2012-04-01", "2012-05-01"):
        file(office, month)
    assert tasks(office.clerk, "2012-06-20").get("report") is None
    assert tasks(office.clerk, "2012-10-10")["report"][0] == 4

    set_target(office.town, 1_000, 2013)
    make_verified(office.project, 10, "2013-01-10")
    assert tasks(office.clerk, "2013-01-15")["report"][0] == 7
    assert tasks(office.clerk, "2013-02-10")["report"][0] == 8
    assert tasks(office.clerk, "2013-05-10")["report"][0] == 4


def test_targets_of_the_new_year_are_asked_for_in_december(office):
    set_target(office.town, 1_000)
    make_unit(office.county, "未下达镇")

    assert "target" not in tasks(office.head, "2012-11-29")
    assert tasks(office.head, "2012-12-01")["target"] == (1, None)
    set_target(office.town, 1_000, 2013)
    assert "target" not in tasks(office.head, "2012-12-01")


def test_a_merger_reminds_of_the_task_until_the_successor_has_it(office):
    merged, successor = make_unit(office.county, "试马镇"), make_unit(office.county, "湘河镇")
    for unit in (merged, successor):
        set_target(unit, 100)
    assert "merged" not in tasks(office.head, "2012-05-20")
    merged.ended_on, merged.successor = day("2012-05-01"), successor
    merged.save()

    assert tasks(office.head, "2012-05-20")["merged"] == (1, day("2012-05-01"))
    assert "merged" not in tasks(office.clerk, "2012-05-20")

    set_target(successor, 200, effective_on="2012-05-02", at=moment("2012-05-21"))
    assert "merged" not in tasks(office.head, "2012-05-22")


def test_a_clerk_sees_what_came_back_and_what_is_due(office):
    who = {"by": office.clerk, "at": moment("2012-05-20")}
    returned = make_receipt(office.project, 10, by=office.clerk)
    posting.send_back(
        returned.pk, returned.version, "凭证不清", by=office.verifier, at=moment("2012-05-21")
    )
    for due in ("2012-06-30", "2012-07-31"):
        draft = StepDraft("土地预审", office.town, day(due))
        steps.add(draft, project=office.project, today=day("2012-05-20"), **who)
    claims.make(
        office.project, office.other, 4_000, reason="引荐", by=office.stranger, at=who["at"]
    )
    pledge = pledges.PledgeDraft(office.town, "到位", wan(900), day("2012-09-30"))
    pledges.record(office.county, Month(2012, 6), pledge, by=office.head, at=moment("2012-07-10"))

    june = tasks(office.clerk, "2012-06-15")

    assert june["returned"][0] == 1
    assert june["step"] == (1, day("2012-06-30"))
    assert june["claimed"][0] == 1
    assert "pledge" not in june
    assert tasks(office.clerk, "2012-09-10")["pledge"] == (1, day("2012-09-30"))
    assert "pledge" not in tasks(office.clerk, "2012-10-01")
    assert "claimed" not in tasks(office.stranger, "2012-06-15")
    assert tasks(office.verifier, "2012-06-15")["claim"][0] == 1


def test_a_leader_sees_what_is_new_since_the_visit_before(office):
    office.close(at=moment("2012-04-10"))
    make_verified(office.project, 20, "2012-03-30", at=moment("2012-04-20"))
    leader = office.leader
    assert tasks(leader, "2012-05-01") == {}

    leader.visited_before = moment("2012-04-01")
    assert tasks(leader, "2012-05-01") == {
        "announced": (1, day("2012-04-10")),
        "changed": (1, day("2012-04-20")),
    }
    leader.visited_before = moment("2012-04-15")
    assert set(tasks(leader, "2012-05-01")) == {"changed"}


def test_signing_in_remembers_the_visit_before(client, office):
    leader = office.leader
    for _visit in range(2):
        client.post("/accounts/login/", {"username": leader.username, "password": "sample"})
        client.post("/accounts/logout/")
    before = leader.last_login
    leader.refresh_from_db()

    assert before is None
    assert leader.visited_before is not None
    assert leader.visited_before < leader.last_login
    assert authenticate(username=leader.username, password="sample") == leader


def test_an_account_without_a_role_waits_for_the_security_administrator(office):
    office.ready("no_role")

    assert tasks(office.security, "2012-05-01")["role"][0] == 1
    assert "role" not in tasks(office.system, "2012-05-01")


@pytest.mark.parametrize("who", ["verifier", "head", "clerk", "leader", "security", "audit"])
def test_all_lines_are_counted_in_one_statement(office, who, django_assert_num_queries):
    office.ready("receipt", "claim", "settlement", "pledge", "step", "no_role")
    user = User.objects.select_related("county", "unit").get(pk=getattr(office, who).pk)
    user.visited_before = moment("2012-01-01")

    with django_assert_num_queries(1):
        waiting(Reader(user, day("2012-06-06")))


def test_every_line_reads_well_in_both_languages():
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for line in LINES:
                assert "7" in str(line.words % {"count": 7}), line.name


@pytest.mark.parametrize(
    ("who", "page"), [("verifier", "/ranking/2012-06/"), ("head", "/ranking/2012-06/")]
)
@time_machine.travel("2012-07-02 12:00+08:00")
def test_the_first_page_begins_with_the_tasks(office, client, who, page):
    make_receipt(office.project, 10, at=moment("2012-06-30"))
    user = getattr(office, who)
    client.force_login(user)
    client.cookies["language"] = "en"

    text = client.get(page).text

    assert text.index("1 receipt to verify") < text.index("<h1>")
    shown = number(context.of(user))
    assert f'To do <span class="number">{shown}</span>' in text
    assert "1 receipt to verify" in client.get("/inbox/").text


@time_machine.travel("2012-07-02 12:00+08:00")
def test_an_account_tells_the_claims_on_its_projects(office, client):
    office.ready("claim")
    client.force_login(office.clerk)
    client.cookies["language"] = "en"

    assert (
        "1 credit claim on your projects to answer"
        in client.get(f"/units/{office.town.code}/").text
    )
    assert timezone.localdate() - day("2012-05-20") == timedelta(days=43)


def test_a_workbook_waits_for_its_sender_and_then_for_a_second_person(office):
    def send(**given):
        given |= {"county": office.county, "file_name": "六月.xlsx", "language": "zh-hans"}
        Upload.objects.create(token=given["step"] + given["owner"].username, **given)

    send(owner=office.clerk, step=Upload.Step.MAPPING)
    send(owner=office.clerk, step=Upload.Step.READY)
    send(owner=office.head, step=Upload.Step.READING)
    send(owner=office.head, step=Upload.Step.DONE)
    send(owner=office.head, step=Upload.Step.WAITING)

    found = waiting(Reader(office.clerk, day("2012-06-30")))

    books = next(each for each in found if each.line.name == "workbook")
    assert (books.count, books.url) == (2, "/import/")
    assert "workbook" not in tasks(office.head, "2012-06-30")
    assert tasks(office.verifier, "2012-06-30")["workbook"][0] == 1
    assert "workbook" not in tasks(office.far_head, "2012-06-30")
