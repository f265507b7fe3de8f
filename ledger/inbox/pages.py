"""The page of the inbox."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from units.access import READ, by_method


@by_method(*READ)
@login_required
def inbox_page(request: HttpRequest) -> HttpResponse:
    return render(request, "ledger/inbox/inbox.html", {"crumbs": [("", _("To do"))]})
