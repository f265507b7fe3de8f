"""The button that marks a notice as read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from ledger.entries import notices
from units.access import ACTION, Right, allowed, person


@allowed(Right.REPORT_VIEW, ACTION)
def notice_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody of the unit has read a notice that asks for nothing else."""
    notices.read(pk, by=person(request), at=timezone.now())
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if is_ours else "home")
