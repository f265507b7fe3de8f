"""What stands between a request and its page: the sitting's end, duties that come first, kept forms.

Owns: the order of these questions. Must never: decide who may do what (``access.py`` does), or lose
what a person had typed when it turns him away.
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

# The big screen asks by itself. It neither keeps a sitting awake nor falls asleep with it: it goes on
# until the twelve hours are over, and shows nothing but itself.
BY_ITSELF = ("/screen/",)
# Open to whoever still owes a password or a second factor.
ALWAYS_OPEN = (
    "login",
    "logout",
    "password-change",
    "second-factor",
    "second-factor-picture",
    "set_language",
)


def session_ends(get_response: Answer) -> Answer:
    """Ends a sitting in which nothing was done for too long; else notes that something was."""

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
    """A password that must be changed, a second factor that the role demands: before anything else."""

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
    """Where the person goes on afterwards; a form that was being sent is kept for then."""
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
    """Keeps a form that comes too late, and fills it in again for the person who comes back."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            return _kept(request, get_response(request))
        response = get_response(request)
        if kept_forms.ASKED in request.GET and request.method == "GET":
            return _filled(request, response)
        return response

    return answer


def locked_out(get_response: Answer) -> Answer:
    """Where a password was guessed too often, by whichever form: the page that says how long to wait."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not lockout.is_locked(request):
            return response
        return render(request, "registration/locked.html", status=429)

    return answer


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Sign in first, then back to the form: instead of back to a page that has forgotten it."""
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
