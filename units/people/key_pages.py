"""The pages of access keys: the list, a new key, and revoking.

A secret is shown once, on the answer that creates it. ``keys.py`` has the rules.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units.access import FORM, Right, allowed, by_method, demand, may, person
from units.ground.refusal import Refusal
from units.models import AccessKey
from units.people import keys
from units.people.key_forms import KeyForm, KeyTable


@allowed(Right.KEY_REVOKE, FORM)
def key_list(request: HttpRequest) -> HttpResponse:
    user, today = person(request), timezone.localdate()
    form = None
    if request.method == "POST":
        demand(user, Right.KEY_MAKE)
    if may(user, Right.KEY_MAKE):
        sent = request.POST if request.method == "POST" else None
        people = keys.people_for(user, AccessKey.Purpose.API)
        form = KeyForm(sent, request=request, people=people, today=today)
        if form.is_bound and form.is_valid() and (secret := _made(request, form)):
            return _secret_shown(request, form.cleaned_data["name"], secret)
    context = {
        "crumbs": [(reverse("api"), _("Data interface")), ("", _("Access keys"))],
        "table": KeyTable(keys.keys_of(user), today=today),
        "form": form,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "units/people/key_list.html", context, status=status)


def _made(request: HttpRequest, form: KeyForm) -> str:
    """The secret of the new key; empty if it was refused."""
    try:
        filled = form.demand()
        _key, secret = keys.make(
            AccessKey.Purpose.API,
            filled["name"],
            filled["person"],
            filled["expires_on"],
            by=person(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(refusal.field, str(refusal))
        return ""
    return secret


def _secret_shown(request: HttpRequest, name: str, secret: str) -> HttpResponse:
    crumbs = [(reverse("key-list"), _("Access keys")), ("", name)]
    context = {"crumbs": crumbs, "name": name, "secret": secret}
    return render(request, "units/people/key_secret.html", context)


@by_method(*FORM)
@login_required
def key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    key = get_object_or_404(keys.keys_of(user), pk=pk)
    back = "key-list" if may(user, Right.KEY_REVOKE) else "calendar"
    if request.method == "POST":
        keys.revoke(key.pk, by=user, at=timezone.now())
        messages.success(request, _("The key of %(name)s opens nothing any more.") % {"name": key})
        return redirect(back)
    crumbs = [(reverse(back), _("Access keys")), ("", key.name)]
    return render(
        request, "units/people/key_revoke.html", {"crumbs": crumbs, "key": key, "back": back}
    )
