"""The account of one unit: its standing, its tasks, its projects, its money.

The league figures come from ``league_table``. Nothing appears that the reader may not open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.accounts.unit_context import missing_reports, reports_of, standings, unit_curve
from ledger.entries.context import NoticeLine, waiting
from ledger.entries.draft import may_enter
from ledger.entries.reach import reader_key, submitted_for
from ledger.explain.line import with_predecessors
from ledger.inbox.context import inbox
from ledger.models import Entry, Receipt
from ledger.quarter.reports import ENOUGH_RESERVES
from ledger.ranking.charts import rank_line
from ledger.ranking.columns import texts
from ledger.ranking.gathering import without_some
from ledger.ranking.league import section_of
from ledger.ranking.phrases import measured, scope_of
from ledger.ranking.query import newest_month
from ledger.ranking.table import row_bullet
from ledger.receipts.list import ReceiptTable, with_files
from ledger.receipts.tables import (
    EntryTable,
    ProjectLine,
    ProjectLineTable,
    credited_to,
    entry_lines,
)
from ledger.trail import history
from ledger.words import TIERS
from projects.models import CreditShare, Project
from projects.service.list import owed_by
from units.access import Right, allowed, person, units_of
from units.ground.money import ZERO, wan_text
from units.models import Unit, User
from units.targets.record import year_to_set

NEWEST = 12
# The columns that the lists show; Django loads no others.
OF_PROJECT = ("name", "stage", "signed_on", "introduced_amount", "county_id", "lead_unit_id")
OF_RECEIPT = (
    *("received_on", "amount", "kind", "voucher_no", "state", "returned_reason"),
    *("project__name", "project__investor__name"),
)
# Lines of the inbox that the page does not list one by one.
TASKS = ("claimed", "pledge", "decided")
WAITING = (Receipt.State.RETURNED, Receipt.State.DRAFT)


@dataclass(frozen=True, slots=True)
class ToDo:
    """A receipt that waits for an action of the unit."""

    receipt: Receipt
    amount: str


@allowed(Right.UNIT_VIEW)
def unit_account(request: HttpRequest, code: str) -> HttpResponse:
    user = person(request)
    unit, as_of = _unit_and_day(user, code)
    today = as_of if unit.county.is_sample else timezone.localdate()
    projects, stood = _projects(unit, user, as_of.year), standings(unit)
    filed = reports_of(unit, as_of.year, today.year, today.year - 1)
    context = {
        "crumbs": _crumbs(unit, user, as_of),
        "unit": unit,
        "as_of": as_of,
        "stand": _stand(unit, as_of),
        "standings": stood,
        "rank_line": rank_line([standing.rank for standing in reversed(stood)]),
        "reserves": sum(number for month, number in filed.items() if month.year == as_of.year),
        "least_reserves": ENOUGH_RESERVES,
        "missing": missing_reports(unit, filed, today),
        "projects": ProjectLineTable(projects),
        "receipts": _newest(unit, user),
        "is_own": user.unit_id == unit.pk,
        "year_to_set": year_to_set(unit.county, as_of.year, today),
    }
    if context["is_own"]:
        user.unit, user.county = unit, unit.county  # shown in the navigation
        context |= _own(request, unit)
        context["entering"] = _entering(projects)
        context["owed"] = owed_by(unit, today)
    return render(request, "ledger/accounts/unit_account.html", context)


@allowed(Right.UNIT_VIEW)
def unit_entries(request: HttpRequest, code: str) -> HttpResponse:
    """The entries that count in the year up to the day, with a running balance."""
    user = person(request)
    unit, as_of = _unit_and_day(user, code)
    units = with_predecessors(unit, as_of)
    days = date(as_of.year, 1, 1), as_of
    entries = Entry.objects.filter(unit__in=units, counted_on__range=days)
    entries = without_some(entries, unit.county.not_counted)
    entries = entries.select_related("unit", "project").order_by("counted_on", "pk")
    openable = submitted_for(Receipt.objects.filter(unit=unit), reader_key(user)).order_by()
    may_open = set(openable.values_list("pk", flat=True))
    hidden = () if len(units) > 1 else ("unit",)
    lines = entry_lines(entries.filter(is_adjustment=False), may_open)
    corrected = entry_lines(entries.filter(is_adjustment=True), may_open)
    context = {
        "crumbs": _under(unit, _("What counts in %(year)s") % {"year": as_of.year}),
        "unit": unit,
        "as_of": as_of,
        "table": EntryTable(lines, exclude=hidden),
        "corrected": EntryTable(corrected, exclude=hidden) if corrected else None,
    }
    return render(request, "ledger/accounts/entries.html", context)


@allowed(Right.UNIT_VIEW)
def unit_history(request: HttpRequest, code: str) -> HttpResponse:
    user = person(request)
    unit = get_object_or_404(units_of(user), code=code)
    context = {
        "crumbs": _under(unit, _("History")),
        "name": unit.name,
        "history": history.of_unit(unit, user, whole="history" in request.GET),
    }
    return render(request, "ledger/trail/history.html", context)


def _unit_and_day(user: User, code: str) -> tuple[Unit, date]:
    """The unit, and the day up to which its county's accounts are counted."""
    unit = get_object_or_404(units_of(user).select_related("county", "successor"), code=code)
    # The page header shows both; reuse the rows that are already loaded.
    if user.county_id == unit.county_id:
        user.county = unit.county
    if user.unit_id == unit.pk:
        user.unit = unit
    today = timezone.localdate()
    return unit, min(newest_month(unit.county, today).last_day, today)


