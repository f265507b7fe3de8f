"""What a figure is made of: target version, entries, benchmark, tier and rank of one line.

Owns: reading what stands behind a row of a ``LeagueTable`` and spelling the steps with their numbers.
Must never: compute a figure of its own; it shows the sums of the table and the entries that the same
query found, and says so where the two differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Prefetch, QuerySet
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ledger import standing, words
from ledger.league import LeagueRow, LeagueTable, Total, entries_of
from ledger.models import Entry, Evidence, MonthlyReport, Receipt
from projects.models import CreditShare, Project
from projects.shares import percent_text as share_text
from units.models import County, Target, Unit
from units.money import (
    exact,
    gap_text,
    percent_text,
    points_text,
    rounded,
    wan_short,
    wan_text,
)

Exact = Decimal | Fraction
SHOWN_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation; ``holds`` where it is a question with an answer."""

    words: str | Promise
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class EntryPart:
    """One entry with the share that made it of its receipt."""

    entry: Entry
    amount: str
    share: str
    receipt_amount: str
    files: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class PendingPart:
    """A submitted receipt and what of it would be the unit's."""

    receipt: Receipt
    share: str
    receipt_amount: str
    amount: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that a unit's line is made of."""

    row: LeagueRow
    targets: tuple[Target, ...]
    entries: tuple[EntryPart, ...]
    entries_total: str
    pending: tuple[PendingPart, ...]
    report: MonthlyReport | None
    benchmark: tuple[Step, ...]
    completion: tuple[Step, ...]
    gap: tuple[Step, ...]
    tier: tuple[Step, ...]
    rank: tuple[Step, ...]
    neighbours: tuple[LeagueRow, ...]


def unit_line(table: LeagueTable, unit: Unit) -> Explanation | None:
    """What the unit's line in the table is made of; None where it has no line on that day."""
    row = next((row for row in table.rows if row.unit_id == unit.pk), None)
    if row is None:
        return None
    units = with_predecessors(unit, table.as_of)
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
        tier=tuple(tier_steps(row)),
        rank=tuple(rank_steps(table, row)),
        neighbours=neighbours(table.section(row.kind).rows, row),
    )


def with_predecessors(unit: Unit, as_of: date) -> list[Unit]:
    """The unit and those that have ended into it before the day (rule 15)."""
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


# Steps in words


def wan(yuan: Exact) -> str:
    """万元 to the fen, without idle zeros: what is calculated with, not what is shown in a table."""
    return wan_short(rounded(yuan, 2), 6)


def _digits(number: str) -> str:
    """An exact decimal, cut where it goes on for long."""
    whole, _point, fine = number.partition(".")
    return f"{whole}.{fine[:SHOWN_DIGITS]}…" if len(fine) > SHOWN_DIGITS else number


def benchmark_steps(due: Sequence[Decimal], benchmark: Exact | None, as_of: date) -> Iterable[Step]:
    """What is due by the day, from the cumulative targets of the quarters."""
    if benchmark is None:
        yield Step(_("There is no target, so nothing is due."))
        return
    months = standing.completed_months(as_of)
    quarters, over = divmod(months, 3)
    given = {"day": date_format(as_of), "months": months}
    yield Step(_("On %(day)s, %(months)d months of the year are over.") % given)
    reached = due[quarters - 1] if quarters else Decimal(0)
    if quarters:
        named = {"quarter": words.QUARTERS[quarters], "due": wan(reached)}
        yield Step(_("By the end of the %(quarter)s, %(due)s 万元 are due.") % named)
    if over:
        step: dict[str, object] = {
            "quarter": words.QUARTERS[quarters + 1],
            "due": wan(due[quarters]),
            "reached": wan(reached),
            "months": over,
            "result": wan(benchmark),
        }
        yield Step(
            _(
                "By the end of the %(quarter)s, %(due)s 万元 will be due; %(months)d of its 3 months are over."
            )
            % step
        )
        yield Step(
            _("%(reached)s + (%(due)s − %(reached)s) × %(months)d/3 = %(result)s 万元") % step
        )
    elif not quarters:
        yield Step(_("No month is over, so nothing is due yet."))


def completion_steps(of: LeagueRow | Total) -> Iterable[Step]:
    if not of.target or of.completion is None:
        yield Step(_("There is no target, so there is no percent."))
        return
    named = {
        "received": wan(of.received),
        "target": wan(of.target),
        "exact": _digits(exact(of.completion * 100)),
        "shown": percent_text(of.received, of.target),
    }
    yield Step(_("%(received)s ÷ %(target)s = %(exact)s %%, shown as %(shown)s.") % named)


