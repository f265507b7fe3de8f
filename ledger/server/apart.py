"""Files that take long to write are written in a process of their own, so that no page waits for them.

Owns: handing such a request over and bringing the file back (``web_server`` sees to it that they wait among
themselves). Must never: decide who may have the file (``allowed`` did before), or read another database
than the one that asked.

Python computes in one thread of a process at a time: a workbook of ten thousand postings takes it for a second,
and every page asked for meanwhile would share what is left. The process is forked from one that waits with
the program and the writers loaded (multiprocessing's fork server), with a lower priority, and ends with its
file, which takes its memory along. Who writes is known by name alone, so that the process of the pages
does not load him. Where a system cannot fork, and inside a transaction, whose rows no other process sees,
the file is written on the spot.
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from contextlib import closing
from copy import copy
from dataclasses import dataclass
from multiprocessing.connection import Connection
from tempfile import TemporaryFile
from typing import IO, Any, Final

from django.db import connection, connections
from django.http import FileResponse, HttpRequest, QueryDict
from django.utils import translation
from django.utils.module_loading import import_string

from ledger.server import logs
from units.access import person
from units.models import User

View = Callable[..., FileResponse]

CAN_FORK: Final = "forkserver" in multiprocessing.get_all_start_methods()
LOWER_PRIORITY: Final = 10


class CutOff(Exception):
    """The other process ended before its file did."""


@dataclass(frozen=True, slots=True)
class Errand:
    """All that the other process needs to know of a request."""

    writer: str
    given: dict[str, Any]
    path: str
    query: str
    person: int
    language: str
    number: str
    databases: dict[str, dict[str, Any]]


def apart(writer: str) -> View:
    """A view inside ``allowed`` that answers with the file of a function, given by module and name.

    The function gets the request, read-only, and the arguments of the address by name.
    """

    def answer(request: HttpRequest, **given: Any) -> FileResponse:
        if not CAN_FORK or connection.in_atomic_block:
            return _written(writer, request, given)
        with closing(_sent(_errand(writer, request, given))) as way:
            return _fetched(way)

    return answer


def _written(writer: str, request: HttpRequest, given: dict[str, Any]) -> FileResponse:
    write: View = import_string(writer)
    return write(request, **given)


def make_ready() -> None:
    """Start what the processes are forked from, so that the first file does not wait for it."""
    if CAN_FORK:
        _forks()
        multiprocessing.forkserver.ensure_running()  # type: ignore[attr-defined]


# --- the process that asks -----------------------------------------------------------------------


def _errand(writer: str, request: HttpRequest, given: dict[str, Any]) -> Errand:
    return Errand(
        writer=writer,
        given=given,
        path=request.path,
        query=request.GET.urlencode(),
        person=person(request).pk,
        language=translation.get_language(),
        number=logs.request_number(),
        databases={alias: connections[alias].settings_dict for alias in connections},
    )


def _forks() -> Any:
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["ledger.wsgi", "ledger.urls", "ledger.papers.writers"])
    return forks


def _sent(errand: Errand) -> Connection:
    """The way on which the file comes back."""
    forks = _forks()
    ours, theirs = forks.Pipe(duplex=False)
    with closing(theirs):
        forks.Process(target=_carry_out, args=(errand, theirs), daemon=True).start()
    return ours  # type: ignore[no-any-return]


def _fetched(way: Connection) -> FileResponse:
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        headers = _received(way, file)
        file.seek(0)
    except EOFError as error:
        file.close()
        raise CutOff from error
    except BaseException:
        file.close()
        raise
    return FileResponse(file, content_type=headers.pop("Content-Type"), headers=headers)


def _received(way: Connection, file: IO[bytes]) -> dict[str, str]:
    """The headers of the answer, once its file is here whole; or the error that there was."""
    headers = way.recv()
    if isinstance(headers, Exception):
        raise headers
    while file.tell() < int(headers["Content-Length"]):
        file.write(way.recv_bytes())
    return headers  # type: ignore[no-any-return]


# --- the process that writes ---------------------------------------------------------------------


def _carry_out(errand: Errand, way: Connection) -> None:
    os.nice(LOWER_PRIORITY)
    # A terminal and systemd tell the whole group to stop; requests under way are finished first.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)
    try:
        with translation.override(errand.language), closing(_answer(errand)) as response:
            connections.close_all()  # the file is whole; sending it asks nothing more
            way.send(dict(response.headers))
            for piece in response:
                way.send_bytes(piece)
    except Exception as error:
        error.add_note(traceback.format_exc())  # for the log: the place does not travel
        _send(error, way)


def _answer(errand: Errand) -> FileResponse:
    for alias, known in errand.databases.items():
        connections[alias].settings_dict.update(known)
    request = HttpRequest()
    request.method, request.path = "GET", errand.path
    request.GET = QueryDict(errand.query)
    logs.go_on(errand.number, request)
    request.user = User.objects.get(pk=errand.person)
    return _written(errand.writer, request, errand.given)


def _send(error: Exception, way: Connection) -> None:
    try:
        copy(error)  # what cannot be made anew from its parts cannot be at the other end
        way.send(error)
    except Exception:
        way.send(RuntimeError("".join(traceback.format_exception(error))))
