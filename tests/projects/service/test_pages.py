"""The forms of service steps and problems: who is refused, what is kept, where one lands."""

import pytest
import time_machine

from projects.models import Problem, ServiceStep
from projects.service import problems, steps
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_project,
    make_unit,
    make_verifier,
    moment,
)
from units.models import Role, Trail

pytestmark = pytest.mark.django_db

NOON = moment("2012-05-10")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2012-06-30 12:00+08:00", tick=False):
        yield


@pytest.fixture
def project(town):
    return make_project(town, "茶叶加工")


@pytest.fixture
def step(project, department):
    draft = steps.StepDraft("架设线路", department, day("2012-06-20"), "副县长")
    return steps.add(draft, project=project, by=make_clerk(project.lead_unit), at=NOON)


@pytest.fixture
def problem(project):
    clerk = make_clerk(project.lead_unit)
    return problems.tell(project, "线路迁改没有着落。", by=clerk, at=NOON)


def signed_in(client, person):
    client.force_login(person)
    return client


def typed(department, /, **fields):
    given = {"item": "接水", "unit": str(department.pk), "sponsor": "", "due_on": "2012-07-20"}
    return given | {"done_on": ""} | fields


def addresses(project, step, problem):
    return [
        f"/projects/{project.pk}/services/new/",
        f"/projects/{project.pk}/problems/new/",
        f"/services/{step.pk}/",
        f"/services/{step.pk}/done/",
        f"/problems/{problem.pk}/answer/",
        f"/problems/{problem.pk}/settle/",
    ]


def test_a_visitor_is_sent_to_sign_in(client, project, step, problem):
    for path in addresses(project, step, problem):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", [Role.LEADER, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_readers_change_nothing(client, county, project, step, problem, role):
    """quality 5"""
    signed_in(client, make_person(county, role))

    for path in [*addresses(project, step, problem), f"/services/{step.pk}/drop/"]:
        assert client.post(path, {"version": "1"}).status_code == 403


def test_units_without_a_part_in_it_find_nothing(client, county, project, step, problem):
    """quality 6"""
    strangers = [
        make_clerk(make_unit(county, "国土局", "department")),
        make_head(make_county("611022", "丹凤县")),
    ]
    for person in strangers:
        signed_in(client, person)
        for path in [*addresses(project, step, problem), f"/services/{step.pk}/drop/"]:
            assert client.post(path, {"version": "1"}).status_code == 404


def test_the_responsible_unit_opens_its_step_and_no_more(
    client, department, project, step, problem
):
    """quality 6"""
    signed_in(client, make_clerk(department))

    answers = [client.get(path).status_code for path in addresses(project, step, problem)]

    assert answers == [404, 404, 403, 200, 404, 404]


