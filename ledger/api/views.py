"""The endpoints of the API: league table, lists, single records, description.

Each one parses its parameters and returns what a declaration gives; no rule is decided here.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from ledger.api import description, gate, lists, ranking
from ledger.api.problems import Problem
from ledger.api.resources import RESOURCES
from ledger.api.shapes import Resource
from units import trail
from units.access import READ, Right, by_method, may, person
from units.models import User
from units.people import keys

Reading = Callable[..., dict[str, Any]]
View = Callable[..., HttpResponse]


def answering(view: View) -> View:
    """GET only; every error is a problem. No browser form posts here, so there is no CSRF token.

    Plain HTTP is refused, not redirected as pages are (ASVS 4.1.2): a program that silently follows
    would send its key unencrypted for years.
    """

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            if settings.SECURE_SSL_REDIRECT and not request.is_secure():
                raise Problem(426)  # without Upgrade, which no WSGI program may send
            if request.method not in ("GET", "HEAD"):
                raise Problem(405, {"Allow": "GET, HEAD"})
            return view(request, **kwargs)
        except Problem as problem:
            return problem.response()

    return answer


def reading(right: Right) -> Callable[[Reading], View]:
    """An endpoint that needs a valid key with ``right``; each read is recorded in the trail."""

    def decorate(read: Reading) -> View:
        @answering
        @wraps(read)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            at = timezone.now()
            key = gate.key_of(request, at)
            gate.demand(key, right, request, at)
            response = _json(request, read(request, key.person, **kwargs))
            if response.status_code == 200:
                keys.note_reading(key, request.path, dict(request.GET.lists()), at=at)
            return response

        return answer

    return decorate


@reading(Right.RANKING_VIEW)
def league(request: HttpRequest, user: User) -> dict[str, Any]:
    requested = lists.values_of(request.GET, ranking.PARAMETERS)
    return ranking.document(user, requested, timezone.localdate())


def _list(resource: Resource) -> View:
    @reading(resource.right)
    def answer(request: HttpRequest, user: User) -> dict[str, Any]:
        requested = lists.values_of(request.GET, (*resource.parameters, *lists.PAGING))
        address = lists.address_without(request.path, request.GET, lists.AFTER.name)
        return lists.page(resource, user, requested, address)

    return answer


def _one(resource: Resource) -> View:
    @reading(resource.right)
    def answer(request: HttpRequest, user: User, key: str | int) -> dict[str, Any]:
        lists.values_of(request.GET, ())
        return lists.one(resource, user, key)

    return answer


@answering
@trail.holds_no_figures
def openapi(request: HttpRequest) -> HttpResponse:
    """Public: it describes the API and contains no figure."""
    return _json(request, description.document())


@answering
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    raise Problem(404)


@by_method(*READ)
@login_required
def api(request: HttpRequest) -> HttpResponse:
    """The description for people."""
    context = {
        "crumbs": [("", _("Data interface"))],
        "readings": description.readings(),
        "address": request.build_absolute_uri("/api/v1/"),
        "may_see_keys": may(person(request), Right.KEY_REVOKE),
    }
    return render(request, "ledger/api/api.html", context)


def _json(request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
    body = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    response = HttpResponse(body, "application/json; charset=utf-8", headers=headers)
    found = get_conditional_response(request, etag, response=response)
    assert isinstance(found, HttpResponse)
    return found


def addresses() -> list[URLPattern]:
    found = [
        path("api/", api, name="api"),
        path("api/v1/openapi.json", openapi, name="api-openapi"),
        path("api/v1/ranking", league, name="api-ranking"),
    ]
    for resource in RESOURCES:
        kind = "int" if resource.key == "pk" else "str"
        base = f"api/v1/{resource.name}"
        found.append(path(base, _list(resource), name=f"api-{resource.name}"))
        found.append(path(f"{base}/<{kind}:key>", _one(resource), name=f"api-{resource.name}-one"))
    return [*found, path("api/v1/<path:rest>", nothing_here, name="api-nothing")]
