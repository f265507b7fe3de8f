"""Middleware between a request and its page: session timeout, required steps, kept forms.

Who may do what is decided in ``access.py``. A form that arrives too late is kept, not lost.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from units.models import User
from units.sign_in import kept_forms, lockout, passwords, second_factor, sessions
from units.sign_in.refill import refill

Answer = Callable[[HttpRequest], HttpResponse]

# The big screen polls by itself. Its requests neither extend a session nor end it when idle: it
# runs until the twelve hours are over, and shows nothing else.
BY_ITSELF = ("/screen/",)
# Open to users who must still change a password or set up a second factor.
ALWAYS_OPEN = (
    "login",
    "logout",
    "password-change",
    "second-factor",
    "second-factor-picture",
    "set_language",
)


def session_ends(get_response: Answer) -> Answer:
    """Ends an idle session; otherwise records the activity."""

    def answer(request: HttpRequest) -> HttpResponse:
        session, by_itself = request.session, request.path.startswith(BY_ITSELF)
        at = timezone.now()
        if SESSION_KEY not in session or by_itself:
            return get_response(request)
        if sessions.is_idle(session, at):  # type: ignore[arg-type]
            session.flush()
            return get_response(request)
        response = get_response(request)
        if request.session is session and session.session_key:
            sessions.touch(session, at)  # type: ignore[arg-type]
        return response

    return answer


def duties_first(get_response: Answer) -> Answer:
    """A required password change or second factor comes before any other page."""

    def answer(request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, AnonymousUser):
            return get_response(request)
        duty = _duty(user)
        if duty is None or request.path in map(reverse, ALWAYS_OPEN):
            return get_response(request)
        parameter = urlencode({"next": _requested(request, user)})
        return redirect(f"{reverse(duty)}?{parameter}")

    return answer


def _requested(request: HttpRequest, user: User) -> str:
    """Where the person continues afterwards; a form that was being sent is kept for then."""
    if request.method != "POST":
        return request.get_full_path()
    is_his = kept_forms.owner_of(request) == user
    kept = kept_forms.keep(request, user, timezone.now()) if is_his else None
    return reverse("kept-form", args=[kept.key]) if kept else reverse("home")


def _duty(user: User) -> str | None:
    if passwords.must_change(user, timezone.now()):
        return "password-change"
    if second_factor.is_owed(user):
        return "second-factor"
    return None


def forms_kept(get_response: Answer) -> Answer:
    """Keeps a form sent after the session ended, and fills it in again after the sign-in."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            return _kept(request, get_response(request))
        response = get_response(request)
        if kept_forms.ASKED in request.GET and request.method == "GET":
            return _filled(request, response)
        return response

    return answer


def locked_out(get_response: Answer) -> Answer:
    """Too many wrong passwords in any form: a 429 page that says how long to wait."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not lockout.is_locked(request):
            return response
        return render(request, "registration/locked.html", status=429)

    return answer


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Redirect to the sign-in, then back to the filled-in form instead of an empty one."""
    login = resolve_url(settings.LOGIN_URL)
    if not response.headers.get("Location", "").startswith(f"{login}?"):
        return response
    owner = kept_forms.owner_of(request)
    kept = kept_forms.keep(request, owner, timezone.now()) if owner is not None else None
    if kept is None:
        return response
    return redirect(f"{login}?{urlencode({'next': reverse('kept-form', args=[kept.key])})}")


def _filled(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    user = request.user
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if not isinstance(user, User) or response.status_code != 200 or not is_page:
        return response
    kept = kept_forms.asked_for(request, user, timezone.now())
    if kept is not None:
        typed = kept_forms.typed(kept)
        page = refill(response.text, request.get_full_path(), kept.sent_to, typed)
        response.content = page.encode()
    return response
