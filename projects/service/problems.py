"""Problems of a project: raised by a unit, answered by the bureau, settled.

The only module that writes problems; each action is recorded in the trail of the project. Nothing
said is lost without a line in the trail.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from projects.drafts import stored_text
from projects.models import Problem, Project
from projects.reach import may_answer, may_settle, may_tell
from units import trail
from units.access import Right, demand
from units.ground.refusal import Conflict, Refusal
from units.models import User


@transaction.atomic
def tell(project: Project, words: str, *, by: User, at: datetime) -> Problem:
    """Raise a problem. The same words sent twice create one."""
    demand(by, Right.PROJECT_EDIT)
    projects = Project.objects.select_related("lead_unit")
    project = projects.select_for_update(of=("self",), no_key=True).get(pk=project.pk)
    if not may_tell(by, project):
        raise Refusal(_("Only units that share the project's credit tell of its problems."))
    words = _text("words", words, _("Write what stands in the way."))
    same = project.problems.filter(words=words, raised_by=by, settled_on=None).first()
    if same is not None:
        return same
    problem = Problem.objects.create(
        project=project, words=words, unit=by.unit, raised_by=by, raised_at=at
    )
    _note(by, "problem.tell", problem, at, {"problem": words})
    return problem


@transaction.atomic
def answer(problem_id: int, version: int, words: str, *, by: User, at: datetime) -> Problem:
    """The bureau's answer; it may be replaced until the problem is settled."""
    problem = _unsettled(problem_id, version, by)
    if not may_answer(by, problem.project):
        raise Refusal(_("The investment bureau answers."))
    before = {"reply": problem.answer}
    problem.answer = _text("answer", words, _("Write the answer."))
    problem.answered_by, problem.answered_at = by, at
    after = {"problem": problem.words, "reply": problem.answer}
    return _write(problem, "problem.answer", by, at, before, after)


@transaction.atomic
def settle(problem_id: int, version: int, *, by: User, at: datetime) -> Problem:
    """Settle an answered problem: the unit that raised it, the lead unit or the bureau."""
    problem = _unsettled(problem_id, version, by)
    if not may_settle(by, problem):
        raise Refusal(
            _("Only the unit that reported it, the lead unit or the bureau can settle it.")
        )
    if problem.answered_at is None:
        raise Refusal(_("Nobody has answered yet. The bureau answers first."))
    problem.settled_on = timezone.localdate(at)
    after = {"problem": problem.words, "settled_on": problem.settled_on}
    return _write(problem, "problem.settle", by, at, {}, after)


def _unsettled(problem_id: int, version: int, by: User) -> Problem:
    demand(by, Right.PROJECT_EDIT)
    problems = Problem.objects.select_related("project__lead_unit", "unit")
    problem = problems.select_for_update(of=("self",)).filter(pk=problem_id).first()
    if problem is None or problem.version != version:
        raise Conflict(_("Somebody answered or settled this meanwhile. Look at it again."))
    if problem.settled_on is not None:
        raise Refusal(_("This problem is settled. Tell of a new one if it came back."))
    return problem


def _text(name: str, written: str, missing: str | Promise) -> str:
    text = stored_text(Problem, name, written, name, multiline=True)
    if not text:
        raise Refusal(missing, name)
    return text


def _write(
    problem: Problem,
    action: str,
    by: User,
    at: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
) -> Problem:
    problem.version += 1
    problem.save()
    _note(by, action, problem, at, after, before)
    return problem


def _note(
    by: User,
    action: str,
    problem: Problem,
    at: datetime,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    """On the project's record, because its history shows the problems."""
    project = problem.project
    trail.record(
        by,
        action,
        project,
        at=at,
        unit=project.lead_unit,
        label=project.name,
        before=before,
        after=after,
    )
