"""Our departures from waitress: probes that never wait, a stop that answers, pages of ours for errors."""

import errno
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import pytest
from waitress.adjustments import Adjustments

from ledger.server import worker
from ledger.server.web import Parser

HEAD = b"POST /import/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000\r\n\r\n"


PAGE = "/ranking/"


def answered(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


class Program:
    """Blocks pages until it is released; notes what it was asked."""

    def __init__(self):
        self.released, self.query = threading.Event(), []

    def __call__(self, environ, start_response):
        self.query.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/long":
            self.released.wait(20)
        return answered(environ, start_response)


@contextmanager
def serving(program, threads=1):
    """A worker's server in a thread. Yields it, its address and the event that stops it."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    server, stopping = worker.server_of(program, listener, threads), threading.Event()

    def run():
        while not stopping.is_set():
            worker.turn(server, 0.05)
        worker.finish(server)

    running = threading.Thread(target=run)
    running.start()
    try:
        yield server, address, stopping
    finally:
        program.released.set()
        stopping.set()
        running.join(30)
        tidy(server)


def tidy(server):
    """The end of its process does this for a worker."""
    for dispatcher in (server.task_dispatcher, server.task_dispatcher.probes):
        dispatcher.shutdown()
    server.trigger.close()


def query(address, path):
    visitor = socket.create_connection(address, timeout=20)
    visitor.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return visitor


def answer(visitor):
    with visitor:
        return b"".join(iter(lambda: visitor.recv(65536), b"")).decode()


def until(happened):
    end = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_probes_wait_for_no_page():
    """quality 42"""
    with serving(program := Program()) as (_server, address, _stopping), ExitStack() as stack:
        for _number in range(3):
            stack.enter_context(query(address, "/long"))
        until(lambda: program.query == ["/long"])

        for path in ("/live", "/ready/"):
            with query(address, path) as probe:
                assert probe.recv(15) == b"HTTP/1.1 200 OK"


def test_a_stop_answers_what_is_under_way_and_what_is_queued():
    with serving(program := Program()) as (server, address, stopping):
        under_way, queued = query(address, "/long"), query(address, PAGE)
        until(lambda: len(server.task_dispatcher.queue) == 1)
        stopping.set()
        until(lambda: server.task_dispatcher.is_stopping)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)
        program.released.set()

        for visitor in (under_way, queued):
            said = answer(visitor)
            assert said.startswith("HTTP/1.1 200 OK")
            assert "Connection: close" in said or visitor is under_way


def test_what_is_queued_too_long_at_a_stop_is_answered_with_a_sentence(monkeypatch):
    monkeypatch.setattr(worker, "QUEUE_ENDS", 0.2)
    with serving(program := Program()) as (server, address, stopping):
        under_way, queued = query(address, "/long"), query(address, PAGE)
        until(lambda: len(server.task_dispatcher.queue) == 1)
        stopping.set()

        refused = answer(queued)
        program.released.set()

        assert refused.startswith("HTTP/1.1 503 Service Unavailable")
        assert "正在重新启动" in refused
        assert answer(under_way).startswith("HTTP/1.1 200 OK")
    assert program.query == ["/long"]


def test_a_connection_that_nobody_has_accepted_yet_is_answered_at_a_stop():
    program = Program()
    listener = socket.create_server(("127.0.0.1", 0))
    server = worker.server_of(program, listener, 1)
    visitors = [query(listener.getsockname(), PAGE) for _number in range(5)]

    worker.finish(server)

    assert all(answer(visitor).startswith("HTTP/1.1 200 OK") for visitor in visitors)
    tidy(server)


def test_nobody_who_only_holds_a_connection_delays_a_stop(monkeypatch):
    """Neither an idle browser nor half a request."""
    monkeypatch.setattr(worker, "STALLED", 0.5)
    with serving(Program()) as (server, address, stopping), ExitStack() as stack:
        idle, half = (
            stack.enter_context(socket.create_connection(address)) for _number in range(2)
        )
        half.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        until(lambda: len(server.active_channels) == 2)
        stopping.set()

        idle.settimeout(10)
        half.settimeout(10)
        assert (idle.recv(10), half.recv(10)) == (b"", b"")


def test_a_request_whose_client_has_gone_is_dropped():
    """quality 45: else people who try again would keep the server busy with what nobody reads."""
    with serving(program := Program()) as (server, address, _stopping), query(address, "/long"):
        until(lambda: program.query == ["/long"])
        query(address, "/given-up").close()
        with query(address, "/patient") as patient:
            until(lambda: len(server.task_dispatcher.queue) == 2)
            until(lambda: not server.task_dispatcher.queue[0].connected)
            program.released.set()
            assert patient.recv(15) == b"HTTP/1.1 200 OK"
    assert program.query == ["/long", "/patient"]


def test_forwarded_headers_are_believed_from_the_named_proxy_only(settings):
    seen = {}

    def program(environ, start_response):
        seen[environ["PATH_INFO"]] = environ["REMOTE_ADDR"]
        return answered(environ, start_response)

    program.released = threading.Event()
    for proxy in ("127.0.0.1", "10.0.0.7"):
        settings.TRUSTED_PROXY = proxy
        with serving(program) as (_server, address, _stopping):
            visitor = socket.create_connection(address, timeout=20)
            head = f"GET /{proxy} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.1.2.3\r\n"
            visitor.sendall(f"{head}Connection: close\r\n\r\n".encode())
            answer(visitor)

    assert seen == {"/127.0.0.1": "10.1.2.3", "/10.0.0.7": "127.0.0.1"}


def test_a_body_that_finds_the_disk_full_is_read_to_its_end_and_answered_with_a_page():
    """quality 41"""
    parser = Parser(Adjustments(inbuf_overflow=100))
    full = OSError(errno.ENOSPC, "No space left on device")
    parser.received(HEAD)

    with patch("waitress.buffers.TempfileBasedBuffer", side_effect=full):
        taken = [parser.received(b"x" * 15_000), parser.completed, parser.received(b"x" * 15_000)]

    assert taken == [15_000, False, 15_000]
    assert parser.completed
    status, headers, body = parser.error.to_response()
    assert status == "503 Service Unavailable"
    assert "磁盘已满" in body.decode()
    assert dict(headers)["Content-Type"].startswith("text/html")
    parser.close()


@pytest.mark.parametrize("length", [b"Content-Length: 30000", b"Transfer-Encoding: chunked"])
def test_a_body_that_is_too_large_is_answered_with_a_page(length):
    """quality 15"""
    parser = Parser(Adjustments(max_request_body_size=20_000))

    parser.received(HEAD.replace(b"Content-Length: 30000", length))
    parser.received(b"7530\r\n" + b"x" * 30_000)

    assert parser.completed
    status, headers, body = parser.error.to_response()
    assert status == "413 Request Entity Too Large"
    assert "分次" in body.decode()
    assert dict(headers)["Cache-Control"] == "no-store"
    parser.close()


def test_a_body_that_fits_is_left_as_it_is():
    parser = Parser(Adjustments(inbuf_overflow=100))

    parser.received(HEAD)
    parser.received(b"x" * 30_000)

    assert (parser.completed, parser.error) == (True, None)
    assert parser.get_body_stream().read() == b"x" * 30_000
    parser.close()
