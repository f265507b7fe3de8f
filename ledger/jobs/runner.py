"""Runs one of our programs as a job: a separate process with limits (``limited.py``).

A job takes arguments and standard input and returns standard output. It is never a pickled
function.
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
# Added to the job's own timeout: ours ends first, so that the caller sees TimedOut.
GRACE_SECONDS: Final = 5


UNFINISHED: Final = _(
    "The file could not be finished. What is entered is not affected; please try again."
)
BUSY: Final = _("Other large files are being worked on. Try again in a minute.")


class Unfinished(Exception):
    """A job failed that a request needs; ``sentence`` is the message for its person."""

    def __init__(self, sentence: str | Promise = UNFINISHED) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class TimedOut(Exception):
    """The job exceeded its time limit."""


class Broken(Exception):
    """The job failed or was killed by one of its limits."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` of wall clock, ``cpu`` seconds, bytes of ``memory`` and of written files.

    ``turns``: a folder and how many of its jobs may run at a time on this machine.
    """

    seconds: int
    cpu: int
    memory: int
    write: int | None = None
    nice: int = 10
    stays: bool = True
    turns: tuple[str, int] | None = None


def at_once(threads: int) -> int:
    """How many requests of one worker may wait for jobs; two threads stay free for pages."""
    return max(1, threads - 2)


_turns = threading.BoundedSemaphore(at_once(settings.SERVE_THREADS))


@contextmanager
def turn() -> Iterator[None]:
    """A slot for a request that waits for a job; refused at once when all are taken."""
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
    """Wait for a job and return its output if ``output`` is a pipe. Raises TimedOut and Broken."""
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
    """Start a management command that may outlive the request and this process."""
    process = subprocess.Popen(
        _command(MANAGE, arguments, limits),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=os.environ | _surroundings(),
        start_new_session=True,
    )
    # Reap the child, or it stays a zombie.
    threading.Thread(target=process.wait, daemon=True).start()


def _command(program: Path, arguments: Sequence[str], limits: Limits) -> list[str]:
    isolated = [] if program == MANAGE else ["-I"]
    given: dict[str, Any] = asdict(limits)
    given["seconds"] += GRACE_SECONDS
    return [sys.executable, *isolated, str(LIMITED), json.dumps(given), str(program), *arguments]


def bare_environment() -> dict[str, str]:
    """For a program that reads a file from outside: no settings, no passwords."""
    kept = ("SYSTEMROOT", "LD_LIBRARY_PATH", "PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _surroundings() -> Mapping[str, str]:
    """The environment that gives the job this process's database and folder."""
    keywords = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    known = connection.get_connection_params()
    given = {name: str(known[name]) for name in keywords & known.keys() if known[name]}
    return {
        "DATABASE_URL": f"postgresql:///?{urlencode(given, quote_via=quote)}",
        "VAR_DIR": str(Path(settings.IMPORT_ROOT).parent),
    }
