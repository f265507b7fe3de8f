"""The score table, and the score sheet of a unit (考核得分表), as workbooks."""

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.assessment import context, words
from ledger.assessment.frozen import table_of
from ledger.assessment.table import ScoreTable
from ledger.ranking.pages import table_for
from ledger.rules.months import Month
from ledger.server.files import file_view
from ledger.sheets.answers import list_response
from ledger.sheets.book import Column, Value
from units.access import Right, person, units_of

SHEET = (
    Column(pgettext_lazy("score", "Content"), 18),
    Column(_("Indicator"), 20),
    Column(pgettext_lazy("score", "Points"), 8),
    Column(pgettext_lazy("score", "Method"), 34),
    Column(_("Self-assessment"), 10),
    Column(pgettext_lazy("points", "Score"), 10),
    Column(pgettext_lazy("score", "Remark"), 40),
)


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
    return list_response(request, title, filters, columns, _rows(table, list(items)))


def _rows(table: ScoreTable, codes: list[str]) -> list[list[Value]]:
    rows: list[list[Value]] = []
    for group, units in table.groups:
        for unit in units:
            points = {each.item.code: words.number(each.counted) for each in unit.items}
            head: list[Value] = [group.title, unit.rank, unit.name, words.number(unit.total)]
            rows.append([*head, *(points.get(code) for code in codes)])
    return rows


@file_view(Right.RANKING_VIEW)
def score_unit_xlsx(request: HttpRequest, month: Month, code: str) -> FileResponse:
    """The lines of the unit's page, with the total."""
    unit = get_object_or_404(units_of(person(request)), code=code)
    league = table_for(request, month)
    table = table_of(league)
    found = table.unit(unit.code) if table else None
    if table is None or found is None:
        raise Http404
    rows: list[list[Value]] = [
        [line.content, line.name, line.full, line.rule, line.claimed, line.points, line.explained]
        for line in context.item_lines(table, found, month)
    ]
    rows.append([str(_("Total")), "", "", "", "", words.number(found.total), ""])
    title = f"{unit.name}{table.scheme.name}"
    filters = [(str(_("As of")), f"{league.as_of:%Y-%m-%d}")]
    return list_response(request, title, filters, SHEET, rows)
