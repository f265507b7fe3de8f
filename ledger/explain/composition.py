"""What the money of a league table consists of (资金构成), and how far its projects have come.

Reads the table's entries by project, and the stages of the register, into one frozen
``Composition``. It counts exactly the money of the table and never reads the clock. Yuan. The
number of queries does not depend on the number of projects.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from ledger.models import Entry
from ledger.ranking.counted import entries_between
from ledger.ranking.frame import Frame, present
from ledger.ranking.gathering import origins_left_out
from ledger.ranking.league import LeagueTable
from ledger.ranking.snapshot import details_of
from projects.models import Investor, Project
from units.ground.money import ZERO
from units.models import County


class Cut(StrEnum):
    """A way to divide the money; each divides all of it."""

    AGE = "age"
    ORIGIN = "origin"
    SIZE = "size"
    INDUSTRY = "industry"
    STAIR = "stair"


class Source(StrEnum):
    """Where money came from, in the order in which the stair subtracts it (rule 11).

    Each amount belongs to the first that fits: carry-over before resource before property.
    """

    CARRY_OVER = "carry_over"
    RESOURCE = "resource"
    PROPERTY = "property"
    REAL = "real"


class Size(StrEnum):
    """By total investment against the county's thresholds (rule 12)."""

    MEGA = "mega"
    MAJOR = "major"
    LARGE = "large"
    SMALLER = "smaller"


NEW, CARRY_OVER = "new", "carry_over"


@dataclass(frozen=True, slots=True)
class Money:
    """What one project brought in the year, by its entries; ``industry`` is a code."""

    project_id: int
    project: str
    unit: str
    is_new: bool
    origin: str
    industry: str
    is_resource: bool
    is_property: bool
    size: Size
    amount: Decimal

    @property
    def source(self) -> Source:
        if not self.is_new:
            return Source.CARRY_OVER
        if self.is_resource:
            return Source.RESOURCE
        return Source.PROPERTY if self.is_property else Source.REAL


