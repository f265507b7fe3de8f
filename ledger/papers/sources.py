"""The queries behind the workbook and the bulletin: a table's details, and figures beside it.

Returns frozen values, rows of details as a stream. A person gets only the rows within their reach.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Prefetch, Q, QuerySet, Sum
from django.utils import timezone

from ledger.database import replica
from ledger.models import Entry, MonthlyReport, Receipt, Settlement, quarter_of
from ledger.quarter.reports import last_day
from ledger.ranking import changes_since
from ledger.ranking.gathering import entries_of
from ledger.ranking.league import LeagueTable
from ledger.ranking.series import Series, by_month
from ledger.rules import chain
from ledger.rules.standing import last_full_month
from projects.forms import industry_name
from projects.models import STAGES, CreditShare, Industry, Investor, Project
from projects.reach import projects_of
from projects.register import DAYS
from projects.shares import shares_text as shares_as_written
from units.access import REACH, Reach, within
from units.ground.money import ZERO
from units.models import Unit, User

AT_ONCE = 2_000


class IndustrySum(NamedTuple):
    """Yuan received in the year in one industry."""

    name: str
    sector: str
    is_resource: bool
    is_property: bool
    amount: Decimal


class MissingReport(NamedTuple):
    """A unit without report for the newest full month; ``months`` are all that it owes this year."""

    code: str
    name: str
    kind: str
    target: Decimal | None
    received: Decimal
    tier: str
    months: tuple[int, ...]


class ProjectLine(NamedTuple):
    """A project as of the day; ``received`` of the year, ``received_ever`` since it was signed."""

    name: str
    shares: str
    investor: str
    origin: str
    place: str
    industry: str
    stage: str
    signed_on: date | None
    is_new: bool
    is_contract: bool
    total_investment: Decimal
    introduced: Decimal
    received: Decimal
    received_ever: Decimal
    sponsor: str
    location: str


class EntryLine(NamedTuple):
    """A posting; ``code`` and ``unit`` are those of the table's line in which it counts."""

    code: str
    unit: str
    project: str
    investor: str
    received_on: date
    counted_on: date
    amount: Decimal
    money: str
    voucher_no: str
    is_new: bool
    origin: str
    industry: str
    is_reversal: bool
    posted_on: date
    words: str


@dataclass(frozen=True, slots=True)
class Background:
    """Figures beside the table, for the overview and the bulletin."""

    series: Series
    chain_head: str
    industries: tuple[IndustrySum, ...]
    missing: tuple[MissingReport, ...]
    planned: frozenset[int]


@dataclass(frozen=True, slots=True)
class Details:
    """Rows behind the table, read while they are written, once, in the order given here.

    ``is_whole`` is false if the person sees only the rows of their own unit. ``since`` is the
    settlement that ``changes`` are measured against.
    """

    projects: Iterable[ProjectLine]
    entries: Iterable[EntryLine]
    changes: Iterable[EntryLine]
    since: Settlement | None = None
    is_whole: bool = True


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one moment, however long the writing takes."""
    if connection.in_atomic_block:
        yield
        return
    with replica.left_alone(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def background(table: LeagueTable) -> Background:
    missing, planned = _reports(table)
    return Background(
        series=by_month(table.county, table.as_of, table.known_by, table.without),
        chain_head=chain_head(table),
        industries=_industries(table),
        missing=missing,
        planned=planned,
    )


def details(table: LeagueTable, user: User) -> Details:
    """The rows that this person may see."""
    since = table.settlement or table.compared_with
    return Details(
        projects=_projects(table, user),
        entries=_lines(table, within(user, _entries(table))),
        changes=_lines(table, within(user, _changes(table, since))),
        since=since,
        is_whole=REACH[user.role] is Reach.COUNTY,
    )


def entry_count(table: LeagueTable) -> int:
    """About as many rows as the details will have."""
    return _entries(table).count()


def chain_head(table: LeagueTable) -> str:
    """The settlement's head, else that of the table's quarter so far; empty if it has none."""
    if table.settlement is not None:
        return table.settlement.chain_head
    entries = Entry.objects.filter(
        period__county=table.county,
        period__year=table.as_of.year,
        period__quarter=quarter_of(table.as_of),
    )
    entries = _known(entries, table.known_by).order_by("-position")
    head = entries.values_list("content_hash", flat=True).first()
    return head if head and head != chain.GENESIS else ""


# --- reading ---------------------------------------------------------------------------------------


def _entries(table: LeagueTable) -> QuerySet[Entry]:
    return entries_of(table.county, table.as_of, table.known_by, table.without)


def _changes(table: LeagueTable, since: Settlement | None) -> QuerySet[Entry]:
    """What became known after the last meeting, up to the table's moment."""
    if since is None:
        return Entry.objects.none()
    after = changes_since.since(since)
    return after if table.settlement is not None else _known(after, table.known_by)


def _known(entries: QuerySet[Entry], known_by: datetime | None) -> QuerySet[Entry]:
    return entries if known_by is None else entries.filter(posted_at__lte=known_by)


