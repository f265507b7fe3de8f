"""One worker process: waitress with its limits, on a socket shared by all workers.

It serves until its standard input closes or SIGTERM arrives, then answers the requests of its
clients.
"""

import contextlib
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

import waitress
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from waitress import wasyncore

from ledger.server import health, metrics
from ledger.server.web import Channel, Dispatcher

CONNECTION_LIMIT: Final = 2000  # the default of 100 is used up by 100 idle sockets
OPEN_FILES: Final = 4096
LARGEST_BODY: Final = 128 * 1024 * 1024
LARGEST_BODY_IN_MEMORY: Final = 32 * 1024
LARGEST_HEAD: Final = 32 * 1024

# Seconds since the stop began.
LATE_REQUESTS: Final = 1.0  # requests already on their way are still answered
IDLE: Final = 2.0  # and those of connections that were in use, or made, this short a time ago
QUEUE_ENDS: Final = 20.0  # requests still queued then are answered 503
EVERYTHING_ENDS: Final = 50.0
STALLED: Final = 10.0  # a client that neither sends nor reads for this long is dropped


def work(listener: socket.socket, *, is_supervised: bool) -> None:
    """Serve until told to stop."""
    raise_file_limit()
    server = server_of(application(), listener, settings.SERVE_THREADS)
    health.watch(server.task_dispatcher.waiting_seconds)
    stopping = threading.Event()

    def stop(*_signal: object) -> None:
        stopping.set()
        server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    # Ctrl+C reaches the whole group; the supervisor then stops its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN if is_supervised else stop)
    if is_supervised:
        threading.Thread(target=_stop_with_the_supervisor, args=[stop], daemon=True).start()
    metrics.WORKERS.set(1)
    while not stopping.is_set():
        turn(server)
        metrics.QUEUED.set(len(server.task_dispatcher.queue))
    finish(server)


def _stop_with_the_supervisor(stop: Callable[[], None]) -> None:
    """The pipe closes when the supervisor closes it, and also when the supervisor is killed."""
    os.read(sys.stdin.fileno(), 1)
    stop()


def turn(server: Any, timeout: float = 1.0) -> None:
    """One round of the event loop."""
    wasyncore.loop(timeout, use_poll=server.adj.asyncore_use_poll, map=server._map, count=1)


def finish(server: Any) -> None:
    """Answer every connected client: with its page, or with a 503 after QUEUE_ENDS."""
    begun = time.monotonic()
    _accept_the_rest(server)
    wasyncore.dispatcher.close(server)  # the listening socket only
    server.task_dispatcher.is_stopping = True
    while server.active_channels and (now := time.monotonic() - begun) < EVERYTHING_ENDS:
        if now > QUEUE_ENDS:
            server.task_dispatcher.refuse_queued()
        if now > LATE_REQUESTS:
            for channel in _unoccupied(server):
                channel.handle_close()
        turn(server, 0.05)


def _accept_the_rest(server: Any) -> None:
    """Accept connections that the kernel has already made; closing the socket would reset them."""
    known = -1
    while known < len(server.active_channels):
        known = len(server.active_channels)
        server.handle_accept()


def _unoccupied(server: Any) -> Iterator[Channel]:
    """Connections without a request under way, and those of stalled clients."""
    now = time.time()
    for channel in list(server.active_channels.values()):
        is_half_done = channel.request is not None or channel.total_outbufs_len
        patience = STALLED if is_half_done else min(IDLE, STALLED)
        is_quiet = not channel.requests and now - channel.last_activity >= patience
        if is_quiet and (is_half_done or not _has_sent(channel)):
            yield channel


def _has_sent(channel: Channel) -> bool:
    """Whether the client has sent something that was not read yet."""
    try:
        return bool(channel.socket.recv(1, socket.MSG_PEEK))
    except OSError:  # nothing there, or the connection is broken
        return False


def server_of(program: Callable[..., Any], listener: socket.socket, threads: int) -> Any:
    """The configured server, not running yet."""
    server = waitress.create_server(
        program,
        sockets=[listener],
        connection_limit=CONNECTION_LIMIT,
        asyncore_use_poll=hasattr(select, "poll"),  # Windows has none
        channel_timeout=60,
        # Keep reading while a request waits, to notice that its client has gone; then drop it.
        channel_request_lookahead=1,
        max_request_body_size=LARGEST_BODY,
        # Bounds the memory of 2,000 unfinished requests; a longer body goes to a file.
        inbuf_overflow=LARGEST_BODY_IN_MEMORY,
        max_request_header_size=LARGEST_HEAD,
        _dispatcher=Dispatcher(threads),
        ident="",
        clear_untrusted_proxy_headers=True,
        **_proxy(),
    )
    server.channel_class = Channel
    return server


def _proxy() -> dict[str, Any]:
    """waitress trusts forwarded headers from this one address and drops all others."""
    if not settings.TRUSTED_PROXY:
        return {}
    return {
        "trusted_proxy": settings.TRUSTED_PROXY,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def application() -> WSGIHandler:
    """Loads all pages now, so that the first request does not wait for it."""
    made = get_wsgi_application()
    get_resolver().url_patterns  # noqa: B018 - reading it loads them
    return made


def raise_file_limit() -> None:
    """Many systems allow 1,024 open files, fewer than our connection limit."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
