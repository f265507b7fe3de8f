"""The page of the composition of the county's money."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.explain.breakdown_context import made_of
from ledger.explain.composition import composition
from ledger.explain.cuts_context import cuts_of, stair_of, summary_of, switches_of
from ledger.explain.funnel_context import funnel_of, rates_of
from ledger.ranking.context import month_links
from ledger.ranking.pages import same_parameters, table_for
from ledger.ranking.query import newest_month
from ledger.rules.months import Month
from units.access import Right, allowed, county_of, person


@allowed(Right.RANKING_VIEW)
def composition_newest(request: HttpRequest) -> HttpResponse:
    month = newest_month(county_of(request), timezone.localdate())
    return redirect(same_parameters(request, "composition-month", month))


@allowed(Right.RANKING_VIEW)
def composition_month(request: HttpRequest, month: Month) -> HttpResponse:
    table = table_for(request, month)
    found = composition(table)
    context = {
        "crumbs": [
            (same_parameters(request, "ranking", month), _("League table")),
            ("", _("Composition")),
        ],
        "league": table,
        "month": month,
        "settlement": table.settlement,
        "months": month_links(
            table,
            month,
            request.GET,
            timezone.localdate(),
            "composition-month",
        ),
        "summary": summary_of(found),
        "switches": switches_of(found, request.GET),
        "stair": stair_of(found, request.GET),
        "cuts": cuts_of(found, request.GET),
        "funnel": funnel_of(found, request.GET),
        "rates": rates_of(found),
        "made_of": made_of(found, request.GET, person(request)),
    }
    return render(request, "ledger/explain/composition.html", context)
