"""Finding and locking quarters: the three locks on a period's row.

Decides nothing about posting or closing; ``posting.py`` and ``quarter/closing.py`` get the locked
row. Every function needs an open transaction.
"""

from datetime import date, timedelta

from django.db import connection

from ledger.models import Period, quarter_of
from projects.models import Investor, Project
from units.ground.time_limits import DEED, PROOF, allow


def for_submitting(county_id: int, day: date) -> Period:
    """The quarter of ``day`` under ``FOR KEY SHARE``: many at once, but not during a closing."""
    allow(DEED)
    period = _row(county_id, day)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM ledger_period WHERE id = %s FOR KEY SHARE", [period.pk])
    period.refresh_from_db()
    return period


def for_posting(county_id: int, day: date) -> Period:
    """The quarter in which money of ``day`` counts now: its own, or the next one not closed."""
    allow(DEED)
    while True:
        rows = Period.objects.select_for_update(no_key=True).order_by()
        period = rows.filter(county=county_id, year=day.year, quarter=quarter_of(day)).first()
        if period is None:
            _row(county_id, day)
            continue
        if period.state != Period.State.CLOSED:
            return period
        day = period.ends_on + timedelta(days=1)


def for_crediting(project_id: int) -> Project:
    """The project with its investor, held as they are: nobody changes its credit meanwhile."""
    rows = Project.objects.select_related("investor")
    project = rows.select_for_update(of=("self",), no_key=True).get(pk=project_id)
    if project.investor_id is not None:
        held = Investor.objects.select_for_update(no_key=True)
        project.investor = held.get(pk=project.investor_id)
    return project


def counting_day(county_id: int, day: date) -> date:
    """The day on which money of ``day`` would count now (rule 7); locks and makes nothing."""
    closed = set(
        Period.objects.filter(county=county_id, state=Period.State.CLOSED).values_list(
            "year", "quarter"
        )
    )
    while (day.year, quarter_of(day)) in closed:
        day = Period(year=day.year, quarter=quarter_of(day)).ends_on + timedelta(days=1)
    return day


def for_closing(period_id: int) -> Period:
    """The quarter under ``FOR UPDATE``, once all postings and submissions under way have ended."""
    allow(PROOF)
    return Period.objects.select_for_update().get(pk=period_id)


def _row(county_id: int, day: date) -> Period:
    year, quarter = day.year, quarter_of(day)
    return Period.objects.get_or_create(county_id=county_id, year=year, quarter=quarter)[0]
