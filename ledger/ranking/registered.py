"""The projects of a table as its papers list them: read from the register, or stored at a closing.

Projects signed in the year, and earlier ones with money in the year. What they received is not
here: that is read from the chain. Amounts are yuan.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from ledger.ranking.counted import entries
from ledger.ranking.gathering import Signed
from ledger.ranking.league import LeagueTable
from projects.models import STAGES, CreditShare, Project
from projects.register import DAYS
from units.ground.money import ZERO


class ProjectFacts(NamedTuple):
    """A project as of a day. ``credit`` are units with basis points; codes, not their words."""

    pk: int
    name: str
    credit: tuple[tuple[int, int], ...]
    investor: str
    origin: str
    place: str
    industry: int
    stage: str
    signed_on: date | None
    is_contract: bool
    total_investment: Decimal
    introduced: Decimal
    sponsor: str
    location: str

    def is_new(self, year: int) -> bool:
        return self.signed_on is not None and self.signed_on.year == year


_PLAIN = ("name", "investor__name", "investor__origin", "investor__origin_place", "industry_id")
_AMOUNTS = ("total_investment", "introduced_amount", "sponsor", "location")


def of_table(table: LeagueTable, known_by: datetime | None = None) -> list[ProjectFacts]:
    """The projects as they are registered now, newest first.

    ``known_by`` leaves out what was registered later, unless it has money.
    """
    start = table.as_of.replace(month=1, day=1)
    in_year = Q(signed_on__range=(start, table.as_of))
    if known_by is not None:
        in_year &= Q(created_at__lte=known_by)
    paid = entries(table).order_by().values("project")
    rows = Project.objects.filter(in_year | Q(pk__in=paid), county=table.county)
    found = list(
        rows.order_by("-signed_on", "id").values(
            "pk", *_PLAIN, *_AMOUNTS, "stage", "signed_on", *DAYS.values()
        )
    )
    credit = _credit([row["pk"] for row in found])
    return [_facts(row, credit[row["pk"]], table.as_of) for row in found]


def _credit(projects: list[int]) -> dict[int, list[tuple[int, int]]]:
    credit: dict[int, list[tuple[int, int]]] = defaultdict(list)
    shares = CreditShare.objects.filter(project__in=projects).order_by("order", "id")
    for project, unit, points in shares.values_list("project", "unit", "basis_points"):
        credit[project].append((unit, points))
    return credit


def _facts(row: Mapping[str, Any], credit: list[tuple[int, int]], as_of: date) -> ProjectFacts:
    contract_on = row["contract_on"]
    name, investor, origin, place, industry = (row[field] for field in _PLAIN)
    return ProjectFacts(
        row["pk"],
        name,
        tuple(credit),
        investor or "",
        origin or "",
        place or "",
        industry,
        _stage(row, as_of),
        row["signed_on"],
        contract_on is not None and contract_on <= as_of,
        *(row[field] for field in _AMOUNTS),
    )


def _stage(row: Mapping[str, Any], as_of: date) -> str:
    """How far the project had come by the day, as far as its days are known."""
    days = {stage: row[name] for stage, name in DAYS.items()}
    reached = [stage for stage in STAGES if (on := days.get(stage)) and on <= as_of]
    return str(reached[-1] if reached else row["stage"])


def signed(facts: Iterable[ProjectFacts], year: int) -> Signed:
    """The sums of the projects signed in the year."""
    new = [each for each in facts if each.is_new(year)]
    return Signed(
        len(new),
        sum(each.is_contract for each in new),
        sum((each.total_investment for each in new), ZERO),
        sum((each.introduced for each in new), ZERO),
    )


def read(plain: Iterable[list[Any]]) -> list[ProjectFacts]:
    """What was stored as JSON."""
    return [_read(ProjectFacts(*row)) for row in plain]


def _read(row: ProjectFacts) -> ProjectFacts:
    return row._replace(
        credit=tuple((unit, points) for unit, points in row.credit),
        signed_on=row.signed_on and date.fromisoformat(str(row.signed_on)),
        total_investment=Decimal(row.total_investment),
        introduced=Decimal(row.introduced),
    )
