"""The security headers of every response, requested from every URL of the program."""

import re
import uuid
from wsgiref.util import is_hop_by_hop

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLResolver, get_resolver
from waitress.utilities import (
    BadRequest,
    InternalServerError,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
)

from ledger.server.web import STOPPING, page_of, unavailable
from tests.builders import make_clerk, make_county, make_head, make_project, make_receipt, make_unit

pytestmark = pytest.mark.django_db
# Values for URL parameters. A missing object gives an error, which is a response like any other.
PARTS = {
    "year": 2012,
    "prefix": "6110",
    "token": "token",
    "key": uuid.UUID(int=1),
    "mark": "mark",
    "version": 1,
    "name": "name",
    "topic": "topic",
    "slug": "slug",
}
PUBLIC = ("/api/v1/openapi.json",)  # the public API description


def addresses(pk, code):
    """One URL of every route."""
    parts = PARTS | {"pk": pk, "code": code, "project": pk, "county": code[:6]}
    return sorted(_walk(get_resolver(), "/", parts))


def _walk(resolver, prefix, parts):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, prefix + str(pattern.pattern), parts)
        else:
            route = prefix + str(pattern.pattern)
            yield re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: _part(*found.groups(), parts), route)


def _part(kind, name, parts):
    return "2012-06" if kind == "month" else str(parts.get(name, "1"))


@pytest.fixture
def receipt():
    county = make_county()
    return make_receipt(make_project(make_unit(county)))


def missing(answer, is_signed_in):
    """Headers that a response lacks."""
    policy = answer.get("Content-Security-Policy", "")
    kept = answer.get("Cache-Control", "")
    wanted = {
        "CSP": "default-src 'none'" in policy or "sandbox" in policy,
        "no inline": "unsafe" not in policy,
        "frames": answer.get("X-Frame-Options") == "DENY",
        "nosniff": answer.get("X-Content-Type-Options") == "nosniff",
        "referrer": answer.get("Referrer-Policy") == "same-origin",
        "opener": answer.get("Cross-Origin-Opener-Policy") == "same-origin",
        "permissions": "camera=()" in answer.get("Permissions-Policy", ""),
        "no-store": "no-store" in kept or not is_signed_in,
        "HSTS": answer.get("Strict-Transport-Security", "").startswith("max-age=31536000"),
        # The server refuses to send them (a 500 instead of the answer).
        "hop by hop": not any(is_hop_by_hop(name) for name in answer.headers),
        "no server": "Server" not in answer and "X-Powered-By" not in answer,
        "cookies": all(
            cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax"
            for cookie in answer.cookies.values()
            if cookie.value  # an empty value deletes the cookie
        ),
    }
    return [name for name, is_there in wanted.items() if not is_there]


SECURE = {
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "LANGUAGE_COOKIE_SECURE": True,
}


@override_settings(**SECURE)
@pytest.mark.parametrize("who", ["nobody", "clerk", "head"])
def test_every_answer_of_every_address_carries_its_headers(receipt, who):
    """quality 10"""
    client = Client(raise_request_exception=False)
    people = {"clerk": make_clerk(receipt.unit), "head": make_head(receipt.county), "nobody": None}
    if people[who]:
        client.force_login(people[who])
    found, seen = {}, set()

    for address in addresses(receipt.project_id, receipt.unit.code):
        if "logout" in address:
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(address, secure=True)
            seen.add(answer.status_code)
            lacks = missing(answer, people[who] is not None and address not in PUBLIC)
            answer.getvalue()
            if lacks:
                found[method, address, answer.status_code] = lacks

    assert found == {}
    assert not any("<" in address for address in addresses(1, "x"))
    assert {302, 405} <= seen if who == "nobody" else {200, 302, 403, 404} <= seen


@override_settings(**SECURE)
@pytest.mark.parametrize("address", ["/nowhere/", "/accounts/login/?%00", "/ranking/9999-99/"])
def test_errors_carry_them_too(address):
    """quality 10"""
    assert missing(Client().get(address, secure=True), is_signed_in=False) == []


@override_settings(**SECURE)
def test_a_foreign_host_a_forged_form_and_a_failure_carry_them_too(receipt, monkeypatch):
    """quality 10"""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(make_head(receipt.county))
    foreign = client.get("/projects/", secure=True, headers={"host": "evil.example"})
    forged = client.post("/projects/new/", secure=True)
    monkeypatch.setattr("projects.views.render", lambda *_args, **_more: 1 / 0)
    failed = client.get("/projects/", secure=True)

    answers = [foreign, forged, failed]

    assert [answer.status_code for answer in answers] == [400, 403, 500]
    assert [missing(answer, is_signed_in=answer is not foreign) for answer in answers] == [
        [],
        [],
        [],
    ]


@override_settings(**SECURE, SECURE_SSL_REDIRECT=True)
@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        ("/projects/", "localhost", 301),
        ("/projects/", "evil.example", 400),
        ("/projects/", "evil.example:x", 400),
        ("/live", "evil.example", 200),
        ("/ready/", "evil.example", 200),
        ("/api/v1/ranking", "localhost", 426),
        ("/api/v1/units?x=%00", "localhost", 400),
    ],
)
@pytest.mark.parametrize("secure", [False, True])
def test_answers_before_any_page_carry_them_too(address, host, status, secure):
    """quality 10: redirects, foreign hosts, probes, and what comes over plain HTTP."""
    answer = Client().get(address, secure=secure, headers={"host": host})

    lacks = missing(answer, is_signed_in=False)
    assert lacks == ([] if secure else ["HSTS"])  # browsers ignore it over plain HTTP
    if not secure:
        assert answer.status_code == status


def test_what_the_server_refuses_itself_carries_them_too():
    """quality 10: a request that is no HTTP, a body that is too large, a stop."""
    errors = [BadRequest("x"), RequestHeaderFieldsTooLarge("x"), InternalServerError("x")]
    for error in (*errors, RequestEntityTooLarge("x"), unavailable(STOPPING)):
        status, headers, body = page_of(error).to_response()
        response = HttpResponse(body, headers=dict(headers))
        assert missing(response, is_signed_in=True) == ["HSTS"], status
        assert status.startswith(str(error.code))


def test_cookies_are_named_for_https_alone():
    """quality 10: browsers refuse __Host- cookies from any other host or over plain HTTP"""
    assert settings.SESSION_COOKIE_NAME in ("session", "__Host-session")
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