PART_OF: Mapping[Cut, Callable[[Money], str]] = {
    Cut.AGE: lambda money: NEW if money.is_new else CARRY_OVER,
    Cut.ORIGIN: lambda money: money.origin,
    Cut.SIZE: lambda money: money.size,
    Cut.INDUSTRY: lambda money: money.industry,
    Cut.STAIR: lambda money: money.source,
}
# Parts listed even at zero; industries are listed only with money.
ALWAYS: Mapping[Cut, Sequence[str]] = {
    Cut.AGE: (NEW, CARRY_OVER),
    Cut.ORIGIN: tuple(Investor.Origin.values),
    Cut.SIZE: tuple(Size),
    Cut.INDUSTRY: (),
    Cut.STAIR: tuple(Source),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a cut: yuan, and how many projects it came from."""

    cut: Cut
    key: str
    amount: Decimal
    projects: int
    is_resource: bool = False
    is_property: bool = False


class Step(StrEnum):
    """How far a project has come, in order."""

    RESERVE = "reserve"
    SIGNED = "signed"
    CONTRACT = "contract"
    STARTED = "started"
    PRODUCTION = "production"


STEPS = tuple(Step)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one project had come by the day; ``received`` is all it ever brought, yuan."""

    project_id: int
    project: str
    unit: str
    reached: int
    is_of_year: bool
    introduced: Decimal
    received: Decimal

    def has(self, step: Step) -> bool:
        return self.reached >= STEPS.index(step)

    @property
    def performs(self) -> bool:
        """A contract under which money has come (履约)."""
        return self.has(Step.CONTRACT) and self.received > 0


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many projects reached at least each step, and the rates that follow.

    The rates are pairs of numerator and denominator: performed contracts of contracts (履约率),
    started of signed projects (开工率), received of introduced yuan of the contracts (资金到位率),
    producing of signed projects (投产率).
    """

    projects: tuple[Progress, ...]

    def count(self, step: Step) -> int:
        return sum(project.has(step) for project in self.projects)

    @property
    def performed(self) -> tuple[int, int]:
        return sum(project.performs for project in self.projects), self.count(Step.CONTRACT)

    @property
    def started(self) -> tuple[int, int]:
        return self.count(Step.STARTED), self.count(Step.SIGNED)

    @property
    def producing(self) -> tuple[int, int]:
        return self.count(Step.PRODUCTION), self.count(Step.SIGNED)

    @property
    def funded(self) -> tuple[Decimal, Decimal]:
        contracts = [project for project in self.projects if project.has(Step.CONTRACT)]
        received = sum((project.received for project in contracts), ZERO)
        return received, sum((project.introduced for project in contracts), ZERO)


@dataclass(frozen=True, slots=True)
class Composition:
    """``money`` is what the table counts; ``all_money`` includes what it leaves out."""

    county: County
    as_of: date
    without: frozenset[str]
    money: tuple[Money, ...]
    all_money: tuple[Money, ...]
    of_year: Funnel
    of_all: Funnel

    @property
    def received(self) -> Decimal:
        return _sum(self.money)

    @property
    def all_received(self) -> Decimal:
        return _sum(self.all_money)

    @property
    def real(self) -> Decimal:
        """Money really new this year: no carry-over, no resource extraction, no property."""
        return _sum(money for money in self.all_money if money.source is Source.REAL)

    def parts(self, cut: Cut) -> tuple[Part, ...]:
        """The parts of what is shown; industries by amount, the rest in their fixed order."""
        found = _grouped(self.money, cut)
        parts = [_part(cut, key, found[key]) for key in found]
        if cut is Cut.INDUSTRY:
            return tuple(sorted(parts, key=lambda part: -part.amount))
        return tuple(parts)

    def stair(self) -> tuple[Part, ...]:
        """From all the money of the year down to what is really new, ignoring exclusions."""
        found = _grouped(self.all_money, Cut.STAIR)
        return tuple(_part(Cut.STAIR, key, found[key]) for key in found)

    def made_of(self, cut: Cut, key: str) -> list[Money]:
        """The projects behind a part, the largest first."""
        lines = self.all_money if cut is Cut.STAIR else self.money
        return sorted(
            (money for money in lines if PART_OF[cut](money) == key),
            key=lambda money: (-money.amount, money.project_id),
        )


def composition(table: LeagueTable) -> Composition:
    """The composition of exactly what the table counts: same day, moment and exclusions."""
    everything = _money(table)
    register = _register(table)
    return Composition(
        county=table.county,
        as_of=table.as_of,
        without=table.without,
        money=tuple(money for money in everything if not _is_left_out(money, table.left_out)),
        all_money=everything,
        of_year=Funnel(tuple(project for project in register if project.is_of_year)),
        of_all=Funnel(register),
    )


def size_of(total_investment: Decimal, county: County) -> Size:
    if total_investment >= county.mega_from:
        return Size.MEGA
    if total_investment >= county.major_from:
        return Size.MAJOR
    return Size.LARGE if total_investment >= county.large_from else Size.SMALLER


def _money(table: LeagueTable) -> tuple[Money, ...]:
    """By project and what its entries recorded at posting, without what was reversed entirely."""
    frame = table.frame or present(table.county, ())
    projects = _projects_then(frame)
    rows = (
        entries_between(table, table.as_of.replace(month=1, day=1), table.as_of, ())
        .order_by()
        .values_list(
            "project",
            "project__name",
            "project__lead_unit__name",
            "project__total_investment",
            "is_new",
            "origin",
            "industry",
        )
        .annotate(Sum("amount"))
    )
    found = []
    for pk, *now, is_new, origin, key, amount in rows:
        name, unit, total = projects.get(pk, now)
        industry = frame.industries[key]
        found.append(
            Money(
                project_id=pk,
                project=name,
                unit=unit,
                is_new=is_new,
                origin=origin,
                industry=industry.code,
                is_resource=industry.is_resource,
                is_property=industry.is_property,
                size=size_of(total, table.county),
                amount=amount,
            )
        )
    return tuple(money for money in found if money.amount)


def _projects_then(frame: Frame) -> dict[int, list[Any]]:
    """Name, lead unit and total investment of the projects of an announced table (rule 17)."""
    if frame.settlement is None:
        return {}
    return {
        each.pk: [each.name, frame.units[each.credit[0][0]].name, each.total_investment]
        for each in details_of(frame.settlement)[0]
    }


def _is_left_out(money: Money, without: frozenset[str]) -> bool:
    return (
        ("resource" in without and money.is_resource)
        or ("property" in without and money.is_property)
        or ("carry_over" in without and not money.is_new)
        or money.origin in origins_left_out(without)
    )


def _sum(lines: Iterable[Money]) -> Decimal:
    return sum((money.amount for money in lines), ZERO)


def _grouped(lines: Iterable[Money], cut: Cut) -> dict[str, list[Money]]:
    found: dict[str, list[Money]] = {key: [] for key in ALWAYS[cut]}
    for money in lines:
        found.setdefault(PART_OF[cut](money), []).append(money)
    return found


def _part(cut: Cut, key: str, lines: Sequence[Money]) -> Part:
    by_industry = cut is Cut.INDUSTRY and bool(lines)
    return Part(
        cut=cut,
        key=key,
        amount=_sum(lines),
        projects=len({money.project_id for money in lines}),
        is_resource=by_industry and lines[0].is_resource,
        is_property=by_industry and lines[0].is_property,
    )


# --- the register ----------------------------------------------------------------------------------


def _register(table: LeagueTable) -> tuple[Progress, ...]:
    """Every project in the register on the day, with all it ever brought."""
    received = _ever_received(table)
    rows = Project.objects.filter(county=table.county)
    if "resource" in table.without:
        rows = rows.exclude(industry__is_resource=True)
    if "property" in table.without:
        rows = rows.exclude(industry__is_property=True)
    if "carry_over" in table.without:
        rows = rows.exclude(signed_on__lt=table.as_of.replace(month=1, day=1))
    found = []
    for project in rows.filter(_registered_by(table.as_of)).select_related("lead_unit"):
        reached = _reached(project, table.as_of)
        found.append(
            Progress(
                project_id=project.pk,
                project=project.name,
                unit=project.lead_unit.name,
                reached=STEPS.index(reached),
                is_of_year=_began_on(project, reached).year == table.as_of.year,
                introduced=project.introduced_amount,
                received=received.get(project.pk, ZERO),
            )
        )
    return tuple(found)


def _registered_by(as_of: date) -> Q:
    """Signed or compiled by the day; a reserve project without a day counts from its recording."""
    recorded = Q(reserved_on=None, signed_on=None, created_at__date__lt=as_of + timedelta(days=1))
    return Q(signed_on__lte=as_of) | Q(reserved_on__lte=as_of) | recorded


def _reached(project: Project, as_of: date) -> Step:
    days = {
        Step.PRODUCTION: project.production_on,
        Step.STARTED: project.started_on,
        Step.CONTRACT: project.contract_on,
        Step.SIGNED: project.signed_on,
    }
    return next((step for step, day in days.items() if day and day <= as_of), Step.RESERVE)


def _began_on(project: Project, reached: Step) -> date:
    """The day that decides a project's year: its signature, or before that its compilation."""
    signed_on: date | None = project.signed_on
    compiled_on: date | None = project.reserved_on
    if reached is not Step.RESERVE and signed_on is not None:
        return signed_on
    return compiled_on or timezone.localdate(project.created_at)


def _ever_received(table: LeagueTable) -> dict[int, Decimal]:
    entries = Entry.objects.filter(county=table.county, counted_on__lte=table.as_of)
    if table.known_by is not None:
        entries = entries.filter(posted_at__lte=table.known_by)
    return dict(entries.order_by().values_list("project").annotate(Sum("amount")))
