"""Lists as workbooks: all pages of what the screen shows, with the filters named at the top."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import FileResponse, HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.accounts import lists, service_pages
from ledger.papers import sources
from ledger.receipts import pages
from ledger.server.files import demand_short, file_view
from ledger.sheets.answers import list_response
from ledger.sheets.book import Column, Value
from ledger.trail import pages as trail
from projects import views as projects
from units.access import Right, may, person

# A sheet has room for a million lines, but nobody reads so many and writing them is slow.
MAX_LINES = 100_000


@file_view(Right.PROJECT_VIEW)
def project_xlsx(request: HttpRequest) -> FileResponse:
    with sources.one_moment():
        filterset = projects.filterset_of(request)
        found = projects.table_of(request, filterset).data.data
        demand_short(found.count())
        rows = lists.project_rows(found, filterset.reference_year)
        return _list(request, _("Projects"), filterset.form, lists.PROJECTS, rows)


@file_view(Right.PROJECT_VIEW)
def service_xlsx(request: HttpRequest) -> FileResponse:
    with sources.one_moment():
        filterset = service_pages.filterset_of(request)
        found = service_pages.table_of(request, filterset).data.data
        demand_short(len(found))
        rows = lists.service_rows(found, filterset.today)
        as_of = (_("As of"), date_format(filterset.today))
        return _list(
            request, _("Service with time limits"), filterset.form, lists.SERVICES, rows, as_of
        )


@file_view(Right.RECEIPT_VIEW)
def receipt_xlsx(request: HttpRequest) -> FileResponse:
    verifies = may(person(request), Right.RECEIPT_VERIFY)
    with sources.one_moment():
        filterset = pages.filterset_of(request)
        found = pages.table_of(request, filterset).data.data
        demand_short(found.count())
        rows = lists.receipt_rows(found, with_doubts=verifies)
        columns = (*lists.RECEIPTS, lists.DOUBTS) if verifies else lists.RECEIPTS
        return _list(request, _("Receipts"), filterset.form, columns, rows)


@file_view(Right.TRAIL_VIEW)
def trail_xlsx(request: HttpRequest) -> FileResponse:
    county = person(request).county
    with sources.one_moment():
        filterset = trail.filterset_of(request, county)
        found = trail.found(county, filterset.parameters(), person(request))
        count = found.count()
        demand_short(count)
        is_whole = count <= MAX_LINES
        rows = lists.trail_rows(found[:MAX_LINES], person(request))
        most = (_("Lines"), "" if is_whole else _("the newest %(most)d") % {"most": MAX_LINES})
        return _list(request, _("Trail"), filterset, lists.TRAIL, rows, most)


def _list(
    request: HttpRequest,
    title: str,
    form: Any,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *more: tuple[str, str],
) -> FileResponse:
    filters = [*lists.filter_words(form), *more]
    return list_response(request, title, filters, columns, rows)
