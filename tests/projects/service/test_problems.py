"""Problems of a project: told by its units, answered by the bureau, settled, never out of order."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from projects.models import Problem
from projects.service import problems
from tests.builders import (
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
WORDS = "线路迁改没有着落。"


@pytest.fixture
def sharer(county):
    return make_unit(county, "招商局", "department")


@pytest.fixture
def project(town, sharer):
    return make_project(town, "茶叶加工", shares={town: 6_000, sharer: 4_000})


def told(project, unit, words=WORDS):
    return problems.tell(project, words, by=make_clerk(unit), at=NOON)


def test_units_with_a_share_and_the_bureau_tell_of_problems(project, town, sharer, county):
    told(project, town)
    told(project, sharer, "土地没有指标。")
    from_bureau = problems.tell(project, "缺水。", by=make_verifier(county), at=NOON)

    assert [problem.unit for problem in Problem.objects.order_by("id")] == [town, sharer, None]
    assert from_bureau.raised_at == NOON
    assert set(Trail.objects.values_list("action", "record")) == {
        ("problem.tell", f"project:{project.pk}")
    }


def test_a_unit_without_a_share_does_not(project, county):
    """quality 6"""
    with pytest.raises(Refusal):
        told(project, make_unit(county, "国土局", "department"))


def test_a_leader_tells_nothing(project, county):
    """quality 5"""
    with pytest.raises(PermissionDenied):
        problems.tell(project, WORDS, by=make_person(county, Role.LEADER), at=NOON)


def test_the_same_words_sent_twice_make_one_problem(project, town):
    """quality 30"""
    clerk = make_clerk(town)

    for _time in range(2):
        problems.tell(project, WORDS, by=clerk, at=NOON)

    assert Problem.objects.count() == Trail.objects.count() == 1


@pytest.mark.parametrize("words", ["", " \n", "线\u200b路", "路" * 1_001])
def test_words_that_say_nothing_or_cannot_be_kept_are_refused(project, town, words):
    with pytest.raises(Refusal) as refused:
        told(project, town, words)

    assert refused.value.field == "words"
    assert not Problem.objects.exists()


def test_the_bureau_answers_and_may_answer_anew(project, town, county):
    problem, verifier = told(project, town), make_verifier(county)

    problems.answer(problem.pk, 1, "五月底前迁改。", by=verifier, at=NOON)
    found = problems.answer(problem.pk, 2, "六月底前迁改。", by=verifier, at=NOON)

    assert (found.answer, found.answered_by, found.version) == ("六月底前迁改。", verifier, 3)
    assert Trail.objects.order_by("-id").first().before == {"reply": "五月底前迁改。"}


def test_no_unit_answers_itself(project, town):
    problem = told(project, town)

    with pytest.raises(Refusal):
        problems.answer(problem.pk, 1, "好。", by=make_clerk(town), at=NOON)


def test_the_bureau_of_another_county_does_not_answer(project, town):
    """quality 6"""
    problem = told(project, town)
    other = make_head(make_county("611022", "丹凤县"))

    with pytest.raises(Refusal):
        problems.answer(problem.pk, 1, "好。", by=other, at=NOON)


def test_who_told_it_and_the_lead_unit_settle_an_answered_problem(project, town, sharer, county):
    for unit in (town, sharer):
        problem = told(project, sharer, f"由{unit}")
        problems.answer(problem.pk, 1, "已办。", by=make_verifier(county), at=NOON)

        found = problems.settle(problem.pk, 2, by=make_clerk(unit), at=NOON)

        assert found.settled_on == NOON.date()


def test_a_sharing_unit_does_not_settle_what_another_told(project, town, sharer, county):
    problem = told(project, town)
    problems.answer(problem.pk, 1, "已办。", by=make_verifier(county), at=NOON)

    with pytest.raises(Refusal):
        problems.settle(problem.pk, 2, by=make_clerk(sharer), at=NOON)


def test_nothing_is_settled_before_it_is_answered(project, town):
    problem = told(project, town)

    with pytest.raises(Refusal):
        problems.settle(problem.pk, 1, by=make_clerk(town), at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.update(settled_on=NOON.date())
    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.update(answer="好。")


def test_a_settled_problem_is_not_answered_again(project, town, county):
    problem, verifier = told(project, town), make_verifier(county)
    problems.answer(problem.pk, 1, "已办。", by=verifier, at=NOON)
    problems.settle(problem.pk, 2, by=verifier, at=NOON)

    with pytest.raises(Refusal):
        problems.answer(problem.pk, 3, "再说。", by=verifier, at=NOON)


def test_an_answer_to_an_older_version_is_a_conflict(project, town, county):
    """quality 32"""
    problem, verifier = told(project, town), make_verifier(county)
    problems.answer(problem.pk, 1, "五月底前迁改。", by=verifier, at=NOON)

    with pytest.raises(Conflict):
        problems.answer(problem.pk, 1, "六月底前迁改。", by=verifier, at=NOON)
    problem.refresh_from_db()
    assert problem.answer == "五月底前迁改。"
