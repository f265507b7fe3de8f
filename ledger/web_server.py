"""What waitress does not do by itself: probes that never wait, and a sentence where its own disk is full.

Owns: these two departures. Must never: look into a request beyond its path and size.
"""

import logging
from http import HTTPStatus
from typing import Any

from django.template import loader
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

from ledger import health
from ledger.views.faults import FULL

log = logging.getLogger(__name__)


class Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """The working threads, and two that only say how the program is, however busy those are."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.set_thread_count(threads)
        self._probes = ThreadedTaskDispatcher()
        self._probes.set_thread_count(2)

    def add_task(self, channel: Any) -> None:
        path = getattr(channel.requests[0], "path", "").rstrip("/")
        if path in (health.LIVE, health.READY):
            self._probes.add_task(channel)
        else:
            super().add_task(channel)


class NoRoom(Error):  # type: ignore[misc]
    """The page of a full disk, for a request that never reached the program."""

    code = HTTPStatus.SERVICE_UNAVAILABLE.value
    reason = HTTPStatus.SERVICE_UNAVAILABLE.phrase

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        page = loader.render_to_string("503.html", {"sentence": FULL})
        kinds = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        return f"{self.code} {self.reason}", kinds, page.encode()


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
    """Bodies go to the temporary folder; where that is full, the request ends with a page."""

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
        if self.lost is not None and self.completed and self.error is None:
            self.error = NoRoom("")
        return consumed


class Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = Parser
