"""The score table, and the score sheet of a unit (考核得分表), as workbooks."""

from fractions import Fraction

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.assessment import words
from ledger.assessment.frozen import table_of
from ledger.assessment.table import ScoreTable
from ledger.ranking.pages import table_for
from ledger.rules.months import Month
from ledger.server.files import file_view
from ledger.sheets.answers import list_response
from ledger.sheets.book import Column, Value
from ledger.sheets.cell_styles import NUMBER, TEXT, WRAPPED
from units.access import Right, person, units_of
from units.ground.money import rounded

SHEET = (
    Column(pgettext_lazy("score", "Content"), 18),
    Column(_("Indicator"), 20),
    Column(pgettext_lazy("score", "Points"), 8, NUMBER),
    Column(pgettext_lazy("score", "Method"), 34, WRAPPED),
    Column(_("Self-assessment"), 10, NUMBER),
    Column(pgettext_lazy("points", "Score"), 10, NUMBER),
    Column(pgettext_lazy("score", "Remark"), 40, WRAPPED),
)


@file_view(Right.RANKING_VIEW)
def score_xlsx(request: HttpRequest, month: Month) -> FileResponse:
    league = table_for(request, month)
    table = table_of(league)
    if table is None:
        raise Http404
    items = {item.code: item.name for item in table.scheme.items}
    heads: list[str | Promise] = [_("Group"), _("Rank"), _("Unit"), _("Total"), *items.values()]
    columns = [Column(head, 14, TEXT if at in (0, 2) else NUMBER) for at, head in enumerate(heads)]
    title = f"{league.county.name}{table.scheme.name}"
    filters = [(str(_("As of")), f"{league.as_of:%Y-%m-%d}")]
    return list_response(request, title, filters, columns, _rows(table, list(items)))


def _points(value: Fraction | None) -> Value:
    """Points as a number, as far as the page shows them."""
    return "—" if value is None else rounded(value, words.PLACES)


def _rows(table: ScoreTable, codes: list[str]) -> list[list[Value]]:
    rows: list[list[Value]] = []
    for group, units in table.groups:
        for unit in units:
            points = {each.item.code: _points(each.counted) for each in unit.items}
            head: list[Value] = [group.title, unit.rank, unit.name, _points(unit.total)]
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
        [
            each.item.content,
            each.item.name,
            _points(each.item.full or each.item.points),
            words.rule(each.item),
            _points(each.given.claimed) if each.given and each.given.claimed is not None else None,
            _points(each.counted),
            words.explained(each),
        ]
        for each in found.items
    ]
    rows.append([str(_("Total")), "", None, "", None, _points(found.total), ""])
    title = f"{unit.name}{table.scheme.name}"
    filters = [(str(_("As of")), f"{league.as_of:%Y-%m-%d}")]
    return list_response(request, title, filters, SHEET, rows)
