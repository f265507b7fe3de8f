"""The page of the county's words for industries."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.industries import record
from projects.industries.forms import WordForm
from projects.industries.words import WORDS
from projects.models import Industry
from units.access import FORM, Right, allowed, county_of, person
from units.ground.refusal import Refusal


@allowed(Right.COUNTY_EDIT, FORM)
def industries(request: HttpRequest) -> HttpResponse:
    county = county_of(request)
    form = WordForm(request.POST if request.method == "POST" else None, county=county)
    if form.is_valid():
        try:
            by, at, seen = person(request), timezone.now(), form.cleaned_data["seen"]
            row = record.record(county, form.draft(), by=by, at=at, seen=seen)
        except Refusal as refusal:
            form.refuse(refusal)
            if form.conflict:
                form.show_anew(record.words_seen(county))
        else:
            messages.success(request, _("Recorded: %(word)s.") % {"word": row.word})
            return redirect("industries")
    shared = Industry.objects.filter(is_shared=True)
    context = {
        "crumbs": [(reverse("county"), _("The county")), ("", _("Industries"))],
        "form": form,
        "own": record.current(county),
        "shared": [(each, WORDS.get(each.code, "").split()) for each in shared],
    }
    status = (409 if form.conflict else 422) if form.is_bound else 200
    return render(request, "projects/industries/industries.html", context, status=status)
