"""The score table as a workbook: a row for each unit, a column for each item."""

from django.http import FileResponse, Http404, HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.assessment import words
from ledger.assessment.frozen import table_of
from ledger.assessment.table import ScoreTable
from ledger.ranking.pages import table_for
from ledger.rules.months import Month
from ledger.server.files import file_view
from ledger.sheets.answers import list_response
from ledger.sheets.book import Column, Value
from units.access import Right


@file_view(Right.RANKING_VIEW)
def score_xlsx(request: HttpRequest, month: Month) -> FileResponse:
    league = table_for(request, month)
    table = table_of(league)
    if table is None:
        raise Http404
    items = {item.code: item.name for item in table.scheme.items}
    heads: list[str | Promise] = [_("Group"), _("Rank"), _("Unit"), _("Total"), *items.values()]
    columns = [Column(head, 14) for head in heads]
    title = f"{league.county.name}{table.scheme.name}"
    filters = [(str(_("As of")), f"{league.as_of:%Y-%m-%d}")]
    return list_response(f"{title}.xlsx", title, filters, columns, _rows(table, list(items)))


def _rows(table: ScoreTable, codes: list[str]) -> list[list[Value]]:
    rows: list[list[Value]] = []
    for group, units in table.groups:
        for unit in units:
            points = {each.item.code: words.number(each.counted) for each in unit.items}
            head: list[Value] = [group.title, unit.rank, unit.name, words.number(unit.total)]
            rows.append([*head, *(points.get(code) for code in codes)])
    return rows
