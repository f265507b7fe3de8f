"""Monthly reports (月报): filing, the deadline, and who has not filed.

The only writes of monthly reports. A report says that a unit reported, even zero (rule 13); the
league table shows the two separately. A month is given as any day of it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.entries.notices import act, send
from ledger.models import MonthlyReport, Notice, Period, Receipt, quarter_of
from ledger.ranking.gathering import keeps_reports
from ledger.rules.months import Month
from units import trail
from units.county import settings
from units.ground.fingerprint import demand_seen, fingerprint, of_row
from units.ground.money import ZERO
from units.ground.refusal import Refusal
from units.models import County, Unit, User

DAY, QUARTER = timedelta(days=1), timedelta(days=92)
EARLIEST = date(2000, 1, 1)  # no accounts of a county begin earlier
ENOUGH_RESERVES = 3  # rule 14: each unit compiles at least so many projects a year


@dataclass(frozen=True, slots=True)
class Filing:
    """A unit's report of one month, or that it is missing.

    ``due_on`` is None where no report was required, so that nobody is late.
    """

    unit: Unit
    due_on: date | None
    report: MonthlyReport | None
    reminded_at: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Filed after the deadline, by the county's calendar."""
        if self.report is None or self.due_on is None:
            return False
        return timezone.localdate(self.report.filed_at) > self.due_on


@transaction.atomic
def file_report(
    unit: Unit,
    month: date,
    *,
    trips: int,
    reserve_projects: int,
    problems: str,
    by: User,
    at: datetime,
    today: date,
    seen: str | None = None,
) -> MonthlyReport:
    """File the report of ``month`` or correct it; counts are for that month.

    Late filing is possible. Raises Conflict unless ``seen``, where a form carried it, is
    ``report_seen`` of what is filed.
    """
    if month.replace(day=1) > today:
        raise Refusal(_("This month has not begun yet."), field="month")
    if month.year < EARLIEST.year or not unit.stands_on(last_day(month)):
        raise Refusal(_("The unit has no such month. Choose one of its months."), field="month")
    counts = {"trips": trips, "reserve_projects": reserve_projects, "problems": problems}
    report, is_first = MonthlyReport.objects.select_for_update().get_or_create(
        unit=unit,
        year=month.year,
        month=month.month,
        defaults={**counts, "county_id": unit.county_id, "filed_by": by, "filed_at": at},
    )
    before = {} if is_first else {name: getattr(report, name) for name in counts}
    if before == counts:
        return report  # the button was pressed twice
    if seen is not None:
        demand_seen(seen, report_seen(None if is_first else report))
    if not is_first:
        _correct(report, counts, at)
    act(unit, Notice.Kind.REPORT_MISSING, record_of(month), by=by, at=at)
    _note(report, is_first, before, counts, by, at)
    return report


def report_seen(report: MonthlyReport | None) -> str:
    """The fingerprint of a filed report, or of none."""
    return of_row(report) if report else fingerprint(None)


@transaction.atomic
def remind(county: County, month: date, *, by: User, at: datetime, today: date) -> list[Unit]:
    """Send a notice to each unit whose report is missing and that has none waiting."""
    if last_day(month) >= today:
        raise Refusal(_("This month is not over yet."))
    if not county.asks_for_report(month):
        raise Refusal(_("No report is asked for this month. Nobody is reminded of it."))
    kind, record = Notice.Kind.REPORT_MISSING, record_of(month)
    first = month.replace(day=1)
    told = send(missing(county, month), kind, record, by=by, at=at, month=first)
    names = [unit.name for unit in told]
    after = {"month": f"{month:%Y-%m}", "units": names}
    trail.record(by, "report.remind", at=at, county=county, label=f"{month:%Y-%m}", after=after)
    return told


@transaction.atomic
def set_deadline(
    county: County, day: int, *, by: User, at: datetime, seen: str | None = None
) -> County:
    """From now on reports are due by this day of the following month, 1 to 28.

    ``seen`` is the ``deadline_seen`` that a form carried.
    """
    county = County.objects.select_for_update(no_key=True).get(pk=county.pk)
    if seen is not None:
        demand_seen(seen, deadline_seen(county))
    return settings.change(county, {"report_day": day}, by=by, at=at, action="report.deadline")


def deadline_seen(county: County) -> str:
    """The fingerprint of the day by which reports are due."""
    return fingerprint(county.report_day)


