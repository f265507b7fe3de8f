"""Starts a job: one of our programs in a process of its own, with limits (``limited.py``).

A job gets arguments and a standard input, and gives a standard output. It is never a pickled function.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg import pq

LIMITED: Final = Path(__file__).with_name("limited.py")
MANAGE: Final = Path(settings.BASE_DIR) / "manage.py"
MEGABYTE: Final = 1024 * 1024
# The clock here ends first, so that the caller hears of it as TimedOut.
GRACE_SECONDS: Final = 5


UNFINISHED: Final = _(
    "The file could not be finished. What is entered is not affected; please try again."
)
BUSY: Final = _("Other large files are being worked on. Try again in a minute.")


class Unfinished(Exception):
    """A job did not give what a request needs; ``sentence`` is for its person."""

    def __init__(self, sentence: str | Promise = UNFINISHED) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class TimedOut(Exception):
    """The job took longer than its limit of waiting."""


class Broken(Exception):
    """The job ended with an error or was ended by one of its limits."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` of waiting, ``cpu`` seconds of computing, bytes of ``memory`` and of files."""

    seconds: int
    cpu: int
    memory: int
    write: int | None = None
    nice: int = 10
    stays: bool = True


def at_once(threads: int) -> int:
    """Jobs that requests of one worker may wait for; two threads are left for pages."""
    return max(1, threads - 2)


_turns = threading.BoundedSemaphore(at_once(settings.SERVE_THREADS))


@contextmanager
def turn() -> Iterator[None]:
    """A request's place among those that wait for a job; refused at once when all are taken."""
    if not _turns.acquire(blocking=False):
        raise Unfinished(BUSY)
    try:
        yield
    finally:
        _turns.release()


def run(
    program: Path,
    *arguments: str,
    limits: Limits,
    output: IO[bytes] | int,
    given: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Wait for a job. What it printed, if ``output`` is a pipe. Raises TimedOut and Broken."""
    is_ours = program == MANAGE
    try:
        done = subprocess.run(
            _command(program, arguments, limits),
            input=given,
            stdout=output,
            stderr=None if is_ours else subprocess.DEVNULL,
            timeout=limits.seconds,
            check=False,
            env=environment if environment is not None else os.environ | _surroundings(),
            cwd=None if is_ours else "/",
        )
    except subprocess.TimeoutExpired as error:
        raise TimedOut from error
    if done.returncode:
        raise Broken(done.returncode)
    return done.stdout or b""


def start(*arguments: str, limits: Limits) -> None:
    """Begin a command of ours that outlives the request, and this process."""
    process = subprocess.Popen(
        _command(MANAGE, arguments, limits),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=os.environ | _surroundings(),
        start_new_session=True,
    )
    threading.Thread(target=process.wait, daemon=True).start()  # or it stays a zombie


def _command(program: Path, arguments: Sequence[str], limits: Limits) -> list[str]:
    isolated = [] if program == MANAGE else ["-I"]
    given: dict[str, Any] = asdict(limits)
    given["seconds"] += GRACE_SECONDS
    return [sys.executable, *isolated, str(LIMITED), json.dumps(given), str(program), *arguments]


def _surroundings() -> Mapping[str, str]:
    """The same database and folder for the job, whichever this process is connected to."""
    keywords = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    known = connection.get_connection_params()
    given = {name: str(known[name]) for name in keywords & known.keys() if known[name]}
    return {
        "DATABASE_URL": f"postgresql:///?{urlencode(given, quote_via=quote)}",
        "VAR_DIR": str(Path(settings.IMPORT_ROOT).parent),
    }
