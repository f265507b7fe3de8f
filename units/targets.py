"""Annual targets: the version in force on a day, and the only place that records a new one.

Owns: reading and recording of targets (年度任务) and schedules. Must never: change an earlier
version; a mid-year change is a new row with its effective day and document (rule 10).
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from units import trail
from units.models import County, Schedule, Target, Unit, User


def in_force(
    county: County,
    year: int,
    as_of: date,
    known_by: datetime | None = None,
    issuer: str = Target.Issuer.COUNTY,
) -> QuerySet[Target]:
    """The newest version per unit with ``effective_on <= as_of``, recorded by ``known_by``."""
    rows = Target.objects.filter(county=county, year=year, issuer=issuer, effective_on__lte=as_of)
    if known_by is not None:
        rows = rows.filter(recorded_at__lte=known_by)
    return rows.order_by("unit_id", "-effective_on", "-id").distinct("unit_id")


def schedule(county: County, year: int) -> Schedule:
    """The county's schedule of the year; unsaved and 25/50/75/100 where none was set."""
    return Schedule.objects.filter(county=county, year=year).first() or Schedule(
        county=county, year=year
    )


@transaction.atomic
def record(
    unit: Unit,
    year: int,
    amount: Decimal,
    due: Sequence[Decimal],
    *,
    effective_on: date,
    document_no: str,
    by: User,
    at: datetime,
    issuer: str = Target.Issuer.COUNTY,
) -> Target:
    """Record a version of the target: ``amount`` yuan, ``due`` the first three quarters' yuan."""
    target = Target.objects.create(
        unit=unit,
        county_id=unit.county_id,
        year=year,
        issuer=issuer,
        amount=amount,
        due_first=due[0],
        due_second=due[1],
        due_third=due[2],
        effective_on=effective_on,
        document_no=document_no,
        recorded_at=at,
        recorded_by=by,
    )
    after = {
        "year": year,
        "issuer": issuer,
        "amount": amount,
        "due": [*due[:3], amount],
        "effective_on": effective_on,
        "document_no": document_no,
    }
    trail.record(by, "target.record", target, at=at, unit=unit, label=unit.name, after=after)
    return target