def _lines(table: LeagueTable, entries: QuerySet[Entry]) -> Iterator[EntryLine]:
    """In the order of the days, a few thousand in memory at a time."""
    owners, industries = _owners(table), _industry_names()
    rows = entries.order_by("counted_on", "id").values_list(
        "unit_id",
        "project__name",
        "project__investor__name",
        "received_on",
        "counted_on",
        "amount",
        "receipt__kind",
        "receipt__voucher_no",
        "is_new",
        "origin",
        "industry_id",
        "kind",
        "posted_at",
        "reason",
        "receipt__note",
    )
    kinds = {kind: str(label) for kind, label in Receipt.Kind.choices}
    origins = {origin: str(label) for origin, label in Investor.Origin.choices}
    for unit, project, investor, *middle, posted_at, reason, note in rows.iterator(AT_ONCE):
        received_on, counted_on, amount, money, voucher_no, is_new, origin, industry, kind = middle
        code, name = owners.get(unit, ("", ""))
        yield EntryLine(
            code=code,
            unit=name,
            project=project,
            investor=investor or "",
            received_on=received_on,
            counted_on=counted_on,
            amount=amount,
            money=kinds.get(money, money),
            voucher_no=voucher_no,
            is_new=is_new,
            origin=origins.get(origin, origin),
            industry=industries[industry],
            is_reversal=kind == Entry.Kind.REVERSAL,
            posted_on=timezone.localdate(posted_at),
            words=reason or note,
        )


def _owners(table: LeagueTable) -> dict[int, tuple[str, str]]:
    """The line of the table in which each unit counts: its own, else its successor's (rule 15)."""
    lines = {row.unit_id: (row.code, row.name) for row in table.rows}
    units = {unit.pk: unit for unit in Unit.objects.filter(county=table.county)}
    return {
        pk: lines.get(_line_of(unit, lines, units).pk, (unit.code, unit.name))
        for pk, unit in units.items()
    }


def _line_of(unit: Unit, lines: Container[int], units: Mapping[int, Unit]) -> Unit:
    while unit.pk not in lines and unit.successor_id is not None:
        unit = units[unit.successor_id]
    return unit


def _projects(table: LeagueTable, user: User) -> Iterator[ProjectLine]:
    """Projects signed in the year, and earlier ones with money in the year."""
    start = table.as_of.replace(month=1, day=1)
    received = _by_project(_entries(table))
    ever = Entry.objects.filter(county=table.county, counted_on__lte=table.as_of)
    received_ever = _by_project(_known(ever, table.known_by))
    shares = CreditShare.objects.select_related("unit").order_by("order", "id")
    rows = (
        Project.objects.filter(pk__in=projects_of(user).values("pk"), county=table.county)
        .filter(Q(signed_on__range=(start, table.as_of)) | Q(pk__in=list(received)))
        .select_related("investor", "industry")
        .prefetch_related(Prefetch("shares", queryset=shares))
        .order_by("-signed_on", "id")
    )
    for project in rows.iterator(AT_ONCE):
        sums = received.get(project.pk, ZERO), received_ever.get(project.pk, ZERO)
        yield _project_line(project, table.as_of, *sums)


def _project_line(
    project: Project, as_of: date, received: Decimal, received_ever: Decimal
) -> ProjectLine:
    investor, signed_on = project.investor, project.signed_on
    return ProjectLine(
        name=project.name,
        shares=shares_text(project),
        investor=investor.name if investor else "",
        origin=investor.get_origin_display() if investor else "",
        place=investor.origin_place if investor else "",
        industry=industry_name(project.industry),
        stage=_stage(project, as_of),
        signed_on=signed_on,
        is_new=signed_on is not None and signed_on.year == as_of.year,
        is_contract=project.contract_on is not None and project.contract_on <= as_of,
        total_investment=project.total_investment,
        introduced=project.introduced_amount,
        received=received,
        received_ever=received_ever,
        sponsor=project.sponsor,
        location=project.location,
    )


def shares_text(project: Project) -> str:
    """The units with their parts as the import reads them: 水沟镇 60%; 招商局 40%."""
    return shares_as_written((part.unit.name, part.basis_points) for part in project.shares.all())


def _stage(project: Project, as_of: date) -> str:
    """How far the project had come by the day, as far as its days are known."""
    days = {stage: getattr(project, name) for stage, name in DAYS.items()}
    reached = [stage for stage in STAGES if days.get(stage) and days[stage] <= as_of]
    return str(reached[-1].label) if reached else project.get_stage_display()


def _by_project(entries: QuerySet[Entry]) -> dict[int, Decimal]:
    return dict(entries.order_by().values_list("project").annotate(Sum("amount")))


def _industries(table: LeagueTable) -> tuple[IndustrySum, ...]:
    """The largest first."""
    sums = dict(_entries(table).order_by().values_list("industry").annotate(Sum("amount")))
    found = [
        IndustrySum(
            industry_name(industry),
            industry.get_sector_display(),
            industry.is_resource,
            industry.is_property,
            sums[industry.pk],
        )
        for industry in Industry.objects.all()
        if sums.get(industry.pk)
    ]
    return tuple(sorted(found, key=lambda industry: -industry.amount))


def _industry_names() -> dict[int, str]:
    return {industry.pk: industry_name(industry) for industry in Industry.objects.all()}


def _reports(table: LeagueTable) -> tuple[tuple[MissingReport, ...], frozenset[int]]:
    """Who did not report, and which units compiled a reserve project in the year."""
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
    begun = _begun([row.unit_id for row in rows])
    missing = tuple(
        MissingReport(
            row.code,
            row.name,
            row.kind,
            row.target,
            row.received,
            row.tier,
            tuple(
                month
                for month in range(1, newest.month + 1)
                if month not in filed[row.unit_id]
                and table.county.asks_for_report(newest.replace(month=month))
                and last_day(newest.replace(month=month)) >= begun[row.unit_id]
            ),
        )
        for row in rows
    )
    return missing, frozenset(planned)


def _begun(units: Iterable[int]) -> dict[int, date]:
    """The day from which each unit owes reports."""
    found = Unit.objects.filter(pk__in=units).values_list("pk", "active_from")
    return {unit: active_from or date.min for unit, active_from in found}
