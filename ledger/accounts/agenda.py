"""One person's deadlines: monthly reports, service steps, quarters, pledges.

Collects the days from where they are set. Shows no figure and names nothing that the person may not
open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from ledger.models import MonthlyReport, Period, Pledge
from ledger.quarter import reports
from ledger.rules.months import Month
from ledger.words import quarter
from projects.reach import projects_of, steps_of
from units.access import REACH, Reach, within
from units.models import County, User

BEHIND, AHEAD = timedelta(days=92), timedelta(days=366)


class Kind(StrEnum):
    REPORT = "report"
    SERVICE = "service"
    QUARTER = "quarter"
    PLEDGE = "pledge"


KINDS: dict[Kind, str | Promise] = {
    Kind.REPORT: pgettext_lazy("deadline", "monthly report"),
    Kind.SERVICE: pgettext_lazy("deadline", "service"),
    Kind.QUARTER: pgettext_lazy("deadline", "quarter"),
    Kind.PLEDGE: pgettext_lazy("deadline", "pledge"),
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """``name`` never changes (it is the UID); ``path`` is the page where the work is done."""

    name: str
    kind: Kind
    day: date
    title: str
    words: str
    path: str


def deadlines(user: User, today: date, ahead: timedelta = AHEAD) -> list[Deadline]:
    """From a quarter ago up to ``ahead``, by day; without what is done."""
    reach = REACH.get(user.role, Reach.ZERO)
    if reach is Reach.ZERO:
        return []
    found = [*_services(user, today), *_pledges(user, today)]
    if user.county is not None:
        found += [*_reports(user, user.county, today), *_quarters(user, user.county, today)]
    first, last = today - BEHIND, today + ahead
    return sorted(
        (deadline for deadline in found if first <= deadline.day <= last),
        key=lambda deadline: (deadline.day, deadline.name),
    )


def _months(today: date) -> list[date]:
    """The first days of the months whose report may be due in that time."""
    start = (today - BEHIND).replace(day=1) - timedelta(days=1)
    months = [start.replace(day=1)]
    while months[-1] <= today + AHEAD:
        months.append(reports.last_day(months[-1]) + timedelta(days=1))
    return months


def _reports(user: User, county: County, today: date) -> Iterator[Deadline]:
    """A unit's own report until it is filed; for offices the due day of all reports."""
    filed = set(MonthlyReport.objects.filter(unit=user.unit_id).values_list("year", "month"))
    for month in _months(today):
        if not county.asks_for_report(month):
            continue
        if user.unit is not None and not _owes(user, month, filed):
            continue
        named = {"month": date_format(month, "YEAR_MONTH_FORMAT")}
        yield Deadline(
            name=f"report-{month:%Y-%m}",
            kind=Kind.REPORT,
            day=reports.due_on(county, month),
            title=_("Monthly report of %(month)s is due") % named,
            words=_("A unit without funds reports too: zero is a report, silence is not."),
            path=reverse("report-month", args=[Month.of(month)]),
        )


def _owes(user: User, month: date, filed: set[tuple[int, int]]) -> bool:
    unit, day = user.unit, reports.last_day(month)
    assert unit is not None
    return unit.stands_on(day) and (month.year, month.month) not in filed


def _services(user: User, today: date) -> Iterator[Deadline]:
    openable = set(projects_of(user).order_by().values_list("pk", flat=True))
    steps = steps_of(user).filter(done_on=None, due_on__range=(today - BEHIND, today + AHEAD))
    for step in steps.distinct().select_related("project", "unit"):
        is_open = step.project_id in openable
        yield Deadline(
            name=f"service-{step.pk}",
            kind=Kind.SERVICE,
            day=step.due_on,
            title=_("%(item)s: %(project)s") % {"item": step.item, "project": step.project.name},
            words=_("Responsible: %(unit)s") % {"unit": step.unit.name},
            path=reverse("project-detail", args=[step.project_id])
            if is_open
            else reverse("service-list"),
        )


def _quarters(user: User, county: County, today: date) -> Iterator[Deadline]:
    """The last days of quarters that are not closed."""
    closed = set(
        Period.objects.filter(county=county, state=Period.State.CLOSED).values_list(
            "year", "quarter"
        )
    )
    for month in map(Month.of, _months(today)):
        if not month.ends_quarter or (month.year, month.quarter) in closed:
            continue
        named = {"quarter": quarter(month.year, month.quarter)}
        yield Deadline(
            name=f"quarter-{month}",
            kind=Kind.QUARTER,
            day=month.last_day,
            title=_("End of the %(quarter)s") % named,
            words=_(
                "Money received up to this day counts in this quarter. The bureau closes it next."
            ),
            path=reverse("ranking", args=[month]),
        )


def _pledges(user: User, today: date) -> Iterator[Deadline]:
    """The valid ones: the newest of a unit at each meeting."""
    pledges = within(user, Pledge.objects.all()).select_related("unit", "period")
    newest = pledges.order_by("period_id", "unit_id", "-pk").distinct("period_id", "unit_id")
    for pledge in newest:
        if pledge.is_withdrawn:
            continue
        meeting = Month.of(pledge.period.ends_on)
        yield Deadline(
            name=f"pledge-{pledge.period_id}-{pledge.unit_id}",
            kind=Kind.PLEDGE,
            day=pledge.due_on,
            title=_("%(unit)s: pledge of the meeting is due") % {"unit": pledge.unit.name},
            words=pledge.words,
            path=reverse("meeting-month", args=[meeting]),
        )
