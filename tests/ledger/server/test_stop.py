"""A stop of the real program answers every request that it accepted."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# A program without a database, served by two workers as the real one is.
PROGRAM = """
import os, socket, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "ledger.settings"
import django
django.setup()
from ledger.server import worker

def application():
    def answered(environ, start_response):
        time.sleep(0.05)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]
    return answered

worker.application = application
worker.work(socket.socket(fileno=int(sys.argv[1])), is_supervised=True)
"""


@pytest.fixture
def served(tmp_path):
    """The address of two workers, and a call that tells them to stop."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(listener.fileno())],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            env=os.environ | {"VAR_DIR": str(tmp_path), "THREADS": "6"},
        )
        for _number in range(2)
    ]
    address = listener.getsockname()

    def stop():
        listener.close()
        for worker in workers:
            worker.stdin.close()

    yield address, stop
    for worker in workers:
        with suppress(subprocess.TimeoutExpired):
            worker.wait(30)
        worker.send_signal(signal.SIGKILL)
        worker.wait()


def is_up(address):
    visitor = http.client.HTTPConnection(*address, timeout=60)
    with closing(visitor), suppress(OSError, http.client.HTTPException):
        visitor.request("GET", "/")
        return visitor.getresponse().status == 200
    return False


def visit(address, answers, over, seed):
    """Requests one after the other, some on a kept connection, some that begin late."""
    chance = random.Random(seed)
    while not over.is_set():
        try:
            visitor = http.client.HTTPConnection(*address, timeout=30)
            visitor.connect()
        except OSError:
            return  # nobody accepts any more
        is_kept = True
        while is_kept and not over.is_set():
            time.sleep(chance.choice([0, 0, 0.01, 0.2, 1.2]))
            try:
                visitor.request("GET", "/")
                answer = visitor.getresponse()
                answers.append(answer.status)
                answer.read()
                is_kept = not answer.will_close
            except (OSError, http.client.HTTPException) as error:
                answers.append(repr(error))
                is_kept = False
        visitor.close()


def test_every_accepted_request_is_answered(served):
    """Forty visitors, of whom several have connected and not asked yet when the stop comes."""
    address, stop = served
    until = time.monotonic() + 60
    while not is_up(address):
        assert time.monotonic() < until
    answers, over = [], threading.Event()
    visitors = [
        threading.Thread(target=visit, args=(address, answers, over, seed)) for seed in range(40)
    ]
    for visitor in visitors:
        visitor.start()
    time.sleep(3)
    before = len(answers)

    stop()
    time.sleep(6)
    over.set()
    for visitor in visitors:
        visitor.join(40)

    assert before > 40
    assert set(answers) == {200}, [answer for answer in answers if answer != 200]
