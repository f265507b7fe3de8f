"""One worker process: waitress with its limits, on a socket that all workers share.

It serves until its standard input ends or SIGTERM comes, then finishes what its clients have asked for.
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

from ledger.server.web import Channel, Dispatcher

CONNECTION_LIMIT: Final = 2000  # the default of 100 is what 100 idle sockets would use up
OPEN_FILES: Final = 4096
LARGEST_BODY: Final = 128 * 1024 * 1024
LARGEST_BODY_IN_MEMORY: Final = 32 * 1024
LARGEST_HEAD: Final = 32 * 1024

# Seconds after the beginning of a stop.
LATE_REQUESTS: Final = 1.0  # a request that was on its way is still answered
QUEUE_ENDS: Final = 20.0  # what still waits for a thread is answered 503
EVERYTHING_ENDS: Final = 50.0
STALLED: Final = 10.0  # a client that neither sends nor reads for so long is not waited for


def work(listener: socket.socket, *, is_supervised: bool) -> None:
    """Serve until told to stop."""
    raise_file_limit()
    server = server_of(application(), listener, settings.SERVE_THREADS)
    stopping = threading.Event()

    def stop(*_signal: object) -> None:
        stopping.set()
        server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    # Ctrl+C reaches the whole group; the supervisor then tells its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN if is_supervised else stop)
    if is_supervised:
        threading.Thread(target=_stop_with_the_supervisor, args=[stop], daemon=True).start()
    while not stopping.is_set():
        turn(server)
    finish(server)


def _stop_with_the_supervisor(stop: Callable[[], None]) -> None:
    """The pipe ends when the supervisor closes it, and also when the supervisor is killed."""
    os.read(sys.stdin.fileno(), 1)
    stop()


def turn(server: Any, timeout: float = 1.0) -> None:
    """Wait for sockets once, and do what they ask."""
    wasyncore.loop(timeout, use_poll=server.adj.asyncore_use_poll, map=server._map, count=1)


def finish(server: Any) -> None:
    """Answer everybody who is connected: with their page, or after QUEUE_ENDS with a 503."""
    begun = time.monotonic()
    _accept_the_rest(server)
    wasyncore.dispatcher.close(server)  # the listening socket only
    server.task_dispatcher.is_stopping = True
    while server.active_channels and (now := time.monotonic() - begun) < EVERYTHING_ENDS:
        if now > QUEUE_ENDS:
            server.task_dispatcher.refuse_queued()
        if now > LATE_REQUESTS:
            for channel in _unoccupied(server):
                channel.will_close = True
        turn(server, 0.05)


def _accept_the_rest(server: Any) -> None:
    """Connections that the kernel has made for us; closing the socket would reset them."""
    known = -1
    while known < len(server.active_channels):
        known = len(server.active_channels)
        server.handle_accept()


def _unoccupied(server: Any) -> Iterator[Channel]:
    """Connections without a request under way, and those whose client has stalled."""
    now = time.time()
    for channel in list(server.active_channels.values()):
        is_half_done = channel.request is not None or channel.total_outbufs_len
        patience = STALLED if is_half_done else 0
        if not channel.requests and now - channel.last_activity >= patience:
            yield channel


def server_of(program: Callable[..., Any], listener: socket.socket, threads: int) -> Any:
    """The server with its limits, not running yet."""
    server = waitress.create_server(
        program,
        sockets=[listener],
        connection_limit=CONNECTION_LIMIT,
        asyncore_use_poll=hasattr(select, "poll"),  # Windows has none
        channel_timeout=60,
        # Read on while a request waits, to notice that its client has gone: then it is dropped.
        channel_request_lookahead=1,
        max_request_body_size=LARGEST_BODY,
        # What 2,000 unfinished requests may hold in memory; more of a body goes to a file.
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
    """waitress believes forwarded headers from this one address, and drops all others."""
    if not settings.TRUSTED_PROXY:
        return {}
    return {
        "trusted_proxy": settings.TRUSTED_PROXY,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def application() -> WSGIHandler:
    """With all pages loaded, so that the first request does not wait for that."""
    made = get_wsgi_application()
    get_resolver().url_patterns  # noqa: B018 - reading it loads them
    return made


def raise_file_limit() -> None:
    """Many systems allow 1,024 open files, fewer than the connections we are ready to hold."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
