"""The papers of a table: settlement workbook, bulletin in Word, and the bulletin as a page."""

from functools import partial
from typing import IO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.papers import bulletin, bulletin_docx, ranking_sheet, settlement, sources
from ledger.ranking.pages import table_for
from ledger.rules.months import Month
from ledger.server.files import demand_short, file_view, site_of
from ledger.sheets.answers import DOCX, XLSX, file_response
from units.access import Right, allowed, person


@file_view(Right.RANKING_VIEW)
def ranking_xlsx(request: HttpRequest, month: Month) -> FileResponse:
    with sources.one_moment():
        table = table_for(request, month)
        demand_short(sources.entry_count(table))
        background = sources.background(table, site_of(request))
        details = sources.details(table, person(request))
        write = partial(settlement.settlement_workbook, table, background, details)
        return file_response(f"{ranking_sheet.title(table)}.xlsx", XLSX, write)


@file_view(Right.RANKING_VIEW)
def ranking_docx(request: HttpRequest, month: Month) -> FileResponse:
    with sources.one_moment():
        table = table_for(request, month)
        paper = bulletin.bulletin(table, sources.background(table, site_of(request)))

    def write(file: IO[bytes]) -> None:
        bulletin_docx.write(paper, file)

    return file_response(f"{paper.title}.docx", DOCX, write)


@allowed(Right.RANKING_VIEW)
def ranking_bulletin(request: HttpRequest, month: Month) -> HttpResponse:
    with sources.one_moment():
        table = table_for(request, month)
        paper = bulletin.bulletin(table, sources.background(table, site_of(request)))
    context = {
        "crumbs": [
            (reverse("ranking", args=[month]), _("League table")),
            ("", _("Bulletin")),
        ],
        "month": month,
        "bulletin": paper,
        "query": request.GET.urlencode(),
    }
    return render(request, "ledger/papers/bulletin.html", context)
