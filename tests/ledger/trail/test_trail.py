"""The trail: a line for every deed, refusal and export; read in plain words by those who may."""

import ast
import re
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import translation

from ledger.accounts import lists
from ledger.entries import submission
from ledger.models import Period
from ledger.quarter.checks import ADVISORY
from ledger.trail import history
from ledger.trail import words as trail_words
from tests import acting
from tests.builders import (
    day,
    draft,
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from tests.office import LATER
from units.access import Right
from units.county import settings
from units.models import Role, Trail
from units.trail import record

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


def texts_in_code():
    for app in ("units", "projects", "ledger"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_every_deed_that_the_program_records_has_words():
    """A deed is a text such as noun.verb that is no right and no file."""
    nouns = "|".join({name.partition(".")[0] for name in trail_words.ACTIONS})
    action = re.compile(rf"(?:{nouns})\.(?!json|html|xlsx|csv)[a-z_]+")
    recorded = {text for text in texts_in_code() if action.fullmatch(text)}

    assert recorded - set(Right) - set(trail_words.ACTIONS) == set()


def test_a_refused_page_leaves_one_line(client, county):
    """quality 7"""
    clerk = make_clerk(make_unit(county))
    client.force_login(clerk)

    client.get("/periods/?year=2012", REMOTE_ADDR="10.1.2.3")

    line = Trail.objects.get()
    assert (line.action, line.refused, line.actor) == ("page.refuse", True, clerk)
    assert (line.label, line.address) == ("/periods/", "10.1.2.3")
    assert line.unit == clerk.unit


def test_a_refused_deed_is_not_told_twice(client, county):
    unit = make_unit(county)
    receipt = make_receipt(make_project(unit))
    client.force_login(make_clerk(unit))
    before = Trail.objects.count()

    page = f"/receipts/{receipt.pk}/"
    acting.send(client, page, f"{page}verify/")

    assert Trail.objects.count() == before + 1


def test_a_visitor_leaves_no_line(client):
    client.get("/periods/")

    assert not Trail.objects.exists()


@pytest.mark.parametrize("path", ["/ranking/2012-06.json", "/ranking/2012-06.xlsx"])
def test_an_export_leaves_a_line_with_its_wishes(client, county, path):
    make_unit(county)
    client.force_login(make_person(county, Role.LEADER))

    client.get(path, {"without": "property"}).getvalue()

    line = Trail.objects.get()
    assert (line.action, line.label, line.refused) == ("page.export", path, False)
    assert line.after == {"parameters": {"without": "property"}}


def test_a_page_that_is_only_looked_at_leaves_none(client, county, head):
    client.force_login(head)
    client.get("/periods/")
    client.get("/trail/")

    assert not Trail.objects.exists()


def told(of, record_):
    """The words of a record's history in English, the newest first."""
    with translation.override("en"):
        return [
            (str(line.action), {str(c.field): (c.before, c.after) for c in line.changes})
            for line in of(record_).lines
        ]


def test_a_history_tells_amounts_days_and_states_in_words(county, head):
    unit = make_unit(county)
    receipt = make_verified(make_project(unit), 120, "2012-03-05", by=make_verifier(county))

    verified, submitted = told(history.of_receipt, receipt)

    assert verified[0] == "verified the receipt"
    assert verified[1]["state"] == ("submitted", "verified")
    assert "2012" in verified[1]["counted on"][1]
    assert submitted[1]["amount"] == ("", "120万元")
    assert submitted[1]["project"][1] == receipt.project.name


def test_credit_is_told_by_the_names_of_units(county, head):
    lead, other = make_unit(county, "甲镇"), make_unit(county, "乙局")
    project = make_project(lead)
    receipt = make_verified(project, 100)
    project.shares.update(basis_points=6_000)
    project.shares.create(unit=other, basis_points=4_000, order=1)

    acting.repost(receipt.pk, "份额调整", by=head, at=moment("2012-06-01"))

    action, changes = told(history.of_receipt, receipt)[0]
    assert action == "posted the receipt again"
    assert changes["credit"] == ("甲镇 100万元", "甲镇 60万元, 乙局 40万元")


def test_a_projects_history_tells_its_receipts_but_not_the_drafts_of_others(county, head):
    lead, sharer = make_unit(county, "甲镇"), make_unit(county, "乙局")
    project = make_project(lead, shares={lead: 5_000, sharer: 5_000})
    make_receipt(project, 77)

    assert len(history.of_project(project, make_clerk(lead)).lines) == 1
    assert len(history.of_project(project, head).lines) == 1
    assert history.of_project(project, make_clerk(sharer)).lines == []


@pytest.mark.parametrize("page", ["project", "unit"])
def test_a_long_history_begins_with_its_newest_lines_and_is_whole_on_wish(
    client, county, head, page
):
    unit = make_unit(county)
    project = make_project(unit)
    for number in range(history.FEW_LINES + 5):
        record(
            head,
            "project.change",
            project,
            at=moment("2012-05-01"),
            unit=unit,
            after={"content": f"第{number}"},
        )
    record_of = f"/projects/{project.pk}/" if page == "project" else f"/units/{unit.code}/"
    address = f"{record_of}history/"
    client.force_login(head)

    short = client.get(address).text
    whole = client.get(address, {"history": "all"}).text

    assert "第24" in short
    assert "第5" in short
    assert "第4" not in short
    assert f'href="{address}?history=all"' in short
    assert "第0" in whole
    assert f'href="{address}?history=all' not in whole
    assert f'<a href="{address}">' in client.get(record_of).text


def test_a_history_beyond_all_measure_says_where_the_rest_is(client, county, head):
    project = make_project(make_unit(county))
    for _number in range(history.MAX_LINES + 1):
        record(head, "project.change", project, at=moment("2012-05-01"), after={"content": "变更"})
    client.force_login(head)

    page = client.get(f"/projects/{project.pk}/history/", {"history": "all"}).text

    assert page.count("变更") == history.MAX_LINES
    assert "审计管理员" in page


def test_a_closing_is_told_with_what_was_known(county, head):
    unit = make_unit(county)
    set_target(unit, 100)
    make_verified(make_project(unit), 10, "2012-03-05")
    period = Period.objects.get()
    action = {"at": moment("2012-04-10"), "known": ADVISORY}
    acting.close(period.pk, by=make_verifier(county), **action)
    acting.confirm(period.pk, by=head, **action)

    closing = told(history.of_period, period)[0]

    assert closing[0] == "confirmed the closing of the quarter"
    assert closing[1]["known findings of checks"][1] == "2: 1"


def test_an_unknown_deed_and_field_are_shown_as_they_are(county, head):
    record(head, "robot.dance", at=moment("2012-05-01"), after={"steps": ["a", 2], "x": None})

    [line] = history.told(Trail.objects.all())

    assert (line.action, [(c.field, c.after) for c in line.changes]) == (
        "robot.dance",
        [("steps", "a, 2")],
    )


def test_the_auditor_and_the_head_read_the_trail_of_their_county(client, county, head):
    """quality 5"""
    record(head, "unit.add", at=moment("2012-05-01"), label="水沟镇")
    stranger = make_head(make_county("611024", "山阳县"))

    def status(person):
        client.force_login(person)
        answer = client.get("/trail/")
        return answer.status_code, "水沟镇" in answer.content.decode()

    assert status(head) == (200, True)
    assert status(make_person(county, Role.AUDIT_ADMIN)) == (200, True)
    assert status(stranger) == (200, False)
    for role in (Role.LEADER, Role.VERIFIER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        assert status(make_person(county, role))[0] == 403


@pytest.mark.parametrize(
    ("parameter", "count"),
    [
        ({}, 4),
        ({"action": "unit.add"}, 2),
        ({"who": "clerk"}, 1),
        ({"unit": "T1"}, 1),
        ({"since": "2012-05-02"}, 2),
        ({"until": "2012-05-01"}, 2),
        ({"since": "2012-05-02", "until": "2012-05-02"}, 1),
        ({"record": "乙镇"}, 1),
        ({"refused": "on"}, 1),
        ({"action": "no.such", "since": "gestern", "unit": "?"}, 4),
    ],
)
def test_the_trail_is_searched(client, county, head, parameter, count):
    unit = make_unit(county, code="T1")
    record(head, "unit.add", at=moment("2012-05-01"), label="甲镇")
    record(head, "unit.add", at=moment("2012-05-01"), label="乙镇")
    record(make_clerk(unit), "receipt.submit", at=moment("2012-05-02"))
    record(head, "period.close", at=moment("2012-05-03"), refused=True)
    client.force_login(head)

    page = client.get("/trail/", parameter).content.decode()

    assert page.count('data-label="Who"') + page.count('data-label="操作人"') == count


def test_the_day_of_the_search_is_the_countys_day(client, county, head):
    """quality 27"""
    late = moment("2012-05-01").replace(hour=23, minute=59)
    record(head, "unit.add", at=late, label="甲镇")
    client.force_login(head)

    with override_settings(TIME_ZONE="Asia/Shanghai"):
        page = client.get("/trail/", {"since": "2012-05-01", "until": "2012-05-01"})
        next_day = client.get("/trail/", {"since": "2012-05-02"})

    assert "甲镇" in page.content.decode()
    assert "甲镇" not in next_day.content.decode()


def test_the_trail_is_paged_with_few_queries(client, county, head, django_assert_num_queries):
    for number in range(120):
        record(head, "unit.add", at=moment("2012-05-01"), label=f"第{number}镇")
    client.force_login(head)

    with django_assert_num_queries(QUERIES):
        page = client.get("/trail/", {"page": "2"}).content.decode()

    assert "第69镇" in page
    assert "第70镇" not in page
    assert client.get("/trail/", {"page": "99999"}).status_code == 200


QUERIES = 7


def test_history_of_a_unit_is_on_its_page(client, county, head):
    unit = make_unit(county)
    make_verified(make_project(unit), 10, day("2012-05-05").isoformat())
    client.force_login(head)

    page = client.get(f"/units/{unit.code}/history/").text
    assert 'class="history__lines"' in page.partition("data-part")[2]
    assert f'data-load="/units/{unit.code}/history/"' in client.get(f"/units/{unit.code}/").text


# Drafts, and people of one name


def test_a_draft_in_the_trail_shows_its_contents_to_nobody_else(client, office):
    """Neither on the page, nor in the workbook, nor by searching; once submitted, all can read."""
    kept = draft(office.project, "4321.5", voucher_no="草稿凭证")
    receipt = submission.keep(kept, by=office.clerk, at=moment("2012-05-20"), today=LATER)
    readers = [office.head, office.audit]

    for reader in readers:
        client.force_login(reader)
        page = client.get("/trail/").text
        found = client.get("/trail/", {"record": "4,321.5"}).text
        book = list(lists.trail_rows(Trail.objects.order_by("-id"), reader))
        assert "receipt.draft" in page or "草稿" in page
        for text in (page, str(book)):
            assert "4,321.5" not in text
            assert "草稿凭证" not in text
        assert f"receipt:{receipt.pk}" not in found.split("<tbody")[-1]

    submission.change(
        receipt.pk, 1, kept, submitting=True, by=office.clerk, at=moment("2012-05-21"), today=LATER
    )
    for reader in readers:
        client.force_login(reader)
        assert "草稿凭证" in client.get("/trail/").text


def test_two_people_of_one_name_are_told_apart(client, county):
    head = make_head(county)
    people = [make_clerk(make_unit(county, name)) for name in ("水沟镇", "试马镇")]
    for person in people:
        person.display_name = "王芳"
        person.save()
        record(person, "person.sign_in", person, at=moment("2012-05-01"), unit=person.unit)
    client.force_login(head)

    page = client.get("/trail/").text

    for person in people:
        assert f"王芳 ({person.username})" in page


def test_every_setting_of_a_county_is_written_whatever_it_holds(client):
    """A list of a further kind has a way to be written of its own."""
    county = make_county()
    head = make_head(county)
    for name, value in settings.values(county).items():
        settings_note = {"before": {name: value}, "after": {name: value}}
        record(
            head,
            "county.change",
            county,
            at=moment("2012-07-20"),
            county=county,
            label="",
            **settings_note,
        )
    after = {"not_counted": ["property", "carry_over"]}
    record(
        head,
        "county.change",
        county,
        at=moment("2012-07-20"),
        county=county,
        before={},
        after=after,
    )
    client.force_login(head)

    page = client.get("/trail/").text

    assert "房地产、" in page
