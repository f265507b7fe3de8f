"""The page that says which paper a check code belongs to, and the picture of its address."""

import io

import segno
from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.quarter import check_code
from ledger.rules import short_code
from units.access import Right, allowed, county_of, may, person
from units.forms import CleanCharField


class CodeForm(forms.Form):
    use_required_attribute = False
    code = CleanCharField(
        label=_("Check code"),
        max_length=100,
        help_text=_(
            "Twelve characters as printed on the paper, with or without dashes. The long code and "
            "the “head of the chain” of earlier papers are understood too."
        ),
    )

    def clean_code(self) -> short_code.Typed:
        typed = short_code.read(self.cleaned_data["code"])
        if typed is None:
            raise forms.ValidationError(
                _(
                    "Write the check code as printed: twelve characters, or at least sixteen of "
                    "the digits 0-9 and a-f."
                )
            )
        return typed


@allowed(Right.RANKING_VIEW)
def paper_check(request: HttpRequest) -> HttpResponse:
    county = county_of(request)
    form = CodeForm(request.GET if "code" in request.GET else None)
    is_asked = form.is_bound and form.is_valid()
    context = {
        "crumbs": [(reverse("ranking-newest"), _("League table")), ("", _("Check a paper"))],
        "form": form,
        "is_asked": is_asked,
        "matches": check_code.find(form.cleaned_data["code"], county) if is_asked else [],
        "county": county,
        "may_see_versions": may(person(request), Right.PERIOD_VIEW),
    }
    status = 422 if form.is_bound and not is_asked else 200
    return render(request, "ledger/quarter/check.html", context, status=status)


@allowed(Right.RANKING_VIEW)
def paper_check_picture(request: HttpRequest) -> HttpResponse:
    """The address of the check with its code as a QR code, drawn here."""
    typed = short_code.read(request.GET.get("code", ""))
    if typed is None:
        raise Http404
    drawn = io.BytesIO()
    address = request.build_absolute_uri(f"{reverse('paper-check')}?code={typed.digits}")
    segno.make(address, error="m").save(drawn, kind="svg", border=2)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
