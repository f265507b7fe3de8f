"""Middleware of every request: odd addresses, the client address and lines of the trail, headers.

An address with a NUL character is refused at once. Pages refused and figures exported leave a line in the trail. Pages of signed-in people get
``no-store`` and all get a Permissions-Policy. Page bodies are never changed.
"""

from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.gzip import GZipMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils import timezone

from units import trail

Answer = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
)


def storable_address(get_response: Answer) -> Answer:
    """PostgreSQL stores no NUL, so no record and no filter has one: 400, whatever page it is."""

    def answer(request: HttpRequest) -> HttpResponse:
        asked = request.GET
        texts = (text for values in asked.lists() for text in (values[0], *values[1]))
        if "\0" in request.path_info or any("\0" in text for text in texts):
            raise BadRequest("NUL in the address")
        return get_response(request)

    return answer


def address_for_trail(get_response: Answer) -> Answer:
    """REMOTE_ADDR only: the server has already resolved a trusted proxy's header."""

    def answer(request: HttpRequest) -> HttpResponse:
        token = trail.address.set(request.META.get("REMOTE_ADDR") or None)
        try:
            return get_response(request)
        finally:
            trail.address.reset(token)

    return answer


def pages_for_trail(get_response: Answer) -> Answer:
    """Records every refused page and every export of figures, whichever view it was."""

    def answer(request: HttpRequest) -> HttpResponse:
        token = trail.refusal_noted.set(False)
        try:
            response = get_response(request)
            if response.status_code == 403 and not trail.refusal_noted.get():
                _note(request, "page.refuse", refused=True)
            elif response.status_code == 200 and _takes_out(request, response):
                _note(request, "page.export", refused=False)
            return response
        finally:
            trail.refusal_noted.reset(token)

    return answer


def _takes_out(request: HttpRequest, response: HttpResponse) -> bool:
    """A file or JSON, unless the view holds no figures. Pictures of evidence are part of a page."""
    view = getattr(request.resolver_match, "func", None)
    if getattr(view, trail.FIGURELESS, False):
        return False
    kind = response.headers.get("Content-Type", "")
    is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
    return kind.startswith("application/json") or (is_file and not kind.startswith("image/"))


def _note(request: HttpRequest, action: str, *, refused: bool) -> None:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        at, parameters = timezone.now(), dict(request.GET.items())
        trail.page(user, action, request.path, at=at, parameters=parameters, refused=refused)


class SafeHeaders(SecurityMiddleware):
    """Django's headers, outermost, so that refusals of other middleware have them; no redirect."""

    def process_request(self, request: HttpRequest) -> None:
        return None


def cautious_headers(get_response: Answer) -> Answer:
    """A shared office computer must not show the last user's pages from its cache."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "no-store")
        if _takes_session(response):
            response.headers["Clear-Site-Data"] = '"cache"'
        return response

    return answer


def headed(response: HttpResponse) -> HttpResponse:
    """With the headers of every answer; for one that is made before a request reaches Django."""
    found = XFrameOptionsMiddleware(cautious_headers(lambda _request: response))
    headers = SafeHeaders(CSPMiddleware(found))
    answer = headers(HttpRequest())
    assert isinstance(answer, HttpResponse)
    return answer


def _takes_session(response: HttpResponse) -> bool:
    """The answer deletes the session cookie (signed out); the browser's cache must go too."""
    cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie is not None and cookie["max-age"] == 0


class CompressedPages(GZipMiddleware):
    """Django's compression, with its random bytes against guessing secrets by length.

    Streamed files are sent as they are: they are compressed already, and their length is declared.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)
