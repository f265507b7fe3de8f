"""The pages that explain figures, as text: the lines of a sum, neighbours, signed projects.

A record is linked only for a reader who may open it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.functional import Promise

from ledger import words
from ledger.entries.reach import receipts_of
from ledger.explain import line as explain
from ledger.ranking.columns import FIGURES, Of
from ledger.ranking.league import LeagueRow, LeagueTable, quarters_due, total
from ledger.ranking.table import UnitUrl, made_of
from projects.models import Project
from projects.reach import projects_of
from units.access import REACH, Reach
from units.ground.money import percent_text, wan_text
from units.models import User

EXPLAINED = [(column, column.screen) for column in FIGURES if column.screen]


@dataclass(frozen=True, slots=True)
class SumLine:
    """One part of a sum: a unit, or all units of a kind. ``url`` leads to its explanation."""

    title: str | Promise
    url: str
    count: int
    cells: tuple[tuple[str | Promise, str], ...]
    due: tuple[tuple[str | Promise, str], ...]


class FigureLine(NamedTuple):
    """A figure of the explained line or sum, and the part of the page that explains it."""

    title: str | Promise
    text: str
    part: str
    because: str


@dataclass(frozen=True, slots=True)
class NeighbourLine:
    """A row next to the unit in the ranking."""

    row: LeagueRow
    completion: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class SignedLine:
    """A project that the headline counts."""

    project: Project
    total: str
    introduced: str
    is_contract: bool


def figure_lines(of: Of) -> list[FigureLine]:
    return [
        FigureLine(column.title, text, screen.part, column.because(of) if column.because else "")
        for column, screen in EXPLAINED
        if (text := column.shown(of))
    ]


def unit_lines(table: LeagueTable, rows: Sequence[LeagueRow], url: UnitUrl) -> list[SumLine]:
    """The units of a sum, each linked to its entries."""
    return [_unit_line(row, url(row), made_of(table)) for row in rows]


def _unit_line(row: LeagueRow, account: str, made_of: str) -> SumLine:
    return SumLine(
        title=row.name,
        url=f"{account}{made_of}" if account else "",
        count=1,
        cells=_cells(row),
        due=_due(row.due),
    )


def kind_lines(table: LeagueTable, source: Callable[[str], str]) -> list[SumLine]:
    """The kinds of units of a county, each linked to its units."""
    return [sum_line(s.title, s.rows, source(s.kind)) for s in table.sections]


def sum_line(title: str | Promise, rows: Sequence[LeagueRow], url: str = "") -> SumLine:
    return SumLine(title, url, len(rows), _cells(total(rows)), _due(quarters_due(rows)))


def _cells(of: Of) -> tuple[tuple[str | Promise, str], ...]:
    return tuple(
        (column.title, column.shown(of)) for column, _screen in EXPLAINED if not column.is_rare
    )


def _due(amounts: Sequence[Decimal]) -> tuple[tuple[str | Promise, str], ...]:
    """By quarter; a unit without a target owes nothing."""
    texts = [wan_text(amount) for amount in amounts] or ["—"] * 4
    return tuple(zip(words.QUARTERS.values(), texts, strict=True))


def due_lines(row: LeagueRow) -> list[tuple[str | Promise, str]]:
    return list(_due(row.due)) if row.due else []


def neighbour_lines(told: explain.Explanation) -> list[NeighbourLine]:
    return [
        NeighbourLine(
            row=row,
            completion=percent_text(row.received, row.target, 4) if row.target else "",
            is_own=row.unit_id == told.row.unit_id,
        )
        for row in told.neighbours
    ]


def signed_lines(table: LeagueTable, user: User) -> list[SignedLine]:
    """The counted projects, for readers who may see them all."""
    if REACH.get(user.role) is not Reach.COUNTY:
        return []
    return [
        SignedLine(
            project=project,
            total=wan_text(project.total_investment),
            introduced=wan_text(project.introduced_amount),
            is_contract=project.contract_on is not None and project.contract_on <= table.as_of,
        )
        for project in explain.signed_projects(table.county, table.as_of)
    ]


def openable(user: User, told: explain.Explanation | None) -> dict[str, set[int]]:
    """The shown projects and receipts that the reader may open."""
    if told is None:
        return {"open_projects": set(), "open_receipts": set()}
    parts = [part.entry for part in told.entries]
    projects = {entry.project_id for entry in parts} | {
        part.receipt.project_id for part in told.pending
    }
    receipts = {entry.receipt_id for entry in parts} | {part.receipt.pk for part in told.pending}
    return {
        "open_projects": set(
            projects_of(user).filter(pk__in=projects).values_list("pk", flat=True)
        ),
        "open_receipts": set(
            receipts_of(user).filter(pk__in=receipts).values_list("pk", flat=True)
        ),
    }
