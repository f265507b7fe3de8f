"""The page of how the year's signed projects get on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from ledger.conversion.columns import COLUMNS, texts
from ledger.conversion.table import conversion
from ledger.ranking.pages import same_parameters, table_for, unit_url
from ledger.rules.months import Month
from units.access import Right, allowed, person


@allowed(Right.RANKING_VIEW)
def conversion_month(request: HttpRequest, month: Month) -> HttpResponse:
    league = table_for(request, month)
    found, url = conversion(league), unit_url(person(request), league.county)
    shown = {
        "crumbs": [
            (same_parameters(request, "composition-month", month), _("Composition")),
            ("", _("How signed projects get on")),
        ],
        "league": league,
        "month": month,
        "heads": [column.words for column in COLUMNS],
        "sections": [
            (group.title, [(line, url(line.unit), texts(line.counts)) for line in lines])
            for group, lines in found.sections
        ],
        "total": texts(found.total),
    }
    return render(request, "ledger/conversion/conversion.html", shown)
