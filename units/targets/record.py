"""Annual targets (年度任务) and schedules: recording them, and the version in force on a day.

The only module that records a target. An earlier version never changes: a mid-year change is a new
row with its effective day and document (rule 10).
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import Right, demand
from units.ground.basis_points import FULL
from units.ground.fingerprint import demand_seen, of_row
from units.ground.refusal import Conflict, Refusal
from units.models import County, Indicator, Schedule, Target, Unit, User

SAMPLE_DAY = (6, 30)


@dataclass(frozen=True, slots=True)
class TargetDraft:
    """What a unit is to owe: 元 of the year, and cumulative 元 of the first three quarters."""

    unit: Unit
    amount: Decimal
    due: tuple[Decimal, Decimal, Decimal]

    @property
    def is_rising(self) -> bool:
        parts = (Decimal(0), *self.due, self.amount)
        return all(before <= after for before, after in itertools.pairwise(parts))


def in_force(
    county: County,
    year: int,
    as_of: date,
    known_by: datetime | None = None,
    issuer: str = Target.Issuer.COUNTY,
    indicator: Indicator | None = None,
) -> QuerySet[Target]:
    """The newest version per unit with ``effective_on <= as_of``, recorded by ``known_by``."""
    rows = Target.of_all.filter(indicator=indicator, county=county, year=year, issuer=issuer)
    rows = rows.filter(effective_on__lte=as_of)
    if known_by is not None:
        rows = rows.filter(recorded_at__lte=known_by)
    return rows.order_by("unit_id", "-effective_on", "-id").distinct("unit_id")


def in_force_of(
    county: County,
    as_of: date,
    indicators: Iterable[Indicator],
    known_by: datetime | None = None,
) -> QuerySet[Target]:
    """The newest version per unit and indicator; the main indicator's are not among them."""
    rows = Target.of_all.filter(indicator__in=[indicator.pk for indicator in indicators])
    rows = rows.filter(county=county, year=as_of.year, issuer=Target.Issuer.COUNTY)
    rows = rows.filter(effective_on__lte=as_of)
    if known_by is not None:
        rows = rows.filter(recorded_at__lte=known_by)
    ordered = rows.order_by("indicator_id", "unit_id", "-effective_on", "-id")
    return ordered.distinct("indicator_id", "unit_id")


def newest_year(county: County, today: date) -> int | None:
    """The newest year up to today's for which the county has set a target."""
    rows = Target.objects.filter(county=county, issuer=Target.Issuer.COUNTY, year__lte=today.year)
    found: int | None = rows.aggregate(year=Max("year"))["year"]
    return found


def year_to_set(county: County, shown: int, today: date) -> int | None:
    """The year whose targets are not yet set: the one shown, or the present one."""
    newest = newest_year(county, today)
    if newest is None or newest < shown:
        return shown
    return today.year if newest < today.year and not county.is_sample else None


def opening_day(county: County, today: date) -> date:
    """The day that forms begin with: today; in a sample county, whose year is over, its 30 June."""
    year = newest_year(county, today) if county.is_sample else None
    return date(year, *SAMPLE_DAY) if year is not None and year < today.year else today


def schedule(county: County, year: int) -> Schedule:
    """The county's schedule of the year; unsaved and 25/50/75/100 where none was set."""
    return Schedule.objects.filter(county=county, year=year).first() or Schedule(
        county=county, year=year
    )


def schedule_seen(schedule: Schedule) -> str:
    """The fingerprint of a year's schedule, set or not."""
    return of_row(schedule)


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
    indicator: Indicator | None = None,
) -> Target:
    """Record a version: ``amount`` of the year, ``due`` of the first three quarters, in 元."""
    target = Target.of_all.create(
        unit=unit,
        indicator=indicator,
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
    } | ({"indicator": indicator.name} if indicator else {})
    trail.record(by, "target.record", target, at=at, unit=unit, label=unit.name, after=after)
    return target


def current(
    county: County,
    year: int,
    issuer: str = Target.Issuer.COUNTY,
    indicator: Indicator | None = None,
) -> dict[int, Target]:
    """The version in force at the end of the year by unit id."""
    rows = in_force(county, year, date(year, 12, 31), issuer=issuer, indicator=indicator)
    return {target.unit_id: target for target in rows}


