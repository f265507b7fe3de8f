"""Logging: a text line or a JSON object per event, with the number of its request.

Never logs a password, cookie, token, query string or form body, and never lets external text start
a line.

Standard library only: every package we use logs through it, so structlog would be an addition to
these two formatters, not a replacement.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty

SLOW_SECONDS: Final = 3.0
HEADER: Final = "X-Request-ID"
access = logging.getLogger("ledger.access")

# Control characters, line ends of other alphabets, marks that turn text around, lone surrogates.
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")  # fmt: skip
_SECRETS: Final = (
    (
        re.compile(
            r"(?i)(passw(?:or)?d|secret|token|cookie|authorization|session\w*)"
            r"(['\"]?\s*[:=]\s*)('[^']*'|\"[^\"]*\"|[^\s,;&)]+)"
        ),
        r"\1\2***",
    ),
    (re.compile(r"(Failing row contains \().*"), r"\1***)"),
    (re.compile(r"(://[^:/@\s]+:)[^@\s]+@"), r"\1***@"),
    (re.compile(r"\bjz_[\w-]{20,}"), "jz_***"),  # access keys (units/people/keys.py)
)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A request being answered, with a number that people can read out."""

    number: str
    request: HttpRequest


_under_way: ContextVar[UnderWay | None] = ContextVar("under_way", default=None)


def request_number() -> str:
    """The number of the current request; empty outside of one."""
    under_way = _under_way.get()
    return under_way.number if under_way else ""


def go_on(number: str, request: HttpRequest) -> None:
    """Adopt the request's number in another process that works for it."""
    _under_way.set(UnderWay(number, request))


def numbered(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Numbers each request, in its response and in all its log lines."""

    def answer(request: HttpRequest) -> HttpResponse:
        under_way = UnderWay(secrets.token_hex(5), request)
        token = _under_way.set(under_way)
        begun = time.perf_counter()
        try:
            response = get_response(request)
            response.headers[HEADER] = under_way.number
            _tell(request, response.status_code, time.perf_counter() - begun)
            return response
        finally:
            _under_way.reset(token)

    return answer


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    level = logging.WARNING if seconds >= SLOW_SECONDS else logging.INFO
    milliseconds = round(seconds * 1000)
    refused = 400 <= status < 500
    facts = {"status": status, "ms": milliseconds, "refused": refused}
    words = "%s %s %s %s ms%s"
    slow = " slow" if level == logging.WARNING else ""
    given = (request.method, request.path, status, milliseconds, slow)
    access.log(level, words, *given, extra={"facts": facts})


# --- the two formats ---------------------------------------------------------------------------


class LineFormatter(logging.Formatter):
    """For people: one line ending with request number and person; a traceback follows."""

    def format(self, record: logging.LogRecord) -> str:
        known = _of_request()
        whose = " ".join(str(known[name]) for name in ("request", "user_name") if name in known)
        line = f"{record.levelname} {record.name}: {_scrubbed(record.getMessage())}"
        line = f"{_moment(record)} {_escaped(f'{line} [{whose}]' if whose else line)}"
        return f"{line}\n{trace}" if (trace := _trace(self, record)) else line


class JsonFormatter(logging.Formatter):
    """For log collectors: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _scrubbed(record.getMessage()),
            **_of_request(),
            **getattr(record, "facts", {}),
        }
        if trace := _trace(self, record):
            fields["exception"] = trace
        return _escaped(json.dumps(fields, ensure_ascii=False, default=str))


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    return _scrubbed(formatter.formatException(record.exc_info))


def _of_request() -> dict[str, Any]:
    """Number, method, path and person, as far as already known; runs no query."""
    under_way = _under_way.get()
    if under_way is None:
        return {}
    request = under_way.request
    path = _scrubbed(request.path)
    known = {"request": under_way.number, "method": request.method, "path": path}
    user = getattr(request, "user", None)
    is_unread = isinstance(user, SimpleLazyObject) and user._wrapped is empty
    if user is None or is_unread or not user.is_authenticated:
        return known
    return known | {"user": user.pk, "user_name": user.get_username(), "unit": user.unit_id}


def _scrubbed(text: str) -> str:
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
