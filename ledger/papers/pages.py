"""What leaves the house: files, each with the right that it needs, and the bulletin as a page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.papers import bulletin, sources, writers
from ledger.ranking.pages import table_for
from ledger.rules.months import Month
from ledger.server.files import file_view
from units.access import Right, allowed

ranking_xlsx = file_view(Right.RANKING_VIEW, writers.ranking_xlsx)
ranking_docx = file_view(Right.RANKING_VIEW, writers.ranking_docx)
project_xlsx = file_view(Right.PROJECT_VIEW, writers.project_xlsx)
service_xlsx = file_view(Right.PROJECT_VIEW, writers.service_xlsx)
receipt_xlsx = file_view(Right.RECEIPT_VIEW, writers.receipt_xlsx)
trail_xlsx = file_view(Right.TRAIL_VIEW, writers.trail_xlsx)
book_template = file_view(Right.IMPORT, writers.book_template)
book_import_marked = file_view(Right.IMPORT, writers.book_import_marked)


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
