"""What the accounts already hold of what a workbook names, read in a few queries.

Reads only what the importing person may see, except whether a name is in use. Writes nothing.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from django.db.models import Max

from ledger.models import Period, Receipt, quarter_of
from projects.industries import record as industries
from projects.models import Industry, Investor, Project
from projects.reach import projects_of
from units.access import Right, may
from units.ground.text import key
from units.models import County, Schedule, Target, Unit, User
from units.targets.schedule import EVEN

CHUNK = 1_000
T = TypeVar("T", int, str)


class Known(NamedTuple):
    """The fields of a receipt that are compared."""

    pk: int
    version: int
    state: str
    kind: str
    note: str


class Near(NamedTuple):
    """A recorded receipt that another may correct."""

    received_on: date
    amount: Decimal
    voucher_no: str


Identity = tuple[int, date, Decimal, str]  # project, day, amount, key of the voucher number
TargetKey = tuple[int, int, str]  # unit, year, issuer


@dataclass(slots=True)
class Accounts:
    """The county's units, and what was looked up for the rows of a workbook.

    Units and projects that the workbook itself adds have negative ids until they are stored.
    """

    county: County
    by: User
    today: date
    units: dict[str, Unit] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    targets: dict[TargetKey, list[Target]] = field(default_factory=dict)
    schedules: dict[int, tuple[int, ...]] = field(default_factory=dict)
    industries: dict[str, Industry] = field(default_factory=dict)
    investors: dict[str, Investor] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    names_in_use: set[str] = field(default_factory=set)
    refused_projects: dict[str, int] = field(default_factory=dict)  # rows by key of the name
    receipts: dict[Identity, Known] = field(default_factory=dict)
    vouchers: dict[tuple[int, str], list[Identity]] = field(default_factory=dict)
    periods: dict[tuple[int, int], str] = field(default_factory=dict)
    by_day: dict[tuple[int, date], list[Near]] = field(default_factory=dict)
    largest_receipt: Decimal | None = None
    largest_project: Decimal | None = None
    largest_target: Decimal | None = None
    tasks: dict[int, Decimal] = field(default_factory=dict)  # the county's own, by year
    aliases: dict[str, str] = field(default_factory=dict)  # key of a written name -> unit's name
    unknown_units: dict[str, str] = field(default_factory=dict)  # as written, and a similar one
    stand_ins: int = 0
    takes_groups: bool = False  # a county without units takes the groups that the book names
    _near: dict[str, str] = field(default_factory=dict)

    def next_stand_in(self) -> int:
        self.stand_ins -= 1
        return self.stand_ins

    def unit(self, name: str) -> Unit | None:
        written = key(name)
        return self.units.get(written) or self.units.get(key(self.aliases.get(written, "")))

    def near(self, name: str) -> str:
        """The name of a similarly named unit, or an empty string."""
        if name not in self._near:
            names = [unit.name for unit in self.units.values()]
            found = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            self._near[name] = found[0] if found and len(self._near) < CHUNK else ""
        return self._near[name]

    def schedule(self, year: int) -> tuple[int, ...]:
        return self.schedules.get(year, EVEN)

    def state_of(self, day: date) -> str:
        """The state of the quarter of a day; an unused quarter is open."""
        return self.periods.get((day.year, quarter_of(day)), Period.State.OPEN)

    def counted_on(self, day: date) -> date:
        """The day on which money of ``day`` counts if it is verified now (rule 7)."""
        year, quarter = day.year, quarter_of(day)
        while self.periods.get((year, quarter)) == Period.State.CLOSED:
            year, quarter = (year + 1, 1) if quarter == 4 else (year, quarter + 1)
            day = date(year, 3 * quarter - 2, 1)
        return day


def open_accounts(county: County, by: User, today: date) -> Accounts:
    """Units, schedules, quarters and industries of the county."""
    rows = list(Unit.objects.filter(county=county).select_related("successor"))
    schedules = Schedule.objects.filter(county=county)
    periods = Period.objects.filter(county=county)
    largest = Receipt.objects.filter(county=county).exclude(state=Receipt.State.WITHDRAWN)
    targets = _targets_in_force(county)
    return Accounts(
        largest_receipt=largest.aggregate(most=Max("amount"))["most"],
        largest_project=Project.objects.filter(county=county).aggregate(
            most=Max("total_investment")
        )["most"],
        largest_target=max((amount for _year, amount in targets), default=None),
        tasks=_by_year(targets),
        county=county,
        by=by,
        today=today,
        units={unit.name_key: unit for unit in rows},
        takes_groups=not rows and may(by, Right.COUNTY_EDIT),
        codes=set(Unit.objects.values_list("code", flat=True)),
        schedules={schedule.year: schedule.parts for schedule in schedules},
        industries=industries.known(county),
        periods={(period.year, period.quarter): period.state for period in periods},
    )


def industry_of(accounts: Accounts, written: str) -> Industry | None:
    """The industry that a written word means in the county, or None: then the person is asked."""
    return accounts.industries.get(key(written))


def _targets_in_force(county: County) -> list[tuple[int, Decimal]]:
    """Year and amount of each unit's newest target from the county."""
    rows = Target.objects.filter(unit__county=county, issuer=Target.Issuer.COUNTY)
    newest = rows.order_by("unit_id", "year", "-effective_on", "-pk").distinct("unit_id", "year")
    return list(newest.values_list("year", "amount"))


