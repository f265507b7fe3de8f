"""The league table before and after an import.

Units, targets and projects are entered and rolled back; receipts are only added up. Nothing
remains.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from ledger.importing.commit import ImportOptions, apply_projects, apply_targets, apply_units
from ledger.importing.plan_types import Outcome, Plan, ReceiptRow
from ledger.models import OUTSIDE, Entry
from ledger.ranking.figures import Sums
from ledger.ranking.league import LeagueTable, league_table
from ledger.rules.months import Month
from projects.models import Project
from projects.register import ProjectDraft
from projects.shares import split
from units.ground.money import ZERO
from units.ground.time_limits import IMPORT, allow


@dataclass(frozen=True, slots=True)
class Backing:
    """What decides how a project's money is credited."""

    shares: list[tuple[int, int]]
    signed_on: date | None
    origin: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """The table of one day before and after an import, as its owner may see it."""

    before: LeagueTable
    after: LeagueTable


def outlook(plan: Plan, options: ImportOptions, as_of: date | None = None) -> Outlook:
    """Both tables as of the day, or of the newest month with money. Consumes the plan."""
    county = plan.accounts.county
    as_of = as_of or _newest(plan)
    before = league_table(county, as_of)
    with transaction.atomic():
        allow(IMPORT)
        for step in (apply_units, apply_targets, apply_projects):
            for _count in step(plan, options):
                pass
        credited, pending = _added(plan, as_of)
        after = league_table(county, as_of, credited_too=credited, pending_too=pending)
        transaction.set_rollback(True)
    return Outlook(before.seen_by(options.by), after.seen_by(options.by))


def _newest(plan: Plan) -> date:
    """The end of the newest month with money, in the accounts or in the plan."""
    accounts = plan.accounts
    days = [row.draft.received_on for row in plan.receipts]
    counted = Entry.objects.filter(county=accounts.county).aggregate(day=Max("counted_on"))["day"]
    if counted is not None:
        days.append(counted)
    return min(Month.of(max(days, default=accounts.today)).last_day, accounts.today)


def _added(plan: Plan, as_of: date) -> tuple[dict[int, Sums], dict[int, Decimal]]:
    """What new receipts would add by the day: credit by unit, and what waits for verification."""
    # By current project ids, stored or about to be rolled back.
    drafts = {row.project.pk: row.draft for row in plan.projects}
    projects = {row.draft.project.pk: row.draft.project for row in plan.receipts}
    backings = {pk: _backing(project, drafts) for pk, project in projects.items()}
    credited: dict[int, Sums] = defaultdict(Sums)
    pending: dict[int, Decimal] = defaultdict(lambda: ZERO)
    start = as_of.replace(month=1, day=1)
    for row in plan.receipts:
        if row.outcome != Outcome.NEW:
            continue
        backing, counted_on = backings[row.draft.project.pk], _counted_on(plan, row)
        if not start <= counted_on <= as_of:
            continue
        for unit, part in split(row.draft.amount, backing.shares).items():
            if row.is_verified:
                credited[unit] += _sums(part, backing, counted_on)
            else:
                pending[unit] += part
    return dict(credited), dict(pending)


def _counted_on(plan: Plan, row: ReceiptRow) -> date:
    day = row.draft.received_on
    return plan.accounts.counted_on(day) if row.is_verified else day


def _sums(part: Decimal, backing: Backing, counted_on: date) -> Sums:
    is_new = backing.signed_on is not None and backing.signed_on.year == counted_on.year
    is_outside = backing.origin in OUTSIDE
    return Sums(part, part if is_new else ZERO, part if is_outside else ZERO)


def _backing(project: Project, drafts: dict[int, ProjectDraft]) -> Backing:
    """From the row of this workbook, else as recorded."""
    draft = drafts.get(project.pk)
    if draft is not None:
        shares = [(unit.pk, points) for unit, points in draft.shares]
        return Backing(shares, project.signed_on, draft.investor.origin if draft.investor else "")
    ordered = sorted(project.shares.all(), key=lambda share: (share.order, share.pk))
    shares = [(share.unit_id, share.basis_points) for share in ordered]
    return Backing(shares, project.signed_on, project.investor.origin if project.investor else "")
