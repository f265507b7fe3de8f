"""Monthly reports (月报): filing, and who has not filed.

Owns: the only writes of monthly reports. Must never: decide a figure; a report says that a unit
reported, also when it is zero (rule 13), and the league table tells the two apart.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ledger.models import MonthlyReport
from units import trail
from units.models import County, Unit, User
from units.refusal import Refusal


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
) -> MonthlyReport:
    """File the report of ``month`` (any day of it), or file it anew; counts are of that month."""
    if month.replace(day=1) > today:
        raise Refusal(_("This month has not begun yet."), field="month")
    report, is_first = MonthlyReport.objects.update_or_create(
        unit=unit,
        year=month.year,
        month=month.month,
        defaults={
            "county_id": unit.county_id,
            "trips": trips,
            "reserve_projects": reserve_projects,
            "problems": problems,
            "filed_by": by,
            "filed_at": at,
        },
    )
    deed = "report.file" if is_first else "report.file_again"
    after = {"month": f"{month:%Y-%m}", "trips": trips, "reserve_projects": reserve_projects}
    trail.record(by, deed, report, at=at, unit=unit, label=unit.name, after=after)
    return report


def filed(county: County, month: date) -> QuerySet[MonthlyReport]:
    """The reports that a county has for a month."""
    return MonthlyReport.objects.filter(county=county, year=month.year, month=month.month)
