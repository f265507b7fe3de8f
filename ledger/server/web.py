"""Where we differ from waitress: probes never queue, a stop answers everybody, our own error pages.

Reads only a request's path and size.
"""

import logging
import time
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.template import loader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import Error

from ledger.server import health
from ledger.server.faults import FULL
from units.middleware import headed

PROBE_THREADS = 2
_TEMPLATES = {413: "413.html", 500: "500.html"}
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

    def waiting_seconds(self) -> float:
        """How long the oldest request has waited for a thread."""
        now = time.monotonic()
        with self.lock:
            oldest: float = self.queue[0].queued_at if self.queue else now
        return now - oldest

    def add_task(self, channel: Any) -> None:
        channel.queued_at = time.monotonic()
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
        response = headed(HttpResponse(page, headers={"Cache-Control": "no-store"}))
        return f"{self.code} {self.reason}", list(response.headers.items()), response.content


def page_of(error: Error) -> Page:
    """waitress's own error as a page of ours."""
    if isinstance(error, Page):
        return error
    return Page(HTTPStatus(error.code), _TEMPLATES.get(error.code, "400.html"))


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
        if self.error is not None:
            self.error = page_of(self.error)
        elif self.lost is not None and self.completed:
            self.error = unavailable(FULL)
        return consumed


class RefusalTask(ErrorTask):  # type: ignore[misc]
    """The server's own errors look and are guarded like all pages."""

    def execute(self) -> None:
        self.request.error = page_of(self.request.error)
        super().execute()


class Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = Parser
    error_task_class = RefusalTask

    def service(self) -> None:
        """During a stop each response closes its connection and says so."""
        if self.server.task_dispatcher.is_stopping:
            for request in self.requests:
                request.headers["CONNECTION"] = "close"
        super().service()
