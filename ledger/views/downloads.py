"""What leaves the house: the settlement workbook, the bulletin in Word and on the page.

Owns: the order table, background, file (the trail of exports is kept for every view alike). Must never:
compute a figure, or give out rows that the person may not see on screen.
"""

from functools import partial
from typing import IO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger import bulletin, bulletin_docx, exports, ranking_sheet, workbook
from ledger.apart import apart
from ledger.attachments import DOCX, XLSX, file_response
from ledger.months import Month
from ledger.views.ranking import table_for
from units.access import Right, allowed, person


@allowed(Right.RANKING_VIEW)
@apart
def ranking_xlsx(request: HttpRequest, month: Month) -> FileResponse:
    with exports.one_moment():
        table = table_for(request, month)
        background = exports.background(table)
        details = exports.details(table, person(request))
        write = partial(workbook.settlement_workbook, table, background, details)
        return file_response(f"{ranking_sheet.title(table)}.xlsx", XLSX, write)


@allowed(Right.RANKING_VIEW)
@apart
def ranking_docx(request: HttpRequest, month: Month) -> FileResponse:
    with exports.one_moment():
        table = table_for(request, month)
        paper = bulletin.bulletin(table, exports.background(table))

    def write(file: IO[bytes]) -> None:
        bulletin_docx.write(paper, file)

    return file_response(f"{paper.title}.docx", DOCX, write)


@allowed(Right.RANKING_VIEW)
def ranking_bulletin(request: HttpRequest, month: Month) -> HttpResponse:
    with exports.one_moment():
        table = table_for(request, month)
        paper = bulletin.bulletin(table, exports.background(table))
    context = {
        "crumbs": [
            (reverse("ranking-month", args=[month]), _("League table")),
            ("", _("Bulletin")),
        ],
        "month": month,
        "bulletin": paper,
        "query": request.GET.urlencode(),
    }
    return render(request, "ledger/bulletin.html", context)
