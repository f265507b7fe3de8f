"""The files: settlement workbook, bulletin in Word, lists, the import's template and marked workbook.

A list is what the screen shows, all pages of it, with its filters named at the top. Each writer that
may have many rows says how many before it reads them (``demand_short``); it computes no figure, and gives
nobody a record that they would not see on screen.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.accounts import lists, service_pages
from ledger.importing import contents, marked, template
from ledger.importing.pages import upload_of
from ledger.models import Receipt
from ledger.papers import bulletin, bulletin_docx, ranking_sheet, settlement, sources
from ledger.ranking.pages import table_for
from ledger.receipts import pages
from ledger.rules.months import Month
from ledger.server.files import demand_short
from ledger.sheets.answers import DOCX, XLSX, file_response, list_response
from ledger.sheets.book import Column, Value
from ledger.trail import pages as trail
from projects import views as projects
from units.access import Right, may, person
from units.models import Unit

# A workbook has room for a million lines; nobody reads so many, and writing them takes long.
MOST_LINES = 100_000


def ranking_xlsx(request: HttpRequest, month: Month) -> FileResponse:
    with sources.one_moment():
        table = table_for(request, month)
        demand_short(sources.entry_count(table))
        background = sources.background(table)
        details = sources.details(table, person(request))
        write = partial(settlement.settlement_workbook, table, background, details)
        return file_response(f"{ranking_sheet.title(table)}.xlsx", XLSX, write)


def ranking_docx(request: HttpRequest, month: Month) -> FileResponse:
    with sources.one_moment():
        table = table_for(request, month)
        paper = bulletin.bulletin(table, sources.background(table))

    def write(file: IO[bytes]) -> None:
        bulletin_docx.write(paper, file)

    return file_response(f"{paper.title}.docx", DOCX, write)


def project_xlsx(request: HttpRequest) -> FileResponse:
    with sources.one_moment():
        sieve = projects.sieve_of(request)
        found = projects.table_of(request, sieve).data.data
        demand_short(found.count())
        rows = lists.project_rows(found, sieve.reference_year)
        return _list(_("Projects"), sieve.form, lists.PROJECTS, rows)


def service_xlsx(request: HttpRequest) -> FileResponse:
    with sources.one_moment():
        sieve = service_pages.sieve_of(request)
        found = service_pages.table_of(request, sieve).data.data
        demand_short(len(found))
        rows = lists.service_rows(found, sieve.today)
        as_of = (_("As of"), date_format(sieve.today))
        return _list(_("Service with time limits"), sieve.form, lists.SERVICES, rows, as_of)


def receipt_xlsx(request: HttpRequest) -> FileResponse:
    verifies = may(person(request), Right.RECEIPT_VERIFY)
    with sources.one_moment():
        sieve = pages.sieve_of(request)
        found = pages.table_of(request, sieve).data.data
        demand_short(found.count())
        rows = lists.receipt_rows(found, with_doubts=verifies)
        columns = (*lists.RECEIPTS, lists.DOUBTS) if verifies else lists.RECEIPTS
        return _list(_("Receipts"), sieve.form, columns, rows)


def trail_xlsx(request: HttpRequest) -> FileResponse:
    county = person(request).county
    with sources.one_moment():
        sieve = trail.sieve_of(request, county)
        found = trail.found(county, sieve.wishes())
        count = found.count()
        demand_short(count)
        is_whole = count <= MOST_LINES
        rows = lists.trail_rows(found[:MOST_LINES])
        most = (_("Lines"), "" if is_whole else _("the newest %(most)d") % {"most": MOST_LINES})
        return _list(_("Trail"), sieve, lists.TRAIL, rows, most)


def book_import_marked(request: HttpRequest, token: str) -> FileResponse:
    """The workbook with its refused cells marked."""
    upload = upload_of(request, token)
    if not upload.state.refused or upload.kept("book") is None:
        raise Http404
    demand_short(upload.state.rows)
    write = partial(marked.write, upload.book(), upload.refusals())
    stem = Path(upload.state.file_name).stem
    return file_response(f"{stem}-{marked.PROBLEMS}.xlsx", XLSX, write)


def book_template(request: HttpRequest) -> FileResponse:
    """The template for the county, or for one unit; ``filled=1`` with the accounts so far."""
    user, code = person(request), request.GET.get("unit", "")
    units = Unit.objects.filter(county=user.county_id)
    unit = user.unit or (get_object_or_404(units, code=code) if code else None)
    if user.county is None or (user.unit is not None and code not in ("", user.unit.code)):
        raise Http404
    is_filled = request.GET.get("filled") == "1"
    if is_filled:
        receipts_of = Receipt.objects.filter(county=user.county)
        demand_short((receipts_of.filter(project__lead_unit=unit) if unit else receipts_of).count())
    found = contents.contents(
        user.county,
        unit,
        is_filled=is_filled,
        year=timezone.localdate().year,
    )
    write = partial(template.write, found)
    return file_response(f"{unit or user.county}招商引资台账.xlsx", XLSX, write)


def _list(
    title: str,
    form: Any,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *more: tuple[str, str],
) -> FileResponse:
    filters = [*lists.filter_words(form), *more]
    return list_response(f"{title}.xlsx", title, filters, columns, rows)
