"""Lists as workbooks: what the screen shows, all pages of it, with its filters named at the top.

Owns: which list answers which address (the trail of exports is kept for every view alike). Must never:
give out a record that the same person would not see on screen.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import FileResponse, HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger import exports, lists
from ledger.apart import apart
from ledger.attachments import list_response
from ledger.sheets import Column, Value
from ledger.views import receipts, services, trail
from projects import views as projects
from units.access import Right, allowed, may, person

# A workbook has room for a million lines; nobody reads so many, and writing them takes long.
MOST_LINES = 100_000


@allowed(Right.PROJECT_VIEW)
@apart
def project_xlsx(request: HttpRequest) -> FileResponse:
    with exports.one_moment():
        sieve = projects.sieve_of(request)
        found = projects.table_of(request, sieve).data.data
        rows = lists.project_rows(found, sieve.reference_year)
        return _list(_("Projects"), sieve.form, lists.PROJECTS, rows)


@allowed(Right.PROJECT_VIEW)
@apart
def service_xlsx(request: HttpRequest) -> FileResponse:
    with exports.one_moment():
        sieve = services.sieve_of(request)
        found = services.table_of(request, sieve).data.data
        rows = lists.service_rows(found, sieve.today)
        as_of = (_("As of"), date_format(sieve.today))
        return _list(_("Service with time limits"), sieve.form, lists.SERVICES, rows, as_of)


@allowed(Right.RECEIPT_VIEW)
@apart
def receipt_xlsx(request: HttpRequest) -> FileResponse:
    verifies = may(person(request), Right.RECEIPT_VERIFY)
    with exports.one_moment():
        sieve = receipts.sieve_of(request)
        found = receipts.table_of(request, sieve).data.data
        rows = lists.receipt_rows(found, with_doubts=verifies)
        columns = (*lists.RECEIPTS, lists.DOUBTS) if verifies else lists.RECEIPTS
        return _list(_("Receipts"), sieve.form, columns, rows)


@allowed(Right.TRAIL_VIEW)
@apart
def trail_xlsx(request: HttpRequest) -> FileResponse:
    county = person(request).county
    with exports.one_moment():
        sieve = trail.sieve_of(request, county)
        found = trail.found(county, sieve.wishes())
        is_whole = found.count() <= MOST_LINES
        rows = lists.trail_rows(found[:MOST_LINES])
        most = (_("Lines"), "" if is_whole else _("the newest %(most)d") % {"most": MOST_LINES})
        return _list(_("Trail"), sieve, lists.TRAIL, rows, most)


def _list(
    title: str,
    form: Any,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *more: tuple[str, str],
) -> FileResponse:
    filters = [*lists.filter_words(form), *more]
    return list_response(f"{title}.xlsx", title, filters, columns, rows)
