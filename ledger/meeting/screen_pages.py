"""The big screen in the hall: slides that turn by themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ledger.meeting.slides import SECONDS, dots_of, slide_names, slide_of, slide_url
from ledger.ranking import phrases
from ledger.ranking.pages import table_for
from ledger.ranking.query import newest_month
from units.access import Right, allowed, county_of


@allowed(Right.RANKING_VIEW)
def screen(request: HttpRequest) -> HttpResponse:
    """One slide of the newest table. Each links to the next, so changes appear with the next slide."""
    table = table_for(request, newest_month(county_of(request), timezone.localdate()))
    names = slide_names(table)
    table_query = request.GET.get("slide", "")
    here = names.index(table_query) if table_query in names else 0
    context = {
        "league": table,
        "settlement": table.settlement,
        "correcting": phrases.correcting(table),
        "slide": slide_of(table, names[here]),
        "dots": dots_of(names, here, request.GET),
        "before": slide_url(names[here - 1], request.GET),
        "after": slide_url(names[(here + 1) % len(names)], request.GET),
        "hold": slide_url(names[here], request.GET, hold="1"),
        "is_held": "hold" in request.GET,
        "seconds": SECONDS,
        "now": timezone.localtime(),
    }
    return render(request, "ledger/meeting/screen.html", context)
