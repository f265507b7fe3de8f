"""Monthly reports: a unit files its month; the offices see who has not filed, and send reminders.

``reports.py`` decides who owes a report and when it is late.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ledger.quarter import reports
from ledger.quarter.forms import DeadlineForm, ReportForm
from ledger.quarter.reports import ENOUGH_RESERVES, Filing
from ledger.ranking.pages import same_parameters
from ledger.ranking.query import newest_month
from ledger.receipts.attempts import attempted
from ledger.rules.months import Month
from units.access import ACTION, FORM, REACH, Reach, Right, allowed, county_of, may, person
from units.ground.money import wan_text
from units.ground.refusal import Refusal
from units.models import County, Unit

FIELDS = ("trips", "reserve_projects", "problems")


@dataclass(frozen=True, slots=True)
class MonthTick:
    """One month of the year above a report: its link and whether it is filed."""

    month: Month
    url: str
    is_here: bool
    is_filed: bool
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class FilingLine:
    """A filed report as the offices read it; ``reserves`` are those of the year so far."""

    filing: Filing
    url: str
    reserves: int
    is_short: bool


@allowed(Right.REPORT_VIEW)
def report_newest(request: HttpRequest) -> HttpResponse:
    month = newest_month(county_of(request), timezone.localdate())
    return redirect(same_parameters(request, "report-month", month))


@allowed(Right.REPORT_VIEW, FORM)
def report_month(request: HttpRequest, month: Month) -> HttpResponse:
    if REACH.get(person(request).role) is Reach.UNIT:
        return _own_report(request, month)
    if request.method == "POST":
        raise PermissionDenied
    return render(request, "ledger/quarter/report_month.html", _of_county(request, month))


@allowed(Right.REPORT_REMIND, ACTION)
def report_remind(request: HttpRequest, month: Month) -> HttpResponse:
    county, today = county_of(request), timezone.localdate()
    action: dict[str, Any] = {"by": person(request), "at": timezone.now(), "today": today}
    try:
        with attempted(request, "report.remind"):
            told = reports.remind(county, month.first_day, **action)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("report-month", month)
    sentence = ngettext("%d unit is reminded.", "%d units are reminded.", len(told)) % len(told)
    messages.success(request, sentence)
    return redirect("report-month", month)


@allowed(Right.COUNTY_EDIT, ACTION)
def report_deadline(request: HttpRequest, month: Month) -> HttpResponse:
    form = DeadlineForm(request.POST)
    if not form.is_valid():
        return _deadline_refused(request, month, form)
    by, at, given = person(request), timezone.now(), form.cleaned_data
    county, day = county_of(request), given["report_day"]
    try:
        reports.set_deadline(county, day, by=by, at=at, seen=given["seen"])
    except Refusal as refusal:
        form.refuse(refusal)
        county.refresh_from_db()
        form.show_anew(reports.deadline_seen(county))
        return _deadline_refused(request, month, form)
    messages.success(request, _("The deadline is set."))
    return redirect("report-month", month)


def _deadline_refused(request: HttpRequest, month: Month, form: DeadlineForm) -> HttpResponse:
    context = _of_county(request, month) | {"deadline_form": form}
    status = 409 if form.conflict else 422
    return render(request, "ledger/quarter/report_month.html", context, status=status)


# A unit's own reports


def _own_report(request: HttpRequest, month: Month) -> HttpResponse:
    user = person(request)
    unit = user.unit
    if unit is None:
        raise PermissionDenied
    report = reports.filed(county_of(request), month.first_day).filter(unit=unit).first()
    initial = {name: getattr(report, name) for name in FIELDS} if report else {}
    initial |= {"seen": reports.report_seen(report)}
    form = ReportForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid() and _filed(request, unit, month, form):
        return redirect("report-month", month)
    if form.conflict is not None:
        report = reports.filed(county_of(request), month.first_day).filter(unit=unit).first()
        form.show_anew(reports.report_seen(report))
    context = {
        "crumbs": [("", _("Monthly reports"))],
        "unit": unit,
        "month": month,
        "form": form,
        "report": report,
        "due_on": reports.due_on(unit.county, month.first_day),
        "ticks": _ticks(unit, month, timezone.localdate()),
        "figures": _figures(unit, month),
        "has_begun": month.first_day <= timezone.localdate(),
        "is_asked": unit.county.asks_for_report(month.first_day),
    }
    status = (409 if form.conflict else 422) if form.is_bound else 200
    return render(request, "ledger/quarter/report_form.html", context, status=status)


def _filed(request: HttpRequest, unit: Unit, month: Month, form: ReportForm) -> bool:
    """Whether it is filed now; else the form shows why not."""
    if not may(person(request), Right.REPORT_FILE):
        raise PermissionDenied
    try:
        with attempted(request, "report.file"):
            reports.file_report(
                unit,
                month.first_day,
                **{name: form.cleaned_data[name] for name in FIELDS},
                by=person(request),
                at=timezone.now(),
                today=timezone.localdate(),
                seen=form.cleaned_data["seen"],
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, _("The report of the month is filed."))
    return True


def _ticks(unit: Unit, here: Month, today: date) -> list[MonthTick]:
    done = set(unit.reports.filter(year=here.year).values_list("month", flat=True))
    months = [Month(here.year, number) for number in range(1, 13)]
    return [
        MonthTick(
            month=month,
            url=reverse("report-month", args=[month]),
            is_here=month == here,
            is_filed=month.month in done,
            is_overdue=unit.county.asks_for_report(month.first_day)
            and reports.due_on(unit.county, month.first_day) < today
            and unit.stands_on(month.last_day)
            and month.month not in done,
        )
        for month in months
        if month.first_day <= today
    ]


def _figures(unit: Unit, month: Month) -> dict[str, Any]:
    """What the accounts say of the month, shown beside the report."""
    credited, waiting = reports.money_of(unit, month.first_day)
    return {"credited": wan_text(credited), "waiting": wan_text(waiting) if waiting else ""}


# The county's reports


def _of_county(request: HttpRequest, month: Month) -> dict[str, Any]:
    user, county, today = person(request), county_of(request), timezone.localdate()
    filings = reports.filings(county, month.first_day)
    missing = [filing for filing in filings if filing.report is None]
    done = [filing for filing in filings if filing.report is not None]
    return {
        "crumbs": [("", _("Monthly reports"))],
        "month": month,
        "before": _neighbour(month, -1, today),
        "after": _neighbour(month, 1, today),
        "due_on": reports.due_on(county, month.first_day),
        "is_asked": county.asks_for_report(month.first_day),
        "is_due": reports.due_on(county, month.first_day) < today,
        "count": len(filings),
        "missing": missing,
        "lines": _lines(done, county, month),
        "trips": sum(filing.report.trips for filing in done if filing.report),
        "reserves": sum(filing.report.reserve_projects for filing in done if filing.report),
        "may_remind": may(user, Right.REPORT_REMIND) and month.last_day < today and bool(missing),
        "enough": ENOUGH_RESERVES,
        "may_set_deadline": may(user, Right.COUNTY_EDIT),
        "deadline_form": DeadlineForm(
            initial={"report_day": county.report_day, "seen": reports.deadline_seen(county)}
        ),
    }


def _lines(done: list[Filing], county: County, month: Month) -> list[FilingLine]:
    reserves = reports.reserves_of_year(county, month.first_day)
    return [
        FilingLine(
            filing=filing,
            url=reverse("unit-account", args=[filing.unit.code]),
            reserves=reserves.get(filing.unit.pk, 0),
            is_short=reserves.get(filing.unit.pk, 0) < ENOUGH_RESERVES,
        )
        for filing in done
    ]


def _neighbour(month: Month, step: int, today: date) -> Month | None:
    index = month.year * 12 + month.month - 1 + step
    other = Month(index // 12, index % 12 + 1)
    return other if other.first_day <= today else None
