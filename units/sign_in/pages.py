"""Pages: sign-in, its second step, password change, and the form that came too late.

A page never reveals whether a user name exists, nor that a one-time password has expired before it
was typed correctly.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import login as auth_login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from units import trail
from units.access import FORM, READ, by_method, decides, person
from units.ground.refusal import Refusal
from units.models import County, User
from units.sign_in import kept_forms, lockout, passwords, rate_limit, second_factor, sessions
from units.sign_in.forms import CodeForm, NewPasswordForm, SignInForm

PASSWORD_GIVEN = "password_given"
SECOND_STEP_HOLDS = timedelta(minutes=10)


class SignIn(LoginView):
    redirect_authenticated_user = True
    authentication_form = SignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """While there are no accounts, go to the founding of the county."""
        if not User.objects.exists():
            return redirect("founding")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page names the county if the installation has only one."""
        counties = list(County.objects.all()[:2])
        county = counties[0] if len(counties) == 1 else None
        return super().get_context_data(county=county, keeps_form=self._keeps_form(), **kwargs)

    def _keeps_form(self) -> bool:
        """Whether a kept form waits behind this sign-in."""
        with suppress(Resolver404):
            return resolve(self.get_redirect_url()).url_name == "kept-form"
        return False

    def form_valid(self, form: Any) -> HttpResponse:
        user, parameter = form.get_user(), self.get_success_url()
        if not second_factor.is_on(user):
            return self._signed_in(form, user, parameter)
        given = {"user": user.pk, "backend": user.backend, "at": timezone.now().timestamp()}
        given |= {"hash": user.get_session_auth_hash()}
        self.request.session[PASSWORD_GIVEN] = given | {"next": parameter}
        return redirect("sign-in-code")

    def _signed_in(self, form: Any, user: User, parameter: str) -> HttpResponse:
        try:
            return signed_in(self.request, user, user.backend, parameter)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)


@by_method(*FORM)
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step: nobody is signed in before it succeeds."""
    given = request.session.get(PASSWORD_GIVEN)
    user = _first_step_done(given)
    if given is None or user is None:
        return redirect("login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            device = second_factor.demand(user, form.cleaned_data["second_factor"])
            answer = signed_in(request, user, given["backend"], given["next"])
        except Refusal as refusal:
            form.add_error("second_factor", str(refusal))
        else:
            second_factor.remember(request, device)
            return answer
    status = 422 if form.is_bound else 200
    return render(request, "registration/code.html", {"form": form}, status=status)


def _first_step_done(given: dict[str, Any] | None) -> User | None:
    if given is None:
        return None
    since = timezone.now().timestamp() - given["at"]
    if since > SECOND_STEP_HOLDS.total_seconds():
        return None
    user = User.objects.filter(pk=given["user"], is_active=True).first()
    if user is None or not constant_time_compare(given["hash"], user.get_session_auth_hash()):
        return None  # the password, or the rights, changed since
    return user


def signed_in(request: HttpRequest, user: User, backend: str, parameter: str) -> HttpResponse:
    """A new session with its marks, and the line in the trail.

    Raises Refusal for a one-time password that another request has used meanwhile, and for an
    account that an administrator has reset meanwhile.
    """
    at = timezone.now()
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if passwords.is_spent(locked, at):
            raise Refusal(passwords.SPENT)
        if passwords.is_held(locked):
            raise Refusal(passwords.HELD)
        return _signed_in(request, user, backend, parameter, at)


def _signed_in(
    request: HttpRequest, user: User, backend: str, parameter: str, at: datetime
) -> HttpResponse:
    request.session.pop(PASSWORD_GIVEN, None)
    _remember_visit(user)
    auth_login(request, user, backend)
    sessions.begin(request, kept_forms.form_mark(request))
    trail.record(user, "person.sign_in", user, at=at, unit=user.unit, label=str(user))
    for swept in (sessions, kept_forms, rate_limit, lockout):
        swept.sweep(at)
    answer = redirect(parameter)
    lockout.know_browser(request, answer, user)
    return answer


def _remember_visit(user: User) -> None:
    """Signing in replaces ``last_login``; the inbox of a leader counts from the time before."""
    user.visited_before = user.last_login
    user.save(update_fields=["visited_before"])


class PasswordChange(PasswordChangeView):
    form_class = NewPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = person(self.request)
        return super().get_context_data(
            policy=passwords.policy(),
            is_demanded=passwords.must_change(user, timezone.now()),
            is_first=user.must_change_password,
            next=self._options(),
            **kwargs,
        )

    def _options(self) -> str:
        parameter = self.request.POST.get("next") or self.request.GET.get("next", "")
        hosts = {self.request.get_host()}
        is_ours = url_has_allowed_host_and_scheme(parameter, hosts, self.request.is_secure())
        return parameter if is_ours else ""

    def get_success_url(self) -> str:
        return self._options() or reverse("home")

    def form_valid(self, form: Any) -> HttpResponse:
        user = cast(User, form.user)
        is_first, user.must_change_password = user.must_change_password, False
        response = super().form_valid(form)
        sessions.end_others(self.request, user)
        trail.record(user, "person.password", user, at=timezone.now(), label=str(user))
        messages.success(
            self.request, _("Your password is changed. Your other sign-ins are ended.")
        )
        if is_first and decides(user) and not second_factor.is_on(user):
            self._offer_second_factor()
        return response

    def _offer_second_factor(self) -> None:
        """To whoever verifies, proposes or confirms: a stolen password is then not enough."""
        said = _("You verify or confirm money: {link}, so that nobody signs in for you.")
        words = format_html(
            '<a href="{}">{}</a>', reverse("second-factor"), _("switch on the second factor now")
        )
        messages.info(self.request, format_html(said, link=words))


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A wrong CSRF token: mostly a form that lay open while its person signed in again."""
    owner = kept_forms.owner_of(request)
    is_theirs = not request.user.is_authenticated or request.user == owner
    kept = kept_forms.keep(request, owner, timezone.now()) if owner and is_theirs else None
    context = {"way": reverse("kept-form", args=[kept.key]) if kept else ""}
    return render(request, "403_csrf.html", context, status=403)


@by_method(*READ)
@login_required
def kept_form(request: HttpRequest, key: Any) -> HttpResponse:
    """Back to the form; home for anyone but its owner."""
    kept = kept_forms.find(str(key), person(request), timezone.now())
    if kept is None:
        return redirect("home")
    said = _(
        "Your sign-in had ended. What you typed stands in the form again; nothing was sent yet. "
        "Choose files again. Should something be missing, {link}."
    )
    words = format_html(
        '<a href="{}">{}</a>', reverse("kept-text", args=[key]), _("read all that you typed")
    )
    messages.warning(request, format_html(said, link=words))
    return redirect(kept_forms.way_back(kept))


@by_method(*READ)
@login_required
def kept_text(request: HttpRequest, key: Any) -> HttpResponse:
    """All of it as text, whatever page it was typed on."""
    kept = kept_forms.find(str(key), person(request), timezone.now())
    if kept is None:
        raise Http404
    lines = [
        (name, value)
        for name, values in kept_forms.typed(kept).items()
        for value in values
        if value
    ]
    context = {
        "lines": lines,
        "way": kept_forms.way_back(kept),
        "crumbs": [("", _("What you typed"))],
    }
    return render(request, "units/sign_in/kept_text.html", context)
