"""How the year's signed projects get on (履约情况表), as a workbook."""

from collections.abc import Sequence

from django.http import FileResponse, HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.conversion.columns import COLUMNS, texts
from ledger.conversion.table import ConversionTable, conversion
from ledger.ranking.pages import table_for
from ledger.rules.months import Month
from ledger.server.files import file_view
from ledger.sheets.answers import list_response
from ledger.sheets.book import Column, Value
from units.access import Right


@file_view(Right.RANKING_VIEW)
def conversion_xlsx(request: HttpRequest, month: Month) -> FileResponse:
    league = table_for(request, month)
    words: list[str | Promise] = [_("Group"), _("Rank"), _("Unit")]
    columns = [Column(head, 14) for head in [*words, *(column.words for column in COLUMNS)]]
    title = _("%(county)s: how the projects signed in %(year)d get on") % {
        "county": league.county.name,
        "year": league.as_of.year,
    }
    filters = [(str(_("As of")), f"{league.as_of:%Y-%m-%d}")]
    return list_response(request, title, filters, columns, _rows(conversion(league)))


def _rows(found: ConversionTable) -> list[Sequence[Value]]:
    rows: list[Sequence[Value]] = [
        [group.title, line.rank, line.unit.name, *texts(line.counts)]
        for group, lines in found.sections
        for line in lines
    ]
    return [*rows, [str(_("Whole county")), None, "", *texts(found.total)]]