def test_a_clerk_records_a_step(client, town, department, project):
    signed_in(client, make_clerk(town))
    path = f"/projects/{project.pk}/services/new/"

    assert f'<option value="{department.pk}">电力局</option>' in client.get(path).content.decode()
    answer = client.post(path, typed(department))

    assert answer.headers["Location"] == f"/projects/{project.pk}/#services"
    step = ServiceStep.objects.get()
    assert (step.item, step.unit, str(step.due_on)) == ("接水", department, "2012-07-20")


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("item", ""),
        ("item", "接\u202e水"),
        ("item", "水" * 201),
        ("unit", ""),
        ("unit", "0"),
        ("unit", "x"),
        ("due_on", ""),
        ("due_on", "2012-02-30"),
        ("done_on", "2012-07-01"),
        ("sponsor", "一\x00二"),
    ],
)
def test_bad_input_gets_a_sentence_beside_its_field(
    client, town, department, project, field, written
):
    """quality 24, quality 28"""
    signed_in(client, make_clerk(town))

    answer = client.post(
        f"/projects/{project.pk}/services/new/", typed(department, **{field: written})
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not ServiceStep.objects.exists()


def test_a_refused_step_keeps_what_was_typed(client, town, department, project):
    signed_in(client, make_clerk(town))

    page = client.post(f"/projects/{project.pk}/services/new/", typed(department, due_on="明天"))

    text = page.content.decode()
    assert 'value="接水"' in text
    assert f'<option value="{department.pk}" selected>' in text


def test_the_responsible_unit_says_done_and_lands_on_its_list(client, department, step):
    signed_in(client, make_clerk(department))
    path = f"/services/{step.pk}/done/"

    assert 'value="2012-06-30"' in client.get(path).content.decode()
    answer = client.post(path, {"done_on": "2012-06-28", "version": "1"})

    assert answer.headers["Location"] == "/services/"
    step.refresh_from_db()
    assert step.done_on == day("2012-06-28")


@pytest.mark.parametrize("version", ["", "0", "7", "x"])
def test_a_step_needs_the_version_that_was_seen(client, town, step, version):
    """quality 32"""
    signed_in(client, make_clerk(town))

    sent = {"done_on": "2012-06-28", "version": version}
    answer = client.post(f"/services/{step.pk}/done/", sent)

    assert answer.status_code in (409, 422)
    step.refresh_from_db()
    assert step.done_on is None


def test_after_a_conflict_sending_again_counts(client, town, department, step):
    """quality 32"""
    signed_in(client, make_clerk(town))
    path = f"/services/{step.pk}/"
    client.post(path, typed(department, item="接电", version="1"))

    answer = client.post(path, typed(department, version="1"))

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "接电" in page
    assert page.rindex('name="version" value="2"') > page.index('name="version" value="1"')
    assert client.post(path, typed(department, version="2")).status_code == 302
    step.refresh_from_db()
    assert (step.item, step.version) == ("接水", 3)


def test_posted_extras_change_nothing(client, town, department, project, step):
    """quality 13"""
    other = make_project(town, "石墨")
    signed_in(client, make_clerk(town))

    extras = {"project": str(other.pk), "recorded_by": "1", "id": "999"}
    client.post(f"/services/{step.pk}/", typed(department, version="1") | extras)

    step.refresh_from_db()
    assert (step.project, step.item) == (project, "接水")


def test_a_step_is_taken_out_from_its_page(client, town, project, step):
    signed_in(client, make_clerk(town))

    assert client.get(f"/services/{step.pk}/drop/").status_code == 405
    client.post(f"/services/{step.pk}/drop/", {"version": "7"})
    assert ServiceStep.objects.exists()
    answer = client.post(f"/services/{step.pk}/drop/", {"version": "1"})

    assert answer.headers["Location"] == f"/projects/{project.pk}/#services"
    assert not ServiceStep.objects.exists()


def test_a_problem_is_told_answered_and_settled(client, county, town, project):
    signed_in(client, make_clerk(town))
    client.post(f"/projects/{project.pk}/problems/new/", {"words": "缺水。\n三个月了。"})
    problem = Problem.objects.get()

    signed_in(client, make_verifier(county))
    sent = {"answer": "下月接通。", "version": "1"}
    answer = client.post(f"/problems/{problem.pk}/answer/", sent)
    assert answer.headers["Location"] == f"/projects/{project.pk}/#problems"

    signed_in(client, make_clerk(town))
    client.post(f"/problems/{problem.pk}/settle/", {"version": "2"})

    problem.refresh_from_db()
    assert (problem.words, problem.answer) == ("缺水。\n三个月了。", "下月接通。")
    assert str(problem.settled_on) == "2012-06-30"
    assert list(Trail.objects.order_by("id").values_list("action", flat=True)) == [
        "problem.tell",
        "problem.answer",
        "problem.settle",
    ]


@pytest.mark.parametrize("words", ["", "缺\u200b水", "水" * 1_001])
def test_a_problem_in_bad_words_is_refused_and_kept(client, town, project, words):
    """quality 28"""
    signed_in(client, make_clerk(town))

    answer = client.post(f"/projects/{project.pk}/problems/new/", {"words": words})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["words"]
    assert words in answer.content.decode()


def test_settling_before_an_answer_is_refused_in_words(client, town, problem):
    signed_in(client, make_clerk(town))

    answer = client.post(f"/problems/{problem.pk}/settle/", {"version": "1"})

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


def test_a_clerk_does_not_answer(client, town, problem):
    """quality 5"""
    signed_in(client, make_clerk(town))

    assert client.get(f"/problems/{problem.pk}/answer/").status_code == 403
