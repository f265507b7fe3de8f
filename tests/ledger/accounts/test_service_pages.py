"""The list of service steps, the board of stages, and both on the page of a project."""

import pytest
import time_machine

from projects.models import ServiceStep, Stage
from projects.service import problems
from projects.service import steps as service
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_leader_of,
    make_person,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    moment,
)
from units.models import Role

pytestmark = pytest.mark.django_db

NOON = moment("2012-05-10")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2012-06-30 12:00+08:00", tick=False):
        yield


@pytest.fixture
def other(county):
    return make_unit(county, "国土局", "department")


@pytest.fixture
def project(town):
    return make_project(town, "茶叶加工")


@pytest.fixture
def leader(client, county):
    person = make_person(county, Role.LEADER)
    client.force_login(person)
    return person


def record(project, unit, item, due_on, done_on=None):
    draft = service.StepDraft(item, unit, day(due_on), done_on=day(done_on) if done_on else None)
    return service.add(
        draft,
        project=project,
        by=make_clerk(project.lead_unit),
        at=NOON,
        today=day("2012-06-30"),
    )


@pytest.fixture
def steps(project, department, other):
    record(project, department, "接电", "2012-06-10")
    record(project, department, "增容", "2012-06-29")
    record(project, department, "换表", "2012-05-20", "2012-05-25")
    record(project, other, "征地", "2012-07-05")
    record(project, other, "登记", "2012-09-05")
    record(project, other, "勘界", "2012-05-20", "2012-05-15")


def items(answer):
    return [row.record.item for row in answer.context["table"].rows]


# The list


def test_the_overdue_come_first_and_the_done_last(client, leader, steps):
    answer = client.get("/services/")

    assert items(answer) == ["接电", "增容", "征地", "登记", "换表", "勘界"]
    assert answer.context["figures"] == {
        "steps": 6,
        "undone": 4,
        "soon": 1,
        "overdue": 2,
        "late": 1,
    }


def test_the_overdue_are_counted_by_unit(client, leader, steps):
    context = client.get("/services/").context

    assert [
        (of.name, of.overdue, of.longest, of.undone, of.late, of.steps, of.in_time)
        for of in context["overdue_units"]
    ] == [("电力局", 2, 20, 2, 1, 3, "0.0%")]
    assert [(of.name, of.overdue, of.in_time) for of in context["other_units"]] == [
        ("国土局", 0, "100.0%")
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=overdue", ["接电", "增容"]),
        ("state=soon", ["征地"]),
        ("state=waiting", ["接电", "增容", "征地", "登记"]),
        ("state=late", ["换表"]),
        ("state=done", ["勘界"]),
        ("q=接电", ["接电"]),
        ("q=茶 叶", ["接电", "增容", "征地", "登记", "换表", "勘界"]),
        ("q=没有", []),
        ("sort=-due_on", ["勘界", "换表", "登记", "征地", "增容", "接电"]),
    ],
)
def test_the_list_is_sieved(client, leader, steps, query, found):
    assert items(client.get(f"/services/?{query}")) == found


def test_the_list_is_sieved_by_unit(client, leader, steps, other, town):
    assert items(client.get(f"/services/?unit={other.pk}")) == ["征地", "登记", "勘界"]
    assert len(items(client.get(f"/services/?lead={town.pk}"))) == 6
    assert items(client.get(f"/services/?lead={other.pk}")) == []


@pytest.mark.parametrize(
    "query",
    ["state=sold", "unit=x", "unit=1%27--", "q=%01", "q=%25", "sort=unit__people", "page=x"],
)
def test_an_unknown_choice_gives_the_list_all_the_same(client, leader, steps, query):
    """quality 14"""
    assert client.get(f"/services/?{query}").status_code == 200


def test_a_unit_sees_what_it_owes_and_what_its_projects_are_owed(
    client, town, department, other, steps
):
    """quality 6"""
    client.force_login(make_clerk(department))
    page = client.get("/services/")
    assert items(page) == ["接电", "增容", "换表"]
    assert "茶叶加工" in page.content.decode()
    assert 'href="/projects/' not in str(page.context["table"].rows[0].get_cell("project"))

    client.force_login(make_clerk(town))
    assert len(items(client.get("/services/"))) == 6

    client.force_login(make_clerk(make_unit(town.county, "林业局", "department")))
    assert items(client.get("/services/")) == []


def test_another_countys_steps_are_not_told(client, steps):
    """quality 6"""
    client.force_login(make_head(make_county("611022", "丹凤县")))

    assert items(client.get("/services/")) == []


def test_what_may_be_done_is_offered(client, county, department, leader, steps):
    assert "/done/" not in client.get("/services/").content.decode()
    for person, count in ((make_verifier(county), 4), (make_clerk(department), 2)):
        client.force_login(person)
        assert client.get("/services/").content.decode().count("/done/") == count


def test_the_sample_county_stands_still(client, county, project, steps):
    county.is_sample = True
    county.save()
    make_verified(project, received="2012-05-10")
    verifier = make_verifier(county)
    with time_machine.travel("2026-01-01 12:00+08:00", tick=False):
        client.force_login(verifier)
        assert client.get("/services/").context["today"] == day("2012-05-31")
    county.is_sample = False
    county.save()
    client.force_login(verifier)
    assert client.get("/services/").context["today"] == day("2012-06-30")


