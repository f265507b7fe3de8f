"""Finding and locking quarters.

Owns: the three locks on a period's row. Must never: decide what may be posted or closed; it hands
the locked row to ``posting.py`` and ``periods.py``. Every function needs an open transaction.
"""

from datetime import date, timedelta

from django.db import connection

from ledger.models import Period, quarter_of


def for_submitting(county_id: int, day: date) -> Period:
    """The quarter of ``day`` under ``FOR KEY SHARE``: many at once, but not while one closes it."""
    period = _row(county_id, day)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM ledger_period WHERE id = %s FOR KEY SHARE", [period.pk])
    period.refresh_from_db()
    return period


def for_posting(county_id: int, day: date) -> Period:
    """The quarter in which money of ``day`` counts now: its own, or the next that is not closed."""
    while True:
        rows = Period.objects.select_for_update(no_key=True).order_by()
        period = rows.filter(county=county_id, year=day.year, quarter=quarter_of(day)).first()
        if period is None:
            _row(county_id, day)
            continue
        if period.state != Period.State.CLOSED:
            return period
        day = period.ends_on + timedelta(days=1)


def for_closing(period_id: int) -> Period:
    """The quarter under ``FOR UPDATE``: every posting and submission under way has ended."""
    return Period.objects.select_for_update().get(pk=period_id)


def _row(county_id: int, day: date) -> Period:
    year, quarter = day.year, quarter_of(day)
    return Period.objects.get_or_create(county_id=county_id, year=year, quarter=quarter)[0]
