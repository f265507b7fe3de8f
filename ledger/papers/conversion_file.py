"""How the year's signed projects get on (履约情况表), as a workbook."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext_lazy as _

from ledger.conversion.columns import COLUMNS, Shape
from ledger.conversion.table import ConversionTable, Counts, conversion
from ledger.papers.ranking_sheet import percent
from ledger.ranking.pages import table_for
from ledger.rules.months import Month
from ledger.server.files import file_view
from ledger.sheets.answers import list_response
from ledger.sheets.book import Column, Value
from ledger.sheets.cell_styles import COUNT, NUMBER, WAN, CellStyle
from units.access import Right
from units.ground.money import to_wan

STYLES: Final[dict[Shape, CellStyle]] = {
    Shape.COUNT: COUNT,
    Shape.AMOUNT: WAN,
    Shape.RATE: NUMBER,
}


@file_view(Right.RANKING_VIEW)
def conversion_xlsx(request: HttpRequest, month: Month) -> FileResponse:
    league = table_for(request, month)
    columns = [Column(_("Group"), 14), Column(_("Rank"), 8, COUNT), Column(_("Unit"), 14)]
    columns += [Column(column.words, 14, STYLES[column.shape]) for column in COLUMNS]
    title = _("%(county)s: how the projects signed in %(year)d get on") % {
        "county": league.county.name,
        "year": league.as_of.year,
    }
    filters = [(str(_("As of")), f"{league.as_of:%Y-%m-%d}")]
    return list_response(request, title, filters, columns, _rows(conversion(league)))


def _rows(found: ConversionTable) -> list[Sequence[Value]]:
    rows: list[Sequence[Value]] = [
        [group.title, line.rank, line.unit.name, *_cells(line.counts)]
        for group, lines in found.sections
        for line in lines
    ]
    return [*rows, [str(_("Whole county")), None, "", *_cells(found.total)]]


def _cells(counts: Counts) -> list[Value]:
    return [CELLS[column.shape](column.value(counts)) for column in COLUMNS]


def _rate(rate: Fraction | None) -> Value:
    return "—" if rate is None else percent(rate.numerator, rate.denominator)


CELLS: Final[dict[Shape, Callable[[Any], Value]]] = {
    Shape.COUNT: int,
    Shape.AMOUNT: to_wan,
    Shape.RATE: _rate,
}
