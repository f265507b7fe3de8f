"""Pages that are kept as they were sent, for as long as nothing that they show has changed.

Owns: the key of a kept page, the pages of this process, ETag and 304. Must never: answer with a page
whose key is not the one of now, or keep one that was made for somebody else.

The key names everything that the page is made of: the version of the county's rows (``units.marks``;
read before the page is built, so what changes meanwhile can only make the page newer than its key), the
day, the language, the whole address, the person with his rights and his session, and the start of the
program, which stands for templates, texts and settings. What it does not name keeps a page from being
kept: messages that are shown once, and the navigation of a region's leader, which is of many counties.
"""

import gzip
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import re_accepts_gzip
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language

from units import marks
from units.access import person
from units.models import User

P = ParamSpec("P")
START = secrets.token_hex(8)
MOST_KEPT = 256
NAME_FLAG, HEADER = b"\x08", 10
LONGEST_NAME = 100


class Pages:
    """Compressed pages by key; the one that was not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._pages: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def put(self, key: str, page: bytes) -> None:
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > self.most:
                self._pages.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()


pages = Pages(MOST_KEPT)


def kept(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A view inside ``allowed`` whose page is kept."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        key = key_of(request)
        if key is None:
            return view(request, *args, **kwargs)
        etag = f'W/"{key}"'
        unchanged = get_conditional_response(request, etag=etag)
        if unchanged is not None:
            return _marked(unchanged, etag)
        page = pages.get(key)
        if page is None:
            response = view(request, *args, **kwargs)
            if response.status_code != 200:
                return response
            page = gzip.compress(response.content, compresslevel=6, mtime=0)
            pages.put(key, page)
        return _marked(_response(request, page), etag)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], answer)


def key_of(request: HttpRequest) -> str | None:
    """None where the page must be built for this one request."""
    user = person(request)
    # The form's token is made from the cookie; without one the page brings a new cookie along.
    cookie = request.META.get("CSRF_COOKIE")
    if user.county_id is None or cookie is None or len(get_messages(request)):
        return None
    made_of = (
        marks.version(user.county_id),
        timezone.localdate(),
        get_language(),
        request.get_full_path(),
        cookie,
        request.session.session_key,
        *_person(user),
        START,
    )
    return hashlib.sha256(repr(made_of).encode()).hexdigest()


def _person(user: User) -> list[object]:
    return [getattr(user, field.attname) for field in user._meta.concrete_fields]


def _response(request: HttpRequest, page: bytes) -> HttpResponse:
    if not re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")):
        return HttpResponse(gzip.decompress(page))
    headers = {"Content-Encoding": "gzip"}
    return HttpResponse(_of_random_length(page), headers=headers)


def _of_random_length(page: bytes) -> bytes:
    """With a file name of random length, as Django's own compression has it: against guessing the
    form's token by the length of many answers."""
    name = b"a" * secrets.randbelow(LONGEST_NAME)
    return page[:3] + NAME_FLAG + page[4:HEADER] + name + b"\0" + page[HEADER:]


def _marked(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    """A browser may keep its copy only where it can be told to forget it (``units.middleware``)."""
    response.headers["ETag"] = etag
    if settings.HTTPS:
        response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Accept-Encoding",))
    return response