def filed(county: County, month: date) -> QuerySet[MonthlyReport]:
    """The reports that a county has for a month."""
    return MonthlyReport.objects.filter(county=county, year=month.year, month=month.month)


def expected(county: County, month: date) -> QuerySet[Unit]:
    """The units that owe a report: those standing on the month's last day, if one is required."""
    if not (county.asks_for_report(month) and keeps_reports(county)):
        return Unit.objects.none()
    day = last_day(month)
    return Unit.objects.filter(
        Q(active_from__isnull=True) | Q(active_from__lte=day),
        Q(ended_on__isnull=True) | Q(ended_on__gte=day),
        county=county,
    )


def missing(county: County, month: date) -> QuerySet[Unit]:
    """The units that owe a report of the month and have not filed it."""
    done = filed(county, month).values("unit")
    return expected(county, month).exclude(pk__in=done)


def months_owed(county: County, unit: Unit, today: date) -> list[date]:
    """First days of the months whose report the unit owes by the calendar, filed or not.

    Those that are over, this year, and until a quarter has passed those of the year before,
    whatever month money was last entered for.
    """
    if not keeps_reports(county):
        return []
    newest = Month.of(today if last_day(today) == today else today.replace(day=1) - DAY)
    years = range((today - QUARTER).year, newest.year + 1)
    months = [date(year, number, 1) for year in years for number in range(1, 13)]
    return [
        month
        for month in months
        if month <= newest.last_day
        and county.asks_for_report(month)
        and unit.stands_on(last_day(month))
    ]


def filings(county: County, month: date) -> list[Filing]:
    """Every unit that owes or filed a report of the month, in official order."""
    by_unit = {report.unit_id: report for report in filed(county, month)}
    reminded = dict(
        Notice.objects.filter(county=county, record=record_of(month))
        .order_by("sent_at")
        .values_list("unit", "sent_at")
    )
    query = county.asks_for_report(month)
    due = due_on(county, month) if query else None
    listed = expected(county, month) if query else Unit.objects.filter(pk__in=by_unit)
    owing = sorted(listed, key=county.official)
    return [Filing(unit, due, by_unit.get(unit.pk), reminded.get(unit.pk)) for unit in owing]


def reserves_of_year(county: County, month: date) -> dict[int, int]:
    """Number of reserve projects that each unit compiled from January to the month (rule 14)."""
    rows = MonthlyReport.objects.filter(
        county=county, year=month.year, month__lte=month.month
    ).order_by()
    return dict(rows.values_list("unit").annotate(Sum("reserve_projects")))


def money_of(unit: Unit, month: date) -> tuple[Decimal, Decimal]:
    """Yuan credited to a unit in the month, and yuan of its own receipts still to be verified."""
    days = (month.replace(day=1), last_day(month))
    credited = unit.entries.filter(counted_on__range=days, is_adjustment=False)
    waiting = unit.receipts.filter(state=Receipt.State.SUBMITTED, received_on__range=days)
    return _sum(credited), _sum(waiting)


def due_on(county: County, month: date) -> date:
    """The day by which the report of a month must be filed."""
    return county.report_due_on(month)


def last_day(month: date) -> date:
    return Month.of(month).last_day


def record_of(month: date) -> str:
    """The name of a month's report in notices."""
    return f"report:{month:%Y-%m}"


def _correct(report: MonthlyReport, counts: dict[str, Any], at: datetime) -> None:
    closed = Period.objects.filter(
        county=report.county_id,
        year=report.year,
        quarter=quarter_of(date(report.year, report.month, 1)),
        state=Period.State.CLOSED,
    )
    if closed.exists():
        raise Refusal(_("The quarter of this month is closed; its reports stay as they are."))
    for name, value in counts.items():
        setattr(report, name, value)
    report.changed_at = at
    report.save()


def _note(
    report: MonthlyReport,
    is_first: bool,
    before: dict[str, Any],
    after: dict[str, Any],
    by: User,
    at: datetime,
) -> None:
    month = {"month": f"{report.year}-{report.month:02}"}
    if is_first:
        action, after = "report.file", month | after
    else:
        action = "report.correct"
        before, after = trail.changes(before, after)
        after = month | after
    unit = report.unit
    trail.record(by, action, report, at=at, unit=unit, label=unit.name, before=before, after=after)


def _sum(rows: QuerySet[Any]) -> Decimal:
    amount: Decimal = rows.aggregate(all=Sum("amount", default=ZERO))["all"]
    return amount
