"""What leaves the house: files by the name of who writes them, and the bulletin as a page.

Owns: who may have which file (the trail of exports is kept for every view alike). Must never: compute
a figure, or import what writes files: their libraries would take a fifth of the memory of a process
that serves pages, and a fifth of its start.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.papers import bulletin, sources
from ledger.ranking.pages import table_for
from ledger.rules.months import Month
from ledger.server.apart import apart
from units.access import Right, allowed


def _file(right: Right, writer: str) -> Callable[..., HttpResponseBase]:
    return allowed(right)(apart(f"ledger.papers.writers.{writer}"))


ranking_xlsx = _file(Right.RANKING_VIEW, "ranking_xlsx")
ranking_docx = _file(Right.RANKING_VIEW, "ranking_docx")
project_xlsx = _file(Right.PROJECT_VIEW, "project_xlsx")
service_xlsx = _file(Right.PROJECT_VIEW, "service_xlsx")
receipt_xlsx = _file(Right.RECEIPT_VIEW, "receipt_xlsx")
trail_xlsx = _file(Right.TRAIL_VIEW, "trail_xlsx")
book_template = _file(Right.IMPORT, "book_template")
book_import_marked = _file(Right.IMPORT, "book_import_marked")


@allowed(Right.RANKING_VIEW)
def ranking_bulletin(request: HttpRequest, month: Month) -> HttpResponse:
    with sources.one_moment():
        table = table_for(request, month)
        paper = bulletin.bulletin(table, sources.background(table))
    context = {
        "crumbs": [
            (reverse("ranking-month", args=[month]), _("League table")),
            ("", _("Bulletin")),
        ],
        "month": month,
        "bulletin": paper,
        "query": request.GET.urlencode(),
    }
    return render(request, "ledger/papers/bulletin.html", context)