def newest_id(
    county: County,
    year: int,
    issuer: str = Target.Issuer.COUNTY,
    indicator: Indicator | None = None,
) -> int:
    """The version number a page has seen: it grows with every version of the year."""
    rows = Target.of_all.filter(indicator=indicator, county=county, year=year, issuer=issuer)
    return int(rows.aggregate(newest=Max("pk"))["newest"] or 0)


@transaction.atomic
def revise(
    county: County,
    year: int,
    drafts: Sequence[TargetDraft],
    *,
    seen: int,
    effective_on: date,
    document_no: str,
    by: User,
    at: datetime,
    issuer: str = Target.Issuer.COUNTY,
    indicator: Indicator | None = None,
) -> list[Target]:
    """Record a version for each unit whose draft differs from the version in force.

    An amount of zero removes the target. Raises Conflict when somebody recorded a version after
    ``seen``, Refusal for a day outside the year or before the version that it would replace.
    """
    demand(by, Right.TARGET_EDIT)
    County.objects.select_for_update(no_key=True).get(pk=county.pk)  # one change at a time
    if newest_id(county, year, issuer, indicator) != seen:
        raise Conflict(_("Somebody changed the targets after you opened this page. Compare both."))
    held = current(county, year, issuer, indicator)
    changed = [draft for draft in drafts if _differs(draft, held.get(draft.unit.pk))]
    for draft in changed:
        _demand_sound(draft, county)
        demand_version(draft.unit, year, held.get(draft.unit.pk), effective_on, document_no)
    return [
        record(
            draft.unit,
            year,
            draft.amount,
            draft.due,
            effective_on=effective_on,
            document_no=document_no,
            by=by,
            at=at,
            issuer=issuer,
            indicator=indicator,
        )
        for draft in changed
    ]


def _differs(draft: TargetDraft, held: Target | None) -> bool:
    if held is None:
        return draft.amount > 0
    return (draft.amount, *draft.due) != (held.amount, *held.due[:3])


def _demand_sound(draft: TargetDraft, county: County) -> None:
    if draft.unit.county_id != county.pk:
        raise Refusal(_("%(unit)s is not a unit of this county.") % {"unit": draft.unit.name})
    if not draft.is_rising:
        sentence = _("The quarter targets of %(unit)s must rise up to the annual target.")
        raise Refusal(sentence % {"unit": draft.unit.name})


def demand_version(
    unit: Unit, year: int, held: Target | None, effective_on: date, document_no: str
) -> None:
    """What page and workbook ask of a version that takes the place of ``held``."""
    if effective_on.year != year:
        sentence = _("The day must lie in %(year)d. Targets hold within their year.")
        raise Refusal(sentence % {"year": year}, "effective_on")
    if not document_no:
        raise Refusal(_("Write the number of the document that sets the targets."), "document_no")
    if held is not None and effective_on < held.effective_on:
        sentence = _("%(unit)s has a target effective on %(day)s. Choose that day or a later one.")
        words = {"unit": unit.name, "day": date_format(held.effective_on)}
        raise Refusal(sentence % words, "effective_on")


@transaction.atomic
def set_schedule(
    county: County,
    year: int,
    parts: Sequence[int],
    *,
    by: User,
    at: datetime,
    seen: str | None = None,
) -> Schedule:
    """Set the year's schedule in basis points due by the first three quarters' ends.

    Recorded targets keep their quarters; the schedule fills those entered from now on. ``seen`` is
    the ``schedule_seen`` that a form carried.
    """
    demand(by, Right.TARGET_EDIT)
    county = County.objects.select_for_update(no_key=True).get(pk=county.pk)
    if seen is not None:
        demand_seen(seen, schedule_seen(schedule(county, year)))
    if list(parts) != sorted(parts) or parts[0] < 0 or parts[-1] > FULL:
        raise Refusal(_("The percents must rise from quarter to quarter, up to 100."), "third")
    first, second, third = parts
    before = schedule(county, year)
    after, _is_new = Schedule.objects.update_or_create(
        county=county, year=year, defaults={"first": first, "second": second, "third": third}
    )
    trail.record(
        by,
        "schedule.set",
        after,
        at=at,
        county=county,
        label=str(year),
        before={"parts": list(before.parts)},
        after={"parts": list(after.parts)},
    )
    return after
