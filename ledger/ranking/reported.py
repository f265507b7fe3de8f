"""Which monthly reports a table's units owed, and who compiled reserve projects (rules 13, 14)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from ledger.models import MonthlyReport
from ledger.ranking.league import LeagueRow, LeagueTable
from ledger.rules.months import Month
from ledger.rules.standing import last_full_month
from units.models import Unit


class Reported(NamedTuple):
    """``missing``: by unit without the newest report, the months that it owes; ``planned``: units
    that compiled a reserve project in the year."""

    missing: dict[int, tuple[int, ...]]
    planned: frozenset[int]


def reported(table: LeagueTable) -> Reported:
    """Read the reports that were known at the table's moment."""
    newest = last_full_month(table.as_of)
    reports = MonthlyReport.objects.filter(
        county=table.county, year=newest.year, month__lte=newest.month
    )
    if table.known_by is not None:
        reports = reports.filter(filed_at__lte=table.known_by)
    filed: dict[int, set[int]] = defaultdict(set)
    planned = set()
    for unit, month, reserve in reports.values_list("unit", "month", "reserve_projects"):
        filed[unit].add(month)
        if reserve:
            planned.add(unit)
    rows = [row for row in table.rows if row.reported is False]
    begun = _begun(row.unit_id for row in rows)
    missing = {row.unit_id: _owed(table, row, filed, begun, newest) for row in rows}
    return Reported(missing, frozenset(planned))


def _owed(
    table: LeagueTable,
    row: LeagueRow,
    filed: dict[int, set[int]],
    begun: dict[int, date],
    newest: date,
) -> tuple[int, ...]:
    months = (newest.replace(month=month) for month in range(1, newest.month + 1))
    return tuple(
        first.month
        for first in months
        if first.month not in filed[row.unit_id]
        and table.county.asks_for_report(first)
        and Month.of(first).last_day >= begun[row.unit_id]
    )


def _begun(units: Iterable[int]) -> dict[int, date]:
    """The day from which each unit owes reports."""
    found = Unit.objects.filter(pk__in=list(units)).values_list("pk", "active_from")
    return {unit: active_from or date.min for unit, active_from in found}
