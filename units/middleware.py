"""What every request and answer carries: the address for the trail, and headers of caution.

Owns: the trail's address for the length of a request, ``no-store`` on the pages of signed-in people
and the Permissions-Policy. Must never: read or change the body of a page.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from units import trail

Answer = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
)


def address_for_trail(get_response: Answer) -> Answer:
    """The server has already turned a trusted proxy's header into REMOTE_ADDR; no header is read."""

    def answer(request: HttpRequest) -> HttpResponse:
        token = trail.address.set(request.META.get("REMOTE_ADDR") or None)
        try:
            return get_response(request)
        finally:
            trail.address.reset(token)

    return answer


def cautious_headers(get_response: Answer) -> Answer:
    """A shared office computer must not show the last person's pages from its cache."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer
