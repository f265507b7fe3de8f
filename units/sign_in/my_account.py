"""The pages of a person's own account: details, open sessions, second factor.

Nothing of another person's account is shown or changed here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from units.access import ACTION, FORM, READ, by_method, person
from units.ground.refusal import Refusal
from units.models import UserSession
from units.sign_in import second_factor, sessions
from units.sign_in.password_again import PasswordAgainForm, SwitchOnForm


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as its person sees it; ``mark`` names it without its secret key."""

    mark: str
    browser: str
    address: str
    since: datetime
    last_seen: datetime
    is_this: bool


@by_method(*READ)
@login_required
def my_account(request: HttpRequest) -> HttpResponse:
    user = person(request)
    lines = _lines(request)
    context = {
        "crumbs": [("", _("My account"))],
        "lines": lines,
        "has_others": len(lines) > 1,
        "has_factor": second_factor.is_on(user),
        "codes_left": second_factor.codes_left(user),
        "idle_minutes": sessions.minutes_idle(),
        "longest_hours": sessions.hours_longest(),
    }
    return render(request, "units/sign_in/my_account.html", context)


@by_method(*ACTION)
@login_required
def end_one(request: HttpRequest, mark: str) -> HttpResponse:
    rows = [row for row in _open(request) if constant_time_compare(_mark(row), mark)]
    sessions.end(UserSession.objects.filter(pk__in=[row.pk for row in rows]))
    if rows and rows[0].pk == request.session.session_key:
        return redirect("login")
    messages.success(request, _("This sign-in is ended."))
    return redirect("my-account")


@by_method(*ACTION)
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    ended = sessions.end_others(request, person(request))
    said = ngettext("%(count)d sign-in is ended.", "%(count)d sign-ins are ended.", ended)
    messages.success(request, said % {"count": ended})
    return redirect("my-account")


@by_method(*FORM)
@login_required
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Set up the second factor, or, once it is on, manage its codes and switch it off."""
    user = person(request)
    if second_factor.is_on(user):
        return _shown_on(request, PasswordAgainForm(request=request))
    form = SwitchOnForm(request.POST if request.method == "POST" else None, request=request)
    if not form.is_valid():
        return _shown_off(request, form)
    try:
        code = form.demand()["second_factor"]
        codes = second_factor.switch_on(user, code, at=timezone.now())
    except Refusal as refusal:
        form.add_error(refusal.field, str(refusal))
        return _shown_off(request, form)
    second_factor.remember_app(request, user)
    return _codes_shown(request, codes)


@by_method(*READ)
@login_required
def picture(request: HttpRequest) -> HttpResponse:
    """The key as a QR code; only until its first code confirms it."""
    device = second_factor.offered(person(request))
    return HttpResponse(second_factor.picture(device), content_type="image/svg+xml")


@by_method(*ACTION)
@login_required
def new_codes(request: HttpRequest) -> HttpResponse:
    form = _confirmed(request)
    if form is not None:
        return _shown_on(request, form)
    return _codes_shown(request, second_factor.new_codes(person(request), at=timezone.now()))


@by_method(*ACTION)
@login_required
def switch_off(request: HttpRequest) -> HttpResponse:
    form = _confirmed(request)
    if form is not None:
        return _shown_on(request, form)
    user = person(request)
    second_factor.take_away(user, by=user, at=timezone.now())
    messages.success(request, _("The second factor is switched off."))
    return redirect("my-account")


# Parts


def _confirmed(request: HttpRequest) -> PasswordAgainForm | None:
    """None if the person is confirmed; else the form with its refusal."""
    form = PasswordAgainForm(request.POST, request=request)
    if form.is_valid():
        try:
            form.demand()
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
    return form if form.errors else None


def _shown_off(request: HttpRequest, form: SwitchOnForm) -> HttpResponse:
    user = person(request)
    context = {
        "crumbs": _crumbs(),
        "form": form,
        "key": second_factor.key_text(second_factor.offered(user)),
        "is_owed": second_factor.is_owed(user),
    }
    status = 422 if form.is_bound else 200
    return render(request, "units/sign_in/second_factor.html", context, status=status)


def _shown_on(request: HttpRequest, form: PasswordAgainForm) -> HttpResponse:
    user = person(request)
    context = {
        "crumbs": _crumbs(),
        "form": form,
        "codes_left": second_factor.codes_left(user),
    }
    status = 422 if form.is_bound else 200
    return render(request, "units/sign_in/second_factor_on.html", context, status=status)


def _codes_shown(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context = {"crumbs": _crumbs(), "codes": codes}
    return render(request, "units/sign_in/recovery_codes.html", context)


def _crumbs() -> list[tuple[str, Any]]:
    return [(reverse("my-account"), _("My account")), ("", _("Second factor"))]


def _lines(request: HttpRequest) -> list[SessionLine]:
    return [
        SessionLine(
            mark=_mark(row),
            browser=row.browser,
            address=row.address or "",
            since=row.since,
            last_seen=row.last_seen,
            is_this=row.pk == request.session.session_key,
        )
        for row in _open(request)
    ]


def _open(request: HttpRequest) -> list[UserSession]:
    return list(sessions.open_of(person(request), timezone.now()))


def _mark(row: UserSession) -> str:
    return salted_hmac("units.my_account", row.pk, algorithm="sha256").hexdigest()[:32]
