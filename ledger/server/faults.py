"""Error pages: 400, 503 where trying again helps, else 500.

They use no database and show no technical word. The page for a failed form carries the typed
values, so one button sends it again. An API client gets a problem.
"""

import errno
import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.api import problems
from ledger.api.problems import Problem
from ledger.api.shapes import Words
from ledger.database import blockers
from ledger.jobs.runner import Unfinished
from ledger.server import logs

AWAY: Final = _("The database does not answer just now. This passes in most cases within a minute.")
FULL: Final = _(
    "The disk of the server is full or cannot be written, so nothing can be saved until the "
    "administrator has made room. Reading goes on."
)
BUSY: Final = _(
    "Other work on the same records is taking long, so this was given up; nothing was saved. "
    "Try again in a minute."
)
_DISK_ERRORS: Final = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES}
_DISK_FULL, _ONLY_READS = "53100", "25006"  # SQLSTATE
# A lock or a statement took too long, a transaction stood still, two waited for each other.
_WAITED: Final = {"55P03", "57014", "25P03", "25P04", "40P01", "40001"}
log = logging.getLogger(__name__)


def broken(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the exception is still current."""
    error = sys.exception()
    sentence = sentence_for(error)
    if sentence is None:
        return _problem(500) if _is_program(request) else _page("500.html", {}, 500)
    log.error("503: %s: %s", type(error).__name__, str(error).partition("\n")[0])
    if sentence is BUSY:
        _tell_blockers()
    response = _unavailable(request, sentence)
    response.headers["Retry-After"] = "5"
    response._has_been_logged = True  # type: ignore[attr-defined]  # above, without the traceback
    return response


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: a foreign host, an address that cannot be one of ours."""
    return _problem(400) if _is_program(request) else _page("400.html", {}, 400)


def sentence_for(error: BaseException | None) -> str | Promise | None:
    """Why trying again will help, or None for an error in the program."""
    if isinstance(error, Unfinished):
        return error.sentence
    for each in _chain(error):
        state = getattr(each, "sqlstate", None)
        is_disk_error = isinstance(each, OSError) and each.errno in _DISK_ERRORS
        if state == _DISK_FULL or is_disk_error:
            return FULL
        if state == _ONLY_READS:
            return AWAY
        if state in _WAITED:
            return BUSY
    return AWAY if isinstance(error, OperationalError | InterfaceError) else None


def _tell_blockers() -> None:
    """For the administrator, who can end the session: SELECT pg_terminate_backend(PID)."""
    with suppress(DatabaseError):
        for line in blockers.told():
            log.warning("busy: %s", line)


def _unavailable(request: HttpRequest, sentence: str | Promise) -> HttpResponse:
    if _is_program(request):
        return _problem(503, sentence)
    return _page("503.html", {"sentence": sentence, **_again(request)}, 503)


def _is_program(request: HttpRequest) -> bool:
    return request.path.startswith(f"{problems.PREFIX}/")


def _problem(status: int, sentence: Words = "") -> HttpResponse:
    return Problem(status, detail=sentence).response()


def _page(name: str, context: dict[str, Any], status: int) -> HttpResponse:
    """Rendered without the request: its person and session are in a database that may be away."""
    page = loader.render_to_string(name, {"number": logs.request_number(), **context})
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _again(request: HttpRequest) -> dict[str, Any]:
    """What the page needs to send the form again; never passwords or files."""
    if request.method != "POST":
        return {"address": request.get_full_path()}
    typed = [(name, value) for name, values in request.POST.lists() for value in values]
    is_secret = any("password" in name for name, _value in typed)
    return {
        "action": request.get_full_path(),
        "typed": [] if is_secret else typed,
        "has_files": bool(request.FILES),
    }