@pytest.mark.parametrize("count", [3, 200])
def test_the_number_of_queries_does_not_grow_with_the_steps(
    client, leader, project, department, count, django_assert_num_queries
):
    clerk = make_clerk(project.lead_unit)
    ServiceStep.objects.bulk_create(
        ServiceStep(
            project=project,
            item=f"事项{place}",
            unit=department,
            due_on=day("2012-06-01"),
            recorded_by=clerk,
            recorded_at=NOON,
        )
        for place in range(count)
    )

    with django_assert_num_queries(8):
        answer = client.get("/services/")

    assert len(answer.context["table"].page.object_list) == min(count, 50)


# The board


def stacks(answer):
    return {
        stack.stage.value: (stack.count, stack.introduced, [card.name for card in stack.cards])
        for stack in answer.context["stacks"]
    }


def test_the_board_stands_in_the_order_of_the_stages_with_the_largest_first(client, leader, town):
    make_project(town, "小", introduced=1_000)
    make_project(town, "大", introduced=9_000)
    make_project(town, "备", signed=None, introduced=5_000)

    answer = client.get("/projects/board/")

    assert [stack.stage for stack in answer.context["stacks"]] == list(Stage)
    assert stacks(answer)["contract"] == (2, "1", ["大", "小"])
    assert stacks(answer)["reserve"] == (1, "0.5", ["备"])
    assert stacks(answer)["started"] == (0, "0", [])
    assert answer.context["sums"] == {"signed": 2, "introduced": "1", "reserve": 1}


def test_a_card_tells_what_was_received_and_what_is_late(client, leader, project, steps, town):
    make_verified(project, 2_000)
    problems.tell(project, "缺水。", by=make_clerk(town), at=NOON)

    (card,) = next(
        stack.cards
        for stack in client.get("/projects/board/").context["stacks"]
        if stack.stage == "contract"
    )

    assert (card.amount, card.done, card.overdue, card.problems) == ("8,000", "25.0%", 2, 1)


def test_the_board_is_sieved_like_the_table_and_leads_to_it(client, leader, town, department):
    make_project(town, "茶叶")
    make_project(department, "石墨")

    answer = client.get("/projects/board/?q=茶叶")

    assert stacks(answer)["contract"][2] == ["茶叶"]
    assert 'href="/projects/?q=%E8%8C%B6%E5%8F%B6"' in answer.content.decode()
    table = client.get("/projects/?q=茶叶").content.decode()
    assert 'href="/projects/board/?q=%E8%8C%B6%E5%8F%B6"' in table


def test_a_unit_sees_its_own_projects_on_the_board(client, town, department):
    """quality 6"""
    make_project(town, "茶叶", shares={town: 6_000, department: 4_000})
    make_project(town, "石墨")
    client.force_login(make_clerk(department))

    assert stacks(client.get("/projects/board/"))["contract"] == (1, "0.8", ["茶叶"])


@pytest.mark.parametrize("count", [2, 30])
def test_more_cards_than_fit_lead_to_the_table_without_more_queries(
    client, leader, town, count, django_assert_num_queries
):
    for place in range(count):
        make_project(town, f"项目{place}")

    with django_assert_num_queries(11):
        answer = client.get("/projects/board/")

    stack = next(of for of in answer.context["stacks"] if of.stage == "contract")
    assert (stack.count, len(stack.cards), stack.more) == (
        count,
        min(count, 12),
        max(count - 12, 0),
    )
    assert ("/projects/?stage=contract" in answer.content.decode()) == (count > 12)


def test_a_visitor_is_sent_to_sign_in(client):
    for path in ("/services/", "/projects/board/"):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")


# The project's page


def test_the_page_of_a_project_tells_its_steps_and_problems(client, county, project, steps, town):
    problems.tell(project, "缺水。", by=make_clerk(town), at=NOON)
    client.force_login(make_verifier(county))

    answer = client.get(f"/projects/{project.pk}/")

    page = answer.content.decode()
    assert answer.context["overdue"] == 2
    assert [line.step.item for line in answer.context["service_lines"]] == [
        *("接电", "增容", "征地", "登记"),
        *("换表", "勘界"),
    ]
    assert page.count("/done/") == 4
    assert "缺水。" in page
    assert "/answer/" in page
    assert page.count('class="pin ') == 6


def test_a_reader_is_offered_no_deed(client, leader, project, steps):
    page = client.get(f"/projects/{project.pk}/").content.decode()

    assert "接电" in page
    for action in ("/done/", "/services/new/", "/problems/new/", "/answer/"):
        assert action not in page


def test_a_sharing_unit_tells_of_problems_and_records_no_steps(client, town, department, county):
    project = make_project(town, shares={town: 6_000, department: 4_000})
    record(project, department, "接电", "2012-06-10")
    record(project, town, "征地", "2012-06-10")
    client.force_login(make_clerk(department))

    page = client.get(f"/projects/{project.pk}/").content.decode()

    assert "/problems/new/" in page
    assert "/services/new/" not in page
    assert page.count("/done/") == 1


def test_a_units_account_tells_its_people_what_the_unit_owes(
    client, department, other, town, steps
):
    client.force_login(make_clerk(department))
    answer = client.get(f"/units/{department.code}/")

    assert answer.context["owed"] == {"undone": 2, "overdue": 2}
    assert f"/services/?unit={department.pk}" in answer.content.decode()

    client.force_login(make_clerk(town))
    answer = client.get(f"/units/{town.code}/")
    assert answer.context["owed"] == {"undone": 0, "overdue": 0}
    assert "/services/?unit=" not in answer.content.decode()


def test_a_regions_leader_sees_the_steps_and_projects_of_its_counties(client, steps):
    """quality 6"""
    client.force_login(make_leader_of("6110"))

    assert len(items(client.get("/services/"))) == 6
    assert stacks(client.get("/projects/board/?size=large"))["contract"][0] == 1
    assert client.get("/services.xlsx").getvalue()
