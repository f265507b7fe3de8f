"""The template of the import, and an imported workbook with its refused cells marked."""

from functools import partial
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from ledger.importing import uploads
from ledger.importing.pages import upload_of
from ledger.models import Receipt
from ledger.reading.columns import PROBLEMS
from ledger.server.files import demand_short, file_view
from ledger.sheets.answers import XLSX, file_response
from ledger.workbooks import contents, marked, template
from units.access import Right, person
from units.models import Unit


@file_view(Right.IMPORT)
def book_import_marked(request: HttpRequest, token: str) -> FileResponse:
    """The workbook with its refused cells marked."""
    upload = upload_of(request, token)
    if not upload.refused or not uploads.has(upload, "book"):
        raise Http404
    demand_short(upload.rows)
    write = partial(marked.write, uploads.book(upload), uploads.refusals(upload))
    stem = Path(upload.file_name).stem
    return file_response(f"{stem}-{PROBLEMS}.xlsx", XLSX, write)


@file_view(Right.IMPORT)
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
