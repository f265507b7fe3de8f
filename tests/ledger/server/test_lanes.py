"""Our departures from waitress: lanes for what takes long, a page where a body cannot be kept."""

import errno
import socket
import threading
import time
from functools import partial
from unittest.mock import patch

import pytest
from waitress.adjustments import Adjustments

from ledger.management.commands.serve import server_of
from ledger.server.lanes import Dispatcher, Parser

HEAD = b"POST /import/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000\r\n\r\n"


SIGN_IN = ("POST", "/accounts/login/")
PAGE = ("GET", "/ranking/")


class Task:
    def __init__(self, method, path, work):
        self.requests = [self]
        self.command, self.path, self.service = method, path, work


@pytest.fixture
def dispatcher():
    made = Dispatcher(1)
    yield made
    made.shutdown(cancel_pending=False)


@pytest.mark.parametrize(
    ("busy", "asked"),
    [
        (PAGE, ("GET", "/live")),
        (PAGE, SIGN_IN),
        (PAGE, ("GET", "/ranking/2012-06.xlsx")),
        (SIGN_IN, PAGE),
        (SIGN_IN, ("GET", "/accounts/login/")),
        (("GET", "/receipts.xlsx"), PAGE),
        (("GET", "/ranking/2012-06.docx"), SIGN_IN),
    ],
)
def test_what_takes_long_keeps_only_its_own_kind_waiting(dispatcher, busy, asked):
    """quality 42, 45"""
    released, answered = threading.Event(), threading.Event()
    for _turn in range(5):
        dispatcher.add_task(Task(*busy, lambda: released.wait(20)))

    dispatcher.add_task(Task(*asked, answered.set))

    assert answered.wait(10)
    released.set()


def test_a_request_under_way_is_finished_in_every_lane(dispatcher):
    finished = []
    kinds = (PAGE, SIGN_IN, ("GET", "/projects.xlsx"), ("GET", "/ready"))
    begun = [threading.Event() for _kind in kinds]
    for kind, event in zip(kinds, begun, strict=True):
        work = partial(finish, event, finished, kind)
        dispatcher.add_task(Task(*kind, work))
    assert all(event.wait(10) for event in begun)

    dispatcher.shutdown()

    assert sorted(finished) == sorted(kinds)


def finish(begun, finished, kind):
    begun.set()
    time.sleep(0.2)
    finished.append(kind)


def test_nobody_works_for_whoever_has_gone_while_he_waited():
    """quality 45: else people who try again would keep the server busy with what nobody reads."""
    released, worked = threading.Event(), []

    def program(environ, start_response):
        worked.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/long":
            released.wait(20)
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    listener = socket.create_server(("127.0.0.1", 0))
    server = server_of(program, listener, 1)
    running = threading.Thread(target=server.run)
    running.start()
    try:
        with asked(listener, "/long"):
            until(lambda: worked == ["/long"])
            asked(listener, "/given-up").close()
            with asked(listener, "/patient") as patient:
                until(lambda: len(server.task_dispatcher.queue) == 2)
                until(lambda: not server.task_dispatcher.queue[0].connected)
                released.set()
                assert patient.recv(15) == b"HTTP/1.1 200 OK"
    finally:
        released.set()
        server.trigger.pull_trigger(partial(stop, server))
        running.join(10)
    assert worked == ["/long", "/patient"]


def asked(listener, path):
    visitor = socket.create_connection(listener.getsockname(), timeout=20)
    visitor.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return visitor


def until(happened):
    end = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


def stop(_server):
    raise SystemExit


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
