"""Our departures from waitress: probes that never wait, a page where a body cannot be kept."""

import errno
import threading
from unittest.mock import patch

from waitress.adjustments import Adjustments

from ledger.web_server import Dispatcher, Parser

HEAD = b"POST /import/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000\r\n\r\n"


class Task:
    def __init__(self, path, work):
        self.requests = [self]
        self.path, self.service = path, work


def test_a_probe_is_answered_while_every_thread_works():
    """quality 42"""
    released, answered = threading.Event(), threading.Event()
    dispatcher = Dispatcher(1)
    for _turn in range(3):
        dispatcher.add_task(Task("/ranking/", lambda: released.wait(20)))

    dispatcher.add_task(Task("/live", answered.set))

    assert answered.wait(10)
    released.set()
    dispatcher.shutdown(cancel_pending=False)


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


def test_a_body_that_fits_is_left_as_it_is():
    parser = Parser(Adjustments(inbuf_overflow=100))

    parser.received(HEAD)
    parser.received(b"x" * 30_000)

    assert (parser.completed, parser.error) == (True, None)
    assert parser.get_body_stream().read() == b"x" * 30_000
    parser.close()
