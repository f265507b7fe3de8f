"""Service steps: who records, who finishes, what is refused, and what the trail keeps."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from projects.models import ServiceStep
from projects.service import steps
from projects.service.steps import StepDraft
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
from units.ground.refusal import Conflict, Refusal
from units.models import Role, Trail

pytestmark = pytest.mark.django_db

NOON = moment("2012-05-10")


@pytest.fixture
def project(town):
    return make_project(town, "茶叶加工")


def draft(department, **fields):
    given = {"item": "架设临时用电线路", "due_on": day("2012-06-20"), "sponsor": "副县长"}
    return StepDraft(unit=department, **given | fields)


def add(project, department, by=None, **fields):
    by = by or make_clerk(project.lead_unit)
    return steps.add(draft(department, **fields), project=project, by=by, at=NOON)


def actions():
    return list(Trail.objects.order_by("id").values_list("action", "record"))


def test_the_lead_unit_and_the_bureau_record_steps(project, department, county):
    add(project, department)
    step = add(project, department, make_verifier(county), item="接水")

    assert (step.project, step.unit, step.version) == (project, department, 1)
    assert step.due_on == date(2012, 6, 20)
    assert actions() == [("service.add", f"project:{project.pk}")] * 2


def test_other_units_do_not_record_steps_not_even_the_responsible_one(project, department):
    """quality 6"""
    with pytest.raises(Refusal):
        add(project, department, make_clerk(department))
    assert not ServiceStep.objects.exists()


@pytest.mark.parametrize("role", [Role.LEADER, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_readers_record_nothing(project, department, county, role):
    """quality 5"""
    with pytest.raises(PermissionDenied):
        add(project, department, make_person(county, role))


def test_the_head_of_another_county_records_nothing(project, department):
    """quality 6"""
    other = make_head(make_county("611022", "丹凤县"))

    with pytest.raises(Refusal):
        add(project, department, other)


def test_the_same_form_sent_twice_makes_one_step(project, department, town):
    """quality 30"""
    clerk = make_clerk(town)

    first, second = add(project, department, clerk), add(project, department, clerk)

    assert first == second
    assert len(actions()) == 1
    with pytest.raises(Refusal):
        add(project, department)


def test_the_database_keeps_a_step_once(project, department, town):
    step = add(project, department)
    step.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        step.save(force_insert=True)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"item": "  "}, "item"),
        ({"item": "接\u202e电"}, "item"),
        ({"item": "电" * 201}, "item"),
        ({"sponsor": "县" * 101}, "sponsor"),
        ({"done_on": day("2012-05-11")}, "done_on"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(project, department, fields, field):
    with pytest.raises(Refusal) as refused:
        add(project, department, **fields)

    assert refused.value.field == field
    assert not ServiceStep.objects.exists()


def test_a_unit_of_another_county_or_one_that_ended_owes_nothing(project, county):
    foreign = make_unit(make_county("611022", "丹凤县"), "电力局", "department")
    ended = make_unit(county, "老局", "department", ended_on=day("2012-01-31"))

    for department in (foreign, ended):
        with pytest.raises(Refusal) as refused:
            add(project, department)
        assert refused.value.field == "unit"


def test_the_responsible_unit_finishes_its_step(project, department):
    step = add(project, department)

    done = steps.finish(step.pk, 1, day("2012-05-09"), by=make_clerk(department), at=NOON)

    assert (done.done_on, done.version) == (date(2012, 5, 9), 2)
    line = Trail.objects.order_by("-id").first()
    assert (line.action, line.after) == (
        "service.finish",
        {"item": step.item, "done_on": "2012-05-09"},
    )


def test_a_third_unit_does_not_finish_it(project, department, county):
    """quality 6"""
    step = add(project, department)
    third = make_clerk(make_unit(county, "国土局", "department"))

    with pytest.raises(Refusal):
        steps.finish(step.pk, 1, day("2012-05-09"), by=third, at=NOON)


def test_a_step_is_not_done_tomorrow(project, department, town):
    step = add(project, department)

    with pytest.raises(Refusal) as refused:
        steps.finish(step.pk, 1, day("2012-05-11"), by=make_clerk(town), at=NOON)

    assert refused.value.field == "done_on"


def test_a_due_day_that_moves_stays_in_the_trail(project, department, town):
    step = add(project, department)

    later = draft(department, due_on=day("2012-08-01"))
    steps.change(step.pk, 1, later, by=make_clerk(town), at=NOON)

    line = Trail.objects.order_by("-id").first()
    assert line.before == {"due_on": "2012-06-20"}
    assert line.after == {"item": step.item, "due_on": "2012-08-01"}


def test_a_change_that_changes_nothing_leaves_no_line(project, department, town):
    step = add(project, department)

    same = steps.change(step.pk, 1, draft(department), by=make_clerk(town), at=NOON)

    assert same.version == 1
    assert len(actions()) == 1


def test_a_change_does_not_make_two_steps_alike(project, department, town):
    add(project, department)
    other = add(project, department, item="接水")

    with pytest.raises(Refusal):
        steps.change(other.pk, 1, draft(department), by=make_clerk(town), at=NOON)


@pytest.mark.parametrize("version", [0, 2])
def test_a_step_that_changed_meanwhile_is_a_conflict(project, department, town, version):
    """quality 32"""
    step, clerk = add(project, department), make_clerk(town)

    with pytest.raises(Conflict):
        steps.finish(step.pk, version, day("2012-05-09"), by=clerk, at=NOON)
    with pytest.raises(Conflict):
        steps.drop(step.pk, version, by=clerk, at=NOON)


def test_a_step_that_was_taken_out_is_a_conflict_and_stays_in_the_trail(project, department, town):
    step, clerk = add(project, department), make_clerk(town)

    steps.drop(step.pk, 1, by=clerk, at=NOON)

    assert not ServiceStep.objects.exists()
    line = Trail.objects.order_by("-id").first()
    assert (line.action, line.record) == ("service.drop", f"project:{project.pk}")
    assert line.before["responsible_unit"] == "电力局"
    with pytest.raises(Conflict):
        steps.finish(step.pk, 1, day("2012-05-09"), by=clerk, at=NOON)


def test_the_responsible_unit_takes_no_step_out(project, department):
    step = add(project, department)

    with pytest.raises(Refusal):
        steps.drop(step.pk, 1, by=make_clerk(department), at=NOON)
