"""Lists as workbooks: the rows of the screen, all pages of it, typed, with the filters at the top."""

import io

import pytest
import time_machine
from openpyxl import load_workbook

from projects.service import steps
from tests.builders import (
    day,
    make_clerk,
    make_head,
    make_person,
    make_project,
    make_receipt,
    make_verified,
    make_verifier,
    moment,
)
from units.models import Role, Trail

pytestmark = pytest.mark.django_db

NOON = moment("2012-05-10")
PATHS = ("/projects.xlsx", "/services.xlsx", "/receipts.xlsx", "/trail.xlsx")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2012-06-30 12:00+08:00", tick=False):
        yield


@pytest.fixture
def head(client, county):
    person = make_head(county)
    client.force_login(person)
    return person


def sheet(answer):
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.getvalue())).active


def lines(answer):
    """Title, filters, headings, rows."""
    title, filters, headings, *rows = sheet(answer).iter_rows(values_only=True)
    return title[0], filters[0], headings, rows


def test_a_visitor_is_sent_to_sign_in(client):
    for path in PATHS:
        assert client.get(path).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("role", "answers"),
    [
        (Role.LEADER, [200, 200, 200, 403]),
        (Role.VERIFIER, [200, 200, 200, 403]),
        (Role.BUREAU_HEAD, [200, 200, 200, 200]),
        (Role.AUDIT_ADMIN, [403, 403, 403, 200]),
        (Role.SYSTEM_ADMIN, [403, 403, 403, 403]),
    ],
)
def test_who_may_see_a_list_may_take_it_out(client, county, role, answers):
    """quality 5"""
    client.force_login(make_person(county, role))

    found = [client.get(path) for path in PATHS]

    assert [answer.status_code for answer in found] == answers
    for answer in found:
        answer.close()


def test_projects_go_out_as_found_with_their_filters_named(client, head, town, department):
    make_project(town, "茶叶加工", shares={town: 6_000, department: 4_000}, total="12000.5")
    make_project(department, "石墨")

    title, filters, headings, rows = lines(client.get("/projects.xlsx?q=茶叶&stage=contract"))

    assert "茶叶" in filters
    assert len(headings) == len(rows[0])
    (row,) = rows
    assert row[0:3] == (1, "茶叶加工", f"{town.name} 60%; {department.name} 40%")
    assert row[6].date() == day("2012-02-01")
    assert row[9:11] == (12_000.5, 8_000)
    assert title


def test_a_list_goes_out_in_the_order_of_the_screen_all_pages_of_it(client, head, town):
    for place in range(60):
        make_project(town, f"项目{place}", introduced=place + 1)

    *_head, rows = lines(client.get("/projects.xlsx?sort=-introduced_amount&page=2"))

    assert [row[10] for row in rows] == list(range(60, 0, -1))


def test_services_go_out_with_where_they_stand(client, head, town, department):
    draft = steps.StepDraft("接电", department, day("2012-06-10"), "副县长")
    project = make_project(town, "茶叶加工")
    steps.add(draft, project=project, by=make_clerk(town), at=NOON)

    _title, filters, _headings, (row,) = lines(client.get("/services.xlsx?state=overdue"))

    assert "2012" in filters
    assert row[1].date() == day("2012-06-10")
    assert "20" in row[2]
    assert row[3:] == ("接电", "电力局", "茶叶加工", town.name, "副县长", None)


def test_receipts_go_out_with_the_doubts_only_for_those_who_verify(client, county, town):
    project = make_project(town, introduced=100, total=100)
    make_receipt(project, 150, at=NOON)
    make_verified(project, 20)

    client.force_login(make_verifier(county))
    *_head, headings, rows = lines(client.get("/receipts.xlsx"))
    assert len(rows) == 1
    assert len(headings) == 13
    assert rows[0][6] == 150
    assert rows[0][12]

    client.force_login(make_clerk(town))
    *_head, headings, rows = lines(client.get("/receipts.xlsx?state=all"))
    assert len(headings) == 12
    assert {row[6] for row in rows} == {150, 20}


def test_a_unit_takes_out_its_own_only(client, town, department):
    """quality 6"""
    make_receipt(make_project(town, "茶叶"), at=NOON)
    make_receipt(make_project(department, "石墨"), at=NOON)
    client.force_login(make_clerk(department))

    *_head, projects = lines(client.get("/projects.xlsx"))
    *_head, receipts = lines(client.get("/receipts.xlsx"))

    assert [row[1] for row in projects] == ["石墨"]
    assert [row[3] for row in receipts] == ["石墨"]


def test_the_trail_goes_out_in_plain_words_and_notes_it(client, head, town):
    make_receipt(make_project(town, "茶叶"), at=NOON)

    *_head, rows = lines(client.get("/trail.xlsx?action=receipt.submit"))

    assert len(rows) == 1
    assert rows[0][2]
    line = Trail.objects.order_by("-id").first()
    assert (line.action, line.label) == ("page.export", "/trail.xlsx")
    assert line.after == {"parameters": {"action": "receipt.submit"}}


def test_nothing_written_becomes_a_formula(client, head, town):
    """quality 12"""
    for place, start in enumerate(("=", "+", "-", "@", "\t=", "＝", "{=")):
        make_project(town, f"{start}1+1|{place}")

    page = sheet(client.get("/projects.xlsx?q="))

    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)


def test_an_empty_list_goes_out_as_its_head(client, head):
    for path in PATHS:
        assert lines(client.get(f"{path}?q=没有&who=没有"))[2]


@pytest.mark.parametrize("count", [2, 40])
@pytest.mark.parametrize(("path", "queries"), [("/projects.xlsx", 10), ("/receipts.xlsx", 13)])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client, head, town, path, count, queries, django_assert_num_queries
):
    for place in range(count):
        make_receipt(make_project(town, f"项目{place}"), place + 1, at=NOON)

    with django_assert_num_queries(queries):
        answer = client.get(path)

    assert len(lines(answer)[3]) == count


def test_a_list_goes_out_as_csv_too(client, head, town):
    make_project(town, "茶叶，加工")

    answer = client.get("/projects.xlsx?format=csv&q=茶叶")

    text = answer.getvalue().decode("utf-8")
    answer.close()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert text.startswith("\ufeff")
    assert "茶叶，加工" in text
