"""A LeagueTable as JSON: the same for the page's ``.json`` and ``manage.py ranking --json``.

Amounts are strings in yuan with two places (benchmark and gap rounded half-up to the fen);
completion and percents are exact decimal strings, never rounded; null where there is no target.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.ranking import columns
from ledger.ranking.columns import IN_JSON, Column, Shape
from ledger.ranking.league import LeagueRow, LeagueTable, Section
from units.ground.money import exact, rounded


def text(table: LeagueTable) -> str:
    """The document, ending with a line break."""
    return json.dumps(document(table), ensure_ascii=False, indent=1) + "\n"


def document(table: LeagueTable) -> dict[str, Any]:
    total, signed = table.total, table.signed
    return {
        "county": table.county.code,
        "as_of": table.as_of.isoformat(),
        "benchmark_percent": _exact(total.benchmark_percent),
        "headline": {
            "target": _yuan(total.target),
            "received": _yuan(total.received),
            "completion": _exact(total.completion),
            "gap": _yuan(total.gap),
            "gap_points": _exact(total.gap_points),
            "over_half": table.over_half,
            "projects": signed.projects,
            "contracts": signed.contracts,
            "total_investment": _yuan(signed.total_investment),
            "introduced": _yuan(signed.introduced),
        },
        "sections": [_section(section) for section in table.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "kind": str(section.kind),
        "tiers": {str(tier): count for tier, count in section.tiers.items()},
        "rows": [_row(row) for row in section.rows],
    }


def _row(row: LeagueRow) -> dict[str, Any]:
    return {column.json: _spelled(column, column.value(row)) for column in IN_JSON}


def _spelled(column: Column, value: Any) -> Any:
    return None if value is None else SPELLINGS.get(column.shape, str)(value)


def _yuan(value: Decimal | Fraction | None) -> str | None:
    return None if value is None else f"{rounded(value, 2):f}"


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else exact(value)


SPELLINGS: dict[Shape, Callable[[Any], Any]] = {
    columns.RANK: int,
    columns.AMOUNT: _yuan,
    columns.GAP: _yuan,
    columns.PERCENT: _exact,
    columns.POINTS: _exact,
}
