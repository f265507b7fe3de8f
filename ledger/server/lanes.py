"""What waitress does not do by itself: lanes for what takes long, and a sentence where its own disk is full.

Owns: these two departures. Must never: look into a request beyond its method, path and size.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.template import loader
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error, RequestEntityTooLarge

from ledger.server import health
from ledger.server.faults import FULL

FILES = (".xlsx", ".docx")
FILES_AT_ONCE = 2
_PROBES, _SIGN_INS, _FILES = "probes", "sign-ins", "files"
log = logging.getLogger(__name__)


class Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """The working threads, and lanes beside them for requests that only wait for their own kind.

    A crowd that signs in at nine, each for a quarter of a second of a processor, and files that are written
    for seconds, keep no page waiting; and nothing keeps those waiting who ask how the program is.
    """

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.set_thread_count(threads)
        self._lanes = {lane: ThreadedTaskDispatcher() for lane in (_PROBES, _SIGN_INS, _FILES)}
        self._lanes[_PROBES].set_thread_count(2)
        self._lanes[_SIGN_INS].set_thread_count(settings.PASSWORD_CHECKS)
        self._lanes[_FILES].set_thread_count(FILES_AT_ONCE)

    def add_task(self, channel: Any) -> None:
        lane = _lane(channel.requests[0])
        if lane is None:
            super().add_task(channel)
        else:
            self._lanes[lane].add_task(channel)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Requests under way are finished first, in every lane."""
        everybody = [super(), *self._lanes.values()]
        return all([lane.shutdown(cancel_pending, timeout) for lane in everybody])


def _lane(request: Any) -> str | None:
    path = getattr(request, "path", "").rstrip("/")
    if path in (health.LIVE, health.READY):
        return _PROBES
    if path == settings.LOGIN_URL.rstrip("/") and request.command == "POST":
        return _SIGN_INS
    return _FILES if path.endswith(FILES) else None


class Page(Error):  # type: ignore[misc]
    """An answer in our own words to a request that never reaches the program."""

    template = ""
    known: Mapping[str, object] = {}

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        page = loader.render_to_string(self.template, self.known)
        kinds = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        return f"{self.code} {self.reason}", kinds, page.encode()


class NoRoom(Page):
    """The disk that bodies are kept on is full."""

    code = HTTPStatus.SERVICE_UNAVAILABLE.value
    reason = HTTPStatus.SERVICE_UNAVAILABLE.phrase
    template, known = "503.html", {"sentence": FULL}


class TooLarge(Page):
    """Refused by the length that was announced, before the body is sent."""

    code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE.value
    reason = HTTPStatus.REQUEST_ENTITY_TOO_LARGE.phrase
    template = "413.html"


class Nowhere:
    """Takes the rest of a body that cannot be kept, so that the browser listens to the answer."""

    def append(self, data: bytes) -> None:
        pass

    def getfile(self) -> None:
        return None

    def close(self) -> None:
        pass

    def __len__(self) -> int:
        return 0


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Bodies go to the temporary folder; one that is too large or finds it full ends with a page."""

    error: Error | None
    lost: OSError | None = None

    def received(self, data: bytes) -> int:
        try:
            consumed: int = super().received(data)
        except OSError as error:
            log.error("a request cannot be kept: %s", error)
            self.lost = error
            self.body_rcv.buf = Nowhere()
            consumed = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error = TooLarge("")
        elif self.lost is not None and self.completed and self.error is None:
            self.error = NoRoom("")
        return consumed


class Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = Parser
