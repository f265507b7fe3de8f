"""The page where many receipts are entered at once, and the check of one row while typing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ledger.receipts.attempts import attempted
from ledger.receipts.grid import MOST_ROWS, Grid
from units.access import ACTION, FORM, Right, allowed, county_of, person
from units.ground.money import wan_short
from units.targets.record import opening_day
from units.trail import holds_no_figures


@allowed(Right.RECEIPT_SUBMIT, FORM)
def receipt_grid(request: HttpRequest) -> HttpResponse:
    grid = _grid(request)
    if not grid.is_bound or not grid.is_valid():
        return _shown(request, grid)
    submitting = request.POST.get("action") != "keep"
    with attempted(request, "receipt.submit"):
        entered = grid.enter(submitting=submitting, at=timezone.now())
    if not entered:
        return _shown(request, grid)
    said = (
        ngettext(
            "%(count)d receipt is submitted.", "%(count)d receipts are submitted.", len(entered)
        )
        if submitting
        else ngettext("%(count)d draft is kept.", "%(count)d drafts are kept.", len(entered))
    )
    messages.success(request, said % {"count": len(entered)})
    return redirect(f"{reverse('receipt-list')}?state={'submitted' if submitting else 'draft'}")


@holds_no_figures
@allowed(Right.RECEIPT_SUBMIT, ACTION)
def receipt_grid_check(request: HttpRequest) -> HttpResponse:
    """What one row would be refused for: field -> sentences. Stores nothing, knows no files."""
    grid, number = _grid(request), request.POST.get("row", "")
    is_row = number.isascii() and number.isdigit() and int(number[:4]) < MOST_ROWS
    if not is_row:
        return JsonResponse({})
    row = grid.row(number, (request.POST, MultiValueDict()), timezone.localdate())
    if row.is_empty:
        return JsonResponse({})
    row.check(grid.by, grid.today)
    return JsonResponse({name: list(errors) for name, errors in row.errors.items()})


def _grid(request: HttpRequest) -> Grid:
    today = timezone.localdate()
    return Grid(request, person(request), today, opening_day(county_of(request), today))


def _shown(request: HttpRequest, grid: Grid) -> HttpResponse:
    context: dict[str, Any] = {
        "crumbs": [(reverse("receipt-list"), _("Receipts")), ("", _("Enter many receipts"))],
        "grid": grid,
        "names": [project.name for project in grid.projects.values()],
        "faults": [row for row in grid.filled if row.errors],
        "total": wan_short(grid.total),
        "most": MOST_ROWS,
    }
    status = 422 if grid.is_bound else 200
    return render(request, "ledger/receipts/receipt_grid.html", context, status=status)