def _under(unit: Unit, words: str) -> list[tuple[str, str]]:
    return [(reverse("unit-account", args=[unit.code]), unit.name), ("", words)]


def _crumbs(unit: Unit, user: User, as_of: date) -> list[tuple[str, str]]:
    """Back to the table; the unit's own people have this as their first page."""
    own = [("", unit.name)]
    return own if user.unit_id == unit.pk else [(_table_url(unit, as_of), _("League table")), *own]


def _own(request: HttpRequest, unit: Unit) -> dict[str, Any]:
    """The tasks of the unit's own people."""
    found = _waiting(unit, reader_key(person(request)))
    returned = found[Receipt.State.RETURNED]
    return {
        "returned": returned,
        "drafts": found[Receipt.State.DRAFT],
        "notices": _other_notices(request, returned),
        "tasks": [each for each in inbox(request)["inbox"] if each.line.name in TASKS],
    }


def _other_notices(request: HttpRequest, returned: Sequence[ToDo]) -> list[NoticeLine]:
    """The notices except returned receipts, which the page lists itself."""
    shown = {reverse("receipt-detail", args=[each.receipt.pk]) for each in returned}
    return [line for line in waiting(request).get("notices", []) if line.url not in shown]


def _stand(unit: Unit, as_of: date) -> dict[str, Any] | None:
    """The unit's line of the league table as text; None once it has ended."""
    section = section_of(unit, as_of)
    if section is None:
        return None
    row = next(row for row in section.rows if row.unit_id == unit.pk)
    explain_url = reverse("unit-explain", args=[unit.code])
    return {
        "row": row,
        "texts": texts(row),
        "measured": measured(as_of, row.benchmark or 0, row.target),
        "scope": scope_of(unit.county),
        "bullet": row_bullet(row),
        "tier_word": TIERS[row.tier],
        "section": section.title,
        "ranked": sum(1 for each in section.rows if each.rank is not None),
        "curve": unit_curve(row, with_predecessors(unit, as_of), as_of, explain_url),
        "table_url": _table_url(unit, as_of),
        "explain_url": f"{explain_url}?as_of={as_of:%Y-%m-%d}",
    }


def _table_url(unit: Unit, as_of: date) -> str:
    """With the county for those who read several; for others it is always their own."""
    return f"{reverse('ranking', args=[f'{as_of:%Y-%m}'])}?county={unit.county.code}"


def _waiting(unit: Unit, reader: int | None) -> dict[str, list[ToDo]]:
    """The receipts that the unit has to correct or to submit, by state."""
    found: dict[str, list[ToDo]] = {state: [] for state in WAITING}
    rows = submitted_for(Receipt.objects.filter(unit=unit), reader).filter(state__in=WAITING)
    for receipt in rows.select_related("project").order_by("-entered_at"):
        found[receipt.state].append(ToDo(receipt, wan_text(receipt.amount)))
    return found


def _projects(unit: Unit, user: User, year: int) -> list[ProjectLine]:
    shares = (
        CreditShare.objects.filter(unit=unit)
        .select_related("project")
        .only("basis_points", *(f"project__{name}" for name in OF_PROJECT))
        .order_by(F("project__signed_on").desc(nulls_last=True), "-project")
    )
    credited = credited_to(unit.pk, year)
    return [
        ProjectLine(
            project=share.project,
            basis_points=share.basis_points,
            credited=credited.get(share.project_id, ZERO),
            enters=may_enter(user, share.project),
        )
        for share in shares
    ]


def _entering(lines: list[ProjectLine]) -> list[Project]:
    """The projects for which the reader may enter receipts now."""
    return [line.project for line in lines if line.enters and line.project.signed_on is not None]


def _newest(unit: Unit, user: User) -> ReceiptTable:
    left_out = ("pick", "doubts", "unit", "submitted_at")
    rows = with_files(submitted_for(Receipt.objects.filter(unit=unit), reader_key(user)))
    rows = rows.select_related("project__investor").only(*OF_RECEIPT)
    newest = list(rows.order_by("-received_on", "-pk")[:NEWEST])
    return ReceiptTable(newest, reader=user, exclude=left_out, orderable=False)
