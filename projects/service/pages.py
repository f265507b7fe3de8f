"""The forms of service steps and problems. Their lists are on pages of the ledger.

A view reads the address, calls one action and shows the answer; rules are in the actions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.models import Problem, Project, ServiceStep
from projects.reach import may_answer, may_change, may_finish, problems_of, projects_of, steps_of
from projects.service import problems, steps
from projects.service.context import facts_of, problem_facts
from projects.service.forms import AnswerForm, FinishForm, SeenForm, SettleForm, StepForm, TellForm
from units.access import ACTION, FORM, Right, allowed, person
from units.ground.refusal import Conflict, Refusal
from units.models import User
from units.targets.record import opening_day

SERVICES, PROBLEMS = "#services", "#problems"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page around a form: its heading, its button, and what the form is about."""

    project: Project
    title: str | Promise
    action: str | Promise
    anchor: str
    facts: list[tuple[str | Promise, object]]
    drop_url: str = ""


@allowed(Right.PROJECT_EDIT, FORM)
def service_new(request: HttpRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    if not may_change(person(request), project):
        raise PermissionDenied
    sheet = Sheet(project, _("New service step"), _("Record"), SERVICES, [])
    form = StepForm(_sent(request), project=project)

    def action() -> None:
        steps.add(form.draft(), project=project, by=person(request), at=timezone.now())

    return _answered(request, form, sheet, action, _("The service step is recorded."))


@allowed(Right.PROJECT_EDIT, FORM)
def service_edit(request: HttpRequest, pk: int) -> HttpResponse:
    step = _step(request, pk)
    if not may_change(person(request), step.project):
        raise PermissionDenied
    drop_url = reverse("service-drop", args=[pk])
    facts = facts_of(step)
    sheet = Sheet(step.project, _("Change the service step"), _("Save"), SERVICES, facts, drop_url)
    form = StepForm(_sent(request), project=step.project, step=step)

    def action() -> None:
        draft, version = form.draft(), form.version_seen
        steps.change(pk, version, draft, by=person(request), at=timezone.now())

    return _answered(request, form, sheet, action, _("The changes are saved."))


@allowed(Right.PROJECT_EDIT, FORM)
def service_finish(request: HttpRequest, pk: int) -> HttpResponse:
    step = _step(request, pk)
    if not may_finish(person(request), step):
        raise PermissionDenied
    sheet = Sheet(
        step.project, pgettext_lazy("step", "Done"), _("It is done"), SERVICES, facts_of(step)
    )
    today = opening_day(step.project.county, timezone.localdate())
    form = FinishForm(_sent(request), step=step, today=today)

    def action() -> None:
        day, version = form.cleaned_data["done_on"], form.version_seen
        steps.finish(pk, version, day, by=person(request), at=timezone.now())

    return _answered(request, form, sheet, action, _("The service step is marked as done."))


@allowed(Right.PROJECT_EDIT, ACTION)
def service_drop(request: HttpRequest, pk: int) -> HttpResponse:
    step = _step(request, pk)
    form = SeenForm(request.POST)
    version = form.version_seen if form.is_valid() else 0
    try:
        steps.drop(pk, version, by=person(request), at=timezone.now())
        messages.success(request, _("The service step is taken out; the history keeps it."))
    except Refusal as refusal:
        return _not_dropped(request, step, refusal)
    return redirect(_back(person(request), step.project, SERVICES))


def _not_dropped(request: HttpRequest, step: ServiceStep, refusal: Refusal) -> HttpResponse:
    """The step as it stands now, with the sentence."""
    messages.error(request, str(refusal))
    step = _step(request, step.pk)
    drop_url = reverse("service-drop", args=[step.pk])
    title, facts = _("Change the service step"), facts_of(step)
    sheet = Sheet(step.project, title, _("Save"), SERVICES, facts, drop_url)
    form = StepForm(None, project=step.project, step=step)
    return _shown(request, form, sheet, 409 if isinstance(refusal, Conflict) else 422)


@allowed(Right.PROJECT_EDIT, FORM)
def problem_tell(request: HttpRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    sheet = Sheet(project, _("Tell of a problem"), _("Send"), PROBLEMS, [])
    form = TellForm(_sent(request))

    def action() -> None:
        words = form.cleaned_data["words"]
        problems.tell(project, words, by=person(request), at=timezone.now())

    return _answered(request, form, sheet, action, _("The investment bureau gets a notice."))


@allowed(Right.PROJECT_EDIT, FORM)
def problem_answer(request: HttpRequest, pk: int) -> HttpResponse:
    problem = _problem(request, pk)
    if not may_answer(person(request), problem.project):
        raise PermissionDenied
    facts = problem_facts(problem)
    sheet = Sheet(problem.project, _("Answer"), _("Answer"), PROBLEMS, facts)
    initial = {"answer": problem.answer, "version": problem.version}
    form = AnswerForm(_sent(request), initial=initial)

    def action() -> None:
        words, version = form.cleaned_data["answer"], form.version_seen
        problems.answer(pk, version, words, by=person(request), at=timezone.now())

    return _answered(request, form, sheet, action, _("The answer is recorded."))


@allowed(Right.PROJECT_EDIT, FORM)
def problem_settle(request: HttpRequest, pk: int) -> HttpResponse:
    problem = _problem(request, pk)
    facts = problem_facts(problem)
    sheet = Sheet(
        problem.project, pgettext_lazy("problem", "Settled"), _("It is settled"), PROBLEMS, facts
    )
    form = SettleForm(_sent(request), initial={"version": problem.version})

    def action() -> None:
        problems.settle(pk, form.version_seen, by=person(request), at=timezone.now())

    return _answered(request, form, sheet, action, _("The problem is settled."))


def _answered(
    request: HttpRequest,
    form: SeenForm,
    sheet: Sheet,
    action: Callable[[], None],
    done: str | Promise,
) -> HttpResponse:
    """Show the form until it is valid; then run the action and return to the record's page."""
    if not form.is_bound or not form.is_valid():
        return _shown(request, form, sheet, 422 if form.is_bound else 200)
    try:
        action()
    except Conflict as conflict:
        form.refuse(conflict)
        return _shown(request, form, sheet, 409)
    except Refusal as refusal:
        form.refuse(refusal)
        return _shown(request, form, sheet, 422)
    messages.success(request, str(done))
    return redirect(_back(person(request), sheet.project, sheet.anchor))


def _shown(request: HttpRequest, form: SeenForm, sheet: Sheet, status: int) -> HttpResponse:
    back = _back(person(request), sheet.project, sheet.anchor)
    context: dict[str, Any] = {
        "crumbs": [
            (reverse("project-list"), _("Projects")),
            (back, sheet.project.name),
            ("", sheet.title),
        ],
        "form": form,
        "sheet": sheet,
        "back": back,
        # After a conflict the form is sent again with the newer version, which the page now shows.
        "fresh_version": form.initial.get("version") if status == 409 else None,
    }
    return render(request, "projects/service/service_form.html", context, status=status)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _project(request: HttpRequest, pk: int) -> Project:
    rows = projects_of(person(request)).select_related("lead_unit")
    return get_object_or_404(rows, pk=pk)


def _step(request: HttpRequest, pk: int) -> ServiceStep:
    rows = steps_of(person(request)).select_related("project__lead_unit", "unit")
    return get_object_or_404(rows, pk=pk)


def _problem(request: HttpRequest, pk: int) -> Problem:
    rows = problems_of(person(request)).select_related(
        "project__lead_unit", "unit", "raised_by", "answered_by"
    )
    return get_object_or_404(rows, pk=pk)


def _back(user: User, project: Project, anchor: str) -> str:
    """The project's page; the list of steps for a unit without a share in the project."""
    if projects_of(user).filter(pk=project.pk).exists():
        return reverse("project-detail", args=[project.pk]) + anchor
    return reverse("service-list")
