"""Starts the worker processes, replaces those that die, and stops them together.

A worker is a new process, not a fork, so it shares no thread, connection or lock. It inherits the
listening socket and a pipe as standard input. The pipe closes when the supervisor stops or is
killed; either way the worker finishes and ends.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.conf import settings

from ledger.server import metrics

LOOK_SECONDS: Final = 0.1
HEALTHY_SECONDS: Final = 30.0  # a worker that lived this long did not die of its start
LONGEST_PAUSE: Final = 30.0
PATIENCE: Final = 55.0  # at a stop; systemd kills after 60 s (docs/operations.md)
PROGRAM: Final = Path(settings.BASE_DIR) / "manage.py"
log = logging.getLogger(__name__)


class Place:
    """A slot for one process. The second death in a row waits one second, the third two, ..."""

    def __init__(self, *command: str, descriptors: Sequence[int] = ()) -> None:
        self.command, self.descriptors = command, descriptors
        self.deaths = 0
        self.start()

    def start(self) -> None:
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *self.command],
            stdin=subprocess.PIPE,
            pass_fds=self.descriptors,
            # glibc's heap per thread doubles the memory of a worker.
            env={"MALLOC_ARENA_MAX": "1", **os.environ},
        )

    def look(self) -> None:
        """Replace the process if it has died."""
        status = self.process.poll()
        if status is None:
            return
        if time.monotonic() - self.begun > HEALTHY_SECONDS:
            self.deaths = 0
        pause = min(LONGEST_PAUSE, 2.0 ** (self.deaths - 1)) if self.deaths else 0.0
        if time.monotonic() - self.begun < pause:
            return
        metrics.forget(self.process.pid)
        log.error("process %d ended with %d; starting another", self.process.pid, status)
        self.close()
        self.deaths += 1
        self.start()

    def close(self) -> None:
        """Close the worker's standard input, which tells it to stop."""
        if self.process.stdin:
            self.process.stdin.close()


def supervise(listener: socket.socket, workers: int) -> None:
    """Run this many workers until SIGTERM or Ctrl+C, then let them finish."""
    stops: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: stops.append(number))
    os.environ.update(metrics.empty_folder())
    descriptor = listener.fileno()
    places = [
        Place("serve_worker", str(descriptor), descriptors=[descriptor])
        for _number in range(workers)
    ]
    places.append(Place("send_notices", "--supervised"))
    while not stops:
        for place in places:
            place.look()
        time.sleep(LOOK_SECONDS)
    listener.close()  # before the workers do: the last to close it has accepted every connection
    _stop(places)


def _stop(places: list[Place]) -> None:
    for place in places:
        place.close()
    until = time.monotonic() + PATIENCE
    for place in places:
        try:
            place.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("worker %d did not stop and is killed", place.process.pid)
            place.process.kill()
            place.process.wait()
