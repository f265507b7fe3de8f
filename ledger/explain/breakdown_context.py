"""The projects behind a part of the composition, as text.

A project is named only to a reader who may open it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.explain.composition import (
    CARRY_OVER,
    NEW,
    Composition,
    Cut,
    Money,
    Progress,
    Size,
    Source,
    Step,
)
from ledger.explain.cuts_context import SOURCES, industry_words, share_text, word_of
from ledger.explain.funnel_context import SCOPES, STEP_WORDS
from projects.reach import projects_of
from units.ground.money import ZERO, wan_text
from units.models import County, User

Word = str | Promise
PERFORMED = "performed"
# Filters of the register that show exactly the projects of a part.
REGISTER: Mapping[tuple[Cut, str], str] = {
    (Cut.AGE, NEW): "age=new",
    (Cut.AGE, CARRY_OVER): "age=carry_over",
    (Cut.SIZE, Size.MEGA): "size=mega",
    (Cut.STAIR, Source.CARRY_OVER): "age=carry_over",
    (Cut.STAIR, Source.RESOURCE): "age=new&flag=resource",
    (Cut.STAIR, Source.PROPERTY): "age=new&flag=property",
    (Cut.STAIR, Source.REAL): "age=new&flag=neither",
}


@dataclass(frozen=True, slots=True)
class ProjectLine:
    name: str
    url: str
    unit: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class MadeOf:
    """The projects behind a part. ``hidden`` counts those that the reader may not open."""

    title: Word
    heads: tuple[Word, Word]
    lines: tuple[ProjectLine, ...]
    hidden: int
    sums: tuple[str, str]
    register: str


def made_of(found: Composition, query: QueryDict, user: User) -> MadeOf | None:
    """The part that ``?part=`` names; None where it names none."""
    family, _dot, key = query.get("part", "").partition(".")
    if family in list(Cut):
        return _money_behind(found, Cut(family), key, query, user)
    if family in SCOPES and (key in list(Step) or key == PERFORMED):
        return _progress_behind(found, family, key, user)
    return None


def _money_behind(
    found: Composition, cut: Cut, key: str, query: QueryDict, user: User
) -> MadeOf | None:
    behind = found.made_of(cut, key)
    if not behind:
        return None
    whole = sum((money.amount for money in behind), ZERO)
    open_to = _openable(user, found.county)
    lines = [_money_line(money, whole) for money in behind if money.project_id in open_to]
    word = SOURCES[key] if cut is Cut.STAIR else word_of(cut, key, found.county, industry_words())
    return MadeOf(
        title=word,
        heads=(gettext_lazy("Received this year (万元)"), gettext_lazy("Part of it")),
        lines=tuple(lines),
        hidden=len(behind) - len(lines),
        sums=(wan_text(whole), ""),
        register=_register_url(found, cut, key, query),
    )


def _money_line(money: Money, whole: Decimal) -> ProjectLine:
    return ProjectLine(
        name=money.project,
        url=reverse("project-detail", args=[money.project_id]),
        unit=money.unit,
        first=wan_text(money.amount),
        second=share_text(money.amount, whole),
    )


def _progress_behind(found: Composition, scope: str, key: str, user: User) -> MadeOf:
    funnel = found.of_year if scope == "year" else found.of_all
    behind = [project for project in funnel.projects if _is_behind(project, key)]
    behind.sort(key=lambda project: (-project.introduced, project.project_id))
    open_to = _openable(user, found.county)
    shown = [project for project in behind if project.project_id in open_to]
    return MadeOf(
        title=_("contracts with funds") if key == PERFORMED else STEP_WORDS[Step(key)],
        heads=(gettext_lazy("Introduced amount (万元)"), gettext_lazy("Received so far (万元)")),
        lines=tuple(_progress_line(project) for project in shown),
        hidden=len(behind) - len(shown),
        sums=(
            wan_text(sum((project.introduced for project in behind), ZERO)),
            wan_text(sum((project.received for project in behind), ZERO)),
        ),
        register="",
    )


def _is_behind(project: Progress, key: str) -> bool:
    return project.performs if key == PERFORMED else project.has(Step(key))


def _progress_line(project: Progress) -> ProjectLine:
    return ProjectLine(
        name=project.project,
        url=reverse("project-detail", args=[project.project_id]),
        unit=project.unit,
        first=wan_text(project.introduced),
        second=wan_text(project.received),
    )


def _openable(user: User, county: County) -> set[int]:
    return set(projects_of(user).filter(county=county).values_list("pk", flat=True))


def _register_url(found: Composition, cut: Cut, key: str, query: QueryDict) -> str:
    choices = REGISTER.get((cut, key), "")
    if cut in (Cut.ORIGIN, Cut.INDUSTRY):
        choices = f"{cut}={key}"
    if not choices:
        return ""
    county = f"&county={query['county']}" if "county" in query else ""
    return f"{reverse('project-list')}?year={found.as_of.year}&{choices}{county}"
