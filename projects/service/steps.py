"""Service with a time limit (限时办结): the only module that adds, changes and finishes steps.

Each action is recorded in the trail of the project. Overdue is never stored (see ``deadlines.py``).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from projects.drafts import stored_text
from projects.models import Project, ServiceStep
from projects.reach import may_change, may_finish
from units import trail
from units.access import Right, demand
from units.ground.refusal import Conflict, Refusal
from units.models import Unit, User


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A step as entered by a person or read from a file."""

    item: str
    unit: Unit
    due_on: date
    sponsor: str = ""
    done_on: date | None = None


CONTENTS = ("item", "unit", "due_on", "sponsor", "done_on")


def draft_of(step: ServiceStep) -> StepDraft:
    """A stored step as a draft."""
    return StepDraft(**{name: getattr(step, name) for name in CONTENTS})


@transaction.atomic
def add(
    draft: StepDraft, *, project: Project, by: User, at: datetime, today: date | None = None
) -> ServiceStep:
    """Record what a unit owes the project. The same form sent twice creates one step."""
    demand(by, Right.PROJECT_EDIT)
    project = _locked(project.pk)
    _demand_change(by, project)
    draft = _accepted(draft, project, today or timezone.localdate(at))
    same = _same(project, draft)
    if same is not None and same.recorded_by == by:
        return same
    _demand_new(same)
    step = ServiceStep(project=project, recorded_by=by, recorded_at=at)
    _set(step, draft)
    step.save(force_insert=True)
    _note(by, "service.add", step, at, {}, snapshot(step))
    return step


@transaction.atomic
def change(
    step_id: int,
    version: int,
    draft: StepDraft,
    *,
    by: User,
    at: datetime,
    today: date | None = None,
) -> ServiceStep:
    """Correct a step; a moved due day is recorded in the trail like any other field."""
    step = _step(step_id, version, by)
    _demand_change(by, step.project)
    draft = _accepted(draft, step.project, today or timezone.localdate(at))
    _demand_new(_same(step.project, draft, step))
    return _write(step, draft, "service.change", by, at)


@transaction.atomic
def finish(
    step_id: int,
    version: int,
    done_on: date,
    *,
    by: User,
    at: datetime,
    today: date | None = None,
) -> ServiceStep:
    """Record the day on which a step was done."""
    step = _step(step_id, version, by)
    if not may_finish(by, step):
        sentence = _("Only %(unit)s, the lead unit or the bureau may say that this is done.")
        raise Refusal(sentence % {"unit": step.unit.name})
    draft = replace(draft_of(step), done_on=done_on)
    for objection in _against_days(draft, today or timezone.localdate(at)):
        raise objection
    return _write(step, draft, "service.finish", by, at)


@transaction.atomic
def drop(step_id: int, version: int, *, by: User, at: datetime) -> None:
    """Delete a step that was recorded by mistake; the trail keeps it."""
    step = _step(step_id, version, by)
    _demand_change(by, step.project)
    before = snapshot(step)
    step.delete()
    _note(by, "service.drop", step, at, before, {"item": step.item})


def snapshot(step: ServiceStep) -> dict[str, Any]:
    """A step for the trail."""
    kept = {name: getattr(step, name) for name in CONTENTS if name != "unit"}
    return kept | {"responsible_unit": step.unit.name}


# Checks


def _accepted(draft: StepDraft, project: Project, today: date) -> StepDraft:
    item = stored_text(ServiceStep, "item", draft.item, "item")
    sponsor = stored_text(ServiceStep, "sponsor", draft.sponsor, "sponsor")
    draft = replace(draft, item=item, sponsor=sponsor)
    for objection in _objections(draft, project, today):
        raise objection
    return draft


def _objections(draft: StepDraft, project: Project, today: date) -> Iterator[Refusal]:
    if not draft.item:
        yield Refusal(_("Write what has to be done."), "item")
    if draft.unit.county_id != project.county_id:
        sentence = _("%(unit)s is not a unit of this county.")
        yield Refusal(sentence % {"unit": draft.unit.name}, "unit")
    ended_on = draft.unit.ended_on
    if ended_on is not None and draft.done_on is None and ended_on < min(draft.due_on, today):
        sentence = _("%(unit)s ended on %(day)s. Choose the unit that succeeded it.")
        words = {"unit": draft.unit.name, "day": date_format(ended_on)}
        yield Refusal(sentence % words, "unit")
    yield from _against_days(draft, today)


def _against_days(draft: StepDraft, today: date) -> Iterator[Refusal]:
    if draft.done_on is not None and draft.done_on > today:
        yield Refusal(_("The day lies in the future. Enter it when it has come."), "done_on")


def _demand_change(by: User, project: Project) -> None:
    if not may_change(by, project):
        sentence = _("Only %(unit)s or the investment bureau may record the service steps.")
        raise Refusal(sentence % {"unit": project.lead_unit.name})


def _same(project: Project, draft: StepDraft, but: ServiceStep | None = None) -> ServiceStep | None:
    found = project.services.filter(item=draft.item, unit=draft.unit, due_on=draft.due_on)
    return (found.exclude(pk=but.pk) if but else found).first()


def _demand_new(same: ServiceStep | None) -> None:
    if same is not None:
        raise Refusal(_("This step is recorded already, with the same unit and day."), "item")


# Writing


def _locked(project_id: int) -> Project:
    """Lock the project, so that a check for the same step holds until it is written."""
    projects = Project.objects.select_related("lead_unit")
    return projects.select_for_update(of=("self",), no_key=True).get(pk=project_id)


def _step(step_id: int, version: int, by: User) -> ServiceStep:
    demand(by, Right.PROJECT_EDIT)
    project = ServiceStep.objects.filter(pk=step_id).values_list("project", flat=True).first()
    if project is not None:
        _locked(project)
    steps = ServiceStep.objects.select_related("project__lead_unit", "unit")
    step = steps.select_for_update(of=("self",)).filter(pk=step_id, version=version).first()
    if step is None:
        raise Conflict(_("Somebody changed this step after you opened it. Look at it again."))
    return step


def _set(step: ServiceStep, draft: StepDraft) -> None:
    for name in CONTENTS:
        setattr(step, name, getattr(draft, name))


def _write(step: ServiceStep, draft: StepDraft, action: str, by: User, at: datetime) -> ServiceStep:
    before = snapshot(step)
    _set(step, draft)
    was, became = trail.changes(before, snapshot(step))
    if became:
        step.version += 1
        step.save()
        _note(by, action, step, at, was, {"item": step.item} | became)
    return step


def _note(
    by: User,
    action: str,
    step: ServiceStep,
    at: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """On the project's record, because its history shows the steps."""
    project = step.project
    unit, label = project.lead_unit, project.name
    trail.record(by, action, project, at=at, unit=unit, label=label, before=before, after=after)
