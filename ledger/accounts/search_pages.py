"""The page of search results."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.accounts import search as searching
from units.access import Right, allowed, county_named, person
from units.forms import CleanCharField

TITLES: dict[str, str | Promise] = {
    "unit": _("Units"),
    "project": _("Projects"),
    "investor": _("Investors"),
    "receipt": _("Receipts"),
    "document": _("Targets by document number"),
}


class SearchForm(forms.Form):
    q = CleanCharField(label=_("Search"), max_length=100, required=False)


@allowed(Right.PROJECT_VIEW)
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    is_valid = form.is_valid()
    words = form.cleaned_data["q"] if is_valid else ""
    found = searching.search(words, person(request), county_named(request), timezone.localdate())
    context = {
        "crumbs": [("", _("Search"))],
        "form": form,
        "words": words,
        "groups": [(TITLES[group.kind], group) for group in found if group.count],
    }
    return render(request, "ledger/accounts/search.html", context, status=200 if is_valid else 422)
