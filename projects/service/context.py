"""Template context of a project's service steps, problems and timeline.

Provides the words of a step's standing and the addresses of what the reader may do. No query per
line; ``steps.py`` and ``problems.py`` decide what is allowed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext

from projects.models import Problem, Project, ServiceStep, Stage
from projects.reach import may_answer, may_change, may_finish, may_settle
from projects.register import DAYS
from projects.service import timeline
from projects.service.deadlines import OPEN_ENDED, Progress, Standing, standing
from projects.service.forms import SettleForm, TellForm
from projects.service.timeline import Mark, Timeline
from units.access import Right, may
from units.models import User
from units.tables import DASH

# A sign besides the colour, for readers who do not see it.
SIGNS = {
    Progress.OVERDUE: "▲",
    Progress.SOON: "△",
    Progress.OPEN: "○",
    Progress.LATE: "✓",
    Progress.DONE: "✓",
}
_LEFT = (gettext_noop("%(days)d day left"), gettext_noop("%(days)d days left"))
_WORDS = {
    Progress.OVERDUE: (gettext_noop("%(days)d day overdue"), gettext_noop("%(days)d days overdue")),
    Progress.SOON: _LEFT,
    Progress.OPEN: _LEFT,
    Progress.LATE: (
        gettext_noop("done %(days)d day late"),
        gettext_noop("done %(days)d days late"),
    ),
}


@dataclass(frozen=True, slots=True)
class StandingMark:
    """A step's standing, as a sign and in words."""

    progress: Progress
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step with its standing; an address is empty if the reader may not use it."""

    step: ServiceStep
    mark: StandingMark
    finish_url: str
    change_url: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A problem with who raised it, and what the reader may do."""

    problem: Problem
    teller: str
    answer_url: str
    settle_url: str
    settle_form: SettleForm | None


def standing_words(found: Standing) -> str:
    """As in “6 days overdue”."""
    if found.progress is Progress.DONE:
        return str(_("done in time"))
    if not found.days:
        return str(_("due today"))
    one, many = _WORDS[found.progress]
    return ngettext(one, many, found.days) % {"days": found.days}


def standing_mark(found: Standing) -> StandingMark:
    return StandingMark(found.progress, SIGNS[found.progress], standing_words(found))


def facts_of(step: ServiceStep) -> list[tuple[str | Promise, object]]:
    """The recorded facts of a step, for the page of its form."""
    done = date_format(step.done_on) if step.done_on else DASH
    return [
        (_("Item"), step.item),
        (_("Responsible unit"), step.unit.name),
        (_("Sponsor"), step.sponsor or DASH),
        (_("Due on"), date_format(step.due_on)),
        (_("Done on"), done),
    ]


def problem_facts(problem: Problem) -> list[tuple[str | Promise, object]]:
    """The recorded facts of a problem, for the page of its form."""
    facts: list[tuple[str | Promise, object]] = [
        (_("Problem"), problem.words),
        (_("Told by"), _said(_teller(problem), problem.raised_at)),
    ]
    if problem.answered_at is not None:
        facts += [
            (_("Answer"), problem.answer),
            (_("Answered by"), _said(problem.answered_by, problem.answered_at)),
        ]
    return facts


def service_of(project: Project, user: User, today: date) -> dict[str, Any]:
    """Context of a project's page; ``project`` is loaded with its ``lead_unit``."""
    steps = list(project.services.select_related("unit"))
    standings = {step.pk: standing(step.due_on, step.done_on, today) for step in steps}
    steps.sort(key=lambda step: _order(standings[step.pk], step))
    changes = may_change(user, project)
    return {
        "service_lines": [_step_line(step, standings[step.pk], user, changes) for step in steps],
        "overdue": sum(s.progress is Progress.OVERDUE for s in standings.values()),
        "problem_lines": list(_problem_lines(project, user)),
        "tell_form": TellForm(auto_id="tell_%s") if may(user, Right.PROJECT_EDIT) else None,
        "may_record": changes,
        "timeline": timeline_of(project, steps, today),
        "today": today,
    }


def timeline_of(project: Project, steps: Iterable[ServiceStep], today: date) -> Timeline | None:
    """The project's timeline; None if it has no dates yet."""
    days = [(str(Stage(stage).label), getattr(project, name)) for stage, name in DAYS.items()]
    marks = [
        Mark(step.item, step.due_on, standing(step.due_on, step.done_on, today).progress)
        for step in steps
    ]
    return timeline.drawn([(word, day) for word, day in days if day], marks, today)


def _order(found: Standing, step: ServiceStep) -> tuple[bool, date]:
    """Undone steps first, by due day; then done ones."""
    return found.progress not in OPEN_ENDED, step.due_on


def _step_line(step: ServiceStep, found: Standing, user: User, changes: bool) -> StepLine:
    finishes = step.done_on is None and may_finish(user, step)
    return StepLine(
        step=step,
        mark=standing_mark(found),
        finish_url=reverse("service-finish", args=[step.pk]) if finishes else "",
        change_url=reverse("service-edit", args=[step.pk]) if changes else "",
    )


def _problem_lines(project: Project, user: User) -> Iterator[ProblemLine]:
    """Unsettled problems first, each group in the order raised."""
    found = project.problems.select_related("unit", "raised_by", "answered_by")
    answers = may_answer(user, project)
    for problem in sorted(found, key=lambda each: each.settled_on is not None):
        is_open = problem.settled_on is None
        settles = is_open and problem.answered_at is not None and may_settle(user, problem)
        yield ProblemLine(
            problem=problem,
            teller=_teller(problem),
            answer_url=reverse("problem-answer", args=[problem.pk]) if answers and is_open else "",
            settle_url=reverse("problem-settle", args=[problem.pk]) if settles else "",
            settle_form=SettleForm(initial={"version": problem.version}, auto_id=False)
            if settles
            else None,
        )


def _teller(problem: Problem) -> str:
    return problem.unit.name if problem.unit else str(problem.raised_by)


def _said(who: object, at: Any) -> str:
    return f"{who}  {date_format(timezone.localtime(at))}"
