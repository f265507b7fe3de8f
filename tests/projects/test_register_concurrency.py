"""Two people take the same name, or record the same step, in the same moment, each on a connection."""

import threading
from datetime import date

import pytest
from django.db import connection

from projects import register
from projects.models import Industry, Problem, Project, ServiceStep
from projects.service import problems
from projects.service import steps as service
from tests import builders
from units.models import Trail

pytestmark = pytest.mark.django_db(transaction=True)

NOON = builders.moment("2012-05-12")
CROWD = 8


def at_once(*actions):
    """Run the deeds on a thread and connection each, released together; what each came to."""
    gate, outcomes = threading.Barrier(len(actions)), [None] * len(actions)

    def run(place, action):
        try:
            connection.ensure_connection()
            gate.wait()
            outcomes[place] = action()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def draft(unit, name, investor="商南茶业公司"):
    return register.ProjectDraft(
        name=name,
        industry=Industry.objects.get(code="food"),
        stage="contract",
        shares=[(unit, 10_000)],
        total_investment=builders.wan(5_000),
        introduced_amount=builders.wan(5_000),
        investor=register.InvestorDraft(investor, "other_province"),
        contract_on=date(2012, 5, 1),
    )


def entry(unit, name, by, **fields):
    written = draft(unit, name, **fields)
    return lambda: register.save(written, by=by, at=NOON)


def test_of_many_who_enter_the_same_name_one_wins_and_the_others_are_told(county):
    units = [builders.make_unit(county, f"第{place}镇") for place in range(CROWD)]
    spelt = ["茶叶 加工", "茶叶加工", "茶叶（加工）", "茶叶　加工"]
    people = [builders.make_clerk(unit) for unit in units]

    outcomes = at_once(
        *[
            entry(unit, spelt[place % len(spelt)], by, investor=f"公司{place}")
            for place, (unit, by) in enumerate(zip(units, people, strict=True))
        ]
    )

    assert kinds(outcomes) == ["NameTaken"] * (CROWD - 1) + ["Project"]
    winner = next(each for each in outcomes if isinstance(each, Project))
    assert Project.objects.get() == winner
    assert winner.shares.get().basis_points == 10_000
    assert Trail.objects.filter(action="project.add").count() == 1
    assert all(each.other is None for each in outcomes if each is not winner)


def test_the_bureau_is_shown_who_was_quicker(county):
    unit, head = builders.make_unit(county), builders.make_head(county)

    outcomes = at_once(*[entry(unit, "茶叶加工", head)] * CROWD)

    assert kinds(outcomes) == ["NameTaken"] * (CROWD - 1) + ["Project"]
    assert {each.other for each in outcomes if not isinstance(each, Project)} == {
        Project.objects.get()
    }


def test_two_projects_of_a_new_investor_make_one_investor(county):
    unit, head = builders.make_unit(county), builders.make_head(county)

    outcomes = at_once(*[entry(unit, f"项目{place}", head) for place in range(CROWD)])

    assert kinds(outcomes) == ["Project"] * CROWD
    assert {project.investor.name for project in Project.objects.all()} == {"商南茶业公司"}
    assert len({project.investor_id for project in Project.objects.all()}) == 1


def test_two_changes_from_the_same_version_never_mix(county):
    """quality 32"""
    unit, head = builders.make_unit(county), builders.make_head(county)
    project = register.save(draft(unit, "茶叶加工"), by=head, at=NOON)
    renamed = [draft(unit, f"茶叶加工{place}") for place in range(CROWD)]

    outcomes = at_once(
        *[
            lambda each=each: register.save(each, by=head, at=NOON, project=project, version=1)
            for each in renamed
        ]
    )

    assert kinds(outcomes) == ["Conflict"] * (CROWD - 1) + ["Project"]
    assert Project.objects.get().version == 2


def test_the_same_step_and_the_same_problem_sent_at_once_are_one(county):
    """quality 30"""
    unit = builders.make_unit(county)
    project, clerk = builders.make_project(unit), builders.make_clerk(unit)
    step = service.StepDraft("接电", unit, date(2012, 6, 20))

    steps = at_once(*[lambda: service.add(step, project=project, by=clerk, at=NOON)] * CROWD)
    told = at_once(*[lambda: problems.tell(project, "缺电。", by=clerk, at=NOON)] * CROWD)

    assert kinds(steps) == ["ServiceStep"] * CROWD
    assert kinds(told) == ["Problem"] * CROWD
    assert ServiceStep.objects.count() == Problem.objects.count() == 1


def test_a_step_is_finished_once(county):
    """quality 32"""
    unit = builders.make_unit(county)
    project, clerk = builders.make_project(unit), builders.make_clerk(unit)
    draft_ = service.StepDraft("接电", unit, date(2012, 6, 20))
    step = service.add(draft_, project=project, by=clerk, at=NOON)
    days = [date(2012, 5, place + 1) for place in range(CROWD)]

    outcomes = at_once(
        *[lambda day=day: service.finish(step.pk, 1, day, by=clerk, at=NOON) for day in days]
    )

    assert kinds(outcomes) == ["Conflict"] * (CROWD - 1) + ["ServiceStep"]
    assert Trail.objects.filter(action="service.finish").count() == 1