def _by_year(targets: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for year, amount in targets:
        found[year] = found.get(year, Decimal(0)) + amount
    return found


def look_up_targets(accounts: Accounts, units: Iterable[Unit], years: Iterable[int]) -> None:
    rows = Target.objects.filter(unit__in=[unit.pk for unit in units], year__in=set(years))
    for target in rows.order_by("effective_on", "id"):
        versions = accounts.targets.setdefault((target.unit_id, target.year, target.issuer), [])
        versions.append(target)


def look_up_projects(accounts: Accounts, names: Iterable[str]) -> None:
    """The projects of these names that the person may see, and which names are in use at all."""
    keys = sorted({key(name) for name in names} - accounts.projects.keys())
    seen = projects_of(accounts.by).select_related("investor", "industry", "lead_unit")
    for part in _parts(keys):
        rows = seen.filter(name_key__in=part).prefetch_related("shares__unit").distinct()
        accounts.projects |= {project.name_key: project for project in rows}
        in_use = Project.objects.filter(county=accounts.county, name_key__in=part)
        accounts.names_in_use |= set(in_use.values_list("name_key", flat=True))


def look_up_investors(accounts: Accounts, names: Iterable[str]) -> None:
    for part in _parts(sorted({key(name) for name in names})):
        rows = Investor.objects.filter(county=accounts.county, name_key__in=part)
        accounts.investors |= {investor.name_key: investor for investor in rows}


def look_up_receipts(accounts: Accounts) -> None:
    """The receipts of the projects that were looked up, except withdrawn ones."""
    ids = sorted(project.pk for project in accounts.projects.values() if project.pk > 0)
    for part in _parts(ids):
        rows = Receipt.objects.filter(project__in=part).exclude(state=Receipt.State.WITHDRAWN)
        columns = ("project", "received_on", "amount", "voucher_no", *Known._fields)
        for project, day, amount, voucher, *known in rows.order_by().values_list(*columns):
            identity = (project, day, amount, key(voucher))
            accounts.receipts[identity] = Known(*known)
            of_voucher = accounts.vouchers.setdefault((project, key(voucher)), [])
            if identity not in of_voucher:
                of_voucher.append(identity)
            near = Near(day, amount, voucher)
            accounts.by_day.setdefault((project, day), []).append(near)


def _parts(values: list[T]) -> Iterable[list[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
