"""The glossary of official terms. Must never: define one (``glossary.py`` does)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from ledger.guide.glossary import CHAPTERS
from units.access import READ, by_method


@by_method(*READ)
@login_required
def glossary(request: HttpRequest) -> HttpResponse:
    context = {"crumbs": [("", _("Glossary"))], "chapters": CHAPTERS}
    return render(request, "ledger/guide/glossary.html", context)