def gap_steps(of: LeagueRow | Total) -> Iterable[Step]:
    """The gap in 万元 and in percentage points, from unrounded figures."""
    if not of.target or of.gap is None or of.benchmark is None or of.gap_points is None:
        yield Step(_("There is no target, so there is no gap."))
        return
    named = {
        "received": wan(of.received),
        "benchmark": wan(of.benchmark),
        "gap": gap_text(rounded(of.gap, 2)),
        "target": wan(of.target),
        "points": points_text(of.gap_points),
    }
    yield Step(_("%(received)s − %(benchmark)s = %(gap)s 万元") % named)
    yield Step(_("%(gap)s ÷ %(target)s × 100 = %(points)s percentage points") % named)


def tier_steps(row: LeagueRow) -> Iterable[Step]:
    """The questions of rule 3 in their order, up to the one that decides."""
    tier = standing.tier(row.received, row.target, row.benchmark)
    has_target = row.target is not None
    yield Step(_("Is there a target?"), has_target)
    if has_target:
        named = {
            "received": wan(row.received),
            "target": wan(row.target or Decimal(0)),
            "due": wan(row.benchmark or Decimal(0)),
        }
        # Each question with the answer that decides.
        asked = [
            (_("Is anything received? %(received)s 万元"), row.received > 0, False),
            (_("Is the task reached? %(received)s ≥ %(target)s"), _reaches(row, row.target), True),
            (
                _("Is the benchmark reached? %(received)s ≥ %(due)s"),
                _reaches(row, row.benchmark),
                True,
            ),
        ]
        for question, holds, decisive in asked:
            yield Step(question % named, holds)
            if holds is decisive:
                break
    yield Step(_("So: %(tier)s.") % {"tier": words.TIERS[tier]})


def _reaches(row: LeagueRow, amount: Exact | None) -> bool:
    return amount is not None and Fraction(row.received) >= Fraction(amount)


def rank_steps(table: LeagueTable, row: LeagueRow) -> Iterable[Step]:
    """Among whom the unit is ranked, with whom it shares the rank, and how it moved."""
    section = table.section(row.kind)
    ranked = [other for other in section.rows if other.rank is not None]
    if row.rank is None:
        yield Step(_("Units without a target are listed, not ranked."))
        return
    ahead = sum(1 for other in ranked if (other.rank or 0) < row.rank)
    named = {
        "kind": words.SECTIONS[row.kind],
        "count": len(ranked),
        "ahead": ahead,
        "rank": row.rank,
    }
    yield Step(_("%(kind)s: %(count)d with a target are ranked by completion, exact.") % named)
    yield Step(_("%(ahead)d of them have a higher completion, so the rank is %(rank)d.") % named)
    sharing = [other.name for other in ranked if other.rank == row.rank and other is not row]
    if sharing:
        yield Step(
            _("Equal completion shares the rank with %(names)s.") % {"names": "、".join(sharing)}
        )
    if row.previous_rank is not None and table.compared_with is not None:
        period = table.compared_with.period
        named = {
            "quarter": words.quarter(period.year, period.quarter),
            "rank": row.previous_rank,
        }
        yield Step(_("In the %(quarter)s, closed last, the rank was %(rank)d.") % named)


def over_half_steps(table: LeagueTable) -> Iterable[Step]:
    """The two questions of 双过半 (rule 5)."""
    months = standing.completed_months(table.as_of)
    named = {
        "months": months,
        "twice": wan(2 * table.total.received),
        "target": wan(table.total.target),
    }
    yield Step(_("Is half the year over? %(months)d of 12 months") % named, months >= 6)
    yield Step(
        _("Is half the task done? 2 × received = %(twice)s ≥ %(target)s 万元") % named,
        2 * table.total.received >= table.total.target > 0,
    )


def neighbours(rows: Sequence[LeagueRow], row: LeagueRow, around: int = 2) -> tuple[LeagueRow, ...]:
    """The ranked rows next to this one, itself among them."""
    ranked = [other for other in rows if other.rank is not None]
    if row not in ranked:
        return ()
    place = ranked.index(row)
    return tuple(ranked[max(place - around, 0) : place + around + 1])


# Reading


def _entries(table: LeagueTable, units: Sequence[Unit]) -> QuerySet[Entry]:
    files = Prefetch("receipt__evidence", Evidence.objects.filter(removed_at=None))
    rows = entries_of(table.county, table.as_of, table.known_by, table.without)
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
    start = table.as_of.replace(month=1, day=1)
    shares = CreditShare.objects.filter(unit__in=units).values_list("project", "basis_points")
    points: dict[int, int] = {}
    for project, part in shares:
        points[project] = points.get(project, 0) + part
    receipts = Receipt.objects.filter(
        project__in=points,
        state=Receipt.State.SUBMITTED,
        received_on__range=(start, table.as_of),
    )
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
