"""The queries behind the workbook and the bulletin: a table's details, and figures beside it.

Returns frozen values, rows of details as a stream. A person gets only the rows within their reach.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from ledger.database import replica
from ledger.models import Entry, Receipt, Settlement, quarter_of
from ledger.papers.proof_line import Proof, proof_of
from ledger.ranking import changes_since, registered
from ledger.ranking.changed_facts import Changed, changed_facts, within_reach
from ledger.ranking.counted import all_entries_between, entries
from ledger.ranking.frame import Frame, present
from ledger.ranking.headline import above
from ledger.ranking.league import LeagueTable
from ledger.ranking.registered import ProjectFacts
from ledger.ranking.reported import Reported, reported
from ledger.ranking.series import Series, of_table
from ledger.ranking.snapshot import details_of
from ledger.rules import chain
from projects.models import Investor, Stage
from projects.shares import shares_text
from units.access import REACH, Reach, within
from units.ground import time_limits
from units.ground.money import ZERO
from units.models import User

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
    group: str
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
    above: tuple[str, ...] = ()
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """Rows behind the table, read while they are written, once, in the order given here.

    ``is_whole`` is false if the person sees only the rows of their own unit. ``since`` is the
    settlement that ``changes`` are measured against. ``other_changes`` of registered facts were read
    at ``read_at``; they belong to an announced table only. ``exact_since``: the day on which an
    upgrade stored what an older closing had not.
    """

    projects: Iterable[ProjectLine]
    entries: Iterable[EntryLine]
    changes: Iterable[EntryLine]
    since: Settlement | None = None
    is_whole: bool = True
    exact_since: date | None = None
    other_changes: tuple[Changed, ...] = ()
    read_at: datetime | None = None


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one moment, however long the writing takes."""
    if connection.in_atomic_block:
        yield
        return
    with replica.left_alone(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        time_limits.allow(time_limits.FILE)
        yield


def background(table: LeagueTable, site: str = "") -> Background:
    """``site`` is the address at which people open the program; papers point to its check page."""
    frame, reports = _frame(table), _reports(table)
    return Background(
        series=of_table(table),
        chain_head=chain_head(table),
        industries=_industries(table, frame),
        missing=_missing(table, reports),
        planned=reports.planned,
        above=above(table),
        proof=proof_of(table, site),
    )


def details(table: LeagueTable, user: User, at: datetime | None = None) -> Details:
    """The rows that this person may see, read ``at`` this moment."""
    since, frame = table.settlement or table.compared_with, _frame(table)
    projects, unit = _facts(table), user.unit_id if REACH[user.role] is Reach.UNIT else None
    return Details(
        projects=_projects(table, frame, projects, unit),
        entries=_lines(within(user, entries(table)), frame, projects),
        changes=_lines(within(user, _changes(table, since)), frame, projects),
        since=since,
        is_whole=REACH[user.role] is Reach.COUNTY,
        exact_since=table.frame.exact_since if table.frame else None,
        other_changes=tuple(within_reach(changed_facts(table), unit)),
        read_at=at or timezone.now(),
    )


def entry_count(table: LeagueTable) -> int:
    """About as many rows as the details will have."""
    return entries(table).count()


def chain_head(table: LeagueTable) -> str:
    """The settlement's head, else that of the table's quarter so far; empty if it has none."""
    if table.settlement is not None:
        return table.settlement.chain_head
    chained = Entry.objects.filter(
        period__county=table.county,
        period__year=table.as_of.year,
        period__quarter=quarter_of(table.as_of),
    )
    chained = _known(chained, table.known_by).order_by("-position")
    head = chained.values_list("content_hash", flat=True).first()
    return head if head and head != chain.GENESIS else ""


# --- reading ---------------------------------------------------------------------------------------


def _frame(table: LeagueTable) -> Frame:
    return table.frame or present(table.county, {row.unit_id for row in table.rows})


def _facts(table: LeagueTable) -> list[ProjectFacts]:
    """The projects of the table: as stored at its closing, else as they are registered."""
    if table.frame is None or table.frame.settlement is None:
        return registered.of_table(table)
    return details_of(table.frame.settlement)[0]


def _reports(table: LeagueTable) -> Reported:
    if table.frame is None or table.frame.settlement is None:
        return reported(table)
    return details_of(table.frame.settlement)[1]


def _changes(table: LeagueTable, since: Settlement | None) -> QuerySet[Entry]:
    """What became known after the last meeting, up to the table's moment."""
    if since is None:
        return Entry.objects.none()
    after = changes_since.since(since)
    return after if table.settlement is not None else _known(after, table.known_by)


def _known(entries: QuerySet[Entry], known_by: datetime | None) -> QuerySet[Entry]:
    return entries if known_by is None else entries.filter(posted_at__lte=known_by)


def _lines(
    entries: QuerySet[Entry], frame: Frame, projects: Iterable[ProjectFacts]
) -> Iterator[EntryLine]:
    """In the order of the days, a few thousand in memory at a time."""
    names = {each.pk: (each.name, each.investor) for each in projects}
    rows = entries.order_by("counted_on", "id").values_list(
        "unit_id",
        "project_id",
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
    for unit, key, now, payer, *middle, posted_at, reason, note in rows.iterator(AT_ONCE):
        received_on, counted_on, amount, money, voucher_no, is_new, origin, industry, kind = middle
        owner = frame.owner(unit)
        project, investor = names.get(key, (now, payer))
        yield EntryLine(
            code=owner.code if owner else "",
            unit=owner.name if owner else "",
            project=project,
            investor=investor or "",
            received_on=received_on,
            counted_on=counted_on,
            amount=amount,
            money=kinds.get(money, money),
            voucher_no=voucher_no,
            is_new=is_new,
            origin=origins.get(origin, origin),
            industry=frame.industries[industry].label,
            is_reversal=kind == Entry.Kind.REVERSAL,
            posted_on=timezone.localdate(posted_at),
            words=reason or note,
        )


def _projects(
    table: LeagueTable, frame: Frame, projects: Iterable[ProjectFacts], unit: int | None
) -> Iterator[ProjectLine]:
    """Projects signed in the year, and earlier ones with money in the year; ``unit``: only its."""
    received = _by_project(entries(table))
    ever = _by_project(all_entries_between(table, date.min, table.as_of))
    for each in projects:
        if unit is not None and unit not in dict(each.credit):
            continue
        if each.is_new(table.as_of.year) or each.pk in received:
            sums = received.get(each.pk, ZERO), ever.get(each.pk, ZERO)
            yield _project_line(each, frame, table.as_of, *sums)


def _project_line(
    facts: ProjectFacts, frame: Frame, as_of: date, received: Decimal, received_ever: Decimal
) -> ProjectLine:
    return ProjectLine(
        name=facts.name,
        shares=shares_text((frame.units[unit].name, part) for unit, part in facts.credit),
        investor=facts.investor,
        origin=str(Investor.Origin(facts.origin).label) if facts.origin else "",
        place=facts.place,
        industry=frame.industries[facts.industry].label,
        stage=str(Stage(facts.stage).label),
        signed_on=facts.signed_on,
        is_new=facts.is_new(as_of.year),
        is_contract=facts.is_contract,
        total_investment=facts.total_investment,
        introduced=facts.introduced,
        received=received,
        received_ever=received_ever,
        sponsor=facts.sponsor,
        location=facts.location,
    )


def _by_project(entries: QuerySet[Entry]) -> dict[int, Decimal]:
    return dict(entries.order_by().values_list("project").annotate(Sum("amount")))


def _industries(table: LeagueTable, frame: Frame) -> tuple[IndustrySum, ...]:
    """The largest first."""
    sums = dict(entries(table).order_by().values_list("industry").annotate(Sum("amount")))
    found = [
        IndustrySum(
            industry.label,
            industry.sector_label,
            industry.is_resource,
            industry.is_property,
            sums[pk],
        )
        for pk, industry in frame.industries.items()
        if sums.get(pk)
    ]
    return tuple(sorted(found, key=lambda industry: -industry.amount))


def _missing(table: LeagueTable, reports: Reported) -> tuple[MissingReport, ...]:
    return tuple(
        MissingReport(
            row.code,
            row.name,
            table.county.group(row.kind).title,
            row.target,
            row.received,
            row.tier,
            reports.missing.get(row.unit_id, ()),
        )
        for row in table.rows
        if row.reported is False
    )
