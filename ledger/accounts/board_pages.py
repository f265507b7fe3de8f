"""The project board: each project in the column of its stage, with what it has received.

Shows only projects that the reader may open, and runs no query per card.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.models import Entry
from ledger.ranking.query import day_for
from projects import board
from projects.filters import ProjectFilter
from projects.models import Problem, Project, ServiceStep, Stage
from projects.reach import projects_of
from projects.register import DAYS
from projects.service.deadlines import Progress
from projects.service.list import progress_q
from units.access import Right, allowed, person
from units.ground.money import ZERO, percent_text, wan_short, yi_short


@dataclass(frozen=True, slots=True)
class Card:
    """A project in a few words; ``done`` is the received part of the introduced amount."""

    name: str
    url: str
    unit: str
    day: str
    amount: str
    done: str
    overdue: int
    problems: int


@dataclass(frozen=True, slots=True)
class Stack:
    """A column of the board as text; the URL lists the same projects as a table."""

    stage: Stage
    word: str | Promise
    count: int
    introduced: str
    cards: Sequence[Card]
    more: int
    url: str


@allowed(Right.PROJECT_VIEW)
def project_board(request: HttpRequest) -> HttpResponse:
    user = person(request)
    filterset = ProjectFilter(request.GET, projects_of(user), user.county, timezone.localdate())
    columns = board.columns(filterset.qs)
    context = {
        "crumbs": [(reverse("project-list"), _("Projects")), ("", _("Stage board"))],
        "filterset": filterset.form,
        "stacks": _stacks(request, columns),
        "sums": _sums(columns),
        "is_empty": not any(column.count for column in columns),
        "is_filtered": any(
            value for name, value in request.GET.items() if name in filterset.filters
        ),
        "query": request.GET.urlencode(),
    }
    return render(request, "ledger/accounts/project_board.html", context)


def _sums(columns: Sequence[board.Column]) -> dict[str, Any]:
    """A reserve project is a plan: its amount does not count as introduced."""
    signed = [column for column in columns if column.stage != Stage.RESERVE]
    return {
        "signed": sum(column.count for column in signed),
        "introduced": yi_short(sum((column.introduced for column in signed), ZERO)),
        "reserve": sum(column.count for column in columns if column not in signed),
    }


def _stacks(request: HttpRequest, columns: Sequence[board.Column]) -> list[Stack]:
    shown = [project for column in columns for project in column.projects]
    beside = _beside(request, [project.pk for project in shown])
    return [
        Stack(
            stage=column.stage,
            word=column.stage.label,
            count=column.count,
            introduced=yi_short(column.introduced),
            cards=[_card(project, beside) for project in column.projects],
            more=column.more,
            url=_address(request, column.stage),
        )
        for column in columns
    ]


def _beside(request: HttpRequest, ids: list[int]) -> dict[str, dict[int, Any]]:
    """Figures for the projects: received, overdue steps, unsettled problems."""
    overdue = progress_q(Progress.OVERDUE, day_for(person(request).county, timezone.localdate()))
    received = Entry.objects.filter(project__in=ids).order_by()
    steps = ServiceStep.objects.filter(overdue, project__in=ids).order_by()
    problems = Problem.objects.filter(project__in=ids, settled_on=None).order_by()
    return {
        "received": dict(received.values_list("project").annotate(Sum("amount"))),
        "overdue": dict(steps.values_list("project").annotate(Count("pk"))),
        "problems": dict(problems.values_list("project").annotate(Count("pk"))),
    }


def _card(project: Project, beside: dict[str, dict[int, Any]]) -> Card:
    day = getattr(project, DAYS[Stage(project.stage)])
    received = beside["received"].get(project.pk)
    return Card(
        name=project.name,
        url=reverse("project-detail", args=[project.pk]),
        unit=project.lead_unit.name,
        day=date_format(day, "SHORT_DATE_FORMAT") if day else "",
        amount=wan_short(project.introduced_amount),
        done=percent_text(received, project.introduced_amount)
        if received and project.introduced_amount
        else "",
        overdue=beside["overdue"].get(project.pk, 0),
        problems=beside["problems"].get(project.pk, 0),
    )


def _address(request: HttpRequest, stage: Stage) -> str:
    query = request.GET.copy()
    query["stage"] = stage.value
    return f"{reverse('project-list')}?{query.urlencode()}"
