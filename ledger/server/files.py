"""File downloads: the worker writes short files itself, a job writes long ones.

Starting a job costs about one second of CPU, several times the cost of ``SHORT`` rows. The job
resolves the view by its URL and runs it without the check of rights, which the worker has done. It
reads from the same database as the worker.
"""

import json
import shutil
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from tempfile import TemporaryFile
from typing import IO, Any, Final

from django.db import connection
from django.http import FileResponse, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils import translation

from ledger.jobs import runner
from ledger.jobs.runner import MANAGE, MEGABYTE, Broken, Limits, TimedOut, Unfinished
from ledger.server import logs
from units.access import Right, allowed, person
from units.models import User

Writer = Callable[..., FileResponse]

SHORT: Final = 2_000  # rows
LIMITS: Final = Limits(seconds=600, cpu=600, memory=1024 * MEGABYTE)
SITE: Final = "jiaozhang.site"  # no header of a request has such a name
_is_job: ContextVar[bool] = ContextVar("is_job", default=False)


class TooLong(Exception):
    """The worker must not write this file itself."""


def demand_short(rows: int) -> None:
    """Called by a writer before it reads the rows. Raises TooLong."""
    if rows > SHORT and not _is_job.get():
        raise TooLong


def site_of(request: HttpRequest) -> str:
    """The address at which the person opens the program; in a job, that of their request."""
    return request.META.get(SITE) or request.build_absolute_uri("/")


def file_view(right: Right) -> Callable[[Writer], Callable[..., HttpResponseBase]]:
    """A download view for people whose role holds ``right``."""

    def decorate(write: Writer) -> Callable[..., HttpResponseBase]:
        @wraps(write)
        def view(request: HttpRequest, **given: Any) -> FileResponse:
            try:
                with runner.turn():
                    return write(request, **given)
            except TooLong:
                return _from_job(request)

        view.write = write  # type: ignore[attr-defined]  # the job finds it by the address
        return allowed(right)(view)

    return decorate


def _from_job(request: HttpRequest) -> FileResponse:
    """The output of ``manage.py write_file``: a line with the headers, then the file."""
    given = {
        "path": request.path,
        "query": request.GET.urlencode(),
        "person": person(request).pk,
        "language": translation.get_language(),
        "number": logs.request_number(),
        "site": site_of(request),
    }
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        with runner.turn():
            connection.close()  # frees it for the job's own connection
            runner.run(
                *(MANAGE, "write_file"),
                limits=LIMITS,
                output=file,
                given=json.dumps(given).encode(),
            )
        file.seek(0)
        headers = json.loads(file.readline())
    except (TimedOut, Broken) as error:
        file.close()
        raise Unfinished from error
    except BaseException:
        file.close()
        raise
    if "sentence" in headers:
        file.close()
        raise Unfinished(headers["sentence"])
    return FileResponse(file, content_type=headers.pop("Content-Type"), headers=headers)


def write(given: dict[str, Any], output: IO[bytes], reason: Callable[[Exception], object]) -> None:
    """The job's side. ``reason`` gives the sentence for a temporary error, or None."""
    _is_job.set(True)
    request = HttpRequest()
    request.method, request.path = "GET", given["path"]
    request.GET = QueryDict(given["query"])
    request.META[SITE] = given["site"]
    request.user = User.objects.get(pk=given["person"])
    logs.go_on(given["number"], request)
    match = resolve(request.path)
    with translation.override(given["language"]):
        try:
            response = match.func.write(request, *match.args, **match.kwargs)  # type: ignore[attr-defined]
        except Exception as error:
            sentence = reason(error)
            if sentence is None:
                raise
            traceback.print_exc()
            output.write(json.dumps({"sentence": str(sentence)}).encode() + b"\n")
            return
    output.write(json.dumps(dict(response.headers)).encode() + b"\n")
    shutil.copyfileobj(response.file_to_stream, output)
    response.close()
