"""Liveness and readiness: ``/live`` and ``/ready``, for a proxy or a service manager.

The probes need no session, host name or HTTPS, reveal no secret, and answer within a fixed time.
"""

import logging
import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ledger.database import release, unfinished
from units.ground.time_limits import Limits, allow

LIVE, READY = "/live", "/ready"
PATIENCE_SECONDS: Final = 3.0
ONE_BLOCK: Final = b"\0" * 4096
NEARLY_FULL: Final = (95, 90, 80)  # percent of the disk, each logged once when reached
STUCK_SECONDS: Final = 10.0
WRITING: Final = Limits(statement=2, lock=2, idle=5)
_SORT: Final = """
    SELECT max(word) FROM (SELECT md5(n::text) AS word FROM generate_series(1, 4000) n
        ORDER BY word OFFSET 0) sorted
"""
_NOTE: Final = """
    INSERT INTO units_allowance (bucket, times, newest) VALUES ('ready', '{}', now())
    ON CONFLICT (bucket) DO UPDATE SET newest = now()
"""
log = logging.getLogger(__name__)
waited: Callable[[], float] = lambda: 0.0  # noqa: E731


def probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Within the headers of every answer, before any session, host check or redirect."""

    def answer(request: HttpRequest) -> HttpResponse:
        path = request.path_info.rstrip("/")
        if path not in (LIVE, READY) or request.method not in ("GET", "HEAD"):
            return get_response(request)
        return told("" if path == LIVE else _readiness.trouble())

    return answer


def told(trouble: str) -> HttpResponse:
    body = f"{trouble or 'ok'}\n".encode()
    plain = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))}
    plain |= {"Cache-Control": "no-store"}
    answer = HttpResponse(body, status=503 if trouble else 200, headers=plain)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # a change is, not every probe
    return answer


class Readiness:
    """Runs one check at a time, however many ask, and remembers the last result."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looker = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._look: Future[str] | None = None
        self._last = ""
        self._is_migrated = False
        self._told_percent = 0

    def trouble(self) -> str:
        """What keeps the program from working, as a sentence; empty when all is well."""
        with self._lock:
            if self._look is None or self._look.done():
                self._look = self._looker.submit(self._found)
            look = self._look
        try:
            found = look.result(PATIENCE_SECONDS)
        except TimeoutError:
            found = _("The database has not answered within 3 seconds.")
        if found != self._last:
            log.warning("ready: %s", found or "ok")
            self._last = found
        return found

    def _found(self) -> str:
        try:
            found = self._trouble_of_database() or self._trouble_of_storage()
            return found or _trouble_of_queue()
        finally:
            connection.close()

    def _trouble_of_database(self) -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_is_in_recovery()")
                [is_copy] = cursor.fetchone()
            if is_copy:
                return _("The database is a copy that can only be read.")
            if unfinished.is_marked():
                return str(unfinished.SENTENCE)
            trouble = "" if self._is_migrated else release.trouble()
        except DatabaseError:
            return _("The database does not answer.")
        self._is_migrated = not trouble
        return trouble or _trouble_of_writing()

    def _trouble_of_storage(self) -> str:
        for folder in (settings.MEDIA_ROOT, settings.IMPORT_ROOT, tempfile.gettempdir()):
            try:
                _write_once(Path(folder))
            except OSError:
                log.exception("ready: %s cannot be written", folder)
                return _("The storage cannot be written.")
            self._warn_of_space(Path(folder))
        return ""

    def _warn_of_space(self, folder: Path) -> None:
        used = shutil.disk_usage(folder)
        percent = 100 * used.used // (used.used + used.free)  # as df computes it
        reached = next((level for level in NEARLY_FULL if percent >= level), 0)
        if reached > self._told_percent:
            log.warning("the disk of %s is %d %% full", folder, percent)
        self._told_percent = max(self._told_percent, reached)


def _trouble_of_writing() -> str:
    """A row that is committed, and a sort that has to use the disk of the database."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            allow(WRITING)
            cursor.execute("SET LOCAL work_mem = '64kB'")
            cursor.execute(_SORT)
            cursor.execute(_NOTE)
    except DatabaseError as error:
        log.warning("ready: %s", str(error).partition("\n")[0])
        return _("The database cannot be written: its disk is full, or it is locked.")
    return ""


def _trouble_of_queue() -> str:
    if waited() < STUCK_SECONDS:
        return ""
    sentence = _("The oldest request has waited for %(seconds)s seconds and no thread is free.")
    return sentence % {"seconds": int(waited())}


def watch(waiting_seconds: Callable[[], float]) -> None:
    """``waiting_seconds``: how long the oldest request of this process has waited for a thread."""
    global waited
    waited = waiting_seconds


def _write_once(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(ONE_BLOCK)


_readiness = Readiness()
