"""What stands behind one line of a league table: target versions, entries, tier and rank.

Shows the sums of the table and the entries found by the same query, and says so where the two
differ. Computes no figure of its own; ``steps`` has the wording.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from ledger.explain.steps import (
    Step,
    benchmark_steps,
    completion_steps,
    gap_steps,
    needed_steps,
    rank_steps,
    tier_steps,
)
from ledger.models import Entry, Evidence, MonthlyReport, Receipt
from ledger.ranking.counted import entries
from ledger.ranking.gathering import waiting_receipts
from ledger.ranking.league import LeagueRow, LeagueTable
from ledger.rules import standing
from ledger.rules.shortfall import next_node
from projects.models import CreditShare, Project
from projects.shares import percent_text as share_text
from units.ground.money import gap_text, percent_text, wan_text
from units.models import County, Target, Unit


@dataclass(frozen=True, slots=True)
class EntryPart:
    """One entry, with the share of its receipt that produced it."""

    entry: Entry
    amount: str
    share: str
    receipt_amount: str
    files: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class PendingPart:
    """A submitted receipt and the part of it that would be the unit's."""

    receipt: Receipt
    share: str
    receipt_amount: str
    amount: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything behind a unit's line."""

    row: LeagueRow
    targets: tuple[Target, ...]
    entries: tuple[EntryPart, ...]
    entries_total: str
    pending: tuple[PendingPart, ...]
    report: MonthlyReport | None
    benchmark: tuple[Step, ...]
    completion: tuple[Step, ...]
    gap: tuple[Step, ...]
    needed: tuple[Step, ...]
    tier: tuple[Step, ...]
    rank: tuple[Step, ...]
    neighbours: tuple[LeagueRow, ...]


def unit_line(table: LeagueTable, unit: Unit) -> Explanation | None:
    """What is behind the unit's line in the table; None where it has no line on that day."""
    row = next((row for row in table.rows if row.unit_id == unit.pk), None)
    if row is None:
        return None
    units = with_predecessors(unit, table.as_of)
    node = next_node(table.as_of) if row.target else None
    entries = tuple(_entry(entry) for entry in _entries(table, units))
    return Explanation(
        row=row,
        targets=tuple(versions(unit, table)),
        entries=entries,
        entries_total=wan_text(sum((part.entry.amount for part in entries), Decimal("0.00"))),
        pending=tuple(_pending(table, units)),
        report=_report(table, unit),
        benchmark=tuple(benchmark_steps(row.due, row.benchmark, table.as_of)),
        completion=tuple(completion_steps(row)),
        gap=tuple(gap_steps(row)),
        needed=tuple(needed_steps(row, node)) if node else (),
        tier=tuple(tier_steps(row)),
        rank=tuple(rank_steps(table, row)),
        neighbours=neighbours(table.section(row.kind).rows, row),
    )


def with_predecessors(unit: Unit, as_of: date) -> list[Unit]:
    """The unit and those merged into it before the day (rule 15)."""
    found, waiting = [unit], [unit]
    while waiting:
        ended = Unit.objects.filter(successor__in=waiting, ended_on__lt=as_of)
        waiting = [other for other in ended if other not in found]
        found += waiting
    return found


def versions(unit: Unit, table: LeagueTable) -> QuerySet[Target]:
    """Every version of the year's target that the table could know, the one in force first."""
    rows = Target.objects.filter(
        unit=unit,
        year=table.as_of.year,
        issuer=Target.Issuer.COUNTY,
        effective_on__lte=table.as_of,
    )
    if table.known_by is not None:
        rows = rows.filter(recorded_at__lte=table.known_by)
    return rows.select_related("recorded_by").order_by("-effective_on", "-id")


def signed_projects(county: County, as_of: date) -> QuerySet[Project]:
    """The projects that the table counts as signed in the year."""
    start = as_of.replace(month=1, day=1)
    rows = Project.objects.filter(county=county, signed_on__range=(start, as_of))
    return rows.select_related("lead_unit").order_by("signed_on", "pk")


def neighbours(rows: Sequence[LeagueRow], row: LeagueRow, around: int = 2) -> tuple[LeagueRow, ...]:
    """The ranked rows next to this one, including itself."""
    ranked = [other for other in rows if other.rank is not None]
    if row not in ranked:
        return ()
    place = ranked.index(row)
    return tuple(ranked[max(place - around, 0) : place + around + 1])


# Reading


def _entries(table: LeagueTable, units: Sequence[Unit]) -> QuerySet[Entry]:
    files = Prefetch("receipt__evidence", Evidence.objects.filter(removed_at=None))
    rows = entries(table)
    rows = rows.filter(unit__in=units).select_related(
        "unit", "project", "receipt", "reverses", "posted_by"
    )
    return rows.prefetch_related(files).order_by("counted_on", "id")


def _entry(entry: Entry) -> EntryPart:
    return EntryPart(
        entry=entry,
        amount=gap_text(entry.amount) if entry.amount < 0 else wan_text(entry.amount),
        share=percent_text(abs(entry.amount), entry.receipt.amount, 2, claims=()),
        receipt_amount=wan_text(entry.receipt.amount),
        files=tuple(entry.receipt.evidence.all()),
    )


def _pending(table: LeagueTable, units: Sequence[Unit]) -> Iterable[PendingPart]:
    shares = CreditShare.objects.filter(unit__in=units).values_list("project", "basis_points")
    points: dict[int, int] = {}
    for project, part in shares:
        points[project] = points.get(project, 0) + part
    receipts = waiting_receipts(table.county, table.as_of, table.left_out)
    receipts = receipts.filter(project__in=points)
    for receipt in receipts.select_related("project").order_by("received_on", "pk"):
        part = points[receipt.project_id]
        yield PendingPart(
            receipt=receipt,
            share=share_text(part),
            receipt_amount=wan_text(receipt.amount),
            amount=wan_text(receipt.amount * part / 10_000),
        )


def _report(table: LeagueTable, unit: Unit) -> MonthlyReport | None:
    month = standing.last_full_month(table.as_of)
    rows = MonthlyReport.objects.filter(unit=unit, year=month.year, month=month.month)
    if table.known_by is not None:
        rows = rows.filter(filed_at__lte=table.known_by)
    return rows.select_related("filed_by").first()
