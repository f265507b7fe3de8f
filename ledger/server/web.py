"""Where we differ from waitress: probes never queue, a stop answers everybody, our own error pages.

Reads only a request's path and size.
"""

import logging
from http import HTTPStatus
from typing import Any

from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error, RequestEntityTooLarge

from ledger.server import health
from ledger.server.faults import FULL

PROBE_THREADS = 2
STOPPING = _("The server is being restarted. This passes in most cases within a minute.")
log = logging.getLogger(__name__)


class Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """The worker's threads, and two more that answer only ``/live`` and ``/ready``."""

    is_stopping = False

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.set_thread_count(threads)
        self.probes = ThreadedTaskDispatcher()
        self.probes.set_thread_count(PROBE_THREADS)

    def add_task(self, channel: Any) -> None:
        if getattr(channel.requests[0], "path", "").rstrip("/") in (health.LIVE, health.READY):
            self.probes.add_task(channel)
        else:
            super().add_task(channel)

    def refuse_queued(self) -> None:
        """Answer 503 to every request that no thread has taken yet."""
        while True:
            with self.lock:
                if not self.queue:
                    return
                channel = self.queue.popleft()
            channel.requests[0].error = unavailable(STOPPING)
            channel.service()


class Page(Error):  # type: ignore[misc]
    """Our own response to a request that never reaches Django."""

    def __init__(self, status: HTTPStatus, template: str, **context: object) -> None:
        self.code, self.reason = status.value, status.phrase
        self.template, self.context = template, context

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        page = loader.render_to_string(self.template, self.context)
        kinds = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        return f"{self.code} {self.reason}", kinds, page.encode()


def unavailable(sentence: Promise) -> Page:
    return Page(HTTPStatus.SERVICE_UNAVAILABLE, "503.html", sentence=sentence)


class Nowhere:
    """Discards the rest of the body: a browser reads the response only after it has sent everything."""

    def append(self, data: bytes) -> None:
        pass

    def getfile(self) -> None:
        return None

    def close(self) -> None:
        pass

    def __len__(self) -> int:
        return 0


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Bodies go to the temporary folder; one that is too large, or does not fit there, gets a page."""

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
            self.error = Page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "413.html")
        elif self.lost is not None and self.completed and self.error is None:
            self.error = unavailable(FULL)
        return consumed


class Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = Parser

    def service(self) -> None:
        """During a stop each response closes its connection and says so."""
        if self.server.task_dispatcher.is_stopping:
            for request in self.requests:
                request.headers["CONNECTION"] = "close"
        super().service()
